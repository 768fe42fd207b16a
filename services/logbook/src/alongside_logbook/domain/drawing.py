"""The drawing of hours in time: months gone and ahead, the window, and the days that matter.

Places are in percent of the width, so that a page need not know how wide it is; heights are in
pixels.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from alongside_logbook.domain.calendar import add_months, month_of, months_between
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.words import month as say_month

Part = Literal["counted", "pending", "planned", "rhythm"]

PARTS: dict[Part, str] = {
    "counted": "Counted",
    "pending": "To be confirmed",
    "planned": "Planned",
    "rhythm": "Going on as until now",
}

_TOP, _HEIGHT = 12, 80
_MOST = 48
_FEWEST = 12
_LAST_LABEL = 92
"""Further to the right, a year would not fit in."""


@dataclass(frozen=True, slots=True)
class Column:
    """One month."""

    name: str
    minutes: dict[Part, int]
    x: float
    width: float
    bars: tuple[tuple[Part, float, float], ...]
    """Which part, from where downwards, how high, in pixels."""


@dataclass(frozen=True, slots=True)
class Band:
    """A span of days below the months."""

    kind: Literal["window", "then", "cycle", "renewing"]
    first: date
    last: date
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """A day that matters."""

    kind: Literal["today", "edge", "met", "latest", "due"]
    day: date
    x: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it."""

    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    lines: tuple[Line, ...]
    years: tuple[tuple[float, str], ...]
    """Where a year begins, and which."""
    parts: tuple[Part, ...]
    """Which parts there are, for the key."""


def draw(progress: Progress) -> Drawing | None:
    """Draw where somebody stands toward a goal; nothing where there is nothing to draw."""
    minutes = _minutes(progress)
    if not any(sum(parts.values()) for parts in minutes.values()):
        return None
    first, last = _ends(progress, minutes)
    months = months_between(first, last)
    scale = _Scale(first, len(months))
    most = max(sum(minutes.get(month, Counter()).values()) for month in months) or 1
    columns = []
    for number, name in enumerate(months):
        parts = minutes.get(name, Counter())
        columns.append(
            Column(
                name=say_month(name),
                minutes={part: parts[part] for part in PARTS if parts[part]},
                x=round(100 * number / len(months), 3),
                width=round(80 / len(months), 3),
                bars=_bars(parts, most),
            )
        )
    return Drawing(
        columns=tuple(columns),
        bands=tuple(_bands(progress, scale)),
        lines=tuple(_lines(progress, scale)),
        years=tuple(
            (at, str(year))
            for year in range(first.year + 1, last.year + 1)
            if (at := scale.at(date(year, 1, 1))) < _LAST_LABEL
        ),
        parts=tuple(part for part in PARTS if any(each[part] for each in minutes.values())),
    )


class _Scale:
    def __init__(self, first: date, months: int) -> None:
        self._first = first
        self._months = months

    def at(self, day: date) -> float:
        """Return where a day is, kept within the drawing."""
        index = (day.year - self._first.year) * 12 + day.month - self._first.month
        share = (day.day - 1) / monthrange(day.year, day.month)[1]
        return round(min(100.0, max(0.0, 100 * (index + share) / self._months)), 3)


def _minutes(progress: Progress) -> dict[str, Counter[Part]]:
    found: dict[str, Counter[Part]] = {}
    for month in progress.months:
        found[month.month] = Counter({"counted": month.counted, "pending": month.pending})
    for coming in progress.forecast.coming if progress.forecast else ():
        parts = found.setdefault(month_of(coming.day), Counter())
        parts["planned" if coming.planned else "rhythm"] += coming.minutes
    return found


def _ends(progress: Progress, minutes: dict[str, Counter[Part]]) -> tuple[date, date]:
    today, span, foreseen = progress.as_of, progress.span, progress.forecast
    filled = [month for month, parts in minutes.items() if sum(parts.values())]
    first, last = _day(min(filled)), max(today, _day(max(filled)))
    if span is not None and span.kind == "cycle":
        first, last = min(first, span.first), max(last, span.due or span.last)
    elif span is not None:
        first = min(first, span.first)
    for day in (foreseen.on, foreseen.latest) if foreseen else ():
        if day is not None:
            last = max(last, day)
    last = max(last, add_months(first, _FEWEST - 1))
    # What is ahead is shown rather than what is long gone; but never is today lost.
    earliest = add_months(last, 1 - _MOST)
    if earliest > today:
        earliest = add_months(today, -_FEWEST)
        last = add_months(earliest, _MOST - 1)
    return max(first, earliest).replace(day=1), last


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _bars(parts: Counter[Part], most: int) -> tuple[tuple[Part, float, float], ...]:
    bars = []
    top = float(_TOP + _HEIGHT)
    for part in PARTS:
        if parts[part]:
            height = _HEIGHT * parts[part] / most
            top -= height
            bars.append((part, round(top, 1), round(height, 1)))
    return tuple(bars)


def _bands(progress: Progress, scale: _Scale) -> list[Band]:
    span, foreseen = progress.span, progress.forecast
    if span is None:
        return []
    if span.kind == "cycle":
        bands = [_band("cycle", span.first, span.last, scale)]
        if span.opens is not None and span.due is not None:
            bands.append(_band("renewing", span.opens, span.due, scale))
        return bands
    bands = [_band("window", span.first, span.last, scale)]
    if foreseen is not None and foreseen.earliest is not None and span.at_most:
        back = add_months(foreseen.earliest, -span.at_most)
        bands.append(_band("then", back, foreseen.earliest, scale))
    return [band for band in bands if band.width > 0]


def _band(
    kind: Literal["window", "then", "cycle", "renewing"], first: date, last: date, scale: _Scale
) -> Band:
    x = scale.at(first)
    return Band(kind, first, last, x, round(scale.at(last) - x, 3))


def _lines(progress: Progress, scale: _Scale) -> list[Line]:
    today, span, foreseen = progress.as_of, progress.span, progress.forecast
    days: list[tuple[Literal["today", "edge", "met", "latest", "due"], date | None]] = [
        ("today", today)
    ]
    if span is not None and span.kind != "cycle" and span.at_most:
        days.append(("edge", add_months(today, -span.at_most)))
    if foreseen is not None:
        days.append(("met", foreseen.on))
        if span is None or span.kind != "cycle":
            days.append(("latest", foreseen.latest))
    if span is not None:
        days.append(("due", span.due))
    lines = [Line(kind, day, scale.at(day)) for kind, day in days if day is not None]
    return [line for line in lines if 0 < line.x < 100]  # noqa: PLR2004  # per cent
