"""The inbox: a consumer's effect and its mark commit in one transaction, so nothing is done twice."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


async def claim_new(
    session: AsyncSession, inbox: Table, *, consumer: str, event_ids: Collection[str], now: datetime
) -> set[str]:
    """Mark events as handled by a consumer; return those that were not handled before.

    Under concurrency the second caller waits for the first transaction and then finds the mark.
    Marks are set in one order of ids, so that two callers with the same events cannot wait for
    each other.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    marked = await session.execute(
        insert(inbox)
        .values(
            [
                {"consumer": consumer, "event_id": event_id, "handled_at": now}
                for event_id in sorted(set(event_ids))
            ]
        )
        .on_conflict_do_nothing()
        .returning(inbox.c.event_id)
    )
    return set(marked.scalars())
