"""Busy times of one's other calendars, and the times of a week that suit."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.web.times import clock
from alongside.zones import zone
from alongside_scheduler.domain.free import Span, wall_span, within
from alongside_scheduler.domain.suiting import Hours
from alongside_scheduler.domain.wording import WEEKDAYS
from alongside_scheduler.handlers import busy as cases
from alongside_scheduler.http.api.busy import keeper_of
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.views.busy import BusyView, show_busy

routes = APIRouter(include_in_schema=False)

_DAYS = 14
_FIRST_HOUR, _LAST_HOUR = 6, 22
_HOUR = 60


@routes.get("/busy")
async def busy(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show one's other calendars."""
    return await _page(viewer, doors, pages)


@routes.post("/busy")
async def add(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Add a calendar."""
    form = await form_data(request)
    label = form.text("label")
    try:
        command = cases.AddCalendar(address=form.text("address"), label=label or None)
        async with doors.writing(viewer) as uow:
            added = await cases.add_calendar(command, uow, keeper_of(doors))
    except (Invalid, Conflict) as error:
        # What was typed is a secret: it is not sent back in a page.
        return await _page(viewer, doors, pages, error=error, label=label)
    return redirect("/busy", f"{added.label} is added, and being read now.")


@routes.post("/busy/{calendar_id}/fetch")
async def fetch(
    calendar_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Let a calendar be fetched now."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.fetch_now(calendar_id, uow)
    except Conflict as error:
        return await _page(viewer, doors, pages, error=error)
    return redirect("/busy")


@routes.post("/busy/{calendar_id}/remove")
async def remove(calendar_id: str, viewer: CurrentViewer, doors: DoorsDep) -> Response:
    """Delete a calendar and everything read from it."""
    async with doors.writing(viewer) as uow:
        await cases.remove_calendar(calendar_id, uow)
    return redirect("/busy", "Removed, with everything that was read from it.")


@routes.post("/busy/hours")
async def set_hours(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Keep the hours of a week that were ticked."""
    form = await form_data(request)
    try:
        command = cases.SetHours(hours=_ticked(form.many("hour")))
        async with doors.writing(viewer) as uow:
            await cases.set_hours(command, uow)
    except Invalid as error:
        return await _page(viewer, doors, pages, error=error)
    return redirect("/busy", "Saved. Proposals for a time look at these hours first.")


def _ticked(values: list[str]) -> list[tuple[int, int, int]]:
    hours = []
    for value in values:
        day, _, hour = value.partition("-")
        if not (day.isdecimal() and hour.isdecimal() and len(value) <= 4):  # noqa: PLR2004
            raise Invalid("Tick the hours in the table.", field="hours")
        hours.append((int(day), int(hour) * _HOUR, (int(hour) + 1) * _HOUR))
    return hours


@dataclass(frozen=True, slots=True)
class DayDrawn:
    """A day as a line: where on it somebody is busy, in percent, and the same in words."""

    day: date
    bars: tuple[tuple[float, float], ...]
    words: str


def drawn_days(spans: list[Span], now: datetime, at: ZoneInfo) -> list[DayDrawn]:
    """Draw the days from today on, from six in the morning to ten at night."""
    first = now.astimezone(at).date()
    return [_drawn(first + timedelta(days=number), spans, at) for number in range(_DAYS)]


def _drawn(day: date, spans: list[Span], at: ZoneInfo) -> DayDrawn:
    whole = wall_span(day, _FIRST_HOUR * _HOUR, _LAST_HOUR * _HOUR, at)
    length = (whole.ends_at - whole.starts_at) / 100
    shown = within(spans, whole.starts_at, whole.ends_at)
    bars = tuple(
        (
            round((each.starts_at - whole.starts_at) / length, 2),
            round((each.ends_at - each.starts_at) / length, 2),
        )
        for each in shown
    )
    words = ", ".join(f"{clock(each.starts_at, at)} to {clock(each.ends_at, at)}" for each in shown)
    return DayDrawn(day, bars, f"busy {words}" if words else "nothing in the way")


def _hours_ticked(hours: Hours) -> set[str]:
    return {
        f"{weekday}-{hour}"
        for weekday, begins, ends in hours
        for hour in range(begins // _HOUR, -(-ends // _HOUR))
    }


async def _page(
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    label: str = "",
) -> Response:
    async with doors.reading(viewer) as uow:
        shown: BusyView = await show_busy(viewer.person_id, uow)
        now = uow.now
    spans = [Span(each.starts_at, each.ends_at) for each in shown.spans]
    ticked = _hours_ticked(shown.hours)
    outside = {int(each.partition("-")[2]) for each in ticked}
    return pages.render(
        "busy.html",
        error.status if error else 200,
        busy=shown,
        days=drawn_days(spans, now, zone(viewer.zone)),
        ticked=ticked,
        weekdays=WEEKDAYS,
        hours=sorted({*range(7, 20), *outside}),
        label=label,
        unsettled=any(each.state in {"waiting", "fetching"} for each in shown.calendars),
        errors=FormErrors.of(error) if error else {},
    )
