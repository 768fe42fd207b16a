"""New rows in as few trips to the database as there can be.

What an ORM would add one object, and one statement a table, at a time goes out at once: on
PostgreSQL the rows of all tables in one statement (a column of many rows travels as one array), on
SQLite one statement a table. The statements are made once; column types treat values as they always do.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, String, Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from alongside.db import direct

Batch = tuple[Table, Sequence[Mapping[str, Any]]]
"""A table, and its new rows; each row names the same columns."""


async def insert_rows(session: AsyncSession, *batches: Batch) -> None:
    """Insert new rows into one or several tables, those before the others that others refer to.

    What the database refuses, it refuses of everything together; what it raises is not changed.
    """
    filled = [(table, rows) for table, rows in batches if rows]
    if not filled:
        return
    await direct.flushed(session)
    if await direct.is_postgresql(session):
        await direct.say(session, *_at_once(filled))
        return
    connection = await session.connection()
    for table, rows in filled:
        await connection.execute(_insert(table), [dict(row) for row in rows])


def _at_once(batches: Sequence[Batch]) -> tuple[str, tuple[Any, ...]]:
    """Return the one statement for all these rows, and its values."""
    shape = tuple((table, tuple(rows[0]), len(rows) == 1) for table, rows in batches)
    sql, processors = _prepared(shape)
    values: list[Any] = []
    for (_, rows), (_, names, alone) in zip(batches, shape, strict=True):
        for name in names:
            process = processors[len(values)]
            column = [row[name] for row in rows]
            if process is not None:
                column = [process(value) for value in column]
            values.append(column[0] if alone else column)
    return sql, tuple(values)


@lru_cache
def _insert(table: Table) -> Any:
    return insert(table)


_Processor = Callable[[Any], Any] | None
_Shape = tuple[tuple[Table, tuple[str, ...], bool], ...]
"""Of each table: the columns, and whether there is one row alone."""


@lru_cache
def _prepared(shape: _Shape) -> tuple[str, list[_Processor]]:
    """Return the statement for these columns, and what their types do with each value."""
    processors: list[_Processor] = []
    inserts = []
    for table, names, alone in shape:
        places = []
        for name in names:
            column: Column[Any] = table.c[name]
            processors.append(direct.bind(column.type))
            places.append(f"${len(processors)}::{_kind(column)}{'' if alone else '[]'}")
        columns = ", ".join(f'"{name}"' for name in names)
        all_places = ", ".join(places)
        source = f"VALUES ({all_places})" if alone else f"SELECT * FROM unnest({all_places})"  # noqa: S608  # places alone
        inserts.append(f'INSERT INTO "{table.name}" ({columns}) {source}')
    *first, last = inserts
    parts = ", ".join(f"part_{number} AS ({each})" for number, each in enumerate(first))
    return (f"WITH {parts} {last}" if parts else last), processors


def _kind(column: Column[Any]) -> str:
    # An explicit cast to varchar(n) would cut what is too long; the insert itself refuses it.
    if column.type._type_affinity is String:  # noqa: SLF001  # true of decorated types as well
        return "text"
    return str(column.type.compile(dialect=direct.dialect()))
