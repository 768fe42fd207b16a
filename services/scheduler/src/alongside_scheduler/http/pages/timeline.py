"""Before and after, drawn: two lines of sessions over the same days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside.contracts import SeriesState
from alongside.zones import zone
from alongside_scheduler.views.previews import SurgeryPreview

WIDTH = 1000
_EDGE = 16
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAREST_TICKS = 56


@dataclass(frozen=True)
class Mark:
    """One session: where it is on the upper line (before) and on the lower one (after)."""

    fate: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Tick:
    """The first day of a month, or the first day of all."""

    at: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """What the drawing is made of; x runs from 0 to `width`."""

    width: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]


def timeline(preview: SurgeryPreview, series: SeriesState, now: datetime) -> Timeline | None:
    """Return the drawing of a preview, over what is ahead; None where no session changes."""
    rows = [(row.fate, row.before, row.after) for row in preview.sessions]
    touched = {before.key for _, before, _ in rows if before}
    same = [
        each.starts_at
        for each in series.occurrences
        if each.status == "planned" and each.starts_at > now and each.key not in touched
    ]
    moments = [each.starts_at for _, *pair in rows for each in pair if each] + same
    if not rows or len(moments) < 2:  # noqa: PLR2004  # a line needs two points
        return None
    first, last = min(moments), max(moments)
    span = max((last - first).total_seconds(), 1.0)

    def place(moment: datetime) -> float:
        share = (moment - first).total_seconds() / span
        return round(_EDGE + share * (WIDTH - 2 * _EDGE), 1)

    marks = [Mark("same", place(each), place(each)) for each in same]
    marks += [
        Mark(
            fate,
            place(before.starts_at) if before else None,
            place(after.starts_at) if after else None,
        )
        for fate, before, after in rows
    ]
    return Timeline(WIDTH, tuple(marks), _ticks(first, last, series.zone, place))


def _ticks(
    first: datetime, last: datetime, zone_name: str, place: Callable[[datetime], float]
) -> tuple[Tick, ...]:
    at = zone(zone_name)
    day = first.astimezone(at)
    ticks = [Tick(place(first), f"{_MONTHS[day.month - 1]} {day.day}")]
    while True:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0)
        if day > last:
            return tuple(ticks)
        x = place(day)
        if x - ticks[-1].at >= _NEAREST_TICKS:
            ticks.append(Tick(x, _MONTHS[day.month - 1]))
