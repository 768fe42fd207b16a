"""A series after the rules of its zone's clocks changed: people meet at the wall time they agreed on.

What is ahead moves to the instant that this wall time is now. What has begun stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from alongside.contracts import Occurrence, SeriesState
from alongside_scheduler.domain.recurrence import instant
from alongside_scheduler.domain.series import step

WALL = "%Y%m%dT%H%M"


@dataclass(frozen=True, slots=True)
class Shift:
    """One session that is ahead and moves; both instants in UTC."""

    key: str
    before: datetime
    after: datetime


def by_new_clocks(
    series: SeriesState,
    zone: ZoneInfo,
    *,
    tzdata: str,
    walls: Mapping[str, str | None],
    now: datetime,
) -> SeriesState:
    """Return the series by the clocks of `zone` as they are known now; itself if nothing moves.

    `walls` are the wall times of the starts by the keys of the sessions, as they were agreed on;
    None where that was not noted.
    """
    if series.status == "cancelled":
        return series
    here = tuple(
        _by_new_clocks(each, series, zone, walls.get(each.key), now) for each in series.occurrences
    )
    if here == series.occurrences:
        return series
    counter = series.sequence + 1
    return step(series, now, counter, whole=True, occurrences=here, tzdata=tzdata)


def shifts(before: SeriesState, after: SeriesState) -> tuple[Shift, ...]:
    """Return which sessions that take place move, in order of time."""
    starts = {each.key: each.starts_at for each in before.occurrences}
    moved = (
        Shift(each.key, starts[each.key], each.starts_at)
        for each in after.occurrences
        if each.status == "planned" and starts[each.key] != each.starts_at
    )
    return tuple(sorted(moved, key=lambda each: each.before))


def _by_new_clocks(
    each: Occurrence, series: SeriesState, zone: ZoneInfo, wall: str | None, now: datetime
) -> Occurrence:
    original = each.original_start
    if original > now:
        original = instant(_read(each.key), zone)
    starts_at = each.starts_at
    if starts_at > now:
        if starts_at == each.original_start:
            starts_at = original
        elif wall is not None:
            starts_at = instant(_read(wall), zone)
        else:
            starts_at = _as_its_neighbour(starts_at, series, zone)
    if (original, starts_at) == (each.original_start, each.starts_at):
        return each
    ends_at = starts_at + (each.ends_at - each.starts_at)
    return each.model_copy(
        update={"original_start": original, "starts_at": starts_at, "ends_at": ends_at}
    )


def _as_its_neighbour(starts_at: datetime, series: SeriesState, zone: ZoneInfo) -> datetime:
    """Return where a session moves whose wall time nobody noted: with the nearest of the rhythm.

    A key is a wall time, and its original start the instant by the clocks of then.
    """
    near = min(series.occurrences, key=lambda each: abs(each.original_start - starts_at))
    wall = _read(near.key)
    if instant(wall, zone) == near.original_start:
        return starts_at
    offset = wall.replace(tzinfo=UTC) - near.original_start
    return instant((starts_at + offset).replace(tzinfo=None), zone)


def _read(text: str) -> datetime:
    return datetime.strptime(text, WALL)  # noqa: DTZ007  # wall time by meaning
