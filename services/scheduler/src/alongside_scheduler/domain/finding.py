"""The times at which a group could meet, ranked: most people free on most dates comes first.

A slot is a rhythm with a time: every Tuesday at ten, say. On each of its dates everybody is free,
busy, or it is outside of what suits them. A date on which somebody who leads cannot come is lost
for all. Among equals comes first what is early or late for fewer people, and then what is sooner.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import takewhile
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from alongside_scheduler.domain.free import DAY_MINUTES, Span, merged, without
from alongside_scheduler.domain.recurrence import instant
from alongside_scheduler.domain.rhythm import LAST_WEEK, Rhythm, days_of

SlotRhythm = Literal["weekly", "fortnightly", "monthly"]
SLOT_RHYTHMS: tuple[SlotRhythm, ...] = get_args(SlotRhythm)

Attendance = Literal["free", "busy", "outside"]

EARLIEST, LATEST = 6 * 60, 22 * 60
"""Between which minutes of the day, in the group's zone, a time is looked for."""
STEP_MINUTES = 30
COMFORT = (9 * 60, 17 * 60)
"""Minutes outside of this, on the wall clock of each person, count as strain."""

_WEEKS_OF_MONTH = (1, 2, 3, 4, LAST_WEEK)
_WEEK = 7
_MOST_ON_THE_SAME_DAYS = 2


@dataclass(frozen=True)
class Attendee:
    """One of the group: when they could meet at all, and when something else takes their time."""

    person_id: str
    zone: ZoneInfo
    hours: Sequence[Span]
    busy: Sequence[Span]
    is_needed: bool = False
    """Whether they lead: without them nobody meets."""


@dataclass(frozen=True)
class Search:
    """What is looked for: how often, how long, in whose zone, and over which days."""

    rhythm: SlotRhythm
    minutes: int
    zone: ZoneInfo
    first_day: date
    weeks: int

    @property
    def last_day(self) -> date:
        """The last day that is looked at."""
        return self.first_day + timedelta(days=self.weeks * _WEEK - 1)


@dataclass(frozen=True, order=True)
class Slot:
    """A time that comes again: its first meeting in wall time, and for months which week of them."""

    first: datetime
    week_of_month: int | None = None

    def rhythm(self, of: SlotRhythm, until: date) -> Rhythm:
        """Return it as people plan it."""
        return Rhythm(
            frequency="monthly_by_weekday" if of == "monthly" else "weekly",
            starts_on=self.first.date(),
            at=self.first.time(),
            interval=2 if of == "fortnightly" else 1,
            until=until,
            weekday=self.first.weekday(),
            week_of_month=self.week_of_month,
        )

    def dates(self, of: SlotRhythm, until: date) -> list[date]:
        """Return its days up to one, that one included."""
        return list(takewhile(lambda day: day <= until, days_of(self.rhythm(of, until))))


@dataclass(frozen=True)
class Proposal:
    """A slot, and how each person stands to each of its dates."""

    slot: Slot
    starts: tuple[datetime, ...]
    """Instants in UTC."""
    rows: tuple[tuple[Attendance, ...], ...]
    """For each person, in the order given, for each date."""
    everybody: int
    """Dates on which all are free."""
    held: int
    """How often somebody is free on a date on which those who lead are."""
    strain: int
    """Minutes before nine or after five, over all people and dates."""

    @property
    def rank(self) -> tuple[Fraction, Fraction, Fraction, Slot]:
        """Sorts the better one first. Counts are shares, so that five dates compare with six."""
        dates = len(self.starts)
        return (
            -Fraction(self.held, dates * len(self.rows)),
            -Fraction(self.everybody, dates),
            Fraction(self.strain, dates),
            self.slot,
        )


