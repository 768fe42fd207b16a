"""When a provider can be booked: weekly windows, exceptions, and the rules around them.

Windows are wall time in the provider's zone, in minutes after midnight; starts are instants in
UTC. What is taken meanwhile is not known here: `slots` looks at both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from alongside_scheduler.domain.free import (
    Span,
    starts_in,
    wall_days,
    wall_span,
    within,
)

OpenTo = Literal["anybody", "own"]
OPEN_TO: tuple[OpenTo, ...] = get_args(OpenTo)

LONGEST_STANDING = 52
"""How many times a standing appointment may repeat."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """Part of a wall day, in minutes after midnight; 1440 is the midnight after it."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Hours of every week; weekday 0 is Monday."""

    weekday: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True, order=True)
class Exemption:
    """Days (both included) on which other hours hold than the weekly ones; without hours, none."""

    first: date
    last: date
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class Availability:
    """What a provider publishes. Limits are None where there is none, and count every session.

    `buffer_minutes` are kept free after each session; `notice_hours` lie between the booking and
    the session; `cancel_hours` between the last moment at which a supervisee may move or cancel,
    and the session. A day and a week (from Monday) are those of the zone.
    """

    zone: ZoneInfo
    windows: tuple[Window, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    lengths: tuple[int, ...] = (60,)
    step_minutes: int = 30
    buffer_minutes: int = 0
    notice_hours: int = 24
    horizon_days: int = 60
    cancel_hours: int = 24
    day_sessions: int | None = None
    day_minutes: int | None = None
    week_sessions: int | None = None
    week_minutes: int | None = None
    open_to: OpenTo = "anybody"


def hours_on(rules: Availability, day: date) -> tuple[Hours, ...]:
    """Return the hours of one wall day, in order."""
    for each in rules.exceptions:
        if each.first <= day <= each.last:
            return each.hours
    weekday = day.weekday()
    return tuple(Hours(each.begins, each.ends) for each in rules.windows if each.weekday == weekday)


def open_spans(rules: Availability, begins: datetime, ends: datetime) -> list[Span]:
    """Return the published time between two instants, taken or not."""
    return within(
        (
            wall_span(day, hours.begins, hours.ends, rules.zone)
            for day in wall_days(begins, ends, rules.zone)
            for hours in hours_on(rules, day)
        ),
        begins,
        ends,
    )


def earliest(rules: Availability, now: datetime) -> datetime:
    """Return before when nothing can be booked."""
    return now + timedelta(hours=rules.notice_hours)


def latest(rules: Availability, now: datetime) -> datetime:
    """Return after when nothing can be booked."""
    return now + timedelta(days=rules.horizon_days)


def may_change(rules: Availability, starts_at: datetime, now: datetime) -> bool:
    """Tell whether who booked may still move or cancel."""
    return now + timedelta(hours=rules.cancel_hours) <= starts_at


def starts_on(rules: Availability, day: date, minutes: int) -> Iterator[datetime]:
    """Return the starts of one wall day, taken or not: from the begin of each window, step by step."""
    for hours in hours_on(rules, day):
        span = wall_span(day, hours.begins, hours.ends, rules.zone)
        length, step = timedelta(minutes=minutes), timedelta(minutes=rules.step_minutes)
        if span.ends_at - span.starts_at == timedelta(minutes=hours.ends - hours.begins):
            start = span.starts_at
            while start + length <= span.ends_at:
                yield start
                start += step
        else:
            # The clocks change inside: only what stands on the wall clock, once.
            yield from starts_in([span], minutes, rules.step_minutes, rules.zone)
