"""Saying everything once more: for consumers that lost their copy, or a bus that lost its log."""

from datetime import datetime

from sqlalchemy import ColumnElement, update

from alongside.db.database import Database


async def say_again(
    database: Database, *, now: datetime, topic: str | None = None, since: datetime | None = None
) -> int:
    """Have the relay publish again what it has published; return how many events that are.

    Nothing is done twice by it: consumers know what they have taken in by the event's id, and
    their copies keep the newest version. All rows are marked in one transaction, so that the
    relay carries the events of each key in the order in which they were said, old ones first.
    """
    outbox = database.plumbing.outbox
    conditions: list[ColumnElement[bool]] = [outbox.c.done_at.is_not(None)]
    if topic is not None:
        conditions.append(outbox.c.topic == topic)
    if since is not None:
        conditions.append(outbox.c.occurred_at >= since)
    async with database.write() as session:
        marked = await session.execute(
            update(outbox)
            .where(*conditions)
            .values(done_at=None, attempts=0, next_attempt_at=now, last_error=None)
        )
        await session.commit()
    return int(getattr(marked, "rowcount", 0))
