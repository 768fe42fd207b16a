"""The databases in a PostgreSQL server: one and a role for each service, closed to all others."""

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar
from urllib.parse import quote

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from alongside.stack.process import StackError

T = TypeVar("T")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Databases:
    """A server as its owner sees it: somebody who may make roles and databases."""

    def __init__(
        self, host: str, port: int, owner: str, password: str, *, entry: str = "postgres"
    ) -> None:
        self._host = host
        self._port = port
        self._owner = owner
        self._password = password
        self._entry = entry

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the server at an address such as postgresql://owner:password@host:5432/postgres.

        Raises `StackError` where that is no address.
        """
        try:
            parts = make_url(url)
        except ArgumentError:
            # The address may hold a password: it is not repeated.
            message = "PostgreSQL's address reads postgresql://owner:password@host:5432/postgres."
            raise StackError(message) from None
        return cls(
            parts.host or "127.0.0.1",
            parts.port or 5432,
            parts.username or "postgres",
            parts.password or "",
            entry=parts.database or "postgres",
        )

    @property
    def place(self) -> str:
        """Where the server is, without any password."""
        return f"{self._host}:{self._port}"

    def url(self, database: str, role: str | None = None, password: str | None = None) -> str:
        """Return the SQLAlchemy address of a database; without a role, as the owner."""
        word = quote(self._password if password is None else password, safe="")
        return f"postgresql+asyncpg://{role or self._owner}:{word}@{self._host}:{self._port}/{database}"

    def ensure(self, name: str, password: str, *, role: str | None = None) -> str:
        """Have a database owned by a role of its own; return the role's address.

        No other role may connect to it.
        """
        role = _checked(role or name)
        if not self._rows("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            self.execute(f"CREATE ROLE {role} LOGIN")
        self.execute(f"ALTER ROLE {role} PASSWORD '{_quoted(password)}'")
        if not self._rows("SELECT 1 FROM pg_database WHERE datname = $1", _checked(name)):
            self.execute(f"CREATE DATABASE {name}", f"ALTER DATABASE {name} OWNER TO {role}")
        self.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC")
        return self.url(name, role, password)

    def close_the_rest(self) -> None:
        """Keep every role but the owner out of the databases that a new server comes with."""
        self.execute(
            "REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC",
            "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC",
        )

    def execute(self, *statements: str) -> None:
        """Run statements as the owner, each in its own transaction."""

        async def work() -> None:
            connection = await self._connect()
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        in_a_thread(work())

    def answers(self) -> bool:
        """Tell whether the server takes connections; it does not while it starts or recovers."""

        async def work() -> bool:
            try:
                connection = await self._connect()
            except (asyncpg.CannotConnectNowError, OSError):
                return False
            await connection.close()
            return True

        return in_a_thread(work())

    def _rows(self, query: str, *arguments: object) -> list[Any]:
        async def work() -> list[Any]:
            connection = await self._connect()
            try:
                return list(await connection.fetch(query, *arguments))
            finally:
                await connection.close()

        return in_a_thread(work())

    async def _connect(self) -> Any:
        return await asyncpg.connect(
            host=self._host,
            port=self._port,
            user=self._owner,
            password=self._password,
            database=self._entry,
            timeout=10,
        )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not a name for a database or a role."
        raise StackError(message)
    return name


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, whether or not a loop runs in the calling thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
