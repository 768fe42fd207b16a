"""Months and weeks as they lie on a page, in the zone of whoever looks.

A day is a wall date there: it begins at local midnight, and lasts 23 or 25 hours where the clocks
change.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from alongside.errors import NotFound

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
FIRST_WEEKDAYS = MappingProxyType({"en": SUNDAY, "en-US": SUNDAY, "en-CA": SUNDAY, "es-US": SUNDAY})
"""On which day a week begins, by locale; elsewhere on Monday."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
DAY_MINUTES = 24 * 60

_DAYS_A_WEEK = 7
_THURSDAY = 3
_DECEMBER = 12
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


class Timed(Protocol):
    """Whatever begins and ends."""

    @property
    def starts_at(self) -> datetime:
        """When it begins, aware."""
        ...

    @property
    def ends_at(self) -> datetime:
        """When it ends, aware; after the beginning."""
        ...


T = TypeVar("T", bound=Timed)


def first_weekday(locale: str) -> int:
    """Return on which day a week begins, Monday as 0."""
    return FIRST_WEEKDAYS.get(locale, MONDAY)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of a year. As text: `2026-11`."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parsed(cls, text: str) -> "Month":
        """Read `2026-11`; raise `NotFound` for what is no month between 2000 and 2100."""
        match = _MONTH.fullmatch(text)
        if match:
            year, month = int(match[1]), int(match[2])
            if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= _DECEMBER:
                return cls(year, month)
        raise NotFound("There is no such month here. Write it as 2026-11.")

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def name(self) -> str:
        """Return `November 2026`."""
        return f"{calendar.month_name[self.month]} {self.year}"

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def before(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after."""
        return Month.of(self.last + timedelta(days=1))

    def weeks(self, first_weekday: int) -> list[tuple[date, ...]]:
        """Return whole weeks, each of seven days, from the one with the first day to the last's."""
        begin = self.first - timedelta(days=(self.first.weekday() - first_weekday) % _DAYS_A_WEEK)
        weeks = []
        while begin <= self.last:
            weeks.append(tuple(begin + timedelta(days=each) for each in range(_DAYS_A_WEEK)))
            begin += timedelta(days=_DAYS_A_WEEK)
        return weeks


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """A week, named by the ISO week of its Thursday, on whichever day it begins: `2026-W47`."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date, first_weekday: int) -> "Week":
        """Return the week a day lies in, of weeks that begin on this weekday."""
        begin = day - timedelta(days=(day.weekday() - first_weekday) % _DAYS_A_WEEK)
        thursday = begin + timedelta(days=(_THURSDAY - first_weekday) % _DAYS_A_WEEK)
        year, number, _ = thursday.isocalendar()
        return cls(year, number)

    @classmethod
    def parsed(cls, text: str) -> "Week":
        """Read `2026-W47`; raise `NotFound` for what is no week between 2000 and 2100."""
        match = _WEEK.fullmatch(text)
        if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            try:
                date.fromisocalendar(int(match[1]), int(match[2]), 1)
            except ValueError:
                pass
            else:
                return cls(int(match[1]), int(match[2]))
        raise NotFound("There is no such week here. Write it as 2026-W47.")

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    def days(self, first_weekday: int) -> tuple[date, ...]:
        """Return its seven days."""
        thursday = date.fromisocalendar(self.year, self.number, _THURSDAY + 1)
        begin = thursday - timedelta(days=(_THURSDAY - first_weekday) % _DAYS_A_WEEK)
        return tuple(begin + timedelta(days=each) for each in range(_DAYS_A_WEEK))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day begins in a zone, in UTC; where no midnight is, right after."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when days begin and end, in UTC, the last one included."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)


def clock_changes(first: date, last: date, zone: ZoneInfo) -> list[date]:
    """Return the days, of these, on which the clocks of a zone change."""
    found = []
    day = first
    while day <= last:
        begin, end = bounds(day, day, zone)
        if begin.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
            found.append(day)
        day += timedelta(days=1)
    return found


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What of something lies on one day. Minutes are wall time since midnight, as a clock shows it."""

    item: T
    day: date
    begins: int
    ends: int
    goes_on: bool
    """Whether it began on a day before."""
    stays_on: bool
    """Whether it ends on a day after."""


def parts(item: T, zone: ZoneInfo) -> Iterator[Part[T]]:
    """Return what of something lies on which days, in order."""
    begin = item.starts_at.astimezone(zone)
    end = item.ends_at.astimezone(zone)
    if begin.date() == end.date():
        yield Part(
            item, begin.date(), _minutes(begin), _minutes(end), goes_on=False, stays_on=False
        )
        return
    # What ends at midnight does not touch the next day.
    last = (item.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    day = first = begin.date()
    while day <= last:
        yield Part(
            item=item,
            day=day,
            begins=_minutes(begin) if day == first else 0,
            ends=_minutes(end) if day == last == end.date() else DAY_MINUTES,
            goes_on=day > first,
            stays_on=day < last,
        )
        day += timedelta(days=1)


def by_day(items: Iterable[T], zone: ZoneInfo) -> dict[date, list[Part[T]]]:
    """Return what lies on each day that has something, in the order in which it begins."""
    found: dict[date, list[Part[T]]] = {}
    for item in sorted(items, key=lambda each: each.starts_at):
        for part in parts(item, zone):
            found.setdefault(part.day, []).append(part)
    return found


@dataclass(frozen=True, slots=True)
class Cell(Generic[T]):
    """A cell of a week's table: over how many rows it goes, and what lies in it."""

    rows: int
    parts: tuple[Part[T], ...]


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """A row of a week's table, from a minute of the day on.

    A day whose cell began further up has None.
    """

    minute: int
    cells: tuple[Cell[T] | None, ...]


def week_rows(
    days: Sequence[date],
    found: Mapping[date, Sequence[Part[T]]],
    *,
    step: int = 30,
    earliest: int = 8 * 60,
    latest: int = 18 * 60,
) -> list[Row[T]]:
    """Return the rows of a table of days, from whole hour to whole hour, in steps of minutes.

    It begins and ends with these minutes of the day, sooner or later where something lies there.
    What overlaps shares a cell.
    """
    inside = [part for day in days for part in found.get(day, ())]
    begin = min([earliest, *(part.begins for part in inside)]) // 60 * 60
    end = -(-max([latest, *(_shown_end(part, step) for part in inside)]) // 60) * 60
    columns = [_column(found.get(day, ()), begin, end, step) for day in days]
    return [
        Row(minute, tuple(column.get(minute) for column in columns))
        for minute in range(begin, end, step)
    ]


def _column(some: Sequence[Part[T]], begin: int, end: int, step: int) -> dict[int, Cell[T]]:
    cells: dict[int, Cell[T]] = {}
    free = begin
    for first, last, together in _clusters(some, step):
        cells |= {minute: Cell(1, ()) for minute in range(free, first, step)}
        cells[first] = Cell((last - first) // step, tuple(together))
        free = last
    return cells | {minute: Cell(1, ()) for minute in range(free, end, step)}


def _clusters(some: Sequence[Part[T]], step: int) -> list[tuple[int, int, list[Part[T]]]]:
    """Return from which row to which row what touches the same rows lies, from top to bottom."""
    found: list[tuple[int, int, list[Part[T]]]] = []
    for part in sorted(some, key=lambda each: each.begins):
        first = part.begins // step * step
        last = -(-_shown_end(part, step) // step) * step
        if found and first < found[-1][1]:
            top, bottom, together = found[-1]
            found[-1] = (top, max(bottom, last), [*together, part])
        else:
            found.append((first, last, [part]))
    return found


def _shown_end(part: Part[T], step: int) -> int:
    """Return where it ends; at least a row below its beginning, as where the clocks go back."""
    return min(max(part.ends, part.begins // step * step + step), DAY_MINUTES)


def _minutes(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
