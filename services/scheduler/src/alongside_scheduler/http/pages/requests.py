"""Asking for a time where no slot fits, and deciding on it."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import zone
from alongside_scheduler.domain.recurrence import FIRST_YEAR, LAST_YEAR, instant
from alongside_scheduler.handlers import requests as cases
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.own_sessions import iso
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views import availability
from alongside_scheduler.views.proposals import proposals_for_me
from alongside_scheduler.views.requests import show_requests

routes = APIRouter(include_in_schema=False)

STANDINGS = {
    "open": ("waits for an answer", "warn"),
    "granted": ("booked", "good"),
    "declined": ("not possible", "bad"),
    "withdrawn": ("taken back", "calm"),
    "expired": ("ran out", "calm"),
}


@routes.get("/requests")
async def show(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show what waits, and what became of the rest."""
    return await _page(viewer, doors, pages)


@routes.get("/requests/new")
async def form(
    viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep, provider: str = ""
) -> Response:
    """Ask which times would suit."""
    return await _form(provider, viewer, doors, pages)


@routes.post("/requests/new")
async def ask(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Send a request."""
    form = await form_data(request)
    typed = Typed(form)
    provider_id = typed.text("provider")
    try:
        starts = [
            start
            for number in range(1, cases.MOST_TIMES + 1)
            if (start := _start(typed, number, viewer)) is not None
        ]
        typed.need("day_1", starts or None, "Propose at least one time.")
        typed.check()
        command = cases.AskForTime(
            provider_id=provider_id,
            starts=starts,
            minutes=typed.number("minutes"),
            note=typed.maybe("note"),
        )
        async with doors.writing(viewer) as uow:
            await cases.ask_for_time(command, uow)
    except (Invalid, Conflict) as error:
        return await _form(provider_id, viewer, doors, pages, form=form, error=error)
    return redirect("/requests", "Sent. You get a mail as soon as it is decided.")


@routes.post("/requests/{request_id}/grant")
async def grant(
    request_id: str, request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Book one of the proposed times."""
    typed = Typed(await form_data(request))
    try:
        command = cases.GrantRequest(start=_read(typed.text("start")))
        async with doors.writing(viewer) as uow:
            await cases.grant_request(request_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(viewer, doors, pages, error=error)
    return redirect("/requests", "Booked. Both of you are invited.")


@routes.post("/requests/{request_id}/decline")
async def decline(
    request_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Say that none of the times is possible."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.decline_request(request_id, uow)
    except Conflict as error:
        return await _page(viewer, doors, pages, error=error)
    return redirect("/requests", "Declined. They are told.")


@routes.post("/requests/{request_id}/withdraw")
async def withdraw(
    request_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Take one's own request back."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.withdraw_request(request_id, uow)
    except Conflict as error:
        return await _page(viewer, doors, pages, error=error)
    return redirect("/requests", "Taken back.")


async def _page(
    viewer: Viewer, doors: Doors, pages: Pages, *, error: AlongsideError | None = None
) -> Response:
    async with doors.reading(viewer) as uow:
        found = await show_requests(uow)
        proposals = await proposals_for_me(uow)
    return pages.render(
        "requests.html",
        error.status if error else 200,
        requests=found,
        proposals=proposals,
        standings=STANDINGS,
        iso=iso,
        errors=FormErrors.of(error) if error else {},
    )


async def _form(
    provider_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    form: Form | None = None,
    error: AlongsideError | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        bookable, _ = await availability.show_bookable(provider_id, uow)
    names = [f"{part}_{number}" for number in range(1, 4) for part in ("day", "time")]
    values: dict[str, Any] = dict.fromkeys([*names, "note", "minutes"], "")
    if form is not None:
        values = {name: form.text(name) for name in values}
    return pages.render(
        "request_new.html",
        error.status if error else 200,
        bookable=bookable,
        values=values,
        minutes=values["minutes"] or availability.checked_length(bookable.lengths, None),
        errors=FormErrors.of(error) if error else {},
    )


def _start(typed: Typed, number: int, viewer: Viewer) -> datetime | None:
    """Return a proposed time: wall time where the viewer is."""
    day, clock = typed.day(f"day_{number}"), typed.clock(f"time_{number}")
    if day is None and clock is None:
        return None
    typed.need(f"day_{number}", day, "Give the day, too.")
    typed.need(f"time_{number}", clock, "Give the time, too.")
    if day is None or clock is None:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        typed.errors.add(f"day_{number}", f"Choose a year up to {LAST_YEAR}.")
        return None
    return instant(datetime.combine(day, clock.replace(tzinfo=None)), zone(viewer.zone))


def _read(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose one of the times that were proposed.", field="start") from None
    return found.replace(tzinfo=found.tzinfo or UTC)
