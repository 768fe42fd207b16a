"""One table on its way from SQLite to PostgreSQL: what is read is what is written, value by value.

JSON is carried as the text it is kept as, never through a model: hash chains are over that text, and
a model of today would write an old document otherwise.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Connection, Row, Table, Text, column, func, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from alongside.db.types import PydanticJson
from alongside.errors import Conflict

BATCH = 5_000
"""Rows that are read, and written, at a time."""


class MoveRefused(Conflict):
    """Moving would lose something, or mix two installations. Nothing was changed."""

    code = "move_refused"


@dataclass(slots=True)
class Seal:
    """What a table holds: how many rows, and a sum over them that no order changes."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count rows in."""
        for row in rows:
            digest = hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest()
            self.total = (self.total + int.from_bytes(digest)) % 2**128
            self.rows += 1


def plain(of: Table) -> Any:
    """Return a table as it is kept: the same columns, documents as text."""
    return table(of.name, *(column(each.name, _plain_type(each.type)) for each in of.columns))


def _plain_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(kind, PydanticJson) else kind


def check_shape(connection: Connection, tables: Sequence[Table], service: str) -> None:
    """Refuse a database that holds a table or a column which this version does not know."""
    looked = inspect(connection)
    known = {each.name: {column.name for column in each.columns} for each in tables}
    names = set(looked.get_table_names()) - {"alembic_version"}
    if names != known.keys():
        odd = ", ".join(sorted(names ^ known.keys()))
        raise MoveRefused(f"{service}: the tables are not those of this version: {odd}.")
    for name, columns in known.items():
        odd = ", ".join(sorted({each["name"] for each in looked.get_columns(name)} ^ columns))
        if odd:
            raise MoveRefused(
                f"{service}.{name}: the columns are not those of this version: {odd}."
            )


def count(connection: Connection, of: Table) -> int:
    """Return how many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(of)).scalar_one())


def batches(connection: Connection, of: Table) -> Iterator[Sequence[Row[Any]]]:
    """Read a table of the source, some thousand rows at a time, in the order it was written in."""
    query = select(*plain(of).c).order_by(text("rowid"))
    yield from connection.execute(query).partitions(BATCH)


async def write(connection: AsyncConnection, of: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows into the target by COPY, inside the connection's transaction."""
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    try:
        await driver.copy_records_to_table(
            of.name,
            records=[tuple(row) for row in rows],
            columns=[each.name for each in of.columns],
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, OverflowError) as error:
        raise MoveRefused(
            f"PostgreSQL does not take a row of {of.name}: {error} Nothing was moved."
        ) from error


async def seal_of(connection: AsyncConnection, of: Table) -> Seal:
    """Read a table of the target again, and return what it holds."""
    seal = Seal()
    async with connection.stream(select(*plain(of).c)) as result:
        async for rows in result.partitions(BATCH):
            seal.add(rows)
    return seal


async def go_on_counting(connection: AsyncConnection, of: Table) -> None:
    """Have the next number that the target hands out follow the greatest that was carried."""
    numbered = of.autoincrement_column
    if numbered is None:
        return
    greatest = (await connection.execute(select(func.max(of.c[numbered.name])))).scalar()
    if greatest is not None:
        await connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :greatest)"),
            {"table": of.name, "column": numbered.name, "greatest": greatest},
        )
