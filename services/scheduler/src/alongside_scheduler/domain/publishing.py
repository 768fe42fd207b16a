"""What a provider types about when they can be booked: checked, and brought into order."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from alongside.errors import Invalid
from alongside.zones import zone as checked_zone
from alongside_scheduler.domain.availability import (
    OPEN_TO,
    Availability,
    Exemption,
    Hours,
    OpenTo,
    Window,
)
from alongside_scheduler.domain.free import DAY_MINUTES
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.series import LONGEST_MINUTES, SHORTEST_MINUTES
from alongside_scheduler.domain.wording import WEEKDAYS

STEPS = (5, 10, 15, 20, 30, 60)
MOST_WINDOWS = 60
MOST_EXCEPTIONS = 200
MOST_LENGTHS = 6
LONGEST_LEAVE = timedelta(days=366)

_NUMBERS = {
    # name: (least, most, what it is)
    "buffer_minutes": (0, 240, "Keep 0 to 240 minutes free after a session."),
    "notice_hours": (0, 24 * 30, "Notice is 0 to 720 hours."),
    "horizon_days": (1, 366, "People can book 1 to 366 days ahead."),
    "cancel_hours": (0, 24 * 30, "0 to 720 hours before the session."),
}
_LIMITS = {
    "day_sessions": (1, 24, "1 to 24 sessions a day, or empty for no limit."),
    "day_minutes": (5, DAY_MINUTES, "5 to 1440 minutes a day, or empty for no limit."),
    "week_sessions": (1, 168, "1 to 168 sessions a week, or empty for no limit."),
    "week_minutes": (5, 7 * DAY_MINUTES, "5 to 10080 minutes a week, or empty for no limit."),
}


def availability(
    *,
    zone: str,
    windows: Iterable[Window],
    exceptions: Iterable[Exemption],
    lengths: Iterable[int],
    step_minutes: int,
    open_to: str,
    **numbers: int | None,
) -> Availability:
    """Check what was typed; raise one `Invalid` that names every fault. Windows that touch become one."""
    problems = Problems()
    at = None
    weekly: tuple[Window, ...] = ()
    apart: tuple[Exemption, ...] = ()
    with problems.noting():
        at = checked_zone(zone)
    with problems.noting():
        weekly = _windows(windows)
    with problems.noting():
        apart = _exceptions(exceptions)
    sizes = tuple(sorted(set(lengths)))
    if not 1 <= len(sizes) <= MOST_LENGTHS:
        problems.add("lengths", f"Offer one to {MOST_LENGTHS} lengths.")
    elif not all(SHORTEST_MINUTES <= each <= LONGEST_MINUTES for each in sizes):
        problems.add("lengths", f"A session lasts {SHORTEST_MINUTES} minutes to 12 hours.")
    if step_minutes not in STEPS:
        problems.add("step_minutes", f"Choose one of: {', '.join(map(str, STEPS))}.")
    for name, (least, most, words) in _NUMBERS.items():
        if not least <= (numbers[name] or 0) <= most or numbers[name] is None:
            problems.add(name, words)
    for name, (least, most, words) in _LIMITS.items():
        limit = numbers[name]
        if limit is not None and not least <= limit <= most:
            problems.add(name, words)
    whom: OpenTo | None = next((known for known in OPEN_TO if known == open_to), None)
    if whom is None:
        problems.add("open_to", f"Choose one of: {', '.join(OPEN_TO)}.")
    problems.raise_any()
    facts: dict[str, Any] = {**numbers, "zone": at, "open_to": whom}
    return Availability(
        windows=weekly,
        exceptions=apart,
        lengths=sizes,
        step_minutes=step_minutes,
        **facts,
    )


def with_window(windows: Iterable[Window], weekdays: Iterable[int], hours: Hours) -> list[Window]:
    """Return the windows and these hours on these weekdays."""
    return [*windows, *(Window(day, hours.begins, hours.ends) for day in weekdays)]


def over(exceptions: Iterable[Exemption], today: date) -> tuple[Exemption, ...]:
    """Return the exceptions that are not past."""
    return tuple(each for each in exceptions if each.last >= today)


def _windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    found: list[Window] = []
    for weekday, group in groupby(sorted(windows), key=lambda each: each.weekday):
        if weekday not in range(7):
            raise Invalid("A weekday is 0 (Monday) to 6 (Sunday).", field="windows")
        hours = _tidy([Hours(each.begins, each.ends) for each in group], "windows")
        found += (Window(weekday, each.begins, each.ends) for each in hours)
    if len(found) > MOST_WINDOWS:
        raise Invalid(f"At most {MOST_WINDOWS} windows a week.", field="windows")
    return tuple(found)


def _exceptions(exceptions: Iterable[Exemption]) -> tuple[Exemption, ...]:
    found = sorted(exceptions)
    if len(found) > MOST_EXCEPTIONS:
        raise Invalid(f"At most {MOST_EXCEPTIONS} exceptions.", field="exceptions")
    for each in found:
        if each.last < each.first:
            raise Invalid("The last day is before the first.", field="exceptions")
        if each.last - each.first > LONGEST_LEAVE:
            raise Invalid("An exception lasts a year at most.", field="exceptions")
    for one, two in pairwise(found):
        if two.first <= one.last:
            raise Invalid(
                f"{_day(two.first)} has an exception already. Take that one away first.",
                field="exceptions",
            )
    return tuple(
        Exemption(each.first, each.last, _tidy(each.hours, "exceptions")) for each in found
    )


def _tidy(hours: Sequence[Hours], field: str) -> tuple[Hours, ...]:
    """Return hours in order; those that overlap or touch become one."""
    found: list[Hours] = []
    for each in sorted(hours):
        if not 0 <= each.begins < each.ends <= DAY_MINUTES:
            raise Invalid("A window ends after it begins, on the same day.", field=field)
        if found and each.begins <= found[-1].ends:
            found[-1] = Hours(found[-1].begins, max(found[-1].ends, each.ends))
        else:
            found.append(each)
    return tuple(found)


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]}, {day:%-d %B %Y}"
