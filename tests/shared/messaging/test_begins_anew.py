"""Clients of Kafka that gave up for good speak and listen again, without the process ending."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import KafkaError

from alongside.messaging import kafka
from alongside.messaging.kafka import KafkaBus
from alongside.messaging.lag import gave_up, sight_of

pytestmark = pytest.mark.unit


def going_on() -> asyncio.Future:
    return asyncio.get_running_loop().create_future()


def ended(error: Exception | None = None) -> asyncio.Future:
    future = going_on()
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # looked at: nobody complains that it was not
    return future


def cancelled() -> asyncio.Future:
    future = going_on()
    future.cancel()
    return future


def client(**tasks) -> SimpleNamespace:
    return SimpleNamespace(_coordinator=SimpleNamespace(**tasks))


async def test_a_client_gave_up_when_a_task_ended_that_nobody_starts_again():
    error = KafkaError("not allowed yet")
    for what, consumer, given_up in (
        ("nothing was ever begun", None, True),
        ("no group yet", SimpleNamespace(), True),
        ("all goes on", client(_coordination_task=going_on(), _heartbeat_task=going_on()), False),
        ("between two groups", client(_coordination_task=going_on(), _heartbeat_task=None), False),
        ("the main one failed", client(_coordination_task=ended(error)), True),
        ("the main one ended", client(_coordination_task=ended()), True),
        (
            "a beat failed",
            client(_coordination_task=going_on(), _heartbeat_task=ended(error)),
            True,
        ),
        ("a beat ended", client(_coordination_task=going_on(), _heartbeat_task=ended()), False),
        (
            "the group is joined anew",
            client(_coordination_task=going_on(), _heartbeat_task=cancelled()),
            False,
        ),
        (
            "what was taken is not known",
            client(_coordination_task=going_on(), _commit_refresh_task=ended(error)),
            True,
        ),
    ):
        assert gave_up(consumer) is given_up, what


async def test_silence_is_seen_also_after_asking_ended_with_an_error():
    state = SubscriptionState()
    consumer = SimpleNamespace(_subscription=state, assignment=set)
    with pytest.raises(KafkaError), state.fetch_context():
        raise KafkaError
    with state.fetch_context():
        assert sight_of(consumer).idle == 0
    state._last_fetch_ended -= 500
    assert sight_of(consumer).idle >= 500


class Listener:
    """Stands for a subscriber of FastStream."""

    def __init__(self) -> None:
        self.begun = self.refused = 0
        self.consumer = None
        self.errors: list[Exception] = []
        self.farewell: asyncio.Future | None = None

    async def start(self) -> None:
        if self.errors:
            self.refused += 1
            raise self.errors.pop()
        self.begun += 1
        self.main = going_on()
        self.consumer = client(_coordination_task=self.main)

    async def stop(self) -> None:
        self.consumer = None
        if self.farewell is not None:
            await self.farewell

    def give_up(self) -> None:
        self.main.set_exception(KafkaError("not allowed yet"))
        self.main.exception()


class Speaker:
    """Stands for a producer of the client's."""

    made: list["Speaker"]

    def __init__(self, **how) -> None:
        # With numbers of its own it would be refused for ever after one gap, and acknowledged
        # without being kept where Kafka lost its data and gives the same numbers out again.
        assert how["acks"] == "all"
        assert not how.get("enable_idempotence")
        self._sender = SimpleNamespace(sender_task=going_on())
        self.stopped = False
        self.made.append(self)

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True

    def give_up(self) -> None:
        self._sender.sender_task.set_result(None)


@asynccontextmanager
async def running(monkeypatch):
    """Run a bus beside a Kafka that takes every connection, and looks at its clients all the time."""

    async def taken(_servers) -> None:
        pass

    monkeypatch.setattr(Speaker, "made", [], raising=False)
    monkeypatch.setattr(kafka, "knock", taken)
    monkeypatch.setattr(kafka, "AIOKafkaProducer", Speaker)
    monkeypatch.setattr(kafka, "LOOK", 0)
    monkeypatch.setattr(KafkaBus, "_look", lambda _self: None)
    bus, listener = KafkaBus("127.0.0.1:1", client="test"), Listener()
    bus._listening = {"toy.people": listener}
    monkeypatch.setattr(bus.broker, "start", listener.start)
    monkeypatch.setattr(bus.broker, "stop", listener.stop)
    loop = asyncio.create_task(bus.run())
    try:
        await until(lambda: bus.connected)
        yield bus, listener
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_who_gave_up_begins_anew_as_often_as_it_takes_and_never_after_leaving(monkeypatch):
    async with running(monkeypatch) as (bus, listener):
        listener.errors = [KafkaError("not yet"), ConnectionRefusedError()]
        listener.give_up()
        await until(lambda: listener.begun == 2)
        assert listener.refused == 2

        Speaker.made[0].give_up()
        await until(lambda: len(Speaker.made) == 2)
        assert Speaker.made[0].stopped

        # Leaving takes its time: who has left meanwhile did not give up.
        listener.farewell = going_on()
        leaving = asyncio.create_task(bus.stop())
        await until(lambda: listener.consumer is None)
        for _ in range(20):
            await asyncio.sleep(0)
        listener.farewell.set_result(None)
        await leaving
        for _ in range(20):
            await asyncio.sleep(0)
        assert (listener.begun, len(Speaker.made)) == (2, 2)
