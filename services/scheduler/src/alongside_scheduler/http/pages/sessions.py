"""One session: who comes; moving and cancelling it."""

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsSupervisor, CurrentViewer, Viewer
from alongside.web.forms import Form, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import zone
from alongside_scheduler.handlers import series as cases
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed, errors_of
from alongside_scheduler.views.sessions import SessionDetail, list_sessions, show_session

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
        return await _page(series_id, key, viewer, doors, pages, error=error, form=form)
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
    form: Form | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        detail = await show_session(series_id, key, uow)
        now = uow.now
    if detail.session.path.startswith("/visits/"):
        return redirect(detail.session.path)
    return pages.render(
        "session.html",
        error.status if error else 200,
        detail=detail,
        session=detail.session,
        values=_values(detail, form),
        answers=words.ANSWERS,
        errors=errors_of(error) if error else {},
        is_over=detail.session.ends_at <= now,
    )


def _values(detail: SessionDetail, form: Form | None) -> dict[str, str]:
    at = zone(detail.session.zone)
    starts, ends = detail.session.starts_at.astimezone(at), detail.session.ends_at.astimezone(at)
    kept = {
        "on": starts.date().isoformat(),
        "start_time": f"{starts:%H:%M}",
        "end_time": f"{ends:%H:%M}",
        "place": detail.session.place or "",
        "link": detail.session.link or "",
    }
    return kept if form is None else {name: form.text(name) for name in kept}
