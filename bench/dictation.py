"""The same SQL by hand: what a use case says to its database is taken down, and said again without us.

Every statement, its text and its parameters, is noted while the use case runs once. Then a bare
driver says the same in one transaction, with new ids and new times in the place of the old ones.
So the baseline reads and writes the same rows, however the use case changes.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import event

from alongside.db import Database, direct

Names = Mapping[Any, Any]
"""Old values, and what stands in their place."""


@dataclass
class Dictation:
    """Statements in the order in which they were said."""

    said: list[tuple[str, Any, bool]] = field(default_factory=list)

    @contextmanager
    def taken_from(self, database: Database) -> Iterator[None]:
        """Note every statement of the block."""

        def note(_: Any, __: Any, text: str, values: Any, ___: Any, many: bool) -> None:
            if not text.startswith("BEGIN"):
                self.said.append((text, values, many))

        say = direct.say

        async def say_and_note(session: Any, text: str, values: Sequence[Any]) -> list[Any]:
            self.said.append((text, values, False))
            return await say(session, text, values)

        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        direct.say = say_and_note
        try:
            yield
        finally:
            direct.say = say
            event.remove(engine, "before_cursor_execute", note)

    async def say(self, driver: "SqliteDriver | PostgresDriver", names: Names) -> None:
        """Say everything again in one transaction."""
        async with driver.transaction():
            for text, values, many in self.said:
                if many:
                    await driver.many(text, [_renamed(each, names) for each in values])
                else:
                    await driver.one(text, _renamed(values, names))


def _renamed(values: Any, names: Names) -> list[Any]:
    return [
        [names.get(each, each) for each in value]
        if isinstance(value, list)
        else names.get(value, value)
        for value in values
    ]


class SqliteDriver:
    """SQLite as Python brings it, with our pragmas."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.partition("///")[2], isolation_level=None)
        for pragma in ("busy_timeout=10000", "synchronous=NORMAL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    @asynccontextmanager
    async def transaction(self) -> Any:
        self._connection.execute("BEGIN IMMEDIATE")
        yield
        self._connection.execute("COMMIT")

    async def one(self, text: str, values: list[Any]) -> None:
        self._connection.execute(text, values).fetchall()

    async def many(self, text: str, rows: list[list[Any]]) -> None:
        self._connection.executemany(text, rows)

    async def close(self) -> None:
        self._connection.close()


class PostgresDriver:
    """PostgreSQL through asyncpg alone."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.transaction = connection.transaction

    @classmethod
    async def connect(cls, url: str) -> "PostgresDriver":
        return cls(await asyncpg.connect(re.sub(r"^postgresql\+asyncpg", "postgresql", url)))

    async def one(self, text: str, values: list[Any]) -> None:
        await self._connection.fetch(text, *values)

    async def many(self, text: str, rows: list[list[Any]]) -> None:
        await self._connection.executemany(text, rows)

    async def close(self) -> None:
        await self._connection.close()


async def driver(url: str) -> SqliteDriver | PostgresDriver:
    """Return the bare driver for a database."""
    return SqliteDriver(url) if url.startswith("sqlite") else await PostgresDriver.connect(url)
