"""How a request reaches the use cases and the views."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from alongside.clock import Clock
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

    async def person_gate(self, person_id: str) -> PersonFacts | None:
        """Return what the copy of a person says; nothing if they have not been told of yet."""
        async with self.reading() as uow:
            person = await uow.people.get(person_id)
        if person is None:
            return None
        return PersonFacts(
            name=person.name,
            roles=frozenset(person.roles),
            zone=person.zone,
            left=person.left_at is not None,
        )


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
        association = await uow.people.association()
        request.app.state.association = association.name if association else None
        yield uow


Reading = Annotated[LogbookUow, Depends(_reading)]
"""A unit of work that only looks."""
