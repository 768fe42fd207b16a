"""JSON routes under `/api/logbook/v1`. Every page's action is one of them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside.web.writes import Write
from alongside_logbook.domain.attendance import Ages, CorrectionReason, Departure, Mode
from alongside_logbook.domain.entry import EntryStatus, EntryVersion
from alongside_logbook.domain.override import InPlace
from alongside_logbook.handlers.attendance import RecordAttendance, Recorded, record_attendance
from alongside_logbook.handlers.confirmation import (
    Confirmed,
    ConfirmEntries,
    ReturnEntry,
    Seen,
    confirm_entries,
    return_entry,
)
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.views.attendance import (
    AttendanceView,
    SessionsPage,
    attendance_of,
    sessions_awaiting,
    sessions_recorded,
)
from alongside_logbook.views.entries import (
    EntriesPage,
    EntryHistory,
    EntryView,
    entries_page,
    entry_history,
    entry_view,
)
from alongside_logbook.views.progress import Cohort, ProgressView, cohort, progress_view
from alongside_logbook.views.rules import PackView, RulesView, pack_view, rules_view

router = APIRouter(prefix="/api/logbook/v1")

Id = Annotated[str, Path(max_length=64)]
SessionKey = Annotated[str, Path(max_length=16)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


class Attendance(BaseModel):
    """Who was there: everybody on the roster for the whole session, but for these exceptions."""

    model_config = ConfigDict(extra="forbid")

    exceptions: tuple[Departure, ...] = Field(default=(), max_length=500)
    reason_code: CorrectionReason | None = None
    """Why it changes; needed where it was recorded before."""
    mode: Mode | None = None
    """How they met; null: as was said before, or as place and link tell."""
    in_place: InPlace | None = None
    """For a coordinator who records it because whoever led it cannot, or will not."""


class EntrySeen(BaseModel):
    """The version that was looked at; null to take whatever is newest."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


class Confirm(EntrySeen):
    """That an entry is right."""

    ages: Annotated[tuple[Ages, ...], Field(max_length=2)] | None = None
    """Whom my work concerned, where nobody had said so."""


class Return(EntrySeen):
    """Why an entry is not right."""

    reason: str = Field(max_length=2000)


@router.get("/sessions", tags=["attendance"])
async def list_sessions(
    uow: Reading,
    actor: ActorDep,
    state: Literal["awaiting", "recorded"] = "awaiting",
    everybody: bool = False,
    page: PageNumber = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SessionsPage:
    """List sessions I lead that need attendance (oldest first), or have it (newest first).

    A coordinator may ask for `everybody`'s.
    """
    leader = None if everybody and actor.coordinator else actor.person_id
    listed = sessions_awaiting if state == "awaiting" else sessions_recorded
    return await listed(leader, uow, limit=size, offset=(page - 1) * size)


@router.get("/attendance/{series_id}/{key}", tags=["attendance"])
async def show_attendance(
    series_id: Id, key: SessionKey, uow: Reading, actor: ActorDep
) -> AttendanceView:
    """Show a session's attendance, for those who lead it and coordinators."""
    return await attendance_of(series_id, key, actor, uow)


@router.put("/attendance/{series_id}/{key}", tags=["attendance"], response_model=Recorded)
async def put_attendance(
    series_id: Id, key: SessionKey, sent: Attendance, actor: ActorDep, write: Write
) -> Response:
    """Record or correct attendance. Sending the same again changes nothing."""
    command = RecordAttendance(
        series_id=series_id,
        key=key,
        exceptions=sent.exceptions,
        reason_code=sent.reason_code,
        mode=sent.mode,
        in_place=sent.in_place,
    )
    return await write(lambda uow: record_attendance(command, actor, uow))


@router.get("/entries", tags=["hours"])
async def list_entries(
    uow: Reading,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=64)] = None,
    status: EntryStatus | None = None,
    page: PageNumber = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EntriesPage:
    """List hour entries, newest first: mine, or those of a person I may see."""
    return await entries_page(
        person or actor.person_id, actor, uow, page=page, size=size, status=status
    )


@router.post("/entries/confirm", tags=["hours"], response_model=Confirmed)
async def confirm_many(sent: ConfirmEntries, actor: ActorDep, write: Write) -> Response:
    """Confirm some of my entries, all or none; without `entries`, all that wait for me."""
    return await write(lambda uow: confirm_entries(sent, actor, uow))


@router.get("/entries/{entry_id}", tags=["hours"])
async def show_entry(entry_id: Id, uow: Reading, actor: ActorDep) -> EntryView:
    """Show one entry, with what it counts for and why."""
    return await entry_view(entry_id, actor, uow)


@router.get("/entries/{entry_id}/history", tags=["hours"])
async def show_history(entry_id: Id, uow: Reading, actor: ActorDep) -> EntryHistory:
    """Show every version of an entry, with the hashes that prove them."""
    return await entry_history(entry_id, actor, uow)


@router.post("/entries/{entry_id}/confirm", tags=["hours"], response_model=Confirmed)
async def confirm_one(
    entry_id: Id, actor: ActorDep, write: Write, sent: Confirm | None = None
) -> Response:
    """Confirm one of my entries; or as its provider, one that the supervisee said first."""
    seen = Seen(entry_id=entry_id, **(sent.model_dump() if sent else {}))
    return await write(lambda uow: confirm_entries(ConfirmEntries(entries=(seen,)), actor, uow))


@router.post("/entries/{entry_id}/return", tags=["hours"], response_model=EntryVersion)
async def return_one(entry_id: Id, sent: Return, actor: ActorDep, write: Write) -> Response:
    """Return an entry to whoever spoke for it: mine to the provider, or what one said to them."""
    command = ReturnEntry(entry_id=entry_id, reason=sent.reason, version=sent.version)
    return await write(lambda uow: return_entry(command, actor, uow))


@router.get("/progress", tags=["hours"])
async def my_progress(uow: Reading, actor: ActorDep) -> ProgressView:
    """Show where I stand toward the category I pursue."""
    return await progress_view(actor.person_id, actor, uow)


@router.get("/progress/{person_id}", tags=["hours"])
async def progress_of_person(person_id: Id, uow: Reading, actor: ActorDep) -> ProgressView:
    """Show where a person stands whose hours I may see."""
    return await progress_view(person_id, actor, uow)


@router.get("/cohort", tags=["hours"])
async def show_cohort(uow: Reading, actor: ActorDep) -> Cohort:
    """Show where everybody stands; for a supervisor, those in the sessions they lead."""
    return await cohort(actor, uow)


@router.get("/rules", tags=["rules"])
async def list_rules(
    uow: Reading,
    _actor: ActorDep,
    association: Annotated[str | None, Query(max_length=64)] = None,
) -> RulesView:
    """List the rule packs of an association; without one, of this installation's."""
    return await rules_view(association, uow)


@router.get("/rules/{pack:path}", tags=["rules"])
async def show_rules(
    pack: Annotated[str, Path(max_length=200)], uow: Reading, _actor: ActorDep
) -> PackView:
    """Show one rule pack, every number with its sources."""
    return pack_view(pack, uow)
