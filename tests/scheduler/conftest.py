"""A scheduler on an empty, migrated database, and people to fill it with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from alongside.contracts import Event, SeriesState
from alongside.ids import SeededIds
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_scheduler.app import create_app
from alongside_scheduler.domain.access import OPERATOR, Actor
from alongside_scheduler.handlers.association import DescribeAssociation, describe_association
from alongside_scheduler.handlers.groups import GroupView, MakeGroup, make_group
from alongside_scheduler.handlers.people import RegisterPerson, register_person
from alongside_scheduler.handlers.planning import ScheduleSeries, schedule_series
from alongside_scheduler.handlers.rosters import JoinRoster, join_roster
from alongside_scheduler.store.tables import PLUMBING
from alongside_scheduler.store.uow import SchedulerUow
from ready import BOTH, Compiled, Migrated

ZONE = "America/Chicago"


class Office:
    """A scheduler as a test works with it: say who acts, and run use cases."""

    def __init__(self, app: ServiceApp) -> None:
        self.app = app
        self.said: list[Event] = []

    @property
    def clock(self) -> FixedClock:
        assert isinstance(self.app.clock, FixedClock)
        return self.app.clock

    async def run(
        self, use_case: Callable[[SchedulerUow], Awaitable[Any]], *, actor: Actor = OPERATOR
    ) -> Any:
        """Run a use case in a transaction of its own, and remember what was said."""
        async with self.app.uow() as uow:
            uow.actor = actor
            result = await use_case(uow)
            await uow.commit()
            self.said += uow.emitted
        return result

    async def person(self, name: str, *roles: str, **facts: Any) -> str:
        """Register a person; return their id."""
        command = RegisterPerson(
            **{
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.org",
                "zone": ZONE,
                "roles": list(roles) or ["supervisee"],
                **facts,
            }
        )
        return (await self.run(lambda uow: register_person(command, uow))).person_id

    async def group(self, provider_id: str, members: list[str], **facts: Any) -> GroupView:
        """Make a group with a roster."""
        command = MakeGroup(
            **{
                "name": "Circle",
                "zone": ZONE,
                "provider_id": provider_id,
                "place": "Room 1",
                **facts,
            }
        )
        made = await self.run(lambda uow: make_group(command, uow))
        for person_id in members:
            await self.run(
                lambda uow, who=person_id: join_roster(
                    made.group_id, JoinRoster(person_id=who), uow
                )
            )
        return made

    async def series(self, group_id: str, **facts: Any) -> SeriesState:
        """Plan a series, by default six weekly mornings."""
        command = ScheduleSeries(
            **{
                "frequency": "weekly",
                "starts_on": date(2026, 3, 10),
                "start_time": time(10),
                "end_time": time(12),
                "count": 6,
                **facts,
            }
        )
        return await self.run(lambda uow: schedule_series(group_id, command, uow))


@pytest.fixture
def clock() -> FixedClock:
    """Monday, 2 March 2026, nine o'clock in Chicago."""
    return FixedClock(datetime.fromisoformat("2026-03-02T15:00:00+00:00"))


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    return Compiled()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    return Migrated("scheduler", PLUMBING, tmp_path_factory.mktemp("scheduler"))


@pytest.fixture(params=BOTH)
def migrated_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Migrated
) -> Iterator[str]:
    """The address of a migrated, empty database of each kind."""
    yield from migrated.copy(request, tmp_path)


@pytest.fixture
def settings(tmp_path: Path, migrated_url: str) -> Settings:
    """Settings of a scheduler on the test's database."""
    return Settings(
        data=tmp_path / "data",
        base_url="http://testserver",
        scheduler_database_url=migrated_url,
    )


@pytest.fixture
async def office(
    settings: Settings, compiled: Compiled, clock: FixedClock
) -> AsyncIterator[Office]:
    """A scheduler with nobody in it yet."""
    app = create_app(settings, clock=clock, new_id=SeededIds("tests"))
    app.web.state.web.templates.bytecode_cache = compiled
    yield Office(app)
    await app.database.close()


@pytest.fixture
async def association(office: Office) -> Office:
    """A scheduler whose association is described."""
    command = DescribeAssociation(name="Sample Association", zone=ZONE)
    await office.run(lambda uow: describe_association(command, uow))
    return office
