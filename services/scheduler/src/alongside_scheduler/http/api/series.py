"""Series and their single sessions as JSON."""

from fastapi import APIRouter, Response

from alongside.contracts import SeriesState
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import series as cases
from alongside_scheduler.handlers.proposals import TakeProposal, take_proposal
from alongside_scheduler.handlers.steps import Step
from alongside_scheduler.http.doors import DoorsDep, actor_of, by
from alongside_scheduler.views.outlook import SeriesOutlook, series_outlook
from alongside_scheduler.views.previews import SurgeryDone, SurgeryPreview
from alongside_scheduler.views.series import show_series
from alongside_scheduler.views.sessions import SessionDetail, show_session
from alongside_scheduler.views.surgery import operate_flagged, preview_surgery

routes = APIRouter(tags=["series"])


@routes.get("/series/{series_id}")
async def show(series_id: str, viewer: CurrentViewer, doors: DoorsDep) -> SeriesState:
    """Return a series."""
    async with doors.reading(viewer) as uow:
        return await show_series(series_id, uow)


@routes.get("/series/{series_id}/outlook")
async def outlook(series_id: str, viewer: CurrentViewer, doors: DoorsDep) -> SeriesOutlook:
    """Return where a series leads its members, and who covers which date: for who leads it."""
    async with doors.reading(viewer) as uow:
        return await series_outlook(series_id, uow)


@routes.patch("/series/{series_id}", response_model=SeriesState)
async def change(
    series_id: str, command: cases.ChangeSeries, viewer: CurrentViewer, write: Write
) -> Response:
    """Change the whole series; what is left out stays."""
    return await write(by(viewer, lambda uow: cases.change_series(series_id, command, uow)))


@routes.post("/series/{series_id}/preview")
async def preview(
    series_id: str, step: Step, viewer: CurrentViewer, doors: DoorsDep
) -> SurgeryPreview:
    """Return what a step would do to sessions, people and hours. Nothing is kept or said."""
    async with doors.uow() as uow:
        uow.actor = actor_of(viewer)
        return await preview_surgery(series_id, step, uow, viewer_zone=viewer.zone)


@routes.post("/series/{series_id}/changes", response_model=SurgeryDone)
async def operate(series_id: str, step: Step, viewer: CurrentViewer, write: Write) -> Response:
    """Take a step: the same body as for its preview."""
    return await write(by(viewer, lambda uow: operate_flagged(series_id, step, uow)))


@routes.post("/series/{series_id}/cancel", response_model=SeriesState)
async def cancel(series_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Cancel everything of a series that has not begun."""
    return await write(by(viewer, lambda uow: cases.cancel_series(series_id, uow)))


@routes.get("/series/{series_id}/sessions/{key}")
async def session(
    series_id: str, key: str, viewer: CurrentViewer, doors: DoorsDep
) -> SessionDetail:
    """Return one session, and who comes."""
    async with doors.reading(viewer) as uow:
        return await show_session(series_id, key, uow)


@routes.post("/series/{series_id}/sessions/{key}/move", response_model=SeriesState)
async def move(
    series_id: str,
    key: str,
    command: cases.MoveSession,
    viewer: CurrentViewer,
    write: Write,
) -> Response:
    """Move one session, in time or place."""
    return await write(by(viewer, lambda uow: cases.move_session(series_id, key, command, uow)))


@routes.post("/series/{series_id}/sessions/{key}/take-proposal", response_model=SeriesState)
async def take(
    series_id: str, key: str, command: TakeProposal, viewer: CurrentViewer, write: Write
) -> Response:
    """Move a session to where somebody proposed in their calendar."""
    return await write(by(viewer, lambda uow: take_proposal(series_id, key, command, uow)))


@routes.post("/series/{series_id}/sessions/{key}/cancel", response_model=SeriesState)
async def cancel_one(series_id: str, key: str, viewer: CurrentViewer, write: Write) -> Response:
    """Cancel one session."""
    return await write(by(viewer, lambda uow: cases.cancel_session(series_id, key, uow)))
