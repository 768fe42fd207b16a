"""A logbook on an empty, migrated database, and the people and sessions it is told of."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from jinja2.bccache import Bucket, BytecodeCache

from alongside.db import Database, migrate
from alongside.ids import SeededIds
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_logbook.app import create_app
from alongside_logbook.store.tables import PLUMBING
from logbook.office import Office, ers


class Compiled(BytecodeCache):
    """Templates that were compiled once are not compiled again for the next test."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    return Compiled()


def prepare(url: str) -> None:
    """Migrate an empty database."""

    async def work() -> None:
        database = Database(url, PLUMBING)
        await migrate.upgrade(database, "alongside_logbook.migrations")
        await database.close()

    asyncio.run(work())


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("logbook") / "template.db"
    prepare(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def migrated_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path
) -> Iterator[str]:
    """The address of a migrated, empty database of each kind; units use SQLite alone."""
    if request.param == "sqlite":
        shutil.copy(migrated_file, tmp_path / "logbook.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'logbook.db'}"
    else:
        databases = request.getfixturevalue("postgres")
        url = databases.fresh_database(like=databases.template("logbook", prepare))
        yield url
        databases.drop(url)


@pytest.fixture
async def office(
    tmp_path: Path,
    migrated_url: str,
    compiled: Compiled,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    """A logbook on a migrated, empty database."""
    monkeypatch.setenv("ALONGSIDE_LOGBOOK_DATABASE_URL", migrated_url)
    app = create_app(Settings(data=tmp_path), clock=clock, new_id=SeededIds(7))
    app.web.state.web.templates.bytecode_cache = compiled
    yield Office(app)
    await app.database.close()


@pytest.fixture
async def circle(office: Office) -> Office:
    """Pat, an ERS, leads Ann (IFS), Bob (IMHS) and a third person on 10 February; Cora coordinates."""
    await office.person("pat", "supervisor", credentials=(ers(),))
    await office.person("ann", pursuing="IFS")
    await office.person("bob", pursuing="IMHS")
    await office.person("cora", "coordinator")
    await office.person("eve")
    await office.series()
    return office
