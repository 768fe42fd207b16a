"""Times in words: weekday, local time, zone name and offset, so that nobody has to guess."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from alongside.contracts import Pattern, SeriesState
from alongside.contracts.hours import AwaitedFor
from alongside.zones import zone
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.view import Meeting, View

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def day(instant: datetime, zone_name: str) -> str:
    """Return `Tuesday, January 12, 2027`."""
    local = instant.astimezone(zone(zone_name))
    return f"{local:%A, %B} {local.day}, {local.year}"


def clock(instant: datetime, zone_name: str) -> str:
    """Return `10:00 AM`."""
    local = instant.astimezone(zone(zone_name))
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"  # noqa: PLR2004


def offset(instant: datetime, zone_name: str) -> str:
    """Return `UTC-06:00`."""
    minutes = (
        int((instant.astimezone(zone(zone_name)).utcoffset() or timedelta()).total_seconds()) // 60
    )
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def moment(instant: datetime, zone_name: str) -> str:
    """Return day, time, zone and offset of one moment."""
    return (
        f"{day(instant, zone_name)}, {clock(instant, zone_name)} "
        f"({zone_name}, {offset(instant, zone_name)})"
    )


def span(start: datetime, end: datetime, zone_name: str) -> str:
    """Return day, times, zone and offset of a meeting in one zone."""
    until = clock(end, zone_name)
    if day(start, zone_name) != day(end, zone_name):
        until = f"{until} on {day(end, zone_name)}"
    return (
        f"{day(start, zone_name)}, {clock(start, zone_name)} to {until} "
        f"({zone_name}, {offset(start, zone_name)})"
    )


def spans(start: datetime, end: datetime, zone_name: str, host_zone: str, host: str) -> list[str]:
    """Return the meeting in the reader's zone and, where its clock differs, in the provider's."""
    lines = [span(start, end, zone_name)]
    if offset(start, zone_name) != offset(start, host_zone):
        lines.append(f"For {host} that is {span(start, end, host_zone)}.")
    return lines


def short(instant: datetime, zone_name: str) -> str:
    """Return `Tue, Jan 12, 10:00 AM`, for subjects."""
    local = instant.astimezone(zone(zone_name))
    return f"{local:%a, %b} {local.day}, {clock(instant, zone_name)}"


def noun(series: SeriesState) -> str:
    """Return what one meeting of a series is called: a consultant's is a visit."""
    return "visit" if series.purpose == "consultation" else "session"


def one_of(series: SeriesState) -> str:
    """Return `One session of Tuesday circle`, or `One visit to Little Acorns`."""
    title = one_line(series.title)
    if series.purpose == "consultation":
        return f"One v{title[1:]}" if title.startswith("Visit ") else f"One visit, {title},"
    return f"One session of {title}"


def rhythm(view: View) -> str:
    """Return how a series repeats, such as `Every 2 weeks on Tuesday, 12 sessions`."""
    number, one = len(view.meetings), noun(view.series)
    if not view.recurrence.repeats:
        return f"One {one}"
    words = _pattern(view.series.pattern)
    return f"{words}, {number} {one}s" if words else f"{number} {one}s"


def upcoming(view: View, now: datetime) -> Sequence[Meeting]:
    """Return the meetings that are still to come, the next one first."""
    return [meeting for meeting in view.planned() if not meeting.is_over(now)]


def duration(minutes: int) -> str:
    """Return `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return " ".join(parts)


def long_date(value: date) -> str:
    """Return `January 12, 2027`."""
    return f"{value:%B} {value.day}, {value.year}"


def awaited(about: AwaitedFor, number: int, minutes: int) -> tuple[str, str, str]:
    """Return how a reminder of what waits for somebody's word is headed, put, and led on from."""
    one, length = number == 1, duration(minutes)
    match about:
        case "confirm":
            what = "1 entry waits" if one else f"{number} entries wait"
            return (
                f"When you have a moment: {what} for your word",
                f"{what} for you to say whether it is right, {length} in all."
                if one
                else f"{what} for you to say whether they are right, {length} in all.",
                "Look at the hours",
            )
        case "look_again":
            what = "1 entry was" if one else f"{number} entries were"
            return (
                f"When you have a moment: {what} sent back to you",
                f"{what} sent back to you with a reason, {length} in all.",
                "Look again",
            )
        case "record":
            what = "1 session you led has" if one else f"{number} sessions you led have"
            return (
                f"When you have a moment: {what} no attendance yet",
                f"{what} no attendance yet, {length} in all. One sitting is enough for all of them.",
                "Record attendance",
            )


def ahead(minutes: int) -> str:
    """Return how far ahead a reminder speaks: `in 1 hour`, `in 2 days`, `tomorrow`."""
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= size and minutes % size == 0:
            number = minutes // size
            return f"in {number} {unit}{'' if number == 1 else 's'}"
    return f"in {minutes} minutes"


def week(sessions: int, waiting: int) -> str:
    """Return `Your week: 2 sessions, 1 entry waits for your word`."""
    words = []
    if sessions:
        words.append(f"{sessions} session{'' if sessions == 1 else 's'}")
    if waiting:
        words.append(f"{_entries(waiting)} for your word")
    return f"Your week: {', '.join(words)}"


def waiting(number: int, minutes: int) -> str:
    """Return `2 entries wait for your word, 3 h in all`."""
    length = f", {duration(minutes)} in all" if minutes else ""
    return f"{_entries(number)} for your word{length}"


def _entries(number: int) -> str:
    return "1 entry waits" if number == 1 else f"{number} entries wait"


def leads(minutes: Sequence[int]) -> str:
    """Return when reminders come: `2 days and 1 hour before`, `1 day before`, `no reminders`."""
    if not minutes:
        return "No reminders"
    words = [ahead(each).removeprefix("in ") for each in sorted(minutes, reverse=True)]
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    return f"{listed} before"


def _pattern(pattern: Pattern) -> str:
    every = pattern.interval
    match pattern.frequency:
        case "weekly" if pattern.weekday is not None:
            weeks = "Every week" if every == 1 else f"Every {every} weeks"
            return f"{weeks} on {_WEEKDAYS[pattern.weekday]}"
        case "monthly_by_weekday" if pattern.weekday is not None and pattern.week_of_month:
            months = "of every month" if every == 1 else f"of every {every} months"
            which = _ORDINALS.get(pattern.week_of_month, "")
            return f"The {which} {_WEEKDAYS[pattern.weekday]} {months}"
        case "monthly_by_date":
            months = "every month" if every == 1 else f"every {every} months"
            return f"Day {pattern.month_day} of {months}"
        case _:
            return ""
