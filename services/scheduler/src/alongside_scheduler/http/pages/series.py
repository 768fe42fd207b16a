"""Series: seen, changed, cancelled."""

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid, NotFound
from alongside.web.auth import AsSupervisor, CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_scheduler.domain import wording
from alongside_scheduler.handlers import series as cases
from alongside_scheduler.handlers.clocks import collisions_of
from alongside_scheduler.http.doors import Doors, DoorsDep, actor_of
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.outlook import outlook_of
from alongside_scheduler.views.people import names_of
from alongside_scheduler.views.series import (
    seen_sessions,
    sees_group,
    show_series,
)
from alongside_scheduler.views.sessions import SessionItem

routes = APIRouter(include_in_schema=False)


@routes.get("/series/{series_id}")
async def show(series_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a series."""
    return await _page(series_id, viewer, doors, pages)


@routes.post("/series/{series_id}")
async def change(
    series_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Change the whole series."""
    form = await form_data(request)
    try:
        command = _changes(Typed(form))
        async with doors.writing(viewer) as uow:
            await cases.change_series(series_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(series_id, viewer, doors, pages, error=error)
    return redirect(f"/series/{series_id}", "Saved. Everybody concerned is told.")


@routes.post("/series/{series_id}/cancel")
async def cancel(
    series_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Cancel everything of a series that has not begun."""
    form = await form_data(request)
    try:
        Typed(form).confirmed()
        async with doors.writing(viewer) as uow:
            await cases.cancel_series(series_id, uow)
    except (Invalid, Conflict) as error:
        return await _page(series_id, viewer, doors, pages, error=error)
    return redirect(f"/series/{series_id}", "The series is cancelled. Everybody is told.")


async def _page(
    series_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        series = await show_series(series_id, uow)
        leads = uow.actor.is_coordinator or uow.actor.leads(
            series.provider_id, series.co_provider_ids
        )
        people = {series.provider_id, *series.co_provider_ids}
        people |= {each.provider_id for each in series.occurrences if each.provider_id}
        names = await names_of(people, uow)
        earlier, later = [
            await _seen(each, uow) for each in (series.continues, series.continued_by)
        ]
        outlook = await outlook_of(series, uow) if leads else None
        collisions = await collisions_of(series_id, uow) if leads else []
        back = ("The group", f"/groups/{series.group_id}")
        if not await sees_group(series, uow):
            back = ("Your sessions", "/sessions")
    return pages.render(
        "series.html",
        error.status if error else 200,
        series=series,
        leads=leads,
        outlook=outlook,
        collisions=collisions,
        back=back,
        words=wording.whole(series.pattern, len(series.occurrences)),
        provider=names.get(series.provider_id, ""),
        co_providers=[names.get(each, "") for each in series.co_provider_ids],
        sessions=[
            SessionItem.of(series, each, names.get(each.provider_id or series.provider_id, ""))
            for each in seen_sessions(series, actor_of(viewer))
        ],
        earlier=earlier,
        later=later,
        errors=FormErrors.of(error) if error else {},
    )


async def _seen(series_id: str | None, uow: SchedulerUow) -> str | None:
    """Return a linked series if whoever looks may see it, too."""
    if series_id is None:
        return None
    try:
        return (await show_series(series_id, uow)).series_id
    except NotFound:
        return None


def _changes(typed: Typed) -> cases.ChangeSeries:
    minutes = typed.number("duration_minutes")
    typed.need("duration_minutes", minutes)
    typed.check()
    co_provider = typed.maybe("co_provider_id")
    return cases.ChangeSeries.model_validate(
        {
            "title": typed.text("title"),
            "place": typed.maybe("place"),
            "link": typed.maybe("link"),
            "duration_minutes": minutes,
            "provider_id": typed.text("provider_id"),
            "co_provider_ids": [co_provider] if co_provider else [],
        }
    )
