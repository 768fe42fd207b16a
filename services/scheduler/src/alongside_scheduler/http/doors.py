"""How a request reaches the use cases: in a unit of work that knows who asks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from alongside.clock import Clock
from alongside.contracts import known_roles
from alongside.db import Database
from alongside.ids import NewId
from alongside.secrets import Secrets
from alongside.settings import Settings
from alongside.web.auth import PersonFacts, Viewer
from alongside.web.tokens import sign_session
from alongside_scheduler.domain.access import NOBODY, Actor
from alongside_scheduler.handlers.sign_in import Begun
from alongside_scheduler.store.uow import SchedulerUow

SET_UP_PURPOSE = "set-up"
SIGN_IN_PURPOSE = "sign-in"


@dataclass(frozen=True, slots=True)
class Doors:
    """What pages and JSON routes work with; `app.state.doors` holds it."""

    settings: Settings
    secrets: Secrets
    clock: Clock
    new_id: NewId
    database: Database
    uow: Callable[[], AbstractAsyncContextManager[SchedulerUow]]

    @asynccontextmanager
    async def reading(self, viewer: Viewer | None) -> AsyncIterator[SchedulerUow]:
        """Open a unit of work that only looks."""
        async with self.database.read() as session:
            uow = SchedulerUow(self.database, session, self.clock.now(), self.new_id)
            uow.actor = actor_of(viewer)
            yield uow

    @asynccontextmanager
    async def writing(self, viewer: Viewer | None) -> AsyncIterator[SchedulerUow]:
        """Open a unit of work and commit it at the end; an error undoes everything."""
        async with self.uow() as uow:
            uow.actor = actor_of(viewer)
            yield uow
            await uow.commit()

    def sign_in_link(self, request_id: str) -> str:
        """Return the address that a mailed link has."""
        mac = self.secrets.link_mac(SIGN_IN_PURPOSE, request_id)
        return f"{self.settings.origin}/sign-in/{request_id}.{mac}"

    def set_up_token(self) -> str:
        """Return the seal of the one-time set-up page: good until somebody is registered."""
        return self.secrets.link_mac(SET_UP_PURPOSE, "first-coordinator")

    def signed(self, begun: Begun) -> str:
        """Return the signed text of a sign-in or API token."""
        return sign_session(
            self.secrets,
            person_id=begun.person.id,
            name=begun.person.name,
            roles=begun.person.roles,
            zone=begun.person.zone,
            session_id=begun.sign_in.id,
            now=begun.sign_in.begun_at,
            lifetime=begun.lifetime,
            scopes=begun.sign_in.scopes,
        )

    async def person_gate(self, person_id: str) -> PersonFacts | None:
        """Return what is known of a person now, so that a change of roles counts at once."""
        async with self.reading(None) as uow:
            row = await uow.people.find(person_id)
        if row is None:
            # Whoever is not registered here cannot have signed in here.
            return PersonFacts(name="", roles=frozenset(), zone="UTC", left=True)
        return PersonFacts(
            name=row.name,
            roles=known_roles(row.roles),
            zone=row.zone,
            left=row.left_at is not None,
        )


def actor_of(viewer: Viewer | None) -> Actor:
    """Return who asks, as the use cases see them."""
    if viewer is None:
        return NOBODY
    return Actor(person_id=viewer.person_id, roles=viewer.roles)


def by(viewer: Viewer, use_case: Callable[[SchedulerUow], Awaitable[Any]]) -> Any:
    """Return a use case that knows who asks, for `Write`."""

    async def run(uow: SchedulerUow) -> Any:
        uow.actor = actor_of(viewer)
        return await use_case(uow)

    return run


def _doors(request: Request) -> Doors:
    return cast("Doors", request.app.state.doors)


DoorsDep = Annotated[Doors, Depends(_doors)]
"""The doors of this service."""
