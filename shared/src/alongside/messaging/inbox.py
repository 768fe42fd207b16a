"""The inbox: a consumer's effect and its mark commit in one transaction, so nothing is done twice."""

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, String, Table, bindparam, column, func, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from alongside.db import UtcDateTime


async def claim_new(
    session: AsyncSession, inbox: Table, *, consumer: str, event_ids: Collection[str], now: datetime
) -> set[str]:
    """Mark events as handled by a consumer; return those that were not handled before.

    Under concurrency the second caller waits for the first transaction and then finds the mark.
    Marks are set in one order of ids, so that two callers with the same events cannot wait for
    each other.
    """
    ids = sorted(set(event_ids))
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    marked = await session.execute(
        _marks(inbox, on_postgresql=on_postgresql),
        {"consumer": consumer, "now": now, "ids": ids if on_postgresql else json.dumps(ids)},
    )
    return set(marked.scalars())


@lru_cache
def _marks(inbox: Table, *, on_postgresql: bool) -> Any:
    """Return the statement for any number of marks, made once: the ids travel as one value."""
    if on_postgresql:
        event_id: Any = func.unnest(bindparam("ids", type_=ARRAY(String))).column_valued("id")
        insert: Any = postgresql.insert(inbox)
    else:
        event_id = (
            func.json_each(bindparam("ids", type_=String))
            .table_valued(column("value", String))
            .c.value
        )
        insert = sqlite.insert(inbox)
    marks = select(
        bindparam("consumer", type_=String), event_id, bindparam("now", type_=UtcDateTime)
    ).where(true())  # SQLite would take ON CONFLICT for a join's condition without it
    return (
        insert.from_select(["consumer", "event_id", "handled_at"], marks)
        .on_conflict_do_nothing()
        .returning(inbox.c.event_id)
    )
