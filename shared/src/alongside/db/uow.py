"""The unit of work: one transaction that holds a change and what is said about it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Self, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.clock import Clock
from alongside.contracts import Event
from alongside.db.database import Database
from alongside.db.rows import insert_rows
from alongside.ids import NewId
from alongside.observability.tracing import current_traceparent


class Ear:
    """One listener of a bell: it hears every ring, also one that came while it was busy."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def hear(self) -> None:
        """Remember that the bell rang."""
        self._event.set()

    @property
    def rang(self) -> bool:
        """Whether the bell rang and nobody has waited for it, or forgotten it, since."""
        return self._event.is_set()

    def forget(self) -> None:
        """Forget a ring that was heard but not yet waited for."""
        self._event.clear()

    async def wait(self, at_most: float) -> None:
        """Return when the bell rang since the last call, or after `at_most` seconds."""
        try:
            async with asyncio.timeout(at_most):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()


class Bell:
    """Rung after each commit, so that the loops that carry committed work need not wait for a poll."""

    def __init__(self) -> None:
        self._ears: list[Ear] = []

    def ear(self) -> Ear:
        """Return a new listener."""
        ear = Ear()
        self._ears.append(ear)
        return ear

    def ring(self) -> None:
        """Say that something was committed."""
        for ear in self._ears:
            ear.hear()


class UnitOfWork:
    """A transaction with a clock reading, identities and a mouth.

    Everything done through it commits together or not at all. A handler says `commit()`;
    leaving without it rolls back. `emit` writes the event into the outbox at once, so change the
    aggregate's row first: that lock is what gives events of one key their order.
    """

    def __init__(
        self, database: Database, session: AsyncSession, now: datetime, new_id: NewId
    ) -> None:
        self.database = database
        self.session = session
        self.now = now
        self.new_id = new_id
        self.emitted: list[Event] = []
        self.traces: dict[str, str | None] = {}
        """The trace of each event that is taken in, by its id, where several are at once."""
        self._after_commit: tuple[Callable[[], object], ...] = ()

    async def emit(self, event: Event) -> None:
        """Say an event: it leaves only if, and as soon as, this transaction commits."""
        await self.emit_all([event])

    async def emit_all(self, events: Sequence[Event]) -> None:
        """Say several events in this order, in one statement."""
        traceparent = current_traceparent()
        said = [
            {
                "event_id": event.id,
                "topic": event.topic,
                "key": event.key,
                "type": event.type_name(),
                "payload": event.on_the_wire(),
                "traceparent": traceparent,
                "occurred_at": event.occurred_at,
                "next_attempt_at": self.now,
            }
            for event in events
        ]
        await insert_rows(self.session, (self.database.plumbing.outbox, said))
        self.emitted.extend(events)

    def on_commit(self, *then: Callable[[], object]) -> None:
        """Have these called after each commit: for memories and bells, never for effects."""
        self._after_commit = (*self._after_commit, *then)

    async def commit(self) -> None:
        """Make everything so far permanent, and wake whoever waits for it."""
        await self.session.commit()
        for then in self._after_commit:
            then()

    async def rollback(self) -> None:
        """Undo everything since the last commit."""
        await self.session.rollback()

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[Self]:
        """Open a second unit of work that only looks, at what is committed."""
        async with self.database.read() as session:
            yield type(self)(self.database, session, self.now, self.new_id)


AnyUow = TypeVar("AnyUow", bound=UnitOfWork)


def uow_factory(
    kind: type[AnyUow], database: Database, clock: Clock, new_id: NewId, *bells: Bell
) -> Callable[[], AbstractAsyncContextManager[AnyUow]]:
    """Return what opens a unit of work of the service's own kind: `async with uow() as u`."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[AnyUow]:
        async with database.write() as session:
            uow = kind(database, session, clock.now(), new_id)
            uow.on_commit(*(bell.ring for bell in bells))
            yield uow

    return opened
