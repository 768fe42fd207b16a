"""Outbox, relay and consumer, against the least that could be written with the same libraries."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any
from uuid import uuid4

import aiokafka
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from sqlalchemy import Column, Integer, String, Table

from alongside.clock import SystemClock
from alongside.contracts import HOURS, PEOPLE, Event, SignedOut
from alongside.db import Database, Plumbing, UnitOfWork, service_metadata
from alongside.db.rows import insert_rows
from alongside.db.uow import uow_factory
from alongside.ids import new_id
from alongside.messaging import Consumer, Envelope, Subscription
from alongside.messaging.kafka import KafkaBus
from alongside.messaging.relay import Publisher, Relay
from alongside.testing.folders import scratch_folder
from alongside.testing.kafka import empty_topics
from bench.figures import Figure, Say, silent

EVENTS = 10_000
KEYS = 500
ROUNDS = 3


@dataclass(slots=True)
class Clock:
    """How long something took for `EVENTS` events: by the wall, and of this process's own time."""

    wall: float = 0.0
    own: float = 0.0


@contextmanager
def clocked() -> Iterator[Clock]:
    """Give a clock that says, once the block has ended, what it took."""
    clock = Clock()
    began, used = time.perf_counter(), time.process_time()
    yield clock
    clock.own, clock.wall = time.process_time() - used, time.perf_counter() - began


def usual(clocks: Sequence[Clock]) -> tuple[float, float]:
    """Return the usual events a second, and the usual microseconds of own time for each.

    The second says the same on a busy machine.
    """
    return (
        median(EVENTS / clock.wall for clock in clocks),
        median(clock.own for clock in clocks) / EVENTS * 1e6,
    )


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


def envelope_of(said: Event) -> Envelope:
    """Return an event as the relay would carry it."""
    return Envelope(
        event_id=said.id, topic=said.topic, key=said.key, type=said.type_name(),
        payload=said.on_the_wire(), occurred_at=said.occurred_at,
    )  # fmt: skip


async def measure(kafka: str, postgres: str, say: Say = silent) -> list[Figure]:
    """Return the figures of the messaging base on a real Kafka and a real PostgreSQL.

    What is compared is done in turn, round by round: whatever else the machine does falls on both.
    """
    figures = []
    with scratch_folder("bench") as folder:
        for name, url in (
            ("SQLite", f"sqlite+aiosqlite:///{folder}/r.db"),
            ("PostgreSQL", postgres),
        ):
            say(f"relay on {name}")
            figures += await relay_alone(name, url)
    figures += await relay_to_kafka(kafka, postgres, say)
    return figures + await consume(kafka, postgres, say)


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


async def relay_alone(name: str, url: str) -> list[Figure]:
    """Measure claim, hand over and settle, without a bus."""
    ledger = Ledger(url)
    await ledger.create()
    clocks = []
    for _ in range(ROUNDS):
        await say_much(ledger)
        with clocked() as clock:
            await relay_of(ledger, Nowhere()).drain()
        clocks.append(clock)
    await ledger.database.close()
    rate, own = usual(clocks)
    return [
        Figure(
            f"relay on {name}, no bus", rate, "events/s", remark=f"own time for each {own:.0f} µs"
        )
    ]


async def say_much(ledger: Ledger) -> None:
    """Have many events wait in the outbox."""
    async with ledger.uow() as uow:
        await uow.emit_all([event(number) for number in range(EVENTS)])
        await uow.commit()


async def relay_to_kafka(kafka: str, postgres: str, say: Say) -> list[Figure]:
    """Measure relay to Kafka against a bare producer; leave on the topic what one round put there."""
    ledger = Ledger(postgres)
    ours, bare = [], []
    # The first round is the broker's own: until it has compiled itself, it is what is measured.
    for number in range(ROUNDS + 1):
        say(f"relay to Kafka, round {number} of {ROUNDS}")
        await empty_topics(kafka)
        bare.append(await produce_bare(kafka))
        await say_much(ledger)
        bus = KafkaBus(kafka, client="bench")
        async with connected(bus):
            with clocked() as clock:
                await relay_of(ledger, bus).drain()
        ours.append(clock)
    await ledger.database.close()
    (rate, own), (bare_rate, bare_own) = usual(ours[1:]), usual(bare[1:])
    return [
        Figure("relay to Kafka, ordered per key", rate, "events/s", bare_rate,
               f"bare: aiokafka, acks=all, {KEYS} keys awaited side by side; wanted: 10,000"),
        Figure("the same, its own time for each", own, "µs", bare_own, "less is better"),
    ]  # fmt: skip


async def consume(kafka: str, postgres: str, say: Say) -> list[Figure]:
    """Measure our consumer against a bare one, on what lies on the topic."""
    ledger = Ledger(postgres)
    bare, together, alone = [], [], []
    for number in range(ROUNDS):
        say(f"consumers, round {number + 1} of {ROUNDS}")
        bare.append(await consume_bare(kafka))
        together.append(await consume_ours(kafka, ledger, {"handle_all": ledger.handle_all}))
        alone.append(await consume_ours(kafka, ledger, {"handle": ledger.handle}))
    await ledger.database.close()
    bare_rate, bare_own = usual(bare)
    figures = []
    for name, clocks, wanted in (
        ("rows of a batch", together, "; wanted: 4,000, and 0.3 of bare"),
        ("a row at a time", alone, ""),
    ):
        rate, own = usual(clocks)
        figures += [
            Figure(f"consumer, inbox and {name}", rate, "events/s", bare_rate,
                   f"bare: FastStream in batches that does nothing{wanted}"),
            Figure("the same, its own time for each", own, "µs", bare_own, "less is better"),
        ]  # fmt: skip
    return figures


async def produce_bare(kafka: str) -> Clock:
    """Produce as many records with aiokafka alone, each key in turn."""
    async with aiokafka.AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:

        async def one_key(key: int) -> None:
            for _ in range(EVENTS // KEYS):
                body = event(key).on_the_wire()
                await producer.send_and_wait(HOURS, body, key=str(key).encode(), headers=[])

        gate = asyncio.Semaphore(50)

        async def gated(key: int) -> None:
            async with gate:
                await one_key(key)

        with clocked() as clock:
            await asyncio.gather(*(gated(key) for key in range(KEYS)))
        return clock


async def consume_bare(kafka: str) -> Clock:
    """Consume everything on the topic with a FastStream batch subscriber that only counts."""
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

    with clocked() as clock:
        await broker.start()
        while count < EVENTS:
            await asyncio.sleep(0.01)
        await broker.stop()
    return replace(clock, wall=last - first)


async def consume_ours(kafka: str, ledger: Ledger, handler: dict[str, Any]) -> Clock:
    """Consume the topic with inbox mark and a row per event, as `consume_bare` does."""
    ledger.handled = 0
    subscription = Subscription(PEOPLE, f"bench.{uuid4().hex[:8]}", **handler)
    bus = KafkaBus(
        kafka, client="bench", consumers=[Consumer(subscription, ledger.database, ledger.uow)]
    )
    with clocked() as clock:
        async with connected(bus):
            while not ledger.handled:
                await asyncio.sleep(0.005)
            began, before = time.perf_counter(), ledger.handled
            while ledger.handled < EVENTS:
                await asyncio.sleep(0.01)
            took = time.perf_counter() - began
    return replace(clock, wall=took * EVENTS / (EVENTS - before))


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
