"""Series: planned with every date in sight, changed, cancelled."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.contracts import SeriesState
from alongside.errors import AlongsideError, Conflict, Invalid, NotFound
from alongside.web.auth import AsSupervisor, CurrentViewer, Viewer
from alongside.web.forms import Form, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones
from alongside_scheduler.domain import wording
from alongside_scheduler.handlers import series as cases
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep, actor_of
from alongside_scheduler.http.pages.reading import Typed, errors_of
from alongside_scheduler.views.groups import show_group
from alongside_scheduler.views.people import names_of
from alongside_scheduler.views.series import (
    SeriesPreview,
    preview_series,
    seen_sessions,
    sees_group,
    show_series,
)
from alongside_scheduler.views.sessions import SessionItem

routes = APIRouter(include_in_schema=False)

_SATURDAY = 5

_FIELDS = (
    "frequency", "starts_on", "start_time", "end_time", "zone", "interval", "ends", "count",
    "until", "weekday", "week_of_month", "dates", "title", "place", "link",
)  # fmt: skip


@routes.get("/groups/{group_id}/series/new")
async def ask(group_id: str, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep) -> Response:
    """Ask when a group meets."""
    async with doors.reading(viewer) as uow:
        group = (await show_group(group_id, uow)).group
        today = today_in(group.zone, uow.now)
    values = dict.fromkeys(_FIELDS, "") | {
        "frequency": "monthly_by_weekday",
        "starts_on": _next_week(today).isoformat(),
        "start_time": "10:00",
        "end_time": "12:00",
        "zone": group.zone,
        "interval": "1",
        "ends": "count",
        "count": "12",
        "title": group.name,
        "place": group.place or "",
        "link": group.link or "",
    }
    return await _form(group_id, viewer, doors, pages, values=values)


@routes.post("/groups/{group_id}/series/new")
async def plan(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show every date of a series, or plan it."""
    form = await form_data(request)
    values = {name: form.text(name) for name in _FIELDS}
    try:
        command = _schedule(Typed(form))
        if form.text("action") == "preview":
            async with doors.reading(viewer) as uow:
                preview = await preview_series(group_id, command, uow)
            return await _form(group_id, viewer, doors, pages, values=values, preview=preview)
        async with doors.writing(viewer) as uow:
            series = await cases.schedule_series(group_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _form(group_id, viewer, doors, pages, values=values, error=error)
    count = len(series.occurrences)
    return redirect(
        f"/series/{series.series_id}",
        f"Planned: {count} {'session' if count == 1 else 'sessions'}. Everybody on the roster is invited.",
    )


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
        return await _page(series_id, viewer, doors, pages, error=error, form=form)
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


async def _form(
    group_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    values: dict[str, str],
    error: AlongsideError | None = None,
    preview: SeriesPreview | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        detail = await show_group(group_id, uow)
    if not detail.leads:
        raise NotFound("There is no such group.")
    return pages.render(
        "series_new.html",
        error.status if error else 200,
        group=detail.group,
        detail=detail,
        values=values,
        preview=preview,
        errors=errors_of(error) if error else {},
        frequencies=words.FREQUENCIES,
        weekdays=words.WEEKDAY_OPTIONS,
        weeks=words.WEEK_OPTIONS,
        zones=all_zones(),
    )


async def _page(
    series_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    form: Form | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        series = await show_series(series_id, uow)
        leads = uow.actor.is_coordinator or uow.actor.leads(
            series.provider_id, series.co_provider_ids
        )
        people = {series.provider_id, *series.co_provider_ids}
        people |= {each.provider_id for each in series.occurrences if each.provider_id}
        names = await names_of(people, uow)
        supervisors = await uow.people.with_role("supervisor") if leads else []
        back = ("The group", f"/groups/{series.group_id}")
        if not await sees_group(series, uow):
            back = ("Your sessions", "/sessions")
    return pages.render(
        "series.html",
        error.status if error else 200,
        series=series,
        leads=leads,
        back=back,
        words=wording.whole(series.pattern),
        provider=names.get(series.provider_id, ""),
        co_providers=[names.get(each, "") for each in series.co_provider_ids],
        sessions=[
            SessionItem.of(series, each, names.get(each.provider_id or series.provider_id, ""))
            for each in seen_sessions(series, actor_of(viewer))
        ],
        supervisors=[(row.id, row.name) for row in supervisors],
        values=_values(series, form),
        errors=errors_of(error) if error else {},
    )


def _next_week(today: date) -> date:
    """Return the same day of the next week; for a day of the weekend, the Monday after it."""
    day = today + timedelta(days=7)
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= _SATURDAY else 0)


def _values(series: SeriesState, form: Form | None) -> dict[str, Any]:
    kept = {
        "title": series.title,
        "place": series.place or "",
        "link": series.link or "",
        "duration_minutes": series.duration_minutes,
        "provider_id": series.provider_id,
        "co_provider_id": next(iter(series.co_provider_ids), ""),
    }
    return kept if form is None else {name: form.text(name) for name in kept}


def _schedule(typed: Typed) -> cases.ScheduleSeries:
    frequency = typed.text("frequency")
    by_weekday = frequency == "monthly_by_weekday"
    facts: dict[str, Any] = {
        "frequency": frequency,
        "starts_on": typed.day("starts_on"),
        "start_time": typed.clock("start_time"),
        "end_time": typed.clock("end_time"),
        "zone": typed.maybe("zone"),
        "interval": typed.number("interval") or 1,
        "count": typed.number("count") if typed.text("ends") != "until" else None,
        "until": typed.day("until") if typed.text("ends") == "until" else None,
        "weekday": typed.number("weekday") if by_weekday or frequency == "weekly" else None,
        "week_of_month": typed.number("week_of_month") if by_weekday else None,
        "dates": typed.days("dates") if frequency == "dates" else [],
        "title": typed.maybe("title"),
        "place": typed.maybe("place"),
        "link": typed.maybe("link"),
    }
    typed.need("start_time", facts["start_time"])
    typed.need("end_time", facts["end_time"])
    if frequency != "dates":
        typed.need("starts_on", facts["starts_on"])
    typed.check()
    return cases.ScheduleSeries.model_validate(facts)


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
