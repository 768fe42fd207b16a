"""A rhythm, as people type it: checked, and walked day by day.

It always ends, by count or last date. Months without the chosen day (a 31st, a fifth week) are
left out, as RFC 5545 has it.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from alongside.contracts import Frequency
from alongside.errors import Invalid

MOST_OCCURRENCES = 104
"""Two years of weekly meetings; nothing is endless."""

FURTHEST = timedelta(days=3653)
"""How far a series may reach from its first meeting: ten years."""

LAST_YEAR = 2099
FIRST_YEAR = 1990
LAST_WEEK = -1


@dataclass(frozen=True)
class Rhythm:
    """When a series meets, as somebody types it; `starts_on` is the day from which to look."""

    frequency: Frequency
    starts_on: date
    at: time
    interval: int = 1
    count: int | None = None
    until: date | None = None
    weekday: int | None = None
    week_of_month: int | None = None
    month_day: int | None = None
    dates: tuple[date, ...] = ()


def check(rhythm: Rhythm) -> None:
    """Refuse what cannot be meant; one `Invalid` names every fault."""
    problems: dict[str, str] = {}
    if not FIRST_YEAR <= rhythm.starts_on.year <= LAST_YEAR:
        problems["starts_on"] = f"Choose a year between {FIRST_YEAR} and {LAST_YEAR}."
    if rhythm.frequency in {"weekly", "monthly_by_weekday", "monthly_by_date"}:
        problems |= _check_repeat(rhythm)
    if rhythm.frequency == "dates":
        problems |= _check_dates(rhythm.dates)
    if rhythm.weekday is not None and rhythm.weekday not in range(7):
        problems["weekday"] = "A weekday is 0 (Monday) to 6 (Sunday)."
    if rhythm.week_of_month is not None and rhythm.week_of_month not in {1, 2, 3, 4, LAST_WEEK}:
        problems["week_of_month"] = "Choose the first to the fourth week, or -1 for the last."
    if rhythm.month_day is not None and rhythm.month_day not in range(1, 32):
        problems["month_day"] = "A day of the month is 1 to 31."
    if rhythm.at.second or rhythm.at.microsecond or rhythm.at.tzinfo:
        problems["start_time"] = "Give hours and minutes only."
    if problems:
        raise Invalid.many(problems)


def _check_repeat(rhythm: Rhythm) -> dict[str, str]:
    problems = {}
    longest = 52 if rhythm.frequency == "weekly" else 12
    if not 1 <= rhythm.interval <= longest:
        problems["interval"] = f"Repeat every 1 to {longest}."
    if rhythm.count is None and rhythm.until is None:
        problems["count"] = "A series needs an end: say how many times, or give a last date."
    if rhythm.count is not None and not 1 <= rhythm.count <= MOST_OCCURRENCES:
        problems["count"] = f"A series has 1 to {MOST_OCCURRENCES} sessions."
    if rhythm.until is not None and rhythm.until < rhythm.starts_on:
        problems["until"] = "The last date is before the first."
    return problems


def _check_dates(dates: tuple[date, ...]) -> dict[str, str]:
    if not dates:
        return {"dates": "Give at least one date."}
    if len(dates) > MOST_OCCURRENCES:
        return {"dates": f"A series has at most {MOST_OCCURRENCES} dates."}
    if len(set(dates)) < len(dates):
        twice = next(day for day in dates if dates.count(day) > 1)
        return {"dates": f"{twice.isoformat()} is given twice."}
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in dates):
        return {"dates": f"Choose years between {FIRST_YEAR} and {LAST_YEAR}."}
    return {}


def days_of(rhythm: Rhythm) -> Iterator[date]:
    """Yield the days of a rhythm in order, whatever its count or last date."""
    if rhythm.frequency == "once":
        yield rhythm.starts_on
    elif rhythm.frequency == "dates":
        yield from sorted(rhythm.dates)
    elif rhythm.frequency == "weekly":
        yield from _weekly(rhythm)
    else:
        yield from _monthly(rhythm)


def _weekly(rhythm: Rhythm) -> Iterator[date]:
    weekday = rhythm.starts_on.weekday() if rhythm.weekday is None else rhythm.weekday
    day = rhythm.starts_on + timedelta(days=(weekday - rhythm.starts_on.weekday()) % 7)
    while day.year <= LAST_YEAR:
        yield day
        day += timedelta(weeks=rhythm.interval)


def _monthly(rhythm: Rhythm) -> Iterator[date]:
    """Walk month by month to the first match, then in steps of the interval from there."""
    begun = False
    month = rhythm.starts_on.year * 12 + rhythm.starts_on.month - 1
    while month // 12 <= LAST_YEAR:
        day = _day_in(rhythm, month // 12, month % 12 + 1)
        if day is not None and (begun or day >= rhythm.starts_on):
            begun = True
            yield day
        month += rhythm.interval if begun else 1


def _day_in(rhythm: Rhythm, year: int, month: int) -> date | None:
    length = monthrange(year, month)[1]
    if rhythm.frequency == "monthly_by_date":
        month_day = month_day_of(rhythm)
        return date(year, month, month_day) if month_day <= length else None
    weekday = rhythm.starts_on.weekday() if rhythm.weekday is None else rhythm.weekday
    week = week_of(rhythm)
    if week == LAST_WEEK:
        last = date(year, month, length)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=week - 1)


def month_day_of(rhythm: Rhythm) -> int:
    """Return which day of the month; that of the first date where none is chosen."""
    return rhythm.starts_on.day if rhythm.month_day is None else rhythm.month_day


def week_of(rhythm: Rhythm) -> int:
    """Return which week of the month; a fifth weekday is the last."""
    if rhythm.week_of_month is not None:
        return rhythm.week_of_month
    week = (rhythm.starts_on.day - 1) // 7 + 1
    return week if week < 5 else LAST_WEEK  # noqa: PLR2004
