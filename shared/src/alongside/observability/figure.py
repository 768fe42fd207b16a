"""A figure: what it says, from where on it means that something is wrong, and what to do then."""

from dataclasses import dataclass

from prometheus_client import Gauge


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and from where on it means that something is wrong."""

    gauge: Gauge
    label: str
    value: float
    most: float | None = None
    """More than this is worth a look; None for what only says how much there is."""
    advice: str = ""
    """What to do then."""
    unit: str = ""
    """`s` for seconds; else it is a number of things."""
    labels: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether it is worth a look."""
        return self.most is not None and self.value > self.most

    @property
    def metric(self) -> str:
        """Its name for Prometheus."""
        return str(self.gauge._name)  # noqa: SLF001  # there is no other way to ask

    @property
    def text(self) -> str:
        """The value in words."""
        return duration(self.value) if self.unit == "s" else f"{self.value:,.0f}"

    def publish(self) -> None:
        """Have Prometheus see it."""
        (self.gauge.labels(*self.labels) if self.labels else self.gauge).set(self.value)


def duration(seconds: float) -> str:
    """Return a span of time, in the largest unit of which there are two."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} s"
