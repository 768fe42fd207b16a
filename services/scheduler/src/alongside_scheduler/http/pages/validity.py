"""Credentials drawn over the years in which they are valid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alongside.contracts import Credential
from alongside.web import times

_SOON = timedelta(days=90)
_TONES = {"endorsed": "good", "emerging": "info", "vetted": "info"}
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One credential: where its bar begins and how wide it is, in percent, and that in words."""

    name: str
    words: str
    begins: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class Validity:
    """The bars, with the years below them and where today is, in percent."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float

    @property
    def bars(self) -> list[tuple[str, str, float, float, str]]:
        """The lines as the macro `timeline` takes them."""
        return [(each.name, each.words, each.begins, each.width, each.tone) for each in self.lines]


def validity(credentials: Sequence[Credential], today: date) -> Validity | None:
    """Return the drawing: whole years, with at least the last and the next; None without any."""
    if not credentials:
        return None
    first = min([today - timedelta(days=365), *(each.valid_from for each in credentials)])
    ends = [each.valid_until for each in credentials if each.valid_until]
    last = max([today + timedelta(days=365), *ends])
    begins = date(first.year, 1, 1)
    span = (date(min(last.year + 1, date.max.year), 1, 1) - begins).days

    def at(day: date) -> float:
        return round(100 * min(max((day - begins).days / span, 0), 1), 2)

    step = -(-(last.year - first.year + 1) // _MOST_TICKS)
    return Validity(
        lines=tuple(
            Line(
                name=each.kind,
                words=f"{each.standing}, {_until(each, today)}",
                begins=at(each.valid_from),
                width=round(max(at(_day_after(each)) - at(each.valid_from), 0.5), 2),
                tone=_tone(each, today),
            )
            for each in sorted(credentials, key=lambda each: each.valid_from)
        ),
        ticks=tuple(
            (at(date(year, 1, 1)), str(year)) for year in range(first.year, last.year + 1, step)
        ),
        today=at(today),
    )


def _day_after(each: Credential) -> date:
    return date.max if each.valid_until is None else each.valid_until + timedelta(days=1)


def _until(each: Credential, today: date) -> str:
    if each.valid_from > today:
        return f"from {times.day(each.valid_from)}"
    if each.valid_until is None:
        return "no end known"
    return f"{'ended' if each.valid_until < today else 'until'} {times.day(each.valid_until)}"


def _tone(each: Credential, today: date) -> str:
    if each.valid_until is not None and each.valid_until < today:
        return "calm"
    if each.valid_until is not None and each.valid_until <= today + _SOON:
        return "warn"
    return _TONES.get(each.standing, "info")
