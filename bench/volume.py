"""What an event costs when many are stored, on PostgreSQL: relay, consumer, and how much waits.

Ours is with a million events in outbox and inbox; bare is the same with ten thousand, in turn, so that
whatever else the machine does falls on both. Processor time is ours and the server's together.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import asyncpg

from alongside.contracts import PEOPLE
from alongside.db.claim import pending
from alongside.messaging import Consumer, Subscription
from alongside.messaging.local import raw_record
from alongside.testing.postgres import FreshDatabases
from bench.figures import Figure, Say, silent
from bench.installation import cpu_seconds
from bench.messaging import Ledger, Nowhere, envelope_of, event, relay_of

FEW, MANY = 10_000, 1_000_000
BATCH, ROUNDS, WARM = 200, 60, 5
AT_ONCE = 100_000
WANTED = 1.2
WHAT = ("relay", "consumer", "how much waits")

_OUTBOX = """
INSERT INTO outbox (event_id, topic, key, type, payload, occurred_at, next_attempt_at, done_at, attempts)
SELECT 'stored-' || n, 'alongside.people.v1', 'person-' || n % 5000, 'alongside.people.SignedOut.v1',
       decode(repeat('00', 400), 'hex'), now(), now(), now(), 1
FROM generate_series($1::bigint, $2::bigint) AS n
"""
_INBOX = """
INSERT INTO inbox (consumer, event_id, handled_at)
SELECT 'bench', 'stored-' || n, now()
FROM generate_series($1::bigint, $2::bigint) AS n
"""


@dataclass
class Stored:
    """A database with so many events in it, and what was measured on it."""

    ledger: Ledger
    look: asyncpg.Connection
    took: dict[str, list[float]] = field(default_factory=lambda: {what: [] for what in WHAT})
    """Seconds by the wall."""
    used: dict[str, list[float]] = field(default_factory=lambda: {what: [] for what in WHAT})
    """Seconds of processor time, ours and the server's."""

    async def timed(self, what: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do something, and note what it cost."""
        used, began = await self._used(), time.perf_counter()
        await work()
        self.took[what].append(time.perf_counter() - began)
        self.used[what].append(await self._used() - used)

    async def _used(self) -> float:
        ours = self.ledger.database.engine.url.database
        servers = await self.look.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", ours
        )
        return time.process_time() + sum(_on_cpu(each["pid"]) for each in servers)


def _on_cpu(pid: int) -> float:
    """Return the processor time of a process of one thread, to the nanosecond where that is known."""
    exact = Path(f"/proc/{pid}/schedstat")
    return int(exact.read_text().split()[0]) / 1e9 if exact.exists() else cpu_seconds(pid)


async def measure(
    postgres: FreshDatabases, say: Say = silent, *, few: int = FEW, many: int = MANY,
    rounds: int = ROUNDS,
) -> list[Figure]:  # fmt: skip
    """Return the figures with many events stored against those with few."""
    async with _holding(postgres, few, say) as little, _holding(postgres, many, say) as much:
        for number in range(WARM + rounds):
            if number == WARM:
                say(f"{rounds} rounds of {BATCH} events on both")
                for each in (little, much):
                    for noted in (*each.took.values(), *each.used.values()):
                        noted.clear()
            for each in (little, much) if number % 2 else (much, little):
                await _round(each)
    figures = []
    for what in WHAT:
        unit, share = ("µs", 1) if what == WHAT[-1] else ("µs an event", BATCH)
        figures += [
            Figure(what, median(much.took[what]) / share * 1e6, unit,
                   median(little.took[what]) / share * 1e6,
                   f"{many:,} events stored against {few:,}; less is better"),
            Figure("the same, processor time", median(much.used[what]) / share * 1e6, unit,
                   median(little.used[what]) / share * 1e6, f"wanted: at most {WANTED}"),
        ]  # fmt: skip
    return figures


@asynccontextmanager
async def _holding(postgres: FreshDatabases, events: int, say: Say) -> AsyncIterator[Stored]:
    """Give a database in which so many events were said and heard, and which is at rest."""
    url = postgres.fresh_database()
    ledger = Ledger(url)
    await ledger.create()
    look = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        # Nothing tidies up in the one while it is measured, and in the other not.
        for table in ("outbox", "inbox", "heard"):
            await look.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        for first in range(1, events + 1, AT_ONCE):
            say(f"storing up to {events:,} events: {first - 1:,} are there")
            for statement in (_OUTBOX, _INBOX):
                await look.execute(statement, first, min(events, first + AT_ONCE - 1))
        await look.execute("VACUUM ANALYZE")
        await look.execute("CHECKPOINT")
        yield Stored(ledger, look)
    finally:
        await look.close()
        await ledger.database.close()
        postgres.drop(url)


async def _round(on: Stored) -> None:
    ledger = on.ledger
    events = [event(number) for number in range(BATCH)]
    async with ledger.uow() as uow:
        await uow.emit_all(events)
        await uow.commit()

    async def asked() -> None:
        async with ledger.database.read() as session:
            await pending(session, ledger.database.plumbing.outbox)

    consumer = Consumer(
        Subscription(PEOPLE, "bench", handle_all=ledger.handle_all), ledger.database, ledger.uow
    )
    batch = [(envelope, raw_record(envelope)) for envelope in map(envelope_of, events)]
    await on.timed("how much waits", asked)
    await on.timed("relay", relay_of(ledger, Nowhere()).round)
    await on.timed("consumer", lambda: consumer.deliver_batch(batch))
