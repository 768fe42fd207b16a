"""The broker that tests and the stack run on, with the client the product uses."""

import asyncio
import time
from collections import defaultdict

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from alongside.contracts import PEOPLE, TOPICS
from alongside.messaging.kafka import PARTITIONS
from alongside.messaging.login import Login
from alongside.messaging.partitions import StillToHear, delete, grow
from alongside.messaging.topics import groups_of


async def _produce(bootstrap, count, keys=3, first=0):
    """Say numbers in turn about some keys; return where the last of each key went."""
    where = {}
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for number in range(first, first + count):
            key = b"person-%d" % (number % keys)
            sent = await producer.send_and_wait(PEOPLE, b"%d" % number, key=key)
            where[key] = sent.partition
    return where


async def _consume(bootstrap, count, group="readers"):
    seen = defaultdict(list)
    async with AIOKafkaConsumer(
        PEOPLE,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        for _ in range(count):
            record = await consumer.getone()
            seen[record.key].append(int(record.value))
        await consumer.commit()
    return seen


@pytest.mark.integration
async def test_records_of_a_key_arrive_in_order(kafka_bootstrap):
    await _produce(kafka_bootstrap, 30)
    seen = await _consume(kafka_bootstrap, 30)
    assert seen == {b"person-%d" % key: list(range(key, 30, 3)) for key in range(3)}


@pytest.mark.integration
async def test_a_key_that_moves_to_a_new_partition_keeps_its_order(kafka_bootstrap):
    """Once all that was said is heard: before, growing is refused, and changes nothing."""
    groups = [group for group, topic in groups_of().items() if topic == PEOPLE]
    assert len(groups) == 2
    before = await _produce(kafka_bootstrap, 20, keys=10)
    heard = [await _consume(kafka_bootstrap, 20, groups[0])]
    with pytest.raises(StillToHear, match="notifier-people has 20 records to hear"):
        await grow(kafka_bootstrap, 2 * PARTITIONS, Login())
    assert await _produce(kafka_bootstrap, 10, keys=10, first=20) == before
    heard[0] |= {
        key: heard[0][key] + more
        for key, more in (await _consume(kafka_bootstrap, 10, groups[0])).items()
    }
    heard.append(await _consume(kafka_bootstrap, 30, groups[1]))

    assert await grow(kafka_bootstrap, 2 * PARTITIONS, Login()) == dict.fromkeys(TOPICS, PARTITIONS)
    assert await grow(kafka_bootstrap, 2 * PARTITIONS, Login()) == {}
    after = await _produce(kafka_bootstrap, 20, keys=10, first=30)
    assert any(after[key] >= PARTITIONS for key in before)
    for group, known in zip(groups, heard, strict=True):
        for key, more in (await _consume(kafka_bootstrap, 20, group)).items():
            known[key] += more
        assert known == {b"person-%d" % key: list(range(key, 50, 10)) for key in range(10)}

    # For a restore all of it is deleted, and how far everybody was with it.
    assert await delete(kafka_bootstrap, Login()) == sorted(TOPICS)
    assert await delete(kafka_bootstrap, Login()) == []


@pytest.mark.integration
@pytest.mark.parametrize("_run", [1, 2])
async def test_each_test_finds_the_topics_empty(kafka_bootstrap, _run):
    await _produce(kafka_bootstrap, 2)
    assert sum(map(len, (await _consume(kafka_bootstrap, 2)).values())) == 2


@pytest.mark.integration
async def test_faststream_hears_a_keyed_record(kafka_bootstrap):
    heard: asyncio.Queue = asyncio.Queue()
    broker = KafkaBroker(
        kafka_bootstrap, ack_policy=AckPolicy.NACK_ON_ERROR, allow_auto_create_topics=False
    )

    @broker.subscriber(PEOPLE, group_id="heard", auto_offset_reset="earliest", no_reply=True)
    async def hear(body: dict, message: KafkaMessage) -> None:
        await heard.put((message.raw_message.key, body))

    async with broker:
        await broker.start()
        await broker.publish({"name": "Ada Sample"}, PEOPLE, key=b"person-1")
        assert await asyncio.wait_for(heard.get(), 30) == (b"person-1", {"name": "Ada Sample"})


@pytest.mark.faults
async def test_what_was_acknowledged_survives_a_kill(kafka, kafka_bootstrap):
    await _produce(kafka_bootstrap, 12)
    await asyncio.to_thread(kafka.kill)
    # Not in a thread: a child ends with the thread that started it.
    kafka.start()
    assert kafka.bootstrap == kafka_bootstrap
    assert sum(map(len, (await _consume(kafka_bootstrap, 12)).values())) == 12


@pytest.mark.integration
async def test_topics_are_the_declared_ones(kafka_bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    found = {name for name in await admin.list_topics() if not name.startswith("__")}
    await admin.close()
    assert found == set(TOPICS)


@pytest.mark.integration
async def test_the_broker_answers_when_started(kafka):
    began = time.monotonic()
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap):
        assert time.monotonic() - began < 30
