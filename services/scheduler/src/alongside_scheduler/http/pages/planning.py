"""When a group will meet: every date in sight before anybody is told."""

from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid, NotFound
from alongside.web.auth import AsSupervisor, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones, zone
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.handlers import planning as cases
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.http.sheets import sheets_of
from alongside_scheduler.views.groups import show_group
from alongside_scheduler.views.planning import SeriesPreview, preview_series

routes = APIRouter(include_in_schema=False)

_SATURDAY = 5

_FIELDS = (
    "frequency", "starts_on", "start_time", "end_time", "zone", "interval", "ends", "count",
    "until", "weekday", "week_of_month", "dates", "on_day_off", "title", "place", "link",
)  # fmt: skip

_EVERY_SECOND_WEEK = "every_second_week"
_FREQUENCIES = (
    ("monthly_by_weekday", "Monthly on a weekday", "the second Tuesday, say"),
    ("weekly", "Weekly", "on the same weekday"),
    (_EVERY_SECOND_WEEK, "Every second week", "on the same weekday"),
    ("monthly_by_date", "Monthly on a date", "the 15th, say"),
    ("dates", "On given dates", "you list them"),
    ("once", "Once", "a single session"),
)
_ON_DAY_OFF = (
    ("skip", "Skip it", "it ends later instead"),
    ("next_weekday", "Move it", "to the next weekday"),
    ("week_later", "Move it a week", "the same weekday"),
    ("keep", "Keep it", "meet all the same"),
)


@routes.get("/groups/{group_id}/series/new")
async def ask(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Ask when a group meets; what the address says is filled in."""
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
        "on_day_off": "skip",
        "title": group.name,
        "place": group.place or "",
        "link": group.link or "",
    }
    values |= {name: request.query_params[name] for name in _FIELDS if name in request.query_params}
    return await _form(group_id, viewer, doors, pages, values=values)


@routes.post("/groups/{group_id}/series/new")
async def plan(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show every date of a series, or plan it."""
    form = await form_data(request)
    values = {name: form.text(name) for name in _FIELDS}
    instead = form.text("instead")
    try:
        if instead:
            values |= _elsewhere(values, instead)
            form.update(values)
        command = _schedule(Typed(form))
        if instead or form.text("action") == "preview":
            async with doors.reading(viewer) as uow:
                preview = await preview_series(group_id, command, uow)
            return await _form(group_id, viewer, doors, pages, values=values, preview=preview)
        async with doors.writing(viewer) as uow:
            series = await cases.schedule_series(group_id, command, uow)
    except AlreadyBooked as error:
        # Somebody was quicker: the preview says who is taken when, and from when all of it fits.
        async with doors.reading(viewer) as uow:
            preview = await preview_series(group_id, command, uow)
        return await _form(
            group_id, viewer, doors, pages, values=values, error=error, preview=preview
        )
    except (Invalid, Conflict) as error:
        return await _form(group_id, viewer, doors, pages, values=values, error=error)
    count = len(series.occurrences)
    return redirect(
        f"/series/{series.series_id}",
        f"Planned: {count} {'session' if count == 1 else 'sessions'}. Everybody on the roster is invited.",
    )


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
        sheets=sheets_of(preview) if preview else None,
        errors=FormErrors.of(error) if error else {},
        frequencies=_FREQUENCIES,
        on_day_off=_ON_DAY_OFF,
        weekdays=words.WEEKDAY_OPTIONS,
        weeks=words.WEEK_OPTIONS,
        zones=all_zones(),
    )


def _next_week(today: date) -> date:
    """Return the same day of the next week; for a day of the weekend, the Monday after it."""
    day = today + timedelta(days=7)
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= _SATURDAY else 0)


def _elsewhere(values: dict[str, str], instead: str) -> dict[str, str]:
    """Return the fields for a time that was offered in place of a taken one, an instant."""
    try:
        moment = datetime.fromisoformat(instead)
        begin, end = (time.fromisoformat(values[name]) for name in ("start_time", "end_time"))
    except ValueError:
        return {}
    if moment.tzinfo is None:
        return {}
    wall = moment.astimezone(zone(values["zone"])).replace(tzinfo=None)
    length = datetime.combine(wall, end) - datetime.combine(wall, begin)
    return {
        "starts_on": wall.date().isoformat(),
        "start_time": f"{wall:%H:%M}",
        "end_time": f"{wall + length:%H:%M}",
        "weekday": "",
        "week_of_month": "",
    }


def _schedule(typed: Typed) -> cases.ScheduleSeries:
    chosen = typed.text("frequency")
    every_second = chosen == _EVERY_SECOND_WEEK
    frequency = "weekly" if every_second else chosen
    by_weekday = frequency == "monthly_by_weekday"
    facts: dict[str, Any] = {
        "frequency": frequency,
        "starts_on": typed.day("starts_on"),
        "start_time": typed.clock("start_time"),
        "end_time": typed.clock("end_time"),
        "zone": typed.maybe("zone"),
        "interval": 2 if every_second else typed.number("interval") or 1,
        "count": typed.number("count") if typed.text("ends") != "until" else None,
        "until": typed.day("until") if typed.text("ends") == "until" else None,
        "weekday": typed.number("weekday") if by_weekday or frequency == "weekly" else None,
        "week_of_month": typed.number("week_of_month") if by_weekday else None,
        "dates": typed.days("dates") if frequency == "dates" else [],
        "on_day_off": typed.text("on_day_off") or "keep",
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
