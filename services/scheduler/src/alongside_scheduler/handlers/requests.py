"""Asking for a time where no slot fits: up to three, of which the provider grants one or none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from alongside.contracts.people import AskAbout
from alongside.errors import Conflict, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain.slots import checked_instant
from alongside_scheduler.domain.words import checked_text
from alongside_scheduler.handlers.asking import ask_person
from alongside_scheduler.handlers.booking import pair_title, schedule_pair
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import SessionRequestRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.availability import bookable_row, checked_length

MOST_TIMES = 3
MOST_WAITING = 3
WAITS = timedelta(days=7)
FURTHEST = timedelta(days=366)
LONGEST_NOTE = 200

Standing = Literal["open", "granted", "declined", "withdrawn", "expired"]


class RequestOver(Conflict):
    """This request is decided, withdrawn or run out."""

    code = "request_over"


class AskForTime(Command):
    """Up to three times that would suit, and perhaps a note for the provider's eyes."""

    provider_id: str
    starts: list[AwareDatetime] = Field(examples=[["2026-03-10T23:00:00Z"]])
    minutes: int | None = None
    note: str | None = Field(
        default=None, description="Shown on the provider's page; forgotten once it is decided."
    )


class GrantRequest(Command):
    """Which of the proposed times it is to be."""

    start: AwareDatetime


class RequestView(BaseModel):
    """A request as it stands."""

    request_id: str
    provider_id: str
    person_id: str
    minutes: int
    starts: list[datetime]
    note: str | None
    status: Standing
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    series_id: str | None

    @classmethod
    def of(cls, row: SessionRequestRow, now: datetime) -> "RequestView":
        """Return the view of a row."""
        facts = row.model_dump(exclude={"id"})
        if row.status == "open" and row.expires_at <= now:
            facts |= {"status": "expired", "note": None}
        return cls(request_id=row.id, **facts)


async def ask_for_time(command: AskForTime, uow: SchedulerUow) -> RequestView:
    """Ask a provider for one of up to three times; they are told."""
    await uow.availability.find(command.provider_id, for_change=True)
    row = await bookable_row(command.provider_id, uow)
    person_id = uow.actor.person_id or ""
    minutes = checked_length(row.lengths, command.minutes)
    starts = _proposed(command.starts, uow.now)
    note = checked_text("note", command.note or "", LONGEST_NOTE, required=False) or None
    waiting = await uow.requests.waiting(command.provider_id, uow.now, person_id=person_id)
    if len(waiting) >= MOST_WAITING:
        raise Conflict(
            f"{MOST_WAITING} of your requests wait here already. Take one back first.",
        )
    asked = SessionRequestRow(
        id=uow.new_id(),
        provider_id=command.provider_id,
        person_id=person_id,
        minutes=minutes,
        starts=tuple(starts),
        note=note,
        status="open",
        asked_at=uow.now,
        expires_at=min(uow.now + WAITS, starts[-1]),
    )
    await uow.requests.keep(asked)
    await _tell(asked, asked.provider_id, "session_requested", "/requests", uow)
    return RequestView.of(asked, uow.now)


async def grant_request(request_id: str, command: GrantRequest, uow: SchedulerUow) -> RequestView:
    """Book one of the proposed times, inside the published windows or not; it alone is kept."""
    asked = await _mine(request_id, uow)
    start = checked_instant("start", command.start)
    if start not in asked.starts:
        raise Invalid("Choose one of the times that were proposed.", field="start")
    if start <= uow.now:
        raise Invalid("This time has passed.", field="start")
    row = await uow.availability.find(asked.provider_id)
    person = await uow.people.find(asked.person_id)
    if row is None or person is None or person.left_at is not None:
        raise Conflict("Who asked for this has left.")
    wall = start.astimezone(zone(row.zone)).replace(tzinfo=None)
    if recurrence.instant(wall, zone(row.zone)) != start:
        raise Invalid("The clocks show this time twice that day; choose another.", field="start")
    rhythm = recurrence.Rhythm(frequency="once", starts_on=wall.date(), at=wall.time())
    series = await schedule_pair(row, asked.person_id, rhythm, asked.minutes, uow)
    asked.series_id, asked.starts = series.series_id, (start,)
    path = f"/sessions/{series.series_id}/{series.occurrences[0].key}"
    return await _decide(asked, "granted", path, uow)


async def decline_request(request_id: str, uow: SchedulerUow) -> RequestView:
    """Say that none of the proposed times is possible."""
    asked = await _mine(request_id, uow)
    return await _decide(asked, "declined", f"/book/{asked.provider_id}", uow)


async def withdraw_request(request_id: str, uow: SchedulerUow) -> RequestView:
    """Take one's own request back; nobody needs to be told."""
    asked = await uow.requests.get(request_id, for_change=True)
    if uow.actor.person_id != asked.person_id:
        raise NotFound("There is no such request.")
    _need_open(asked, uow)
    return await _close(asked, "withdrawn", uow)


async def _mine(request_id: str, uow: SchedulerUow) -> SessionRequestRow:
    """Return a waiting request to whoever may decide it, the provider's availability held first."""
    asked = await uow.requests.get(request_id)
    if not (uow.actor.is_coordinator or uow.actor.person_id == asked.provider_id):
        raise NotFound("There is no such request.")
    await uow.availability.find(asked.provider_id, for_change=True)
    asked = await uow.requests.get(request_id, for_change=True)
    _need_open(asked, uow)
    return asked


def _need_open(asked: SessionRequestRow, uow: SchedulerUow) -> None:
    if asked.status != "open" or asked.expires_at <= uow.now:
        raise RequestOver


async def _decide(
    asked: SessionRequestRow, status: Standing, path: str, uow: SchedulerUow
) -> RequestView:
    about: AskAbout = "request_granted" if status == "granted" else "request_declined"
    await _tell(asked, asked.person_id, about, path, uow)
    return await _close(asked, status, uow)


async def _close(asked: SessionRequestRow, status: Standing, uow: SchedulerUow) -> RequestView:
    asked.status, asked.decided_at, asked.note = status, uow.now, None
    await uow.requests.keep(asked)
    return RequestView.of(asked, uow.now)


async def _tell(
    asked: SessionRequestRow, person_id: str, about: AskAbout, path: str, uow: SchedulerUow
) -> None:
    is_open = about == "session_requested"
    await ask_person(
        person_id,
        about,
        uow,
        subject=await pair_title(asked.provider_id, asked.person_id, uow),
        path=path,
        expires_at=asked.expires_at if is_open else None,
        ask_id=asked.id if is_open else None,
    )


def _proposed(starts: Sequence[datetime], now: datetime) -> list[datetime]:
    found = sorted({checked_instant("starts", start) for start in starts})
    if not 1 <= len(found) <= MOST_TIMES:
        raise Invalid(f"Propose one to {MOST_TIMES} times.", field="starts")
    if found[0] <= now:
        raise Invalid("Propose times that are still to come.", field="starts")
    if found[-1] > now + FURTHEST:
        raise Invalid("Propose times within a year.", field="starts")
    if any(start.second or start.microsecond for start in found):
        raise Invalid("Give hours and minutes only.", field="starts")
    return found
