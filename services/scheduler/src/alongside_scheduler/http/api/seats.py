"""Seats, waiting lists and offers as JSON."""

from fastapi import APIRouter, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import waitlist as cases
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views import offers, seats

routes = APIRouter(tags=["seats"])


@routes.get("/groups/{group_id}/seats")
async def show_seats(group_id: str, viewer: CurrentViewer, doors: DoorsDep) -> seats.SeatsView:
    """Return every seat of a group and who waits for one; for who leads it."""
    async with doors.reading(viewer) as uow:
        return await seats.show_seats(group_id, uow)


@routes.post("/groups/{group_id}/waitlist", response_model=cases.Standing)
async def wait(
    group_id: str, command: cases.WaitForSeat, viewer: CurrentViewer, write: Write
) -> Response:
    """Put somebody on the waiting list; a seat that is free and theirs is offered at once."""
    return await write(by(viewer, lambda uow: cases.wait_for_seat(group_id, command, uow)))


@routes.delete("/groups/{group_id}/waitlist/{person_id}", status_code=204)
async def wait_no_more(
    group_id: str, person_id: str, viewer: CurrentViewer, write: Write
) -> Response:
    """Take somebody off the waiting list."""
    return await write(
        by(viewer, lambda uow: cases.wait_no_more(group_id, person_id, uow)), status=204
    )


@routes.get("/offers")
async def mine(viewer: CurrentViewer, doors: DoorsDep) -> offers.OwnSeats:
    """Return the seats offered to who asks, and the groups they wait for."""
    async with doors.reading(viewer) as uow:
        return await offers.own_seats(uow)


@routes.get("/offers/{offer_id}")
async def show(offer_id: str, viewer: CurrentViewer, doors: DoorsDep) -> offers.OfferView:
    """Return an offer: to whom it is made, and to who leads the group."""
    async with doors.reading(viewer) as uow:
        return await offers.show_offer(offer_id, uow)


@routes.post("/offers/{offer_id}/accept", response_model=cases.OfferDone)
async def accept(offer_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Take an offered seat; again changes nothing."""
    return await write(by(viewer, lambda uow: cases.accept_offer(offer_id, uow)))


@routes.post("/offers/{offer_id}/decline", response_model=cases.OfferDone)
async def decline(offer_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Let an offered seat go; it is offered to the next person at once."""
    return await write(by(viewer, lambda uow: cases.decline_offer(offer_id, uow)))


@routes.post("/offers/{offer_id}/again", response_model=cases.Standing)
async def again(offer_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Wait once more after an offer that was let go."""
    return await write(by(viewer, lambda uow: cases.ask_again(offer_id, uow)))


@routes.delete("/offers/{offer_id}", response_model=cases.OfferDone)
async def withdraw(offer_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Take an open offer back; for who leads the group."""
    return await write(by(viewer, lambda uow: cases.withdraw_offer(offer_id, uow)))
