"""The bus on a real Kafka: what was said arrives once, and poison never blocks its partition."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aiokafka
import pytest

from alongside.messaging.dead_letters import parked
from alongside.messaging.kafka import KafkaBus, declare_topics
from alongside.messaging.relay import Relay
from alongside.testing import FixedClock
from shared.messaging.toy import Toy

pytestmark = pytest.mark.integration

PEOPLE = "alongside.people.v1"


@pytest.fixture
async def toy(sqlite_url):
    made = Toy(sqlite_url, FixedClock(), consumer=f"toy.{uuid4().hex[:8]}")
    await made.create()
    yield made
    await made.database.close()


@asynccontextmanager
async def connected(bootstrap: str, *consumers) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(bootstrap, client="test", consumers=consumers)
    running = asyncio.create_task(bus.run())
    try:
        async with asyncio.timeout(30):
            while not bus.connected:
                await asyncio.sleep(0.05)
        yield bus
    finally:
        await bus.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(condition, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_what_is_said_arrives_once_in_order_and_poison_is_parked(kafka_bootstrap, toy):
    await declare_topics(kafka_bootstrap)
    assert await declare_topics(kafka_bootstrap) == [], "declaring twice makes nothing twice"
    person = uuid4().hex
    toy.fail_on = {"2"}
    await toy.say(person, "1", "2", "3")
    async with connected(kafka_bootstrap, toy.consumer) as bus:
        relay = Relay("toy", toy.database, bus, toy.clock, worker="w")
        assert await relay.drain() == 3
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
            for value, headers in (
                (b"{bad", [("ce_id", b"\xff\xfe")]),
                (None, []),
                (b"{}", [("ce_id", b"a"), ("ce_type", b"alongside.people.SignedOut.v1"),
                         ("ce_time", b"2026-03-02T15:00:00+00:00")]),
                (b"{}", [("ce_id", b"b"), ("ce_type", b"alongside.people.Later.v9"),
                         ("ce_time", b"2026-03-02T15:00:00+00:00")]),
            ):  # fmt: skip
                await producer.send_and_wait(PEOPLE, value, key=person.encode(), headers=headers)
        await toy.say(person, "4")
        assert await relay.drain() == 1

        async def last_arrived() -> bool:
            return "4" in await toy.order(person)

        await until(last_arrived)
    assert await toy.order(person) == ["1", "3", "4"]
    reasons = [letter.error.partition(":")[0] for letter in await parked(toy.database)]
    assert sorted(reasons) == ["RuntimeError", *["UnreadableRecord"] * 3]


async def test_a_consumer_that_was_away_hears_all_of_it(kafka_bootstrap, toy):
    await declare_topics(kafka_bootstrap)
    person = uuid4().hex
    await toy.say(person, *map(str, range(30)))
    async with connected(kafka_bootstrap) as bus:
        await Relay("toy", toy.database, bus, toy.clock, worker="w").drain()
    async with connected(kafka_bootstrap, toy.consumer):

        async def all_there() -> bool:
            return len(await toy.order(person)) == 30

        await until(all_there)
    async with connected(kafka_bootstrap, toy.consumer):
        await asyncio.sleep(1)
    assert await toy.order(person) == [str(n) for n in range(30)]


async def test_without_kafka_nothing_is_lost_and_pages_need_not_wait(toy):
    await toy.say("p", "1")
    bus = KafkaBus("127.0.0.1:1", client="test")
    running = asyncio.create_task(bus.run())
    relay = Relay("toy", toy.database, bus, toy.clock, worker="w")
    assert await relay.drain() == 0
    assert not bus.connected
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await bus.stop()
    await relay.measure()
