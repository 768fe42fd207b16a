"""INSERT … ON CONFLICT, which both databases spell alike but import from two places."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a model."""
    table: Any = getattr(model, "__table__")  # noqa: B009  # SQLModel does not declare it
    if not isinstance(table, Table):  # pragma: no cover  # a model without a table is a mistake
        raise TypeError(model)
    return table


def insert_into(session: AsyncSession, table: Table) -> Any:
    """Return the dialect's INSERT, which knows ON CONFLICT."""
    name = session.get_bind().dialect.name
    return (postgresql.insert if name == "postgresql" else sqlite.insert)(table)


async def keep_newest(session: AsyncSession, model: type[SQLModel], **values: Any) -> bool:
    """Insert a copy, or replace an older version of it; False when what is there is as new."""
    return bool(await keep_newest_of(session, model, [values]))


async def keep_newest_of(
    session: AsyncSession, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> set[str]:
    """Insert copies, or replace older versions of them; return of which this one was newer."""
    table = table_of(model)
    statement = insert_into(session, table)
    kept = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.id],
            set_={name: statement.excluded[name] for name in rows[0] if name != "id"},
            where=table.c.version < statement.excluded.version,
        ).returning(table.c.id),
        [dict(row) for row in rows],
    )
    return set(kept.scalars())


async def put(session: AsyncSession, model: type[SQLModel], **values: Any) -> None:
    """Insert a row, or set these values in the row of the same primary key."""
    table = table_of(model)
    keys = [column.name for column in table.primary_key]
    statement = insert_into(session, table).values(**values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in values if name not in keys},
        )
    )
