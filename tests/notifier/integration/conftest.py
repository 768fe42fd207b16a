"""The notifier behind a port of its own, for programs that fetch by themselves."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from alongside.stack.ports import free_port


@dataclass(frozen=True)
class Asked:
    """One request as it came, and how it was answered."""

    path: str
    headers: dict[str, str]
    status: int


@dataclass
class Served:
    """The notifier at its address, and what was asked of it."""

    notifier: Any
    origin: str
    asked: list[Asked] = field(default_factory=list)

    async def address(self, person_id: str) -> str:
        """Return the address of somebody's feed."""
        async with self.notifier.app.uow() as uow:
            row = await uow.feeds.current(person_id)
        token = self.notifier.desk.feed_token(row.id, row.generation)
        return f"{self.origin}/feeds/{token}.ics"

    async def __call__(self, scope, receive, send) -> None:
        async def noted(message) -> None:
            if message["type"] == "http.response.start":
                headers = {name.decode(): value.decode() for name, value in scope["headers"]}
                self.asked.append(Asked(scope["path"], headers, message["status"]))
            await send(message)

        await self.notifier.app.web(scope, receive, noted)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def served(notifier, port) -> AsyncIterator[Served]:
    door = Served(notifier, f"http://127.0.0.1:{port}")
    config = uvicorn.Config(
        door, host="127.0.0.1", port=port, lifespan="off", ws="none", log_config=None
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not running.done()
    yield door
    server.should_exit = True
    await running
