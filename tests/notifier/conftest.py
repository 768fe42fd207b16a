"""A notifier of its own for every test, with what the others would say to it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside.contracts import (
    AssociationDescribed,
    Event,
    PersonChanged,
    PersonLeft,
    PersonRegistered,
    PersonState,
    SeriesChanged,
    SeriesState,
)
from alongside.db import migrate
from alongside.ids import SeededIds
from alongside.messaging.envelope import Envelope
from alongside.messaging.subscription import Consumer
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_notifier.app import create_app
from alongside_notifier.store.tables import MAILS
from notifier.making import MAIL_FROM, NOW, ORIGIN, Life, make_series, person


@dataclass
class Notifier:
    """A running notifier without loops: tests hear, tick and look for themselves."""

    app: ServiceApp
    clock: FixedClock
    ids: SeededIds
    consumers: dict[str, Consumer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.app.subscriptions:
            self.consumers[each.topic] = Consumer(each, self.app.database, self.app.uow)

    @property
    def desk(self):
        return self.app.web.state.desk

    async def hear(self, event: Event) -> None:
        await self.consumers[event.topic].deliver(
            Envelope(
                event_id=event.id,
                topic=event.topic,
                key=event.key,
                type=event.type_name(),
                payload=event.on_the_wire(),
                occurred_at=event.occurred_at,
                traceparent=None,
            )
        )

    async def meet(self, *people: PersonState) -> None:
        for each in people:
            kind = PersonRegistered if each.version == 1 else PersonChanged
            if each.left_at is not None:
                kind = PersonLeft
            await self.hear(kind(id=self.ids(), occurred_at=self.clock.now(), person=each))

    async def hear_series(self, series: SeriesState, kind: Any = SeriesChanged, **facts) -> None:
        await self.hear(kind(id=self.ids(), occurred_at=self.clock.now(), series=series, **facts))

    async def tick(self, name: str) -> object:
        (ticker,) = [each for each in self.app.tickers if each.name == name]
        return await ticker.tick()

    async def tell(self, *, wait: bool = True) -> None:
        """Let the coalescing window pass, and tell."""
        if wait:
            self.clock.advance(timedelta(minutes=3))
        await self.tick("tell")

    async def mails(self, person_id: str | None = None) -> list[Any]:
        async with self.app.database.read() as session:
            rows = (await session.execute(MAILS.select().order_by(MAILS.c.id))).all()
        return [row for row in rows if person_id is None or row.person_id == person_id]

    async def begin(self, series: SeriesState | None = None) -> Life:
        """An association with a provider, three supervisees and a series they were told of."""
        await self.hear(
            AssociationDescribed(
                id=self.ids(),
                occurred_at=self.clock.now(),
                association_id="association",
                version=1,
                name="Oak Association",
                zone="America/Chicago",
            )
        )
        await self.meet(
            person("ada", "Ada Solberg", zone="America/New_York", roles=("supervisor",)),
            person("ben", "Ben Achterberg"),
            person("cleo", "Cleo Ramírez"),
            person("dora", "Dora Quist"),
        )
        life = Life(series or make_series(), now=self.clock.now())
        await self.hear_series(life.series)
        await self.tell(wait=False)
        return life


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def notifier_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data": tmp_path / "data", "base_url": ORIGIN, "mail_from": MAIL_FROM}


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database to copy."""
    folder = tmp_path_factory.mktemp("notifier")

    async def migrated() -> None:
        app = create_app(Settings(data=folder))
        await migrate.upgrade(app.database, app.migrations)
        await app.database.close()

    asyncio.run(migrated())
    return folder / "notifier.db"


@pytest.fixture
async def notifier(
    migrated_file: Path, tmp_path: Path, clock: FixedClock, notifier_settings: dict[str, Any]
) -> AsyncIterator[Notifier]:
    shutil.copy(migrated_file, tmp_path / "test.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    async for each in made(url, clock, notifier_settings):
        yield each


async def made(url: str, clock: FixedClock, settings: dict[str, Any]) -> AsyncIterator[Notifier]:
    ids = SeededIds(7)
    app = create_app(
        Settings(**{**settings, "notifier_database_url": url}), clock=clock, new_id=ids
    )
    await migrate.upgrade(app.database, app.migrations)
    try:
        yield Notifier(app, clock, ids)
    finally:
        await app.database.close()
