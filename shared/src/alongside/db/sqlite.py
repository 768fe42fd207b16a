"""SQLite with one trip to its thread per statement.

The driver runs each connection on a thread of its own, so that a slow disk or a waiting writer
never holds up other requests. It goes there four times for one statement: to open a cursor, to
execute, to fetch, to close. A trip costs more than most of our statements do; here all four are
one. Rows are fetched whole in any case, as SQLAlchemy asks for them.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

Row = Any
"""What the driver hands back for a row."""


class WholeCursor:
    """A cursor that has been opened, executed, fetched and closed by the time it is seen."""

    def __init__(self, connection: "WholeConnection") -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        """Nothing is open yet."""
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        """Execute one statement and fetch what it returns."""
        return await self._whole("execute", statement, parameters)

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> Self:
        """Execute one statement for each set of parameters."""
        return await self._whole("executemany", statement, parameters)

    async def _whole(self, method: str, statement: str, parameters: Any) -> Self:
        (
            self.description,
            self.rowcount,
            self.lastrowid,
            self._rows,
        ) = await self._connection.whole(method, statement, parameters)
        return self

    async def fetchone(self) -> Row | None:
        """Return the next row."""
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int | None = None) -> Sequence[Row]:
        """Return the next rows."""
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    async def fetchall(self) -> Sequence[Row]:
        """Return all rows that are left."""
        taken, self._rows = self._rows, []
        return taken

    async def close(self) -> None:
        """Forget what was not fetched."""
        self._rows = []


class WholeConnection(aiosqlite.Connection):
    """The driver's connection, with cursors that make one trip."""

    def cursor(self) -> WholeCursor:  # type: ignore[override]  # SQLAlchemy asks for no more
        """Return a cursor; nothing goes to the thread for that."""
        return WholeCursor(self)

    async def whole(
        self, method: str, statement: str, parameters: Any
    ) -> tuple[Any, int, int | None, list[Row]]:
        """Execute and fetch in one trip."""
        found: tuple[Any, int, int | None, list[Row]] = await self._execute(  # type: ignore[no-untyped-call]  # the driver has no types here
            _whole, self._conn, method, statement, parameters
        )
        return found


def connect(database: str, **options: Any) -> WholeConnection:
    """Return a connection that opens when it is awaited: the engine's `async_creator_fn`."""
    connection = WholeConnection(partial(sqlite3.connect, database, **options), 64)
    connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy does with those it makes
    return connection


def _whole(
    connection: sqlite3.Connection, method: str, statement: str, parameters: Any
) -> tuple[Any, int, int | None, list[Row]]:
    cursor = connection.cursor()
    try:
        getattr(cursor, method)(statement, parameters)
        rows = cursor.fetchall() if cursor.description else []
        # Afterwards: with RETURNING, the count is there once the rows are fetched.
        return cursor.description, cursor.rowcount, cursor.lastrowid, rows
    finally:
        cursor.close()
