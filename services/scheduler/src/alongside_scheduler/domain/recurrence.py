"""Which days a series meets, in wall time, and which instants those are.

A rhythm is what people type; a `Pattern` is the same made exact: it can be written as an RRULE.
A wall time that a clock change skips moves forward by the gap; one
that happens twice means the first.

Days off (holidays, closures) are met as the series says: kept; skipped, and then no session of the
series ever had that day; or moved, to the next weekday or a week later, before the next session of
the series, where there is such a day, and else skipped. A count counts sessions that take place.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice, pairwise
from types import MappingProxyType
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from alongside.contracts import Occurrence, Pattern
from alongside.errors import Invalid
from alongside_scheduler.domain.rhythm import (
    FIRST_YEAR,
    FURTHEST,
    LAST_WEEK,
    LAST_YEAR,
    MOST_OCCURRENCES,
    Rhythm,
    check,
    days_of,
    month_day_of,
    week_of,
)

__all__ = [
    "FIRST_YEAR",
    "LAST_WEEK",
    "LAST_YEAR",
    "MOST_OCCURRENCES",
    "ON_DAY_OFF",
    "Meeting",
    "OnDayOff",
    "Plan",
    "Rhythm",
    "every_start",
    "instant",
    "is_doubled",
    "is_skipped",
    "occurrence_key",
    "occurrences",
    "plan",
    "plan_around",
    "wall_starts",
]

OnDayOff = Literal["keep", "skip", "next_weekday", "week_later"]
"""What becomes of a session on a day off."""

ON_DAY_OFF: tuple[OnDayOff, ...] = get_args(OnDayOff)

_SATURDAY = 5
_LOOK_FOR_A_DAY = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A day of the rhythm, the day on which it is met (None: not at all), and the day off it is."""

    day: date
    held_on: date | None
    day_off: str | None = None

    @property
    def moved(self) -> bool:
        """Whether it is met on another day than the rhythm says."""
        return self.held_on not in {None, self.day}


@dataclass(frozen=True)
class Plan:
    """A rhythm made exact around days off."""

    pattern: Pattern
    """Its count includes the starts that are skipped between the first session and the last."""
    at: time
    meetings: tuple[Meeting, ...]
    """Every day of the rhythm in order, the skipped ones included."""

    @property
    def walls(self) -> tuple[datetime, ...]:
        """The wall time for which each session was first meant: its identity."""
        return tuple(
            datetime.combine(each.day, self.at)
            for each in self.meetings
            if each.held_on is not None
        )

    @property
    def held(self) -> dict[datetime, datetime]:
        """Where a session is moved to: the wall time at which it is, by that of its identity."""
        return {
            datetime.combine(each.day, self.at): datetime.combine(each.held_on, self.at)
            for each in self.meetings
            if each.held_on is not None and each.moved
        }


def plan(rhythm: Rhythm) -> tuple[Pattern, tuple[datetime, ...]]:
    """Make a rhythm exact: its pattern, and every start in wall time, in order."""
    exact = plan_around(rhythm, "keep", _never)
    return exact.pattern, exact.walls


def plan_around(
    rhythm: Rhythm, on_day_off: OnDayOff, day_off: Callable[[date], str | None]
) -> Plan:
    """Make a rhythm exact around days off; `day_off` says what a day off is called, or None."""
    check(rhythm)
    weekly = rhythm.frequency == "weekly" and rhythm.interval == 1
    if on_day_off == "week_later" and weekly:
        raise Invalid(
            "It meets a week later anyway. Skip those days, or move to the next weekday.",
            field="on_day_off",
        )
    meetings = _bounded_meetings(rhythm, on_day_off, day_off)
    days = [each.day for each in meetings if each.held_on is not None]
    spanned = [each for each in meetings if days[0] <= each.day <= days[-1]]
    listed = rhythm.frequency in {"once", "dates"}
    return Plan(
        pattern=_pattern(rhythm, days[0], len(days) if listed else len(spanned)),
        at=rhythm.at,
        meetings=tuple(meetings),
    )


def _never(_: date) -> str | None:
    return None


def _pattern(rhythm: Rhythm, first: date, count: int) -> Pattern:
    monthly_weekday = rhythm.frequency == "monthly_by_weekday"
    return Pattern(
        frequency=rhythm.frequency,
        interval=rhythm.interval if rhythm.frequency not in {"once", "dates"} else 1,
        count=count,
        first_start=datetime.combine(first, rhythm.at),
        weekday=first.weekday() if rhythm.frequency in {"weekly", "monthly_by_weekday"} else None,
        week_of_month=week_of(rhythm) if monthly_weekday else None,
        month_day=month_day_of(rhythm) if rhythm.frequency == "monthly_by_date" else None,
    )


