"""What an event costs when many are stored, on PostgreSQL: relay, consumer, and how much waits.

Ours is with a million events in outbox and inbox; bare is the same with ten thousand.
"""

import time
from statistics import median

from sqlalchemy import text

from alongside.contracts import PEOPLE, SignedOut
from alongside.db.claim import pending
from alongside.messaging import Consumer, Envelope, Subscription
from alongside.messaging.local import raw_record
from bench.figures import Figure
from bench.messaging import Ledger, Nowhere, event, relay_of

FEW, MANY = 10_000, 1_000_000
BATCH, ROUNDS = 200, 30

_OUTBOX = """
INSERT INTO outbox (event_id, topic, key, type, payload, occurred_at, next_attempt_at, done_at, attempts)
SELECT 'stored-' || n, 'alongside.people.v1', 'person-' || n % 5000, 'alongside.people.SignedOut.v1',
       decode(repeat('00', 400), 'hex'), now(), now(), now(), 1
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
"""
_INBOX = """
INSERT INTO inbox (consumer, event_id, handled_at)
SELECT 'bench', 'stored-' || n, now()
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
"""


async def measure(postgres: str) -> list[Figure]:
    """Return the figures with many events stored against those with few."""
    ledger = Ledger(postgres)
    await ledger.create()
    try:
        await _store(ledger, 1, FEW)
        few = await _costs(ledger)
        await _store(ledger, FEW + 1, MANY)
        many = await _costs(ledger)
    finally:
        await ledger.database.close()
    remark = f"{MANY:,} events stored against {FEW:,}; less is better"
    return [
        Figure(name, many[name], unit, few[name], remark)
        for name, unit in (("relay", "µs an event"), ("consumer", "µs an event"), ("how much waits", "µs"))
    ]  # fmt: skip


async def _store(ledger: Ledger, first: int, last: int) -> None:
    async with ledger.database.write() as session:
        for statement in (_OUTBOX, _INBOX):
            await session.execute(text(statement), {"first": first, "last": last})
        await session.commit()
    async with ledger.database.engine.connect() as connection:
        # As the server does by itself after a while.
        bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await bare.execute(text("VACUUM ANALYZE"))


async def _costs(ledger: Ledger) -> dict[str, float]:
    relay = relay_of(ledger, Nowhere())
    consumer = Consumer(
        Subscription(PEOPLE, "bench", handle_all=ledger.handle_all), ledger.database, ledger.uow
    )
    relayed, heard, asked = [], [], []
    for _ in range(ROUNDS):
        events = [event(number) for number in range(BATCH)]
        async with ledger.uow() as uow:
            await uow.emit_all(events)
            await uow.commit()
        began = time.perf_counter()
        async with ledger.database.read() as session:
            await pending(session, ledger.database.plumbing.outbox)
        asked.append(time.perf_counter() - began)
        began = time.perf_counter()
        await relay.round()
        relayed.append((time.perf_counter() - began) / BATCH)
        batch = [(envelope, raw_record(envelope)) for envelope in map(_envelope, events)]
        began = time.perf_counter()
        await consumer.deliver_batch(batch)
        heard.append((time.perf_counter() - began) / BATCH)
    return {
        "relay": median(relayed) * 1e6,
        "consumer": median(heard) * 1e6,
        "how much waits": median(asked) * 1e6,
    }


def _envelope(said: SignedOut) -> Envelope:
    return Envelope(
        event_id=said.id, topic=said.topic, key=said.key, type=said.type_name(),
        payload=said.on_the_wire(), occurred_at=said.occurred_at,
    )  # fmt: skip
