"""Days: the nth weekday of a month, months on and back, and when nobody comes because of a holiday."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from alongside.zones import zone

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months on (or back), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """Return the nth such weekday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)


def monthly(since: date, weekday: int, nth: int) -> Iterator[date]:
    """Yield the nth such weekday of every month, from the first that is not before `since`."""
    month = since.replace(day=1)
    while True:
        day = nth_weekday(month.year, month.month, weekday, nth)
        if day >= since:
            yield day
        month = add_months(month, 1)


def weekly(since: date, weekday: int, every: int) -> Iterator[date]:
    """Yield such a weekday every so many weeks, from the first that is not before `since`."""
    day = since + timedelta(days=(weekday - since.weekday()) % 7)
    while True:
        yield day
        day += timedelta(weeks=every)


def is_holiday(day: date) -> bool:
    """Tell whether schools and agencies are closed: Thanksgiving, the turn of the year, Independence Day."""
    thanksgiving = nth_weekday(day.year, 11, THURSDAY, 4)
    return (
        thanksgiving - timedelta(days=1) <= day <= thanksgiving + timedelta(days=1)
        or (day.month, day.day) >= (12, 21)
        or (day.month, day.day) <= (1, 2)
        or (day.month == 7 and 3 <= day.day <= 5)  # noqa: PLR2004  # the third to the fifth of July
    )


def is_spring_break(day: date) -> bool:
    """Tell whether schools have their week off in March."""
    monday = nth_weekday(day.year, 3, MONDAY, 3)
    return monday <= day < monday + timedelta(days=5)


def instant(day: date, at: time, zone_name: str) -> datetime:
    """Return the instant, in UTC, of a wall time; a skipped one moves forward, a doubled one is the first."""
    return datetime.combine(day, at, tzinfo=zone(zone_name)).astimezone(UTC)


def by_day(moment: datetime, zone_name: str) -> datetime:
    """Return a moment of the same day at which people are up."""
    local = moment.astimezone(zone(zone_name))
    return instant(local.date(), time(8 + local.hour % 13, local.minute), zone_name)
