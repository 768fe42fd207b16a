"""Whole months and days: how long a span of days is in the words of a rule."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

_MONTHS_A_YEAR = 12


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months on, or that month's last day."""
    index = day.year * _MONTHS_A_YEAR + day.month - 1 + months
    year, month = divmod(index, _MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1 << 14)
def last_day(first: date, months: int) -> date:
    """Return the last day of a span of whole months that begins on `first`, both days included."""
    return add_months(first, months) - timedelta(days=1)


def whole_months(first: date, last: date) -> int:
    """Return how many whole months lie from `first` to `last`, both days included."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * _MONTHS_A_YEAR + end.month - first.month
    return months if add_months(first, months) <= end else months - 1


def month_of(day: date) -> str:
    """Return the month a day is in, as `YYYY-MM`."""
    return f"{day.year:04d}-{day.month:02d}"


def months_between(first: date, last: date) -> tuple[str, ...]:
    """Return every month from the one of `first` to the one of `last`."""
    months: list[str] = []
    day = first.replace(day=1)
    while day <= last:
        months.append(month_of(day))
        day = add_months(day, 1)
    return tuple(months)
