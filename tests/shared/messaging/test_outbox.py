"""Nothing said is lost, nothing is done twice, order holds per key."""

import asyncio
import random
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from alongside.db import claim
from alongside.messaging import Consumer, Envelope, Subscription
from alongside.messaging.again import say_again
from alongside.messaging.dead_letters import NoSuchLetter, parked, replay
from alongside.messaging.local import LocalBus
from alongside.messaging.relay import Relay
from alongside.testing import FixedClock
from shared.messaging.toy import Toy

pytestmark = pytest.mark.contract


@pytest.fixture
async def toy(database_url):
    made = Toy(database_url, FixedClock())
    await made.create()
    yield made
    await made.database.close()


class Recorder:
    """A bus that writes down what it was given, and fails when told to."""

    def __init__(self, fails=lambda _: False) -> None:
        self.seen: list[Envelope] = []
        self.fails = fails

    async def publish(self, envelope: Envelope) -> None:
        await asyncio.sleep(0)
        if self.fails(envelope):
            raise ConnectionError("the bus is away")
        self.seen.append(envelope)


class Together(Recorder):
    """The same, that takes many at once."""

    async def publish_all(self, envelopes, *, within):
        assert len({envelope.key for envelope in envelopes}) == len(envelopes)
        return await asyncio.gather(
            *(self.publish(envelope) for envelope in envelopes), return_exceptions=True
        )


def relay_for(toy: Toy, publisher, worker: str = "one", **how) -> Relay:
    return Relay("toy", toy.database, publisher, toy.clock, worker=worker, **how)


async def test_nothing_is_taken_up_before_the_bus_is_there(toy):
    await toy.say("p", "1", "2")
    bus = Recorder()
    bus.connected = False
    relay = relay_for(toy, bus, poll=0)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.2)
    outbox = toy.plumbing.outbox
    async with toy.database.read() as session:
        waiting = (await session.execute(select(outbox.c.attempts, outbox.c.claimed_by))).all()
    assert waiting == [(0, None)] * 2
    bus.connected = True
    async with asyncio.timeout(20):
        while len(bus.seen) < 2:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_event_leaves_only_with_its_transaction(toy):
    async with toy.uow() as uow:
        from alongside.contracts import SignedOut

        await uow.emit(
            SignedOut(
                id="e1", occurred_at=uow.now, person_id="p", session_id="s", expires_at=uow.now
            )
        )
        # no commit
    bus = Recorder()
    assert await relay_for(toy, bus).drain() == 0
    assert bus.seen == []


async def test_events_of_a_key_go_out_in_the_order_they_were_said(toy):
    await toy.say("p", "1", "2", "3")
    await toy.say("q", "1", "2")
    bus = Recorder()
    assert await relay_for(toy, bus).drain() == 5
    assert [e.event().session_id for e in bus.seen if e.key == "p"] == ["1", "2", "3"]
    assert await relay_for(toy, bus).drain() == 0


@pytest.mark.parametrize("kind", [Recorder, Together])
async def test_a_failed_event_holds_back_the_rest_of_its_key_and_nobody_else(toy, kind):
    await toy.say("p", "1", "2", "3")
    await toy.say("q", "1")
    bus = kind(fails=lambda e: e.key == "p")
    relay = relay_for(toy, bus)
    assert await relay.drain() == 1
    assert {e.key for e in bus.seen} == {"q"}
    bus.fails = lambda _: False
    assert await relay.drain() == 0, "not before its pause is over"
    toy.clock.advance(timedelta(seconds=31))
    assert await relay.drain() == 3
    assert [e.event().session_id for e in bus.seen if e.key == "p"] == ["1", "2", "3"]


