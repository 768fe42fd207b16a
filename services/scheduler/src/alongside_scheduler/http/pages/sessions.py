"""One session: who comes; moving and cancelling it."""

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsSupervisor, CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_scheduler.handlers import series as cases
from alongside_scheduler.handlers.proposals import NoLongerProposed, TakeProposal, take_proposal
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views.proposals import proposals_of
from alongside_scheduler.views.sessions import list_sessions, show_session

routes = APIRouter(include_in_schema=False)

_MANY = 100


@routes.get("/sessions")
async def ahead(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show one's own sessions ahead."""
    async with doors.reading(viewer) as uow:
        sessions = await list_sessions(uow, with_cancelled=True, limit=_MANY)
    return pages.render("sessions.html", sessions=sessions)


@routes.get("/sessions/{series_id}/{key}")
async def show(
    series_id: str, key: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show a session."""
    return await _page(series_id, key, viewer, doors, pages)


@routes.post("/sessions/{series_id}/{key}/move")
async def move(
    series_id: str,
    key: str,
    request: Request,
    viewer: AsSupervisor,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Move a session."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        facts = {
            "on": typed.day("on"),
            "start_time": typed.clock("start_time"),
            "end_time": typed.clock("end_time"),
        }
        for name in ("place", "link"):
            if name in form:
                facts[name] = typed.text(name)  # type: ignore[assignment]  # facts of several kinds
        typed.check()
        command = cases.MoveSession.model_validate(facts)
        async with doors.writing(viewer) as uow:
            await cases.move_session(series_id, key, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(series_id, key, viewer, doors, pages, error=error)
    return redirect(f"/sessions/{series_id}/{key}", "Moved. Everybody concerned is told.")


@routes.post("/sessions/{series_id}/{key}/take-proposal")
async def take(
    series_id: str,
    key: str,
    request: Request,
    viewer: AsSupervisor,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Move a session to where somebody proposed: one press."""
    form = await form_data(request)
    try:
        command = TakeProposal.model_validate(
            {"person_id": form.text("person_id"), "start": form.text("start")}
        )
        async with doors.writing(viewer) as uow:
            await take_proposal(series_id, key, command, uow)
    except ValidationError:
        return redirect(f"/sessions/{series_id}/{key}", NoLongerProposed().detail, "warn")
    except (Invalid, Conflict) as error:
        return await _page(series_id, key, viewer, doors, pages, error=error)
    return redirect(f"/sessions/{series_id}/{key}", "Moved. Everybody concerned is told.")


@routes.post("/sessions/{series_id}/{key}/cancel")
async def cancel(
    series_id: str,
    key: str,
    request: Request,
    viewer: AsSupervisor,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Cancel a session."""
    form = await form_data(request)
    try:
        Typed(form).confirmed()
        async with doors.writing(viewer) as uow:
            await cases.cancel_session(series_id, key, uow)
    except (Invalid, Conflict) as error:
        return await _page(series_id, key, viewer, doors, pages, error=error)
    return redirect(f"/sessions/{series_id}/{key}", "Cancelled. Everybody concerned is told.")


async def _page(
    series_id: str,
    key: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        detail = await show_session(series_id, key, uow)
        series = await uow.series.get(series_id)
        proposals = await proposals_of(series_id, key, uow)
        actor, now = uow.actor, uow.now
    if detail.session.path.startswith("/visits/"):
        return redirect(detail.session.path)
    return pages.render(
        "session.html",
        error.status if error else 200,
        detail=detail,
        session=detail.session,
        answers=words.ANSWERS,
        proposals=proposals,
        errors=FormErrors.of(error) if error else {},
        is_over=detail.session.ends_at <= now,
        is_begun=detail.session.starts_at <= now,
        is_lone=len(series.occurrences) == 1,
        may_change=actor.is_coordinator or actor.leads(series.provider_id, series.co_provider_ids),
    )
