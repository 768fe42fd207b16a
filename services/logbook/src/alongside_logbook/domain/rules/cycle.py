"""Fixed periods of renewal: which one is due, from when to when it can be handed in."""

from dataclasses import dataclass
from datetime import date, timedelta

from alongside_logbook.domain.rules.periods import CycleRule

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """One cycle: hours from `first` to `last` count, both days included."""

    first: date
    last: date
    due: date
    """The last day to renew, on or after `last`."""
    opens: date | None
    """The first day to renew, where one is named."""


def period_due(rule: CycleRule, day: date) -> Period:
    """Return the period somebody renews next on a day.

    That is the one the day lies in, or the one before as long as that can still be handed in.
    """
    here = _period(rule, _last_year(rule, day))
    before = _period(rule, here.last.year - rule.years.years)
    return before if day <= before.due else here


def period_after(rule: CycleRule, period: Period) -> Period:
    """Return the period that follows another."""
    return _period(rule, period.last.year + rule.years.years)


def whole_years(first: date, last: date) -> int:
    """Return how many whole years lie from one day to another, both included."""
    end = last + _DAY
    years = end.year - first.year
    return max(0, years if (end.month, end.day) >= (first.month, first.day) else years - 1)


def started_years(first: date, last: date) -> int:
    """Return how many years have begun from one day to another, both included."""
    years = whole_years(first, last)
    end = last + _DAY
    exact = (end.month, end.day) == (first.month, first.day)
    return years if exact else years + 1


def _last_year(rule: CycleRule, day: date) -> int:
    year = day.year if day <= rule.ends.of(day.year) else day.year + 1
    anchor = rule.anchor.year if rule.anchor else year
    return year + (anchor - year) % rule.years.years


def _period(rule: CycleRule, year: int) -> Period:
    last = rule.ends.of(year)
    due = last
    if rule.due is not None:
        due = rule.due.of(year)
        due = due if due >= last else rule.due.of(year + 1)
    opens = None
    if rule.opens is not None:
        opens = rule.opens.of(due.year)
        opens = opens if opens <= due else rule.opens.of(due.year - 1)
    return Period(rule.ends.of(year - rule.years.years) + _DAY, last, due, opens)
