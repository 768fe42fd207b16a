"""The two statements that differ between SQLite and PostgreSQL by a word."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

Insert = postgresql.Insert | sqlite.Insert


def insert_for(session: AsyncSession, table: Table) -> Insert:
    """Return an INSERT that knows ON CONFLICT, of the session's dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def upsert(
    session: AsyncSession,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    keep: Iterable[str] = (),
) -> None:
    """Insert rows, or replace those that are there; columns named in `keep` stay as they are."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    kept = {*keys, *keep}
    statement = insert_for(session, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    await session.execute(statement, list(rows))
