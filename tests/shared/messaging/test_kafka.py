"""The bus on a real Kafka: what was said arrives once, and poison never blocks its partition."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiokafka
import pytest
from sqlalchemy.exc import DBAPIError

from alongside.db import claim
from alongside.ids import new_id
from alongside.messaging import Envelope, UnreadableRecord
from alongside.messaging.dead_letters import parked, replay
from alongside.messaging.envelope import read_record
from alongside.messaging.kafka import KafkaBus, declare_topics
from alongside.messaging.relay import Relay
from alongside.observability import metrics
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
    async with toy.database.read() as session:
        waiting, _ = await claim.pending(session, toy.plumbing.outbox)
    assert waiting == 1


NOW = "2026-03-02T15:00:00+00:00"
SIGNED_OUT = "alongside.people.SignedOut.v1"


@dataclass
class Record:
    """A record as anybody might put it there: a good one, but for what is said otherwise."""

    what: str
    fate: str = "parked"
    """good, parked, unknown (skipped and counted), or known (its id was handled; skipped and counted)."""
    of: str = "a"
    key: bytes | None = None
    value: Any = None
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, bytes | None] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    event_id: str = field(default_factory=new_id)

    def sent(self, person: str) -> dict[str, Any]:
        body = {
            "id": self.event_id, "occurred_at": NOW, "type": SIGNED_OUT, "person_id": person,
            "session_id": self.of, "expires_at": NOW,
        } | self.body  # fmt: skip
        headers = {
            "ce_specversion": b"1.0", "ce_id": self.event_id.encode(), "ce_source": b"/scheduler",
            "ce_type": SIGNED_OUT.encode(), "ce_time": NOW.encode(),
        } | self.headers  # fmt: skip
        value = json.dumps(body).encode() if self.value is None else self.value
        return {
            "key": person.encode() if self.key is None else self.key,
            "value": None if value == NOTHING else value,
            "headers": [(name, raw) for name, raw in headers.items() if name not in self.without],
        }


NOTHING = b"(null)"
POISON = (
    Record("no JSON", value=b"{bad"),
    Record("no text", value=b"\xff\xfe\x00\x01"),
    Record("a list", value=b"[]"),
    Record("without end", value=b"[" * 200_000),
    Record("null", value=NOTHING),
    Record("null, and nothing with it", value=NOTHING, without=("ce_id", "ce_type", "ce_time")),
    Record("another shape", body={"expires_at": "soon", "person_id": 7}),
    Record("another identity", body={"id": new_id()}),
    Record("no identity", without=("ce_id",)),
    Record("no type", without=("ce_type",)),
    Record("no moment", without=("ce_time",)),
    Record("a moment that is none", headers={"ce_time": b"yesterday"}),
    Record("an identity that is no text", headers={"ce_id": b"\xff\xfe"}),
    Record("an identity that is null", headers={"ce_id": None}),
    Record(
        "foreign headers of any kind",
        fate="good",
        headers={"x-trace": b"\x80", "traceparent": b"\xff", "x-more": None, "ce_source": None},
    ),
    Record("under another key", key=b"somebody-else"),
    Record("under no key", key=b""),
    Record("under a key that is no text", key=b"\xff\xfe"),
    Record("an identity with a zero byte", event_id="zero\x00byte"),
    Record("an identity without end", event_id="x" * 5000),
    Record("huge", body={"session_id": "x" * 900_000}),
    Record("one that its handler cannot take", of="fails"),
    Record("a type of later", fate="unknown", headers={"ce_type": b"alongside.people.Later.v9"}),
    Record(
        "a type of another topic",
        fate="unknown",
        headers={"ce_type": b"alongside.sessions.SeriesEnded.v1"},
    ),
    Record("an identity that was handled", fate="known", of="second word", event_id="said-before"),
)


def _counted(counter: Any, name: str) -> float:
    return counter.labels(name)._value.get()


async def test_poison_of_every_kind_is_put_aside_or_counted_and_blocks_nobody(
    kafka_bootstrap, postgres_url
):
    toy = Toy(postgres_url, FixedClock(), consumer=f"toy.{uuid4().hex[:8]}")
    await toy.create()
    toy.fail_on = {"fails"}
    person = uuid4().hex
    await toy.consumer.deliver(_envelope_of(Record("", of="0", event_id="said-before"), person))
    async with (
        connected(kafka_bootstrap, toy.consumer),
        aiokafka.AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer,
    ):
        partition = 3
        for number, poison in enumerate(POISON, 1):
            for record in (poison, Record("good", of=str(number))):
                await producer.send(PEOPLE, partition=partition, **record.sent(person))
        await producer.flush()

        async def all_good_ones_came() -> bool:
            return len(await toy.order(person)) == len(POISON) + 2

        await until(all_good_ones_came, 40)
    came = await toy.order(person)
    assert [each for each in came if each != "a"] == [str(n) for n in range(len(POISON) + 1)]
    letters = await parked(toy.database)
    by_offset = {int(each.position.partition("/")[2]): each for each in letters}
    for number, poison in enumerate(POISON):
        assert (2 * number in by_offset) is (poison.fate == "parked"), poison.what
    assert len(letters) == sum(each.fate == "parked" for each in POISON)
    assert all(each.error.partition(":")[0] and len(each.error) <= 4000 for each in letters)
    assert _counted(metrics.CONSUMER_UNKNOWN, toy.consumer.name) == 2
    assert _counted(metrics.CONSUMER_DUPLICATES, toy.consumer.name) == 1
    assert _counted(metrics.DEAD_LETTERS, toy.consumer.name) == len(letters)
    await _replay_all(toy, person)
    await toy.database.close()


async def _replay_all(toy: Toy, person: str) -> None:
    """What nothing can mend stays parked; what was mended, or only came the wrong way, takes effect."""
    toy.fail_on = set()
    mended = []
    for letter in await parked(toy.database):
        what = POISON[int(letter.position.partition("/")[2]) // 2].what
        try:
            await replay(toy.database, [toy.consumer], letter.id, toy.clock.now())
        except (UnreadableRecord, DBAPIError):
            continue
        mended.append(what)
    assert mended == [
        "under another key", "under no key", "under a key that is no text",
        "one that its handler cannot take",
    ]  # fmt: skip
    assert (await toy.order(person))[-4:] == ["a", "a", "a", "fails"]
    left = {each.id for each in await parked(toy.database)}
    everything = await parked(toy.database, include_replayed=True)
    assert len(everything) - len(left) == len(mended)


def _envelope_of(record: Record, person: str) -> Envelope:
    sent = record.sent(person)
    return read_record(topic=PEOPLE, key=sent["key"], value=sent["value"], headers=sent["headers"])
