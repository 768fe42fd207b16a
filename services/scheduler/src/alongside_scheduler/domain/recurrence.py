"""Which days a series meets, in wall time, and which instants those are.

A rhythm is what people type; a `Pattern` is the same made exact: it can be written as an RRULE.
It always ends, by count or last date. Months without the chosen day (a 31st, a fifth week) are
left out, as RFC 5545 has it. A wall time that a clock change skips moves forward by the gap; one
that happens twice means the first.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from alongside.contracts import Frequency, Occurrence, Pattern
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


def plan(rhythm: Rhythm) -> tuple[Pattern, tuple[datetime, ...]]:
    """Make a rhythm exact: its pattern, and every start in wall time, in order."""
    _check(rhythm)
    days = _bounded_days(rhythm)
    first = days[0]
    monthly_weekday = rhythm.frequency == "monthly_by_weekday"
    pattern = Pattern(
        frequency=rhythm.frequency,
        interval=rhythm.interval if rhythm.frequency not in {"once", "dates"} else 1,
        count=len(days),
        first_start=datetime.combine(first, rhythm.at),
        weekday=first.weekday() if rhythm.frequency in {"weekly", "monthly_by_weekday"} else None,
        week_of_month=_week(rhythm) if monthly_weekday else None,
        month_day=_month_day(rhythm) if rhythm.frequency == "monthly_by_date" else None,
    )
    return pattern, tuple(datetime.combine(day, rhythm.at) for day in days)


def wall_starts(pattern: Pattern) -> tuple[datetime, ...]:
    """Return every start of a pattern again, in wall time. Given dates have no pattern to repeat."""
    if pattern.frequency == "dates":
        raise Invalid("Given dates are listed, not repeated.")
    start = pattern.first_start
    days = _days(
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
    return tuple(datetime.combine(day, start.time()) for day in islice(days, pattern.count))


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
    walls: Sequence[datetime], zone: ZoneInfo, duration: timedelta
) -> tuple[Occurrence, ...]:
    """Return the occurrences that start at these wall times."""
    found = []
    for wall in walls:
        start = instant(wall, zone)
        found.append(
            Occurrence(
                key=occurrence_key(wall),
                original_start=start,
                starts_at=start,
                ends_at=start + duration,
            )
        )
    return tuple(found)


def _check(rhythm: Rhythm) -> None:
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


def _bounded_days(rhythm: Rhythm) -> list[date]:
    days: list[date] = []
    for day in _days(rhythm):
        if rhythm.count is not None and len(days) == rhythm.count:
            break
        if rhythm.until is not None and day > rhythm.until:
            break
        if len(days) == MOST_OCCURRENCES:
            raise Invalid(
                f"That makes more than {MOST_OCCURRENCES} sessions. Choose an earlier last date.",
                field="until",
            )
        days.append(day)
    if not days:
        raise Invalid("No session falls between these dates.", field="until")
    if days[-1] - days[0] > FURTHEST:
        raise Invalid("A series reaches ten years at most.", field="count")
    if rhythm.count is not None and rhythm.until is None and len(days) < rhythm.count:
        if rhythm.frequency in {"once", "dates"}:
            return days
        raise Invalid("A series reaches ten years at most.", field="count")
    return days


def _days(rhythm: Rhythm) -> Iterator[date]:
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
        month_day = _month_day(rhythm)
        return date(year, month, month_day) if month_day <= length else None
    weekday = rhythm.starts_on.weekday() if rhythm.weekday is None else rhythm.weekday
    week = _week(rhythm)
    if week == LAST_WEEK:
        last = date(year, month, length)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=week - 1)


def _month_day(rhythm: Rhythm) -> int:
    return rhythm.starts_on.day if rhythm.month_day is None else rhythm.month_day


def _week(rhythm: Rhythm) -> int:
    """Return which week of the month; a fifth weekday is the last."""
    if rhythm.week_of_month is not None:
        return rhythm.week_of_month
    week = (rhythm.starts_on.day - 1) // 7 + 1
    return week if week < 5 else LAST_WEEK  # noqa: PLR2004
