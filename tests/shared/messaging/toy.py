"""A service in miniature for the tests of the plumbing: one table, one consumer."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy import Column, Integer, String, Table

from alongside.clock import Clock
from alongside.contracts import SignedOut
from alongside.db import Database, Plumbing, UnitOfWork, service_metadata
from alongside.db.uow import Bell, uow_factory
from alongside.ids import new_id
from alongside.messaging import Consumer, Subscription


class Toy:
    """Counts, per person, the sign-outs it heard, and remembers their order."""

    def __init__(self, url: str, clock: Clock, consumer: str = "toy.people") -> None:
        self.metadata = service_metadata()
        self.plumbing = Plumbing(self.metadata)
        self.heard = Table(
            "heard",
            self.metadata,
            Column("number", Integer, primary_key=True, autoincrement=True),
            Column("person_id", String(36)),
            Column("session_id", String(64)),
        )
        self.database = Database(url, self.plumbing)
        self.clock = clock
        self.bell = Bell()
        self.uow: Callable[[], AbstractAsyncContextManager[UnitOfWork]] = uow_factory(
            UnitOfWork, self.database, clock, new_id, self.bell
        )
        self.fail_on: set[str] = set()
        self.failures = 0
        self.consumer = Consumer(
            Subscription("alongside.people.v1", consumer, self.on_people),
            self.database,
            self.uow,
            retries=(0, 0),
        )

    async def create(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.run_sync(self.metadata.create_all)

    async def on_people(self, event, uow) -> None:
        if isinstance(event, SignedOut):
            await uow.session.execute(
                self.heard.insert().values(person_id=event.person_id, session_id=event.session_id)
            )
            if event.session_id in self.fail_on:
                self.failures += 1
                raise RuntimeError("poison")

    async def say(self, person: str, *sessions: str) -> list[SignedOut]:
        events = []
        async with self.uow() as uow:
            for session in sessions:
                event = SignedOut(
                    id=new_id(),
                    occurred_at=uow.now,
                    person_id=person,
                    session_id=session,
                    expires_at=uow.now,
                )
                await uow.emit(event)
                events.append(event)
            await uow.commit()
        return events

    async def order(self, person: str) -> list[str]:
        async with self.database.read() as session:
            rows = await session.execute(
                self.heard.select()
                .where(self.heard.c.person_id == person)
                .order_by(self.heard.c.number)
            )
            return [row.session_id for row in rows]
