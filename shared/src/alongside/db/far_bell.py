"""The bell between the processes of one service: what one commits, another need not poll for.

A process that has no relay, or no tickers, rings for those that do, by PostgreSQL's NOTIFY. It does
so after the commit and on a connection of its own, so no transaction waits for it. A ring may get
lost, with the connection; then the next poll, a second later, finds what there is.
"""

import asyncio
from collections.abc import Collection
from typing import Any

import asyncpg
import structlog

from alongside.db.database import Database
from alongside.db.uow import Bell

log = structlog.get_logger(__name__)

LOOPS = ("relay", "ticker")
"""The roles that wait for what others commit."""

_GLANCE = 30
_LONGEST_PAUSE = 30
_FAULTS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class FarBell:
    """Rings a service's bell in its other processes, and this one's when they ring."""

    def __init__(self, database: Database, bell: Bell, roles: Collection[str]) -> None:
        self._database = database
        self._bell = bell
        self._ear = bell.ear()
        self._hears = [_channel(role) for role in LOOPS if role in roles]
        # A process that only relays commits nothing that others wait for.
        commits = set(roles) != {"relay"}
        self._rings = [_channel(role) for role in LOOPS if role not in roles and commits]

    @property
    def is_needed(self) -> bool:
        """Whether there is anybody to ring for or to hear: not where one process does everything."""
        return self._database.dialect == "postgresql" and len(self._hears) < len(LOOPS)

    async def run(self) -> None:
        """Ring and hear until cancelled, however often the connection is lost."""
        pause = 1.0
        while True:
            try:
                await self._run_once()
            except _FAULTS as error:
                log.info("far_bell_away", error=repr(error), next_try=pause)
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _run_once(self) -> None:
        connection = await self._connect()
        try:
            for channel in self._hears:
                await connection.add_listener(channel, self._heard)
            while not connection.is_closed():
                await self._ear.wait(_GLANCE)
                for channel in self._rings:
                    await connection.execute("SELECT pg_notify($1, '')", channel)
        finally:
            connection.terminate()

    def _heard(self, *_: object) -> None:
        mine = self._ear.rang
        self._bell.ring()
        if not mine:
            # What comes from afar is not sent back: two processes would ring each other for ever.
            self._ear.forget()

    async def _connect(self) -> Any:
        _, how = self._database.engine.dialect.create_connect_args(self._database.url)
        return await asyncpg.connect(**how, timeout=10)


def _channel(role: str) -> str:
    return f"alongside_{role}"
