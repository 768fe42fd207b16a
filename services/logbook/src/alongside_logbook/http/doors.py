"""How a request reaches the use cases and the views."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.datastructures import State

from alongside.clock import Clock
from alongside.contracts import known_roles
from alongside.db import Database
from alongside.ids import NewId
from alongside.web.auth import CurrentViewer, PersonFacts, Viewer
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.uow import LogbookUow


@dataclass(frozen=True, slots=True)
class Doors:
    """What pages and JSON routes work with; `app.state.doors` holds it."""

    clock: Clock
    new_id: NewId
    database: Database
    kind: type[LogbookUow]
    uow: Callable[[], AbstractAsyncContextManager[LogbookUow]]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[LogbookUow]:
        """Open a unit of work that only looks."""
        async with self.database.read() as session:
            yield self.kind(self.database, session, self.clock.now(), self.new_id)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[LogbookUow]:
        """Open a unit of work and commit it at the end; an error undoes everything."""
        async with self.uow() as uow:
            yield uow
            await uow.commit()


class Gate:
    """Tells what is known of a person now; learns the association's name in the same question."""

    def __init__(self, doors: Doors, state: State) -> None:
        self._doors = doors
        self._state = state

    async def __call__(self, person_id: str) -> PersonFacts | None:
        """Return what the copy of a person says; nothing if they have not been told of yet."""
        async with self._doors.reading() as uow:
            found = await uow.people.at_the_door(person_id)
        if found is None:
            self._state.association = None
            return None
        name, roles, zone, left_at, association = found
        self._state.association = association
        return PersonFacts(name=name, roles=known_roles(roles), zone=zone, left=left_at is not None)


def actor_of(viewer: Viewer) -> Actor:
    """Return who asks, as the use cases see them."""
    return Actor(viewer.person_id, coordinator=viewer.is_coordinator)


async def _doors(request: Request) -> Doors:
    return cast("Doors", request.app.state.doors)


DoorsDep = Annotated[Doors, Depends(_doors)]
"""The doors of this service."""


async def _actor(viewer: CurrentViewer) -> Actor:
    return actor_of(viewer)


ActorDep = Annotated[Actor, Depends(_actor)]
"""Whoever is signed in, as the use cases see them."""


async def _reading(request: Request, doors: DoorsDep) -> AsyncIterator[LogbookUow]:
    async with doors.reading() as uow:
        # Whoever is signed in came through the gate, which has just looked it up.
        if (
            getattr(request.state, "viewer", None) is None
            or getattr(request.app.state, "association", None) is None
        ):
            association = await uow.people.association()
            request.app.state.association = association.name if association else None
        yield uow


Reading = Annotated[LogbookUow, Depends(_reading)]
"""A unit of work that only looks."""
