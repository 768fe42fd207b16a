"""What many tests begin with, made once: migrated databases to be copied, compiled templates."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2.bccache import Bucket, BytecodeCache

from alongside.db import Database, Plumbing, migrate
from alongside.testing.postgres import FreshDatabases


class Compiled(BytecodeCache):
    """Templates that were compiled once are not compiled again for the next test."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


class Migrated:
    """Databases of one service, migrated once for each kind and copied for each test."""

    def __init__(self, service: str, plumbing: Plumbing, folder: Path) -> None:
        self.service = service
        self._plumbing = plumbing
        self._file = folder / f"{service}.db"

    def prepare(self, url: str) -> None:
        """Migrate an empty database."""

        async def work() -> None:
            database = Database(url, self._plumbing)
            await migrate.upgrade(database, f"alongside_{self.service}.migrations")
            await database.close()

        asyncio.run(work())

    def copy(self, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
        """Give a test its own: SQLite or PostgreSQL, by the parameter of the fixture that asks."""
        if request.param == "sqlite":
            if not self._file.exists():
                self.prepare(f"sqlite+aiosqlite:///{self._file}")
            mine = shutil.copy(self._file, folder / self._file.name)
            yield f"sqlite+aiosqlite:///{mine}"
        else:
            databases: FreshDatabases = request.getfixturevalue("postgres")
            url = databases.fresh_database(like=databases.template(self.service, self.prepare))
            yield url
            databases.drop(url)


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)]
"""The parameters of a fixture that is made on each kind of database; units use SQLite alone."""
