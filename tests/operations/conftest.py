"""A small installation in this process: founded, with a session planned, its loops turned by hand."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from alongside.front import FrontDoor
from alongside.host import Host, create_services
from alongside.service import Founder
from alongside.settings import Settings
from alongside.web.tokens import sign_session

CORA = "cora@circle.example"


@dataclass
class House:
    """The three services of the embedded mode, and its coordinator's program."""

    settings: Settings
    host: Host = field(init=False)
    cora: str = "cora"

    def __post_init__(self) -> None:
        self.host = Host(create_services(self.settings), self.settings, roles=())

    async def found(self) -> None:
        await self.host.prepare()
        welcome = self.host.services["scheduler"].welcome
        await welcome.found(Founder("Cora Sample", CORA, "America/Chicago", "Sample Association"))
        await self.turn()

    async def open(self) -> None:
        await self.host.prepare()
        async with self.host.services["scheduler"].database.read() as session:
            self.cora = (await session.execute(text("SELECT id FROM people"))).scalar_one()

    def program(self, *roles: str) -> httpx2.AsyncClient:
        """Return a program of Cora's; with roles, of somebody else who has those."""
        token = sign_session(
            self.host.services["scheduler"].secrets,
            person_id="somebody" if roles else self.cora,
            name="Cora Sample",
            roles=roles or ("coordinator", "supervisor"),
            zone="America/Chicago",
            session_id="test",
            now=self.host.clock.now(),
            lifetime=timedelta(minutes=15),
            scopes=("read", "write"),
        )
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=FrontDoor(self.host.services.values())),
            base_url=self.settings.origin,
            headers={"authorization": f"Bearer {token}"},
        )

    async def turn(self) -> None:
        """Carry what was said, tell what is due, hand over what waits."""
        await self.host.drain()
        for name in ("tell", "send"):
            await self.tick("notifier", name)

    async def tick(self, service: str, name: str) -> Any:
        (ticker,) = [each for each in self.host.services[service].tickers if each.name == name]
        return await ticker.tick()

    async def plan(self, **headers: str) -> str:
        """Have Cora plan a session that Ada leads; return its series."""
        async with self.program() as cora:
            said = {
                "name": "Ada Sample", "email": "ada@circle.example", "zone": "America/Chicago",
                "roles": ["supervisor"],
            }  # fmt: skip
            ada = await cora.post("/api/scheduler/v1/people", json=said)
            assert ada.is_success, ada.text
            said = {
                "name": "Oak", "kind": "group", "zone": "America/Chicago",
                "provider_id": ada.json()["person_id"],
            }  # fmt: skip
            group = await cora.post("/api/scheduler/v1/groups", json=said)
            assert group.is_success, group.text
            path = f"/api/scheduler/v1/groups/{group.json()['group_id']}/series"
            on = self.host.clock.now().date() + timedelta(days=30)
            said = {
                "frequency": "weekly", "starts_on": on.isoformat(), "start_time": "10:00",
                "duration_minutes": 60, "interval": 1, "count": 1, "weekday": on.weekday(),
                "week_of_month": None,
            }  # fmt: skip
            planned = await cora.post(path, json=said, headers=headers)
            assert planned.is_success, planned.text
            return planned.json()["series_id"]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that was just founded, to copy."""
    folder = tmp_path_factory.mktemp("founded")

    async def found() -> None:
        made = House(Settings(data=folder))
        try:
            await made.found()
        finally:
            await made.host.stop()

    asyncio.run(found())
    return folder


@pytest.fixture
async def house(founded: Path, tmp_path: Path) -> AsyncIterator[House]:
    shutil.copytree(founded, tmp_path / "data")
    made = House(Settings(data=tmp_path / "data", coalesce_seconds=0))
    try:
        await made.open()
        yield made
    finally:
        await made.host.stop()
