"""A group's roster: people join and leave."""

from fastapi import APIRouter, Request, Response

from alongside.errors import Conflict, Invalid
from alongside.web.auth import AsSupervisor
from alongside.web.forms import form_data
from alongside.web.pages import PagesDep, redirect
from alongside_scheduler.handlers import rosters as cases
from alongside_scheduler.http.doors import DoorsDep
from alongside_scheduler.http.pages.groups import group_page
from alongside_scheduler.http.pages.reading import Typed

routes = APIRouter(include_in_schema=False)


@routes.post("/groups/{group_id}/roster")
async def join(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Put one or several people on the roster; all of them or none."""
    form = await form_data(request)
    people = [person for person in form.many("person_id") if person]
    typed = Typed(form)
    try:
        on = typed.day("on")
        typed.need("person_id", people or None, "Choose at least one person.")
        typed.check()
        commands = [cases.JoinRoster(person_id=person_id, on=on) for person_id in people]
        async with doors.writing(viewer) as uow:
            done = await cases.join_people(group_id, commands, uow)
    except (Invalid, Conflict) as error:
        return await group_page(group_id, viewer, doors, pages, error=error, chosen=people)
    count = len(people)
    said = f"{count} {'person is' if count == 1 else 'people are'} on the roster."
    over = max(each.over_seats for each in done)
    if over:
        said += f" That is {over} more than there are seats."
    return redirect(f"/groups/{group_id}", said)


@routes.post("/groups/{group_id}/roster/{person_id}/leave")
async def leave(
    group_id: str,
    person_id: str,
    request: Request,
    viewer: AsSupervisor,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Take a person off the roster after a day."""
    typed = Typed(await form_data(request))
    try:
        command = cases.LeaveRoster(last_day=typed.day("last_day"))
        typed.check()
        async with doors.writing(viewer) as uow:
            await cases.leave_roster(group_id, person_id, command, uow)
    except (Invalid, Conflict) as error:
        return await group_page(group_id, viewer, doors, pages, error=error)
    return redirect(f"/groups/{group_id}", "Taken off the roster.")


@routes.post("/groups/{group_id}/roster/{person_id}/stay")
async def stay(
    group_id: str, person_id: str, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Take back a last day that is still to come."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.join_roster(group_id, cases.JoinRoster(person_id=person_id), uow)
    except (Invalid, Conflict) as error:
        return await group_page(group_id, viewer, doors, pages, error=error)
    return redirect(f"/groups/{group_id}#roster", "Stays after all.")
