"""Individual sessions, booked by who receives supervision; requests where nothing fits; as JSON."""

from fastapi import APIRouter, Response

from alongside.contracts import SeriesState
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import booking as cases
from alongside_scheduler.handlers import own_sessions, requests
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views import requests as views

routes = APIRouter(tags=["booking"])


@routes.post("/providers/{person_id}/bookings", status_code=201, response_model=SeriesState)
async def book(
    person_id: str, command: cases.Book, viewer: CurrentViewer, write: Write
) -> Response:
    """Book a session, once or as a standing appointment.

    Where it cannot be had, the answer is 409 with `next_free`: up to three times that can.
    """
    return await write(by(viewer, lambda uow: cases.book(person_id, command, uow)), status=201)


@routes.post("/bookings/{series_id}/{key}/move", response_model=SeriesState)
async def move(
    series_id: str, key: str, command: own_sessions.MoveBooking, viewer: CurrentViewer, write: Write
) -> Response:
    """Move one's own individual session to another time that is offered."""
    return await write(
        by(viewer, lambda uow: own_sessions.move_booking(series_id, key, command, uow))
    )


@routes.post("/bookings/{series_id}/{key}/cancel", response_model=SeriesState)
async def cancel(
    series_id: str,
    key: str,
    viewer: CurrentViewer,
    write: Write,
    command: own_sessions.CancelBooking | None = None,
) -> Response:
    """Cancel one's own individual session; of a standing appointment, the later ones too."""
    later_too = command is not None and command.later_too
    return await write(
        by(
            viewer,
            lambda uow: own_sessions.cancel_booking(series_id, key, uow, later_too=later_too),
        )
    )


@routes.get("/session-requests")
async def list_requests(viewer: CurrentViewer, doors: DoorsDep) -> list[requests.RequestView]:
    """Return the requests one made or got, newest first."""
    async with doors.reading(viewer) as uow:
        return await views.list_requests(uow)


@routes.post("/session-requests", status_code=201, response_model=requests.RequestView)
async def ask(command: requests.AskForTime, viewer: CurrentViewer, write: Write) -> Response:
    """Ask a provider for one of up to three times."""
    return await write(by(viewer, lambda uow: requests.ask_for_time(command, uow)), status=201)


@routes.post("/session-requests/{request_id}/grant", response_model=requests.RequestView)
async def grant(
    request_id: str, command: requests.GrantRequest, viewer: CurrentViewer, write: Write
) -> Response:
    """Book one of the times that were asked for."""
    return await write(by(viewer, lambda uow: requests.grant_request(request_id, command, uow)))


@routes.post("/session-requests/{request_id}/decline", response_model=requests.RequestView)
async def decline(request_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Say that none of the times is possible."""
    return await write(by(viewer, lambda uow: requests.decline_request(request_id, uow)))


@routes.post("/session-requests/{request_id}/withdraw", response_model=requests.RequestView)
async def withdraw(request_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Take one's own request back."""
    return await write(by(viewer, lambda uow: requests.withdraw_request(request_id, uow)))
