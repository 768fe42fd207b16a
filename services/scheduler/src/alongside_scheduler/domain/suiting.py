"""The times of a week that suit somebody, in wall time of their own zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alongside.errors import Invalid
from alongside_scheduler.domain.free import (
    DAY_MINUTES,
    WORKING_MINUTES,
    WORKING_WEEKDAYS,
    Span,
    wall_days,
    wall_span,
    within,
)

Hours = tuple[tuple[int, int, int], ...]
"""Weekday (0 is Monday), first and last minute of the day."""

WORKING_HOURS: Hours = tuple((weekday, *WORKING_MINUTES) for weekday in sorted(WORKING_WEEKDAYS))
"""Of whom nothing is known: weekdays, eight to six."""

_LAST_WEEKDAY = 6
_MOST = 7 * 24


def checked_hours(given: Sequence[tuple[int, int, int]]) -> Hours:
    """Return times of a week in order, joined where they touch; raise `Invalid` for none at all."""
    if not given:
        raise Invalid("Choose at least one hour of the week.", field="hours")
    if len(given) > _MOST:
        raise Invalid("That is more than a week has.", field="hours")
    for weekday, begins, ends in given:
        if not 0 <= weekday <= _LAST_WEEKDAY:
            raise Invalid("A weekday is 0 (Monday) to 6 (Sunday).", field="hours")
        if not 0 <= begins < ends <= DAY_MINUTES:
            raise Invalid("A time of a day ends after it begins, by midnight.", field="hours")
    return _joined(given)


def _joined(given: Iterable[tuple[int, int, int]]) -> Hours:
    found: list[tuple[int, int, int]] = []
    for weekday, begins, ends in sorted(given):
        if found and found[-1][0] == weekday and begins <= found[-1][2]:
            found[-1] = (weekday, found[-1][1], max(found[-1][2], ends))
        else:
            found.append((weekday, begins, ends))
    return tuple(found)


def suiting_spans(hours: Hours, begins: datetime, ends: datetime, zone: ZoneInfo) -> list[Span]:
    """Return when these times of a week are, between two instants."""
    days = list(wall_days(begins, ends, zone))
    spans = [
        wall_span(day, first, last, zone)
        for day in days
        for weekday, first, last in hours
        if day.weekday() == weekday
    ]
    return within(spans, begins, ends)
