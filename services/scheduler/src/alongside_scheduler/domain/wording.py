"""A rhythm in words."""

from alongside.contracts import Pattern
from alongside_scheduler.domain.recurrence import LAST_WEEK

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST_WEEK: "last"}
_SHORTEST_MONTH = 28


def times(count: int) -> str:
    """Return `once`, `twice` or `12 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def ordinal(number: int) -> str:
    """Return `1st`, `22nd` or `13th`."""
    tens_end = {11, 12, 13}
    letters = (
        "th" if number % 100 in tens_end else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{letters}"


def rhythm(pattern: Pattern) -> str:
    """Return `Every month on the second Tuesday`, `Every second week on Monday`, `On 5 given dates`."""
    every = pattern.interval
    if pattern.frequency == "once":
        return "Once"
    if pattern.frequency == "dates":
        return f"On {pattern.count} given dates" if pattern.count > 1 else "On one given date"
    if pattern.frequency == "weekly":
        return f"{_every(every, 'week')} on {WEEKDAYS[pattern.weekday or 0]}"
    months = _every(every, "month")
    if pattern.frequency == "monthly_by_date":
        return f"{months} on the {ordinal(pattern.month_day or 1)}"
    return f"{months} on the {WEEKS[pattern.week_of_month or 1]} {WEEKDAYS[pattern.weekday or 0]}"


def whole(pattern: Pattern, meetings: int | None = None) -> str:
    """Return the rhythm and how often: `Every week on Monday, 12 times`.

    `meetings` is how often it is met, where days off are left out of the pattern.
    """
    if pattern.frequency in {"once", "dates"}:
        return rhythm(pattern)
    return f"{rhythm(pattern)}, {times(pattern.count if meetings is None else meetings)}"


def _every(number: int, unit: str) -> str:
    return {1: f"Every {unit}", 2: f"Every second {unit}"}.get(number, f"Every {number} {unit}s")


def skips_months(pattern: Pattern) -> bool:
    """Tell whether short months are left out of this rhythm."""
    return pattern.frequency == "monthly_by_date" and (pattern.month_day or 1) > _SHORTEST_MONTH
