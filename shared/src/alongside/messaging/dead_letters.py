"""What was parked: looking at it, and having it tried again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from alongside.db.database import Database
from alongside.errors import NotFound
from alongside.messaging.envelope import read_record
from alongside.messaging.subscription import Consumer

PUT_AWAY = "Put away by hand on "
"""Begins the reason of a record that nobody took in, and nobody will."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One parked record, as people are shown it: never its body."""

    id: int
    consumer: str
    topic: str
    position: str
    error: str
    parked_at: datetime
    replayed_at: datetime | None


async def parked(database: Database, *, include_replayed: bool = False) -> list[DeadLetter]:
    """Return what is parked in one service, oldest first."""
    table = database.plumbing.dead_letters
    query = select(
        table.c.id, table.c.consumer, table.c.topic, table.c.position,
        table.c.error, table.c.parked_at, table.c.replayed_at,
    ).order_by(table.c.id)  # fmt: skip
    if not include_replayed:
        query = query.where(table.c.replayed_at.is_(None))
    async with database.read() as session:
        return [DeadLetter(*row) for row in (await session.execute(query)).all()]


class NoSuchLetter(NotFound):
    """There is no parked record of that number for a consumer that runs here."""


async def replay(
    database: Database, consumers: Iterable[Consumer], letter_id: int, now: datetime
) -> None:
    """Deliver a parked record again. Raises what the handler raises; then it stays parked.

    What came under a wrong key is taken by what it says: whoever has it replayed decided so.
    """
    table = database.plumbing.dead_letters
    async with database.read() as session:
        row = (await session.execute(select(table).where(table.c.id == letter_id))).one_or_none()
    consumer = next((each for each in consumers if row and each.name == row.consumer), None)
    if row is None or consumer is None:
        raise NoSuchLetter
    headers = [
        (name, None if value is None else bytes.fromhex(value))
        for name, value in json.loads(row.headers)
    ]
    envelope = read_record(topic=row.topic, key=row.key, value=row.payload, headers=headers)
    await consumer.deliver(envelope.under_its_own_key())
    async with database.write() as session:
        await session.execute(update(table).where(table.c.id == letter_id).values(replayed_at=now))
        await session.commit()


async def put_away(database: Database, letter_id: int, now: datetime) -> None:
    """Count a parked record as dealt with, and keep it, with a note that nobody took it in."""
    table = database.plumbing.dead_letters
    async with database.write() as session:
        found = await session.execute(
            update(table)
            .where(table.c.id == letter_id, table.c.replayed_at.is_(None))
            .values(replayed_at=now, error=f"{PUT_AWAY}{now:%Y-%m-%d}. " + table.c.error)
            .returning(table.c.id)
        )
        if found.first() is None:
            raise NoSuchLetter
        await session.commit()
