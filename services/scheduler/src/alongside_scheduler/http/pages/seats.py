"""Waiting for a seat of a group, and the page on which an offered one is taken."""

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsSupervisor, CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_scheduler.handlers import waitlist as cases
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.groups import group_page
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views import offers as views

routes = APIRouter(include_in_schema=False)


@routes.post("/groups/{group_id}/waitlist")
async def wait(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Put people on the waiting list; all of them or none."""
    form = await form_data(request)
    people = [person for person in form.many("person_id") if person]
    typed = Typed(form)
    try:
        typed.need("person_id", people or None, "Choose at least one person.")
        typed.check()
        async with doors.writing(viewer) as uow:
            await uow.seats.hold_people(people)
            for person_id in people:
                await cases.wait_for_seat(group_id, cases.WaitForSeat(person_id=person_id), uow)
    except (Invalid, Conflict) as error:
        return await group_page(group_id, viewer, doors, pages, error=error, chosen=people)
    return redirect(f"/groups/{group_id}#roster", "On the waiting list.")


@routes.post("/groups/{group_id}/waitlist/{person_id}/leave")
async def wait_no_more(
    group_id: str, person_id: str, viewer: CurrentViewer, doors: DoorsDep
) -> Response:
    """Take somebody off the waiting list."""
    async with doors.writing(viewer) as uow:
        await cases.wait_no_more(group_id, person_id, uow)
    back = "/groups" if person_id == viewer.person_id else f"/groups/{group_id}#roster"
    return redirect(back, "Taken off the waiting list.")


@routes.get("/groups/{group_id}/ask")
async def ask(group_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a group that takes people who ask."""
    return await _ask_page(group_id, viewer, doors, pages)


@routes.post("/groups/{group_id}/ask")
async def asked(group_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Put who asks on the waiting list."""
    try:
        async with doors.writing(viewer) as uow:
            done = await cases.wait_for_seat(group_id, cases.WaitForSeat(), uow)
    except (Invalid, Conflict) as error:
        return await _ask_page(group_id, viewer, doors, pages, error=error)
    if done.offer_id:
        return redirect(f"/offers/{done.offer_id}", "A seat is free: it is yours if you say yes.")
    return redirect(f"/groups/{group_id}/ask", "You are on the waiting list.")


@routes.get("/offers/{offer_id}")
async def show(offer_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show an offer of a seat."""
    return await _offer_page(offer_id, viewer, doors, pages)


@routes.post("/offers/{offer_id}/accept")
async def accept(
    offer_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Take an offered seat."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.accept_offer(offer_id, uow)
    except (Invalid, Conflict) as error:
        return await _offer_page(offer_id, viewer, doors, pages, error=error)
    return redirect(f"/offers/{offer_id}", "The seat is yours. Invitations are on their way.")


@routes.post("/offers/{offer_id}/decline")
async def decline(
    offer_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Let an offered seat go."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.decline_offer(offer_id, uow)
    except (Invalid, Conflict) as error:
        return await _offer_page(offer_id, viewer, doors, pages, error=error)
    return redirect(f"/offers/{offer_id}", "Thank you. The seat is offered to the next person.")


@routes.post("/offers/{offer_id}/again")
async def again(offer_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Wait once more after an offer that was let go."""
    try:
        async with doors.writing(viewer) as uow:
            done = await cases.ask_again(offer_id, uow)
    except (Invalid, Conflict) as error:
        return await _offer_page(offer_id, viewer, doors, pages, error=error)
    if done.offer_id:
        return redirect(f"/offers/{done.offer_id}", "A seat is free: it is yours if you say yes.")
    return redirect("/groups", "You are on the waiting list again.")


@routes.post("/offers/{offer_id}/withdraw")
async def withdraw(
    offer_id: str, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Take an offer back."""
    try:
        async with doors.writing(viewer) as uow:
            done = await cases.withdraw_offer(offer_id, uow)
    except (Invalid, Conflict) as error:
        return await _offer_page(offer_id, viewer, doors, pages, error=error)
    return redirect(f"/groups/{done.group_id}#roster", "Taken back.")


async def _offer_page(
    offer_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        offer = await views.show_offer(offer_id, uow)
    return pages.render(
        "offer.html",
        error.status if error else 200,
        offer=offer,
        errors=FormErrors.of(error) if error else {},
    )


async def _ask_page(
    group_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        asked_for = await views.show_ask(group_id, uow)
    return pages.render(
        "group_ask.html",
        error.status if error else 200,
        ask=asked_for,
        errors=FormErrors.of(error) if error else {},
    )
