"""The association, and its days off, as JSON."""

from fastapi import APIRouter, Request, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import association as cases
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views.association import DaysOffView, show_days_off

routes = APIRouter(tags=["association"])


@routes.get("/association")
async def association(viewer: CurrentViewer, doors: DoorsDep) -> cases.AssociationView:
    """Return whose installation this is."""
    async with doors.reading(viewer) as uow:
        return await cases.show_association(uow)


@routes.put("/association", response_model=cases.AssociationView)
async def describe(
    command: cases.DescribeAssociation, viewer: CurrentViewer, request: Request, write: Write
) -> Response:
    """Change the association's name, its zone, or the public holidays that hold."""
    response = await write(by(viewer, lambda uow: cases.describe_association(command, uow)))
    request.app.state.association = None
    return response


@routes.get("/association/closures")
async def closures(viewer: CurrentViewer, doors: DoorsDep) -> list[cases.ClosureView]:
    """Return the days on which the association is closed, in order."""
    async with doors.reading(viewer) as uow:
        return await cases.list_closures(uow)


@routes.post("/association/closures", status_code=201, response_model=cases.ClosureView)
async def close(command: cases.AddClosure, viewer: CurrentViewer, write: Write) -> Response:
    """Close on some days. Series that run already stay as they are."""
    return await write(by(viewer, lambda uow: cases.add_closure(command, uow)), status=201)


@routes.delete("/association/closures/{closure_id}", status_code=204)
async def open_again(closure_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Forget a closure. Nothing that was planned changes."""
    return await write(by(viewer, lambda uow: cases.remove_closure(closure_id, uow)))


@routes.get("/association/days-off")
async def days_off(viewer: CurrentViewer, doors: DoorsDep) -> DaysOffView:
    """Return the days off ahead, with the sessions that fall on them: for coordinators."""
    async with doors.reading(viewer) as uow:
        return await show_days_off(uow)