async def test_what_a_dead_relay_held_is_taken_over_when_its_lease_ends(toy):
    await toy.say("p", "1", "2")
    outbox = toy.plumbing.outbox
    async with toy.database.write() as session:
        taken = await claim.claim(
            session, outbox, now=toy.clock.now(), worker="dead", limit=10,
            lease=timedelta(seconds=60), order_key="key",
        )  # fmt: skip
        await session.commit()
    assert len(taken) == 2
    bus = Recorder()
    assert await relay_for(toy, bus).drain() == 0
    toy.clock.advance(timedelta(seconds=61))
    assert await relay_for(toy, bus).drain() == 2
    async with toy.database.write() as session:
        late = await claim.settle(
            session, outbox, [row.id for row in taken], worker="dead", now=toy.clock.now()
        )
        await session.commit()
    assert late == 0, "a slow worker cannot settle what another took over"


async def test_what_a_crashed_process_of_this_machine_held_is_free_at_the_next_start(toy):
    await toy.say("p", "1", "2")
    machine = claim.this_worker().rpartition(":")[0]
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    for holder in (f"{machine}:{gone.pid}", claim.this_worker(), "elsewhere:1"):
        async with toy.database.write() as session:
            await session.execute(
                update(toy.plumbing.outbox).values(
                    claimed_by=holder, claimed_until=toy.clock.now() + timedelta(minutes=2)
                )
            )
            freed = await claim.take_over_from_the_dead(session, toy.metadata)
            await session.commit()
        assert freed == (2 if holder.endswith(f":{gone.pid}") else 0)


async def test_relays_side_by_side_keep_the_order_of_every_key(toy):
    people = [f"p{n}" for n in range(6)]
    chance = random.Random(7)
    bus = Recorder(fails=lambda _: chance.random() < 0.1)

    async def speak() -> None:
        for number in range(10):
            await asyncio.gather(*(toy.say(person, f"{number:03}") for person in people))

    async def carry(worker: str) -> None:
        relay = relay_for(toy, bus, worker, batch=10, side_by_side=5)
        for _ in range(40):
            await relay.round()
            toy.clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0)

    await asyncio.gather(speak(), carry("one"), carry("two"), carry("three"))
    bus.fails = lambda _: False
    toy.clock.advance(timedelta(minutes=5))
    await relay_for(toy, bus).drain()
    for person in people:
        first_seen = list(dict.fromkeys(e.event().session_id for e in bus.seen if e.key == person))
        assert first_seen == [f"{n:03}" for n in range(10)]


async def test_the_local_bus_makes_each_event_take_effect_once(toy):
    await toy.say("p", "1", "2")
    bus = LocalBus([toy.consumer])
    await relay_for(toy, bus).drain()
    async with toy.database.write() as session:
        await session.execute(update(toy.plumbing.outbox).values(done_at=None))
        await session.commit()
    await relay_for(toy, bus).drain()
    assert await toy.order("p") == ["1", "2"]


async def test_what_the_local_bus_has_no_time_for_comes_again(toy):
    await toy.say("p", "1", "2")
    await toy.say("q", "1")
    bus = LocalBus([toy.consumer])
    assert await relay_for(toy, bus, publish_timeout=0).round() == 0
    assert await toy.order("p") == []
    toy.clock.advance(timedelta(minutes=1))
    assert await relay_for(toy, bus).drain() == 3
    assert await toy.order("p") == ["1", "2"]


async def test_what_was_said_is_said_again_and_done_once(toy):
    await toy.say("p", "1", "2")
    await toy.say("q", "1")
    bus = LocalBus([toy.consumer])
    await relay_for(toy, bus).drain()
    assert await say_again(toy.database, now=toy.clock.now()) == 3
    await toy.say("p", "3")
    assert await relay_for(toy, bus).drain() == 4
    assert await toy.order("p") == ["1", "2", "3"]


async def test_a_consumer_that_lost_everything_is_rebuilt_in_order(toy):
    await toy.say("p", *(f"{number:03}" for number in range(30)))
    bus = LocalBus([toy.consumer])
    await relay_for(toy, bus).drain()
    async with toy.database.write() as session:
        await session.execute(delete(toy.heard))
        await session.execute(delete(toy.plumbing.inbox))
        await session.commit()
    await say_again(toy.database, now=toy.clock.now())
    await toy.say("p", "030")
    await relay_for(toy, bus, batch=7, side_by_side=2).drain()
    assert await toy.order("p") == [f"{number:03}" for number in range(31)]


