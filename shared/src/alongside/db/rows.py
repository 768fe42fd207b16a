"""New rows in as few trips to the database as there can be.

What an ORM would add one object, and one statement a table, at a time goes out at once: on
PostgreSQL the rows of all tables in one statement (each column travels as one array), on SQLite
one statement a table. The statements are made once; column types treat values as they always do.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, String, Table, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here

Batch = tuple[Table, Sequence[Mapping[str, Any]]]
"""A table, and its new rows; each row names the same columns."""


async def insert_rows(session: AsyncSession, *batches: Batch) -> None:
    """Insert new rows into one or several tables, those before the others that others refer to.

    What the database refuses, it refuses of everything together; what it raises is not changed.
    """
    filled = [(table, rows) for table, rows in batches if rows]
    if not filled:
        return
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        await _at_once(connection, filled)
    else:
        for table, rows in filled:
            await connection.execute(_insert(table), [dict(row) for row in rows])


async def _at_once(connection: AsyncConnection, batches: Sequence[Batch]) -> None:
    shape = tuple((table, tuple(rows[0])) for table, rows in batches)
    sql, processors = _prepared(shape, connection.dialect)
    columns: list[list[Any]] = []
    for (_, rows), (_, names) in zip(batches, shape, strict=True):
        for name in names:
            process = processors[len(columns)]
            values = [row[name] for row in rows]
            columns.append(values if process is None else [process(value) for value in values])
    await connection.exec_driver_sql(sql, tuple(columns))


@lru_cache
def _insert(table: Table) -> Any:
    return insert(table)


_Processor = Callable[[Any], Any] | None


@lru_cache
def _prepared(
    shape: tuple[tuple[Table, tuple[str, ...]], ...], dialect: Dialect
) -> tuple[str, list[_Processor]]:
    """Return the statement for these columns, and what their types do with each value."""
    processors: list[_Processor] = []
    inserts = []
    for table, names in shape:
        arrays = []
        for name in names:
            column: Column[Any] = table.c[name]
            processors.append(column.type.dialect_impl(dialect).bind_processor(dialect))
            arrays.append(f"${len(processors)}::{_kind(column)}[]")
        columns = ", ".join(f'"{name}"' for name in names)
        inserts.append(
            f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({", ".join(arrays)})'  # noqa: S608  # names of our own tables
        )
    *first, last = inserts
    parts = ", ".join(f"part_{number} AS ({each})" for number, each in enumerate(first))
    return (f"WITH {parts} {last}" if parts else last), processors


def _kind(column: Column[Any]) -> str:
    # An explicit cast to varchar(n) would cut what is too long; the insert itself refuses it.
    if column.type._type_affinity is String:  # noqa: SLF001  # true of decorated types as well
        return "text"
    return str(column.type.compile(dialect=_POSTGRESQL))
