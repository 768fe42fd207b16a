"""When providers can be booked, as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import availability as cases
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views import availability as views

routes = APIRouter(tags=["booking"])


@routes.get("/providers")
async def providers(viewer: CurrentViewer, doors: DoorsDep) -> list[views.Bookable]:
    """Return the providers whom the caller may book, with their next free times."""
    async with doors.reading(viewer) as uow:
        return await views.list_bookable(uow)


@routes.get("/providers/{person_id}/slots")
async def slots(
    person_id: str,
    viewer: CurrentViewer,
    doors: DoorsDep,
    minutes: int | None = None,
    begins: Annotated[date | None, Query(alias="from")] = None,
    ends: Annotated[date | None, Query(alias="to")] = None,
) -> views.Slots:
    """Return when a provider can be booked, between two days of the provider's zone."""
    async with doors.reading(viewer) as uow:
        return await views.show_slots(person_id, minutes, begins, ends, uow)


@routes.get("/providers/{person_id}/availability")
async def show(person_id: str, viewer: CurrentViewer, doors: DoorsDep) -> cases.AvailabilityView:
    """Return what a provider set: to them, and to coordinators."""
    async with doors.reading(viewer) as uow:
        return await views.show_availability(person_id, uow)


@routes.patch("/providers/{person_id}/availability", response_model=cases.AvailabilityView)
async def change(
    person_id: str, command: cases.SetAvailability, viewer: CurrentViewer, write: Write
) -> Response:
    """Change what a provider publishes; what is left out stays, lists are replaced whole."""
    return await write(by(viewer, lambda uow: cases.set_availability(person_id, command, uow)))
