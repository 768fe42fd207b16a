"""A consultant's visits: all of them, planning some, and one to be moved or cancelled."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import zone
from alongside_scheduler.handlers.planning import ScheduleSeries
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.handlers.series import MoveSession, cancel_session, move_session
from alongside_scheduler.handlers.visits import plan_visits
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.lanes import strip
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views import visits as views

routes = APIRouter(include_in_schema=False)

_AHEAD_SHOWN = 8
_FIELDS = (
    "frequency", "starts_on", "start_time", "end_time", "interval", "count", "dates", "on_day_off",
    "place",
)  # fmt: skip


@routes.get("/visits")
async def visits(
    viewer: CurrentViewer,
    doors: DoorsDep,
    pages: PagesDep,
    mine: bool = False,
) -> Response:
    """Show one's own visits; to a coordinator everybody's."""
    everybody = viewer.is_coordinator and not mine
    async with doors.reading(viewer) as uow:
        around = await views.visits_around(uow, everybody=everybody)
        now = uow.now
    return pages.render(
        "visits.html",
        around=around,
        everybody=everybody,
        strip=strip(around.pairings, now, viewer.zone, by_consultant=False),
        kinds=words.SITE_KINDS,
        standings=words.STANDINGS_OF_VISITS,
        shown=_AHEAD_SHOWN,
        counts={"/visits": 0 if everybody else len(around.to_log)},
    )


@routes.get("/pairings/{pairing_id}/visits/new")
async def ask(pairing_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Ask when a consultant comes."""
    async with doors.reading(viewer) as uow:
        seen = await views.show_pairing(pairing_id, uow)
        today = today_in(seen.site.zone, uow.now)
    first = max(today + timedelta(days=7), seen.pairing.begins_on)
    values = dict.fromkeys(_FIELDS, "") | {
        "frequency": "weekly",
        "starts_on": first.isoformat(),
        "start_time": "09:00",
        "end_time": "10:30",
        "interval": "2",
        "count": "6",
        "on_day_off": "skip",
        "place": seen.site.place or "",
    }
    return await _form(pairing_id, viewer, doors, pages, values=values)


@routes.post("/pairings/{pairing_id}/visits/new")
async def plan(
    pairing_id: str, request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show every date of the visits, or plan them."""
    form = await form_data(request)
    values = {name: form.text(name) for name in _FIELDS}
    try:
        command = _schedule(Typed(form))
        if form.text("action") == "preview":
            async with doors.reading(viewer) as uow:
                preview = await views.preview_visits(pairing_id, command, uow)
            return await _form(pairing_id, viewer, doors, pages, values=values, preview=preview)
        async with doors.writing(viewer) as uow:
            series = await plan_visits(pairing_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _form(pairing_id, viewer, doors, pages, values=values, error=error)
    count = len(series.occurrences)
    return redirect(
        f"/pairings/{pairing_id}", f"Planned: {count} {'visit' if count == 1 else 'visits'}."
    )


@routes.get("/visits/{series_id}/{key}")
async def visit(
    series_id: str, key: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show a visit."""
    return await _page(series_id, key, viewer, doors, pages)


@routes.post("/visits/{series_id}/{key}/move")
async def move(
    series_id: str,
    key: str,
    request: Request,
    viewer: CurrentViewer,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Move a visit."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        facts: dict[str, Any] = {
            "on": typed.day("on"),
            "start_time": typed.clock("start_time"),
            "end_time": typed.clock("end_time"),
        }
        if "place" in form:
            facts["place"] = typed.text("place")
        typed.check()
        command = MoveSession.model_validate(facts)
        async with doors.writing(viewer) as uow:
            await views.show_visit(series_id, key, uow)
            await move_session(series_id, key, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(series_id, key, viewer, doors, pages, error=error, form=form)
    return redirect(f"/visits/{series_id}/{key}", "Moved. The calendar follows.")


@routes.post("/visits/{series_id}/{key}/cancel")
async def cancel(
    series_id: str,
    key: str,
    request: Request,
    viewer: CurrentViewer,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Cancel a visit."""
    form = await form_data(request)
    try:
        Typed(form).confirmed()
        async with doors.writing(viewer) as uow:
            await views.show_visit(series_id, key, uow)
            await cancel_session(series_id, key, uow)
    except (Invalid, Conflict) as error:
        return await _page(series_id, key, viewer, doors, pages, error=error)
    return redirect(f"/visits/{series_id}/{key}", "Cancelled. The calendar follows.")


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
        seen = await views.show_visit(series_id, key, uow)
    return pages.render(
        "visit.html",
        error.status if error else 200,
        visit=seen,
        kinds=words.SITE_KINDS,
        standings=words.STANDINGS_OF_VISITS,
        values=_values(seen, form),
        errors=FormErrors.of(error) if error else {},
    )


async def _form(
    pairing_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    values: dict[str, str],
    error: AlongsideError | None = None,
    preview: views.VisitsPreview | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        seen = await views.show_pairing(pairing_id, uow)
    return pages.render(
        "visits_new.html",
        error.status if error else 200,
        seen=seen,
        values=values,
        preview=preview,
        errors=FormErrors.of(error) if error else {},
        frequencies=words.VISIT_FREQUENCIES,
        days_off=words.VISITS_ON_DAYS_OFF,
    )


def _values(seen: views.VisitItem, form: Form | None) -> dict[str, str]:
    at = zone(seen.zone)
    starts, ends = seen.starts_at.astimezone(at), seen.ends_at.astimezone(at)
    kept = {
        "on": starts.date().isoformat(),
        "start_time": f"{starts:%H:%M}",
        "end_time": f"{ends:%H:%M}",
        "place": seen.place or "",
    }
    return kept if form is None else {name: form.text(name) for name in kept}


def _schedule(typed: Typed) -> ScheduleSeries:
    frequency = typed.text("frequency")
    repeats = frequency in {"weekly", "monthly_by_weekday"}
    facts: dict[str, Any] = {
        "frequency": frequency,
        "starts_on": typed.day("starts_on"),
        "start_time": typed.clock("start_time"),
        "end_time": typed.clock("end_time"),
        "interval": (typed.number("interval") if repeats else None) or 1,
        "count": typed.number("count") if repeats else None,
        "dates": typed.days("dates") if frequency == "dates" else [],
        "on_day_off": typed.text("on_day_off") if repeats else "keep",
        "place": typed.maybe("place"),
    }
    typed.need("start_time", facts["start_time"])
    typed.need("end_time", facts["end_time"])
    if frequency != "dates":
        typed.need("starts_on", facts["starts_on"])
    typed.check()
    return ScheduleSeries.model_validate(facts)
