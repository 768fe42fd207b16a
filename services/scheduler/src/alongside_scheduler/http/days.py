"""Free slots as people look for them: a month to choose a day from, and the times of that day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alongside_scheduler.domain import month as whole
from alongside_scheduler.http.words import LOCALE

_NOON, _EVENING = 12, 17
_MANY = 6


@dataclass(frozen=True)
class DayCell:
    """A day in a month."""

    day: date
    count: int
    is_outside: bool
    is_chosen: bool

    @property
    def level(self) -> int:
        """How full of free times the day is, from 0 to 3."""
        return min(3, -(-3 * self.count // _MANY))


@dataclass(frozen=True)
class Month:
    """A month of days, week by week, and the months beside it that have something."""

    first: date
    weeks: list[list[DayCell]]
    before: date | None
    after: date | None

    @property
    def name(self) -> str:
        """Return `March 2026`."""
        return f"{self.first:%B %Y}"


@dataclass(frozen=True)
class Part:
    """Part of a day: morning, afternoon, evening."""

    name: str
    starts: list[datetime]


def by_day(starts: Iterable[datetime], zone: ZoneInfo) -> dict[date, list[datetime]]:
    """Return starts by the day on which they are where the viewer is."""
    found: dict[date, list[datetime]] = {}
    for start in starts:
        found.setdefault(start.astimezone(zone).date(), []).append(start)
    return found


def month_of(days: dict[date, list[datetime]], chosen: date, today: date) -> Month:
    """Return the month of a day, without the weeks that are past."""
    month = whole.Month.of(chosen)
    first, following = month.first, month.after.first
    since = max(first, min(today, chosen))
    weeks = [
        [
            DayCell(
                day=day,
                count=len(days.get(day, ())) if day.month == first.month else 0,
                is_outside=day.month != first.month,
                is_chosen=day == chosen,
            )
            for day in week
        ]
        for week in month.weeks(whole.first_weekday(LOCALE))
        if week[-1] >= since
    ]
    earlier = [day for day in days if day < first]
    later = [day for day in days if day >= following]
    return Month(
        first=first,
        weeks=weeks,
        before=_first_of_month(earlier, max(earlier)) if earlier else None,
        after=min(later) if later else None,
    )


def _first_of_month(days: Sequence[date], like: date) -> date:
    return min(day for day in days if (day.year, day.month) == (like.year, like.month))


def parts_of(starts: Iterable[datetime], zone: ZoneInfo) -> list[Part]:
    """Return the times of a day, in parts that are not empty."""
    named: dict[str, list[datetime]] = {"Morning": [], "Afternoon": [], "Evening": []}
    for start in starts:
        hour = start.astimezone(zone).hour
        name = "Morning" if hour < _NOON else "Afternoon" if hour < _EVENING else "Evening"
        named[name].append(start)
    return [Part(name, times) for name, times in named.items() if times]
