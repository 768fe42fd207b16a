"""People and credentials as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from alongside.contracts import PersonState
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import people as cases
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views import people as views
from alongside_scheduler.views.people import PeoplePage

routes = APIRouter(tags=["people"])


@routes.get("/me")
async def me(viewer: CurrentViewer, doors: DoorsDep) -> PersonState:
    """Return who asks."""
    async with doors.reading(viewer) as uow:
        return await views.show_person(viewer.person_id, uow)


@routes.get("/people")
async def list_people(
    viewer: CurrentViewer,
    doors: DoorsDep,
    q: Annotated[str, Query(description="Part of a name or address.")] = "",
    role: str | None = None,
    limit: Annotated[int, Query(ge=1, le=views.MOST)] = views.PAGE,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> PeoplePage:
    """Return people by name; supervisors see names alone."""
    async with doors.reading(viewer) as uow:
        return await views.list_people(uow, text=q, role=role, limit=limit, offset=offset)


@routes.post("/people", status_code=201, response_model=PersonState)
async def register(command: cases.RegisterPerson, viewer: CurrentViewer, write: Write) -> Response:
    """Add a person."""
    return await write(by(viewer, lambda uow: cases.register_person(command, uow)), status=201)


@routes.get("/people/{person_id}")
async def show(person_id: str, viewer: CurrentViewer, doors: DoorsDep) -> PersonState:
    """Return a person."""
    async with doors.reading(viewer) as uow:
        return await views.show_person(person_id, uow)


@routes.patch("/people/{person_id}", response_model=PersonState)
async def change(
    person_id: str, command: cases.ChangePerson, viewer: CurrentViewer, write: Write
) -> Response:
    """Change a person; what is left out stays."""
    return await write(by(viewer, lambda uow: cases.change_person(person_id, command, uow)))


@routes.delete("/people/{person_id}", response_model=PersonState)
async def remove(person_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Let a person go: off every roster, signed out everywhere."""
    return await write(by(viewer, lambda uow: cases.remove_person(person_id, uow)))


@routes.post("/people/{person_id}/credentials", status_code=201, response_model=PersonState)
async def add_credential(
    person_id: str, command: cases.PutCredential, viewer: CurrentViewer, write: Write
) -> Response:
    """Note a credential."""
    return await write(
        by(viewer, lambda uow: cases.add_credential(person_id, command, uow)), status=201
    )


@routes.put("/people/{person_id}/credentials/{credential_id}", response_model=PersonState)
async def change_credential(
    person_id: str,
    credential_id: str,
    command: cases.PutCredential,
    viewer: CurrentViewer,
    write: Write,
) -> Response:
    """Correct a credential."""
    return await write(
        by(
            viewer,
            lambda uow: cases.change_credential(person_id, credential_id, command, uow),
        )
    )


@routes.post("/people/{person_id}/credentials/{credential_id}/end", response_model=PersonState)
async def end_credential(
    person_id: str,
    credential_id: str,
    command: cases.EndCredential,
    viewer: CurrentViewer,
    write: Write,
) -> Response:
    """Note the last day of a credential."""
    return await write(
        by(viewer, lambda uow: cases.end_credential(person_id, credential_id, command, uow))
    )


@routes.delete("/people/{person_id}/credentials/{credential_id}", response_model=PersonState)
async def drop_credential(
    person_id: str, credential_id: str, viewer: CurrentViewer, write: Write
) -> Response:
    """Take back a credential entered by mistake."""
    return await write(by(viewer, lambda uow: cases.drop_credential(person_id, credential_id, uow)))
