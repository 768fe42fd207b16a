"""Outbox, relay and consumer, against the least that could be written with the same libraries."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import aiokafka
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from sqlalchemy import Column, Integer, String, Table

from alongside.clock import SystemClock
from alongside.contracts import HOURS, PEOPLE, SignedOut
from alongside.db import Database, Plumbing, UnitOfWork, service_metadata
from alongside.db.rows import insert_rows
from alongside.db.uow import uow_factory
from alongside.ids import new_id
from alongside.messaging import Consumer, Envelope, Subscription
from alongside.messaging.kafka import KafkaBus, declare_topics
from alongside.messaging.relay import Publisher, Relay
from bench.figures import Figure

EVENTS = 10_000
KEYS = 500


class Ledger:
    """A consumer with a state change: one row inserted per event."""

    def __init__(self, url: str) -> None:
        metadata = service_metadata()
        self.table = Table(
            "heard", metadata, Column("n", Integer, primary_key=True), Column("session", String(64))
        )
        self.metadata = metadata
        self.database = Database(url, Plumbing(metadata))
        self.uow = uow_factory(UnitOfWork, self.database, SystemClock(), new_id)
        self.handled = 0

    async def create(self) -> None:
        """Make the tables."""
        async with self.database.engine.begin() as connection:
            await connection.run_sync(self.metadata.create_all)

    async def handle(self, event: SignedOut, uow: UnitOfWork) -> None:
        """Insert one row."""
        await insert_rows(uow.session, (self.table, [{"session": event.session_id}]))
        self.handled += 1

    async def handle_all(self, events: Sequence[SignedOut], uow: UnitOfWork) -> None:
        """Insert the rows of all that came together."""
        rows = [{"session": event.session_id} for event in events]
        await insert_rows(uow.session, (self.table, rows))
        self.handled += len(events)


def event(number: int) -> SignedOut:
    """Return one small event."""
    now = SystemClock().now()
    return SignedOut(
        id=new_id(), occurred_at=now, person_id=f"person-{number % KEYS}",
        session_id=uuid4().hex, expires_at=now,
    )  # fmt: skip


async def measure(kafka: str, postgres: str) -> list[Figure]:
    """Return the figures of the messaging base on a real Kafka and a real PostgreSQL."""
    await declare_topics(kafka)
    figures = [await relay_alone("SQLite", f"sqlite+aiosqlite:///{tempfile.mkdtemp()}/r.db")]
    figures.append(await relay_alone("PostgreSQL", postgres))
    figures += await through_kafka(kafka, postgres)
    return figures


def relay_of(ledger: Ledger, publisher: Publisher) -> Relay:
    """Return a relay as the stack has it."""
    return Relay(
        "bench", ledger.database, publisher, SystemClock(), worker="bench", batch=1000,
        side_by_side=100,
    )  # fmt: skip


class Nowhere:
    """A publisher that takes everything at once: what is left is the relay itself."""

    async def publish(self, envelope: Envelope) -> None:
        """Take it."""

    async def publish_all(
        self,
        envelopes: Sequence[Envelope],
        *,
        within: float,  # noqa: ARG002
    ) -> list[BaseException | None]:
        """Take them all."""
        return [None] * len(envelopes)


async def relay_alone(name: str, url: str) -> Figure:
    """Measure claim, hand over and settle, without a bus."""
    ledger = Ledger(url)
    await ledger.create()
    async with ledger.uow() as uow:
        for number in range(EVENTS):
            await uow.emit(event(number))
        await uow.commit()
    relay = relay_of(ledger, Nowhere())
    began = time.perf_counter()
    carried = await relay.drain()
    took = time.perf_counter() - began
    await ledger.database.close()
    return Figure(f"relay on {name}, no bus", carried / took, "events/s")


async def through_kafka(kafka: str, postgres: str) -> list[Figure]:
    """Measure relay to Kafka against a bare producer, and our consumer against a bare one."""
    ledger = Ledger(postgres)
    async with ledger.uow() as uow:
        for number in range(EVENTS):
            await uow.emit(event(number))
        await uow.commit()
    bus = KafkaBus(kafka, client="bench")
    async with connected(bus):
        began = time.perf_counter()
        carried = await relay_of(ledger, bus).drain()
        relayed = carried / (time.perf_counter() - began)
    bare_producer = await produce_bare(kafka)
    bare, bare_cpu = await consume_bare(kafka)
    heard = []
    for subscription in (
        Subscription(PEOPLE, f"bench.{uuid4().hex[:8]}", handle_all=ledger.handle_all),
        Subscription(PEOPLE, f"bench.{uuid4().hex[:8]}", ledger.handle),
    ):
        ledger.handled = 0
        consumer = Consumer(subscription, ledger.database, ledger.uow)
        heard.append(await consume_ours(kafka, consumer, ledger))
    await ledger.database.close()
    (together, together_cpu), (alone, alone_cpu) = heard
    return [
        Figure("relay to Kafka, ordered per key", relayed, "events/s", bare_producer,
               f"bare: aiokafka, acks=all, {KEYS} keys awaited side by side"),
        Figure("consumer, inbox and rows of a batch", together, "events/s", bare,
               "bare: FastStream batch subscriber that does nothing"),
        Figure("the same, its own time for each", together_cpu, "µs", bare_cpu, "less is better"),
        Figure("consumer, inbox and a row at a time", alone, "events/s", bare),
        Figure("the same, its own time for each", alone_cpu, "µs", bare_cpu, "less is better"),
    ]  # fmt: skip


async def produce_bare(kafka: str) -> float:
    """Produce as many records with aiokafka alone, each key in turn."""
    async with aiokafka.AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True
    ) as producer:

        async def one_key(key: int) -> None:
            for _ in range(EVENTS // KEYS):
                body = event(key).on_the_wire()
                await producer.send_and_wait(HOURS, body, key=str(key).encode(), headers=[])

        began = time.perf_counter()
        gate = asyncio.Semaphore(50)

        async def gated(key: int) -> None:
            async with gate:
                await one_key(key)

        await asyncio.gather(*(gated(key) for key in range(KEYS)))
        return EVENTS / (time.perf_counter() - began)


async def consume_bare(kafka: str) -> tuple[float, float]:
    """Consume everything on the topic with a FastStream batch subscriber that only counts.

    Returns the events a second, and the microseconds of processor time for each.
    """
    broker = KafkaBroker(kafka, ack_policy=AckPolicy.NACK_ON_ERROR, logger=None)
    count, first, last = 0, 0.0, 0.0

    @broker.subscriber(
        PEOPLE, group_id=uuid4().hex, auto_offset_reset="earliest", batch=True, max_records=200,
        batch_timeout_ms=50, no_reply=True,
    )  # fmt: skip
    async def _take(records: list[SignedOut]) -> None:
        nonlocal count, first, last
        first = first or time.perf_counter()
        last = time.perf_counter()
        count += len(records)

    used = time.process_time()
    await broker.start()
    while count < EVENTS:
        await asyncio.sleep(0.05)
    await broker.stop()
    return count / (last - first), (time.process_time() - used) / count * 1e6


async def consume_ours(kafka: str, consumer: Consumer, ledger: Ledger) -> tuple[float, float]:
    """Consume the topic with inbox mark and a row per event; return what `consume_bare` does."""
    used = time.process_time()
    bus = KafkaBus(kafka, client="bench", consumers=[consumer])
    async with connected(bus):
        while not ledger.handled:
            await asyncio.sleep(0.005)
        began, before = time.perf_counter(), ledger.handled
        while ledger.handled < EVENTS:
            await asyncio.sleep(0.01)
        rate = (ledger.handled - before) / (time.perf_counter() - began)
    return rate, (time.process_time() - used) / ledger.handled * 1e6


@asynccontextmanager
async def connected(bus: KafkaBus) -> AsyncIterator[None]:
    """Keep a bus connected for the block."""
    running = asyncio.create_task(bus.run())
    while not bus.connected:
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        await bus.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
