"""Short messages on both databases: many workers, each message once; a service away harms no other."""

import asyncio
from datetime import timedelta

import pytest

from alongside_notifier.delivery import Away
from alongside_notifier.domain.channels import Wanted
from alongside_notifier.handlers.channels import ask, code_of, confirm
from alongside_notifier.handlers.send_short import send_short
from notifier.conftest import made

pytestmark = pytest.mark.contract

PEOPLE = {"ben": "+15550000001", "cleo": "+15550000002"}


@pytest.fixture
async def notifier(database_url, clock, notifier_settings):
    async for each in made(database_url, clock, notifier_settings):
        yield each


@pytest.fixture
def notifier_settings(notifier_settings):
    offered = (
        "{Text: {url: 'json://127.0.0.1:9/{to}', asks: phone}, Chat: 'json://127.0.0.1:9/{to}'}"
    )
    return {**notifier_settings, "channels": offered, "reminder_leads": (60,)}


class Gateway:
    """Keeps what it is given; one channel may be away."""

    def __init__(self, away=None):
        self.away = away
        self.given = []

    async def hand(self, offer, address, text):
        await asyncio.sleep(0)
        if offer.key == self.away:
            raise Away("The service cannot be reached.")
        self.given.append((offer.key, address, text))


async def turned_on(notifier, person_id, key, address):
    async with notifier.app.uow() as uow:
        await ask(person_id, key, address, Wanted(), uow, notifier.desk)
        row = await uow.channels.take(person_id, key)
        code = code_of(row.code_id, notifier.desk)
        assert (await confirm(person_id, key, code, uow, notifier.desk)).done
        await uow.commit()


async def test_many_workers_send_each_message_once_and_one_service_away_stops_no_other(notifier):
    life = await notifier.begin()
    for person_id, number in PEOPLE.items():
        await turned_on(notifier, person_id, "text", number)
    await turned_on(notifier, "ben", "chat", "ben_achterberg")
    quiet = Gateway()
    await send_short(notifier.app.uow, notifier.desk, quiet, "worker")
    assert quiet.given == [], "a code that was used is not sent"
    notifier.clock.set(life.series.occurrences[0].starts_at - timedelta(minutes=60))
    for _ in range(2):
        await notifier.tick("remind")
    gateway = Gateway(away="chat")
    sent = await asyncio.gather(
        *(
            send_short(notifier.app.uow, notifier.desk, gateway, f"worker-{number}")
            for number in range(3)
        )
    )
    assert sum(sent) == len(gateway.given) == 2
    assert {address for _, address, _ in gateway.given} == set(PEOPLE.values())
    gateway.away = None
    notifier.clock.advance(timedelta(minutes=1))
    assert await send_short(notifier.app.uow, notifier.desk, gateway, "worker") == 1
    async with notifier.app.uow() as uow:
        rows, number = await uow.record.listed("ben", limit=3)
        assert [(source, row.kind) for source, row in rows] == [
            ("channel", "reminder"),
            ("channel", "reminder"),
            ("mail", "reminder"),
        ]
        assert number == 6  # an invitation, a reminder and two codes besides
        assert await uow.channel_messages.codes("ben", "", uow.now) == (0, 0)
