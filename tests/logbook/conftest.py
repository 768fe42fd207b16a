"""A logbook on an empty, migrated database, and the people and sessions it is told of."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from alongside.ids import SeededIds
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_logbook.app import create_app
from alongside_logbook.store.tables import PLUMBING
from logbook.office import Office, ers
from ready import BOTH, Compiled, Migrated


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    return Compiled()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    return Migrated("logbook", PLUMBING, tmp_path_factory.mktemp("logbook"))


@pytest.fixture(params=BOTH)
def migrated_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Migrated
) -> Iterator[str]:
    """The address of a migrated, empty database of each kind."""
    yield from migrated.copy(request, tmp_path)


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
