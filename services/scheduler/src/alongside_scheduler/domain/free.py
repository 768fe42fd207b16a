"""Free and taken time as spans, and what can be done with them. Nothing here knows whose they are.

A span is half-open: it holds its first instant and not its last, so that one meeting may begin
when another ends. Lists that come out are in order, without overlaps, and without gaps of zero
length; lists that go in may be in any order and overlap.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from alongside_scheduler.domain.recurrence import instant

DAY_MINUTES = 24 * 60
WORKING_WEEKDAYS = frozenset(range(5))
WORKING_MINUTES = (8 * 60, 18 * 60)
"""Where nobody publishes when they can be booked: weekdays from 8:00 to 18:00, wall time."""


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Time from one instant (UTC) up to another, the other not included."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Tell whether some instant is in both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def holds(self, other: "Span") -> bool:
        """Tell whether all of the other is inside."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time in as few spans as can be; empty ones and those that run backward are left out."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.starts_at < span.ends_at):
        if found and span.starts_at <= found[-1].ends_at:
            if span.ends_at > found[-1].ends_at:
                found[-1] = Span(found[-1].starts_at, span.ends_at)
        else:
            found.append(span)
    return found


def without(free: Iterable[Span], busy: Iterable[Span]) -> list[Span]:
    """Return the time that is in the first and not in the second."""
    found: list[Span] = []
    taken = merged(busy)
    place = 0
    for span in merged(free):
        begins = span.starts_at
        while place < len(taken) and taken[place].ends_at <= begins:
            place += 1
        for each in taken[place:]:
            if each.starts_at >= span.ends_at:
                break
            if begins < each.starts_at:
                found.append(Span(begins, each.starts_at))
            begins = each.ends_at
        if begins < span.ends_at:
            found.append(Span(begins, span.ends_at))
    return found


def shared(spans_by_person: Sequence[Iterable[Span]]) -> list[Span]:
    """Return the time that is in every one of these lists; of no list at all, nothing."""
    if not spans_by_person:
        return []
    common, *others = (merged(spans) for spans in spans_by_person)
    for spans in others:
        common = _both(common, spans)
    return common


def starts_in(
    free: Iterable[Span], minutes: int, step_minutes: int, zone: tzinfo = UTC
) -> Iterator[datetime]:
    """Return, in order, when a meeting of so many minutes can begin (UTC).

    Starts stand on the wall clock of the zone: each lies a whole number of steps after its
    midnight, so that steps of 30 give whole and half hours. A wall time that the clocks show
    twice is offered once, the first time.
    """
    length, step = timedelta(minutes=minutes), timedelta(minutes=step_minutes)
    for span in merged(free):
        wall = span.starts_at.astimezone(zone)
        since_midnight = timedelta(
            hours=wall.hour,
            minutes=wall.minute,
            seconds=wall.second,
            microseconds=wall.microsecond,
        )
        begins = span.starts_at + (-since_midnight) % step
        while begins + length <= span.ends_at:
            there = begins.astimezone(zone)
            if not there.fold and not (there.hour * 60 + there.minute) % step_minutes:
                yield begins
                begins += step
            else:
                # The clocks changed under our feet: walk to the next wall time of the grid.
                begins += timedelta(minutes=1)


def wall_span(day: date, begins: int, ends: int, zone: ZoneInfo) -> Span:
    """Return a part of a wall day, given in minutes after midnight; 1440 is the next midnight."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # a wall time
    return Span(
        instant(midnight + timedelta(minutes=begins), zone),
        instant(midnight + timedelta(minutes=ends), zone),
    )


def wall_days(begins: datetime, ends: datetime, zone: tzinfo) -> Iterator[date]:
    """Return each wall day of the zone that has a part between two instants."""
    day, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def working_hours(begins: datetime, ends: datetime, zone: ZoneInfo) -> list[Span]:
    """Return the working hours of weekdays between two instants, in wall time of the zone."""
    return within(
        [
            wall_span(day, *WORKING_MINUTES, zone)
            for day in wall_days(begins, ends, zone)
            if day.weekday() in WORKING_WEEKDAYS
        ],
        begins,
        ends,
    )


def within(spans: Iterable[Span], begins: datetime, ends: datetime) -> list[Span]:
    """Return what of these spans lies between two instants."""
    return _both(merged(spans), [Span(begins, ends)])


def _both(ones: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the common time of two merged lists."""
    found: list[Span] = []
    one = other = 0
    while one < len(ones) and other < len(others):
        begins = max(ones[one].starts_at, others[other].starts_at)
        ends = min(ones[one].ends_at, others[other].ends_at)
        if begins < ends:
            found.append(Span(begins, ends))
        if ones[one].ends_at < others[other].ends_at:
            one += 1
        else:
            other += 1
    return found
