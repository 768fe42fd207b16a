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


async def _produce(bootstrap, count):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for number in range(count):
            key = b"person-%d" % (number % 3)
            await producer.send_and_wait(PEOPLE, b"%d" % number, key=key)


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