async def test_only_a_topic_or_a_time_is_said_again(toy):
    await toy.say("p", "1")
    toy.clock.advance(timedelta(days=1))
    since = toy.clock.now()
    await toy.say("p", "2")
    await relay_for(toy, LocalBus([toy.consumer])).drain()
    now = toy.clock.now()
    assert await say_again(toy.database, now=now, topic="alongside.hours.v1") == 0
    assert await say_again(toy.database, now=now, since=since) == 1
    bus = Recorder()
    await relay_for(toy, bus).drain()
    assert [e.event().session_id for e in bus.seen] == ["2"]


async def test_a_poison_record_is_parked_and_never_blocks_its_key(toy):
    toy.fail_on = {"2"}
    await toy.say("p", "1", "2", "3")
    await relay_for(toy, LocalBus([toy.consumer])).drain()
    assert await toy.order("p") == ["1", "3"], "the failed try left nothing behind"
    assert toy.failures == 3
    (letter,) = await parked(toy.database)
    assert "poison" in letter.error
    with pytest.raises(RuntimeError):
        await replay(toy.database, [toy.consumer], letter.id, toy.clock.now())
    assert len(await parked(toy.database)) == 1
    toy.fail_on = set()
    await replay(toy.database, [toy.consumer], letter.id, toy.clock.now())
    assert await toy.order("p") == ["1", "3", "2"]
    assert await parked(toy.database) == []
    with pytest.raises(NoSuchLetter):
        await replay(toy.database, [toy.consumer], 999, toy.clock.now())


async def test_an_unknown_type_is_skipped_and_a_broken_known_one_is_parked(toy):
    (event,) = await toy.say("p", "1")
    outbox = toy.plumbing.outbox
    async with toy.database.write() as session:
        for event_id, kind in (("x", "alongside.people.Later.v9"), ("y", event.type)):
            await session.execute(
                outbox.insert().values(
                    event_id=event_id, topic=event.topic, key="p", type=kind, payload=b"{}",
                    occurred_at=toy.clock.now(), next_attempt_at=toy.clock.now(),
                )
            )  # fmt: skip
        await session.commit()
    await relay_for(toy, LocalBus([toy.consumer])).drain()
    assert await toy.order("p") == ["1"]
    (letter,) = await parked(toy.database)
    assert letter.position == "y"


async def test_a_batch_with_poison_in_it_falls_back_to_one_by_one(toy):
    events = await toy.say("p", "1", "2", "3")
    toy.fail_on = {"2"}
    async with toy.database.read() as session:
        rows = (await session.execute(select(toy.plumbing.outbox))).all()
    from alongside.messaging.relay import _envelope
    from alongside.messaging.subscription import RawRecord

    batch = [
        (_envelope(row, "toy"), RawRecord(row.topic, f"0/{row.id}", b"p", row.payload, ()))
        for row in rows
    ]
    await toy.consumer.deliver_batch(batch)
    await toy.consumer.deliver_batch(batch)
    assert await toy.order("p") == ["1", "3"]
    assert len(await parked(toy.database)) == 1
    assert len(events) == 3

    async def all_at_once(events, uow):
        for event in events:
            await toy.on_people(event, uow)

    subscription = Subscription(batch[0][0].topic, "toy.all", handle_all=all_at_once)
    together = Consumer(subscription, toy.database, toy.uow, retries=())
    await together.deliver_batch([*batch, *batch])
    await together.deliver_batch(batch)
    assert await toy.order("p") == ["1", "3", "1", "3"]
    assert len(await parked(toy.database)) == 2


async def test_published_events_are_forgotten_only_when_old(toy):
    await toy.say("p", "1", "2")
    relay = relay_for(toy, Recorder())
    await relay.drain()
    await toy.say("p", "3")
    toy.clock.advance(timedelta(days=2))
    assert await relay.forget(timedelta(days=3)) == 0
    assert await relay.forget(timedelta(days=1), at_a_time=1) == 2
    assert await relay.drain() == 1, "what waits is never forgotten"
