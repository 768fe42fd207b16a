"""JSON routes of attendance beyond one session: a sitting, the supervisee's word first, standing in."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside.web.writes import Write
from alongside_logbook.domain.attendance import CorrectionReason, Departure, Mode
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.override import InPlace
from alongside_logbook.handlers.attendance import RecordAttendance
from alongside_logbook.handlers.attended import SayAttended, TakeBack, say_attended, take_back_entry
from alongside_logbook.handlers.override import StandIn, override_entry
from alongside_logbook.handlers.sitting import MOST, RecordSitting, SittingRecorded, record_sitting
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.views.sitting import SittingView, sitting_view
from alongside_logbook.views.unrecorded import UnrecordedView, unrecorded_view

router = APIRouter(prefix="/api/logbook/v1")

Id = Annotated[str, Path(max_length=64)]


class SessionAttendance(BaseModel):
    """Who was at one session: everybody on the roster for all of it, but for these exceptions."""

    model_config = ConfigDict(extra="forbid")

    series_id: str = Field(min_length=1, max_length=64)
    key: str = Field(min_length=1, max_length=16)
    exceptions: tuple[Departure, ...] = Field(default=(), max_length=500)
    reason_code: CorrectionReason | None = None
    mode: Mode | None = None
    in_place: InPlace | None = None
    """For a coordinator who records it because whoever led it cannot, or will not."""


class SittingSent(BaseModel):
    """The attendance of several sessions, to be recorded together or not at all."""

    model_config = ConfigDict(extra="forbid")

    sessions: tuple[SessionAttendance, ...] = Field(min_length=1, max_length=MOST)


class EntryLookedAt(BaseModel):
    """The version that was looked at; null to take whatever is newest."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


@router.get("/sitting", tags=["attendance"])
async def show_sitting(
    uow: Reading,
    actor: ActorDep,
    series: Annotated[str | None, Query(max_length=64)] = None,
) -> SittingView:
    """Show the sessions I led that need attendance, with everybody on their rosters."""
    return await sitting_view(actor, uow, series_id=series)


@router.post("/sitting", tags=["attendance"], response_model=SittingRecorded)
async def post_sitting(sent: SittingSent, actor: ActorDep, write: Write) -> Response:
    """Record several sessions, all of them or none. Sending the same again changes nothing."""
    command = RecordSitting(
        sessions=tuple(RecordAttendance(**dict(session)) for session in sent.sessions)
    )
    return await write(lambda uow: record_sitting(command, actor, uow))


@router.get("/unrecorded", tags=["hours"])
async def list_unrecorded(uow: Reading, actor: ActorDep) -> UnrecordedView:
    """List sessions I was on the roster of that nobody recorded, and what I said of others."""
    return await unrecorded_view(actor, uow)


@router.post("/attended", tags=["hours"], response_model=EntryVersion)
async def post_attended(sent: SayAttended, actor: ActorDep, write: Write) -> Response:
    """Say what I attended, before the provider recorded it; the provider is asked to confirm."""
    return await write(lambda uow: say_attended(sent, actor, uow))


@router.post("/entries/{entry_id}/take-back", tags=["hours"], response_model=EntryVersion)
async def take_back_one(
    entry_id: Id, actor: ActorDep, write: Write, sent: EntryLookedAt | None = None
) -> Response:
    """Take back what I said of a session, while no provider stands behind it."""
    command = TakeBack(entry_id=entry_id, version=sent.version if sent else None)
    return await write(lambda uow: take_back_entry(command, actor, uow))


@router.post("/entries/{entry_id}/override", tags=["hours"], response_model=EntryVersion)
async def override_one(entry_id: Id, sent: StandIn, actor: ActorDep, write: Write) -> Response:
    """Stand in, as a coordinator, for a provider who cannot or will not give their word.

    It stays marked as such in every later version. The person's own confirmation is still needed,
    unless they had said just this themselves.
    """
    return await write(lambda uow: override_entry(entry_id, sent, actor, uow))
