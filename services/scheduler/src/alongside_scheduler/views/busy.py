"""What somebody sees of their own other calendars: how each fares, and when it is busy."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from alongside_scheduler.domain.suiting import WORKING_HOURS, Hours
from alongside_scheduler.store.tables import BusyCalendarRow
from alongside_scheduler.store.uow import SchedulerUow

_SHOWN = timedelta(days=14)

State = Literal["waiting", "fetching", "good", "failing"]


class BusyCalendarView(BaseModel):
    """A calendar elsewhere. Its address is not told again."""

    calendar_id: str
    label: str
    host: str
    state: State
    answered_at: datetime | None
    """When it last answered well."""
    next_at: datetime
    error: str | None
    left_out: int
    """Events that could not be understood."""
    busy_ahead: int
    """Separate busy times still to come."""

    @classmethod
    def of(cls, row: BusyCalendarRow, busy_ahead: int, now: datetime) -> "BusyCalendarView":
        """Return how a calendar fares at an instant."""
        return cls(
            calendar_id=row.calendar_id,
            label=row.label,
            host=row.host,
            state=_state(row, now),
            answered_at=row.answered_at,
            next_at=row.next_attempt_at,
            error=row.last_error,
            left_out=row.left_out,
            busy_ahead=busy_ahead,
        )


class BusySpanView(BaseModel):
    """A stretch of time, and nothing about what is in it."""

    starts_at: datetime
    ends_at: datetime


class BusyView(BaseModel):
    """Somebody's other calendars, when they are busy in the next two weeks, and what suits them."""

    calendars: list[BusyCalendarView]
    spans: list[BusySpanView]
    hours: Hours
    hours_are_own: bool
    """False where nobody said so yet, and weekdays from eight to six stand in."""


async def show_busy(person_id: str, uow: SchedulerUow) -> BusyView:
    """Return a person's other calendars and busy times."""
    rows = await uow.busy.calendars(person_id)
    counts = await uow.busy.counts([row.id or 0 for row in rows], uow.now)
    spans = (await uow.busy.spans([person_id], uow.now, uow.now + _SHOWN))[person_id]
    hours = (await uow.busy.suiting([person_id])).get(person_id)
    return BusyView(
        calendars=[BusyCalendarView.of(row, counts.get(row.id or 0, 0), uow.now) for row in rows],
        spans=[BusySpanView(starts_at=each.starts_at, ends_at=each.ends_at) for each in spans],
        hours=hours or WORKING_HOURS,
        hours_are_own=hours is not None,
    )


def _state(row: BusyCalendarRow, now: datetime) -> State:
    if row.claimed_until is not None and row.claimed_until > now:
        return "fetching"
    if row.next_attempt_at <= now:
        return "waiting"
    return "failing" if row.last_error else "good"
