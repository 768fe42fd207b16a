"""A person's other calendars, and the times of a week that suit them. Everybody changes their own."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel, Field

from alongside.errors import Conflict, Forbidden, Invalid
from alongside_scheduler.calendars.keeping import AddressKeeper
from alongside_scheduler.domain.suiting import checked_hours
from alongside_scheduler.domain.words import checked_text
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import BusyCalendarRow
from alongside_scheduler.store.uow import SchedulerUow

MOST_CALENDARS = 10
ASK_AGAIN = timedelta(minutes=1)

_LONGEST_LABEL = 100


class AddCalendar(Command):
    """A calendar elsewhere, by the address under which it publishes itself."""

    address: str = Field(
        description="Begins with https:// or webcal://. It is kept sealed and never shown again.",
        examples=["https://calendar.example.org/private/basic.ics"],
    )
    label: str | None = Field(default=None, description="What you call it; default: its host.")


class SetHours(Command):
    """The times of a week at which somebody can usually meet, in their own zone."""

    hours: list[tuple[int, int, int]] = Field(
        description="Weekday (0 is Monday), first and last minute of the day.",
        examples=[[[0, 540, 1020], [2, 540, 720]]],
    )


class CalendarAdded(BaseModel):
    """The calendar is there; it is fetched within seconds."""

    calendar_id: str
    label: str


async def add_calendar(
    command: AddCalendar, uow: SchedulerUow, keeper: AddressKeeper
) -> CalendarAdded:
    """Keep a calendar's address, to be fetched at once and then about every half hour."""
    person_id = _self(uow)
    await uow.people.get(person_id, for_change=True)
    kept = keeper.keep(command.address)
    label = checked_text("label", command.label or "", _LONGEST_LABEL, required=False)
    calendars = await uow.busy.calendars(person_id)
    if kept.fingerprint in {each.fingerprint for each in calendars}:
        raise Invalid("You have added this calendar already.", field="address")
    if len(calendars) >= MOST_CALENDARS:
        raise Conflict(f"You have {MOST_CALENDARS} calendars here. Remove one first.")
    row = BusyCalendarRow(
        calendar_id=uow.new_id(),
        person_id=person_id,
        label=label or kept.host[:_LONGEST_LABEL],
        host=kept.host,
        sealed_address=kept.sealed,
        fingerprint=kept.fingerprint,
        added_at=uow.now,
        next_attempt_at=uow.now,
    )
    await uow.busy.keep(row)
    return CalendarAdded(calendar_id=row.calendar_id, label=row.label)


async def fetch_now(calendar_id: str, uow: SchedulerUow) -> None:
    """Let a calendar be fetched at once; not more often than every minute."""
    row = await uow.busy.get(_self(uow), calendar_id)
    if row.asked_at is not None and uow.now - row.asked_at < ASK_AGAIN:
        raise Conflict("This was asked for a moment ago. Give it a minute.")
    row.asked_at = row.next_attempt_at = uow.now
    await uow.busy.keep(row)


async def remove_calendar(calendar_id: str, uow: SchedulerUow) -> None:
    """Delete a calendar's address and everything read from it."""
    row = await uow.busy.get(_self(uow), calendar_id)
    await uow.busy.remove(row.id or 0)


async def set_hours(command: SetHours, uow: SchedulerUow) -> Sequence[tuple[int, int, int]]:
    """Keep the times of a week that suit whoever asks; return them merged and in order."""
    hours = checked_hours(command.hours)
    await uow.busy.keep_suiting(_self(uow), hours, uow.now)
    return hours


def _self(uow: SchedulerUow) -> str:
    if uow.actor.person_id is None:
        raise Forbidden("Only a person has calendars of their own.")
    return uow.actor.person_id
