"""Busy times of people's other calendars as JSON. Everybody sees and changes their own."""

from fastapi import APIRouter, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.calendars.keeping import AddressKeeper
from alongside_scheduler.domain.addresses import AllowedHosts
from alongside_scheduler.domain.suiting import Hours
from alongside_scheduler.handlers import busy as cases
from alongside_scheduler.http.doors import Doors, DoorsDep, by
from alongside_scheduler.views.busy import BusyView, show_busy

routes = APIRouter(tags=["busy times"])


def keeper_of(doors: Doors) -> AddressKeeper:
    """Return what judges and seals the addresses of calendars here."""
    return AddressKeeper(doors.secrets, AllowedHosts(doors.settings.calendar_hosts))


@routes.get("/busy")
async def show(viewer: CurrentViewer, doors: DoorsDep) -> BusyView:
    """Return one's other calendars, and when they are busy in the next two weeks."""
    async with doors.reading(viewer) as uow:
        return await show_busy(viewer.person_id, uow)


@routes.post("/busy/calendars", status_code=201, response_model=cases.CalendarAdded)
async def add(
    command: cases.AddCalendar, viewer: CurrentViewer, doors: DoorsDep, write: Write
) -> Response:
    """Add a calendar by its address; it is fetched within seconds."""
    keeper = keeper_of(doors)
    return await write(by(viewer, lambda uow: cases.add_calendar(command, uow, keeper)), status=201)


@routes.post("/busy/calendars/{calendar_id}/fetch", status_code=204)
async def fetch(calendar_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Let a calendar be fetched now."""
    return await write(by(viewer, lambda uow: cases.fetch_now(calendar_id, uow)))


@routes.delete("/busy/calendars/{calendar_id}", status_code=204)
async def remove(calendar_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Delete a calendar, its address and everything read from it."""
    return await write(by(viewer, lambda uow: cases.remove_calendar(calendar_id, uow)))


@routes.put("/busy/hours", response_model=Hours)
async def set_hours(command: cases.SetHours, viewer: CurrentViewer, write: Write) -> Response:
    """Say which times of a week suit."""
    return await write(by(viewer, lambda uow: cases.set_hours(command, uow)))