def wall_starts(pattern: Pattern) -> tuple[datetime, ...]:
    """Return every start of a pattern again, in wall time. Given dates have no pattern to repeat."""
    if pattern.frequency == "dates":
        raise Invalid("Given dates are listed, not repeated.")
    return tuple(islice(every_start(pattern), pattern.count))


def every_start(pattern: Pattern) -> Iterator[datetime]:
    """Yield the starts of a pattern as if it went on, in wall time, whatever its count.

    What cannot go on, a single session or given dates, yields its first start only.
    """
    start = pattern.first_start
    if pattern.frequency in {"once", "dates"}:
        yield start
        return
    days = days_of(
        Rhythm(
            frequency=pattern.frequency,
            starts_on=start.date(),
            at=start.time(),
            interval=pattern.interval,
            weekday=pattern.weekday,
            week_of_month=pattern.week_of_month,
            month_day=pattern.month_day,
        )
    )
    yield from (datetime.combine(day, start.time()) for day in days)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of a wall time: skipped times move forward, doubled ones are the first."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def is_skipped(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of the zone jump over this wall time."""
    return instant(wall, zone).astimezone(zone).replace(tzinfo=None) != wall


def is_doubled(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of the zone show this wall time twice."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and not is_skipped(wall, zone)


def occurrence_key(wall: datetime) -> str:
    """Return the identity, for ever, of the occurrence that was first planned for this wall time."""
    return wall.strftime("%Y%m%dT%H%M")


def occurrences(
    walls: Sequence[datetime],
    zone: ZoneInfo,
    duration: timedelta,
    held: Mapping[datetime, datetime] = MappingProxyType({}),
) -> tuple[Occurrence, ...]:
    """Return the occurrences that start at these wall times, or where they are held instead."""
    found = []
    for wall in walls:
        start = instant(held.get(wall, wall), zone)
        found.append(
            Occurrence(
                key=occurrence_key(wall),
                original_start=instant(wall, zone),
                starts_at=start,
                ends_at=start + duration,
                moved=wall in held,
            )
        )
    return tuple(found)


def _bounded_meetings(
    rhythm: Rhythm, on_day_off: OnDayOff, day_off: Callable[[date], str | None]
) -> list[Meeting]:
    """Return the days of a rhythm up to its end, each with what becomes of it."""
    meetings: list[Meeting] = []
    held = 0
    # The day after next is needed: what is moved stays before it.
    for day, following in pairwise(chain(days_of(rhythm), [None])):
        if day is None or (rhythm.until is not None and day > rhythm.until):
            break
        if held == rhythm.count:
            break
        if meetings and day - meetings[0].day > FURTHEST:
            _need_held(held)
            raise _too_far(rhythm)
        if held == MOST_OCCURRENCES:
            raise Invalid(
                f"That makes more than {MOST_OCCURRENCES} sessions. Choose an earlier last date.",
                field="until",
            )
        meetings.append(_met(day, following, on_day_off, day_off))
        held += meetings[-1].held_on is not None
    if not meetings:
        raise Invalid("No session falls between these dates.", field="until")
    _need_held(held)
    repeats = rhythm.frequency not in {"once", "dates"}
    if repeats and rhythm.count is not None and rhythm.until is None and held < rhythm.count:
        raise _too_far(rhythm)
    return meetings


def _need_held(held: int) -> None:
    if not held:
        raise Invalid("Every date is a day off; nothing would take place.", field="on_day_off")


def _too_far(rhythm: Rhythm) -> Invalid:
    field = "dates" if rhythm.frequency == "dates" else "count" if rhythm.count else "until"
    return Invalid("A series reaches ten years at most.", field=field)


def _met(
    day: date,
    following: date | None,
    on_day_off: OnDayOff,
    day_off: Callable[[date], str | None],
) -> Meeting:
    """Return what becomes of a day of the rhythm, given the next one."""
    name = day_off(day)
    if name is None or on_day_off == "keep":
        return Meeting(day, day, name)
    if on_day_off == "skip":
        return Meeting(day, None, name)
    step = timedelta(weeks=1) if on_day_off == "week_later" else timedelta(days=1)
    other = day + step
    while other <= day + _LOOK_FOR_A_DAY and (following is None or other < following):
        weekend = on_day_off == "next_weekday" and other.weekday() >= _SATURDAY
        if not weekend and day_off(other) is None:
            return Meeting(day, other, name)
        other += step
    return Meeting(day, None, name)