def slots(search: Search) -> Iterator[Slot]:
    """Return every slot of a rhythm, each with at least one date in the days looked at."""
    walls = [
        time(minute // 60, minute % 60)
        for minute in range(EARLIEST, LATEST - search.minutes + 1, STEP_MINUTES)
    ]
    for day, week_of_month in _first_days(search):
        for wall in walls:
            yield Slot(datetime.combine(day, wall), week_of_month)


def _first_days(search: Search) -> Iterator[tuple[date, int | None]]:
    days = _WEEK * (2 if search.rhythm == "fortnightly" else 1)
    if search.rhythm != "monthly":
        for number in range(min(days, search.weeks * _WEEK)):
            yield search.first_day + timedelta(days=number), None
        return
    for weekday in range(_WEEK):
        seen: set[tuple[date, ...]] = set()
        for week in _WEEKS_OF_MONTH:
            rhythm = Rhythm(
                frequency="monthly_by_weekday",
                starts_on=search.first_day,
                at=time(),
                until=search.last_day,
                weekday=weekday,
                week_of_month=week,
            )
            dates = tuple(takewhile(lambda day: day <= search.last_day, days_of(rhythm)))
            # The fourth one and the last one may be the same days as far as we look.
            if dates and dates not in seen:
                seen.add(dates)
                yield dates[0], week


def judged(slot: Slot, search: Search, people: Sequence[Attendee]) -> Proposal:
    """Return how each person stands to each date of a slot."""
    return _Judge(search, people).judge(slot)


def ranked(search: Search, people: Sequence[Attendee]) -> list[Proposal]:
    """Return every slot on which anybody could meet at all, the best first."""
    judge = _Judge(search, people)
    found = (judge.judge(slot) for slot in slots(search) if judge.is_possible(slot))
    return sorted((each for each in found if each.held), key=lambda each: each.rank)


def best(search: Search, people: Sequence[Attendee], most: int = 8) -> list[Proposal]:
    """Return the best slots that differ: none overlaps a better one, and two at most share their days."""
    chosen: list[Proposal] = []
    on_the_days: Counter[tuple[date, int | None]] = Counter()
    for proposal in ranked(search, people):
        days = (proposal.slot.first.date(), proposal.slot.week_of_month)
        if on_the_days[days] < _MOST_ON_THE_SAME_DAYS and not any(
            _overlap(proposal, other, search.minutes) for other in chosen
        ):
            chosen.append(proposal)
            on_the_days[days] += 1
            if len(chosen) == most:
                break
    return chosen


def _overlap(one: Proposal, other: Proposal, minutes: int) -> bool:
    length = timedelta(minutes=minutes)
    return any(
        abs(one_start - other_start) < length
        for one_start, other_start in zip(one.starts, other.starts, strict=False)
    )


class _Timeline:
    """One person's time, made so that a question about it is two look-ups."""

    def __init__(self, person: Attendee) -> None:
        self._hours = merged(person.hours)
        self._free = without(self._hours, person.busy)
        self._hours_begin = [span.starts_at for span in self._hours]
        self._free_begin = [span.starts_at for span in self._free]

    def at(self, meeting: Span) -> Attendance:
        if _inside(self._free, self._free_begin, meeting):
            return "free"
        return "busy" if _inside(self._hours, self._hours_begin, meeting) else "outside"


def _inside(spans: Sequence[Span], begins: Sequence[datetime], meeting: Span) -> bool:
    place = bisect_right(begins, meeting.starts_at) - 1
    return place >= 0 and meeting.ends_at <= spans[place].ends_at


class _Judge:
    def __init__(self, search: Search, people: Sequence[Attendee]) -> None:
        self._search = search
        self._length = timedelta(minutes=search.minutes)
        self._needed = [number for number, each in enumerate(people) if each.is_needed]
        self._lines = [_Timeline(person) for person in people]
        self._days: dict[tuple[date, int | None], list[date]] = {}
        self._zones: dict[ZoneInfo, int] = {}
        for person in people:
            self._zones[person.zone] = self._zones.get(person.zone, 0) + 1

    def is_possible(self, slot: Slot) -> bool:
        """Tell whether all who lead are free on some date: most hours of a week fail here."""
        lines = [self._lines[number] for number in self._needed]
        return any(
            all(line.at(meeting) == "free" for line in lines) for meeting in self._meetings(slot)
        )

    def _meetings(self, slot: Slot) -> list[Span]:
        key = (slot.first.date(), slot.week_of_month)
        if key not in self._days:
            self._days[key] = slot.dates(self._search.rhythm, self._search.last_day)
        wall = slot.first.time()
        starts = [
            instant(datetime.combine(day, wall), self._search.zone) for day in self._days[key]
        ]
        return [Span(start, start + self._length) for start in starts]

    def judge(self, slot: Slot) -> Proposal:
        """Return how each person stands to each date."""
        meetings = self._meetings(slot)
        starts = tuple(meeting.starts_at for meeting in meetings)
        rows = tuple(tuple(line.at(meeting) for meeting in meetings) for line in self._lines)
        free = [[each == "free" for each in row] for row in rows]
        held = everybody = 0
        for number in range(len(starts)):
            if all(free[person][number] for person in self._needed):
                count = sum(row[number] for row in free)
                held += count
                everybody += count == len(rows)
        strain = sum(
            people * sum(strain_of(start, self._search.minutes, zone) for start in starts)
            for zone, people in self._zones.items()
        )
        return Proposal(slot, starts, rows, everybody, held, strain)


def strain_of(start: datetime, minutes: int, zone: ZoneInfo) -> int:
    """Return how many minutes of a meeting lie before nine or after five on the clock of a zone."""
    wall = start.astimezone(zone)
    begins = wall.hour * 60 + wall.minute
    # A meeting may reach into the next day, and there into its working hours.
    calm = sum(
        max(0, min(begins + minutes, last + day) - max(begins, first + day))
        for first, last in (COMFORT,)
        for day in (0, DAY_MINUTES)
    )
    return minutes - calm
