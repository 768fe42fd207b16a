"""The whole way over two services: asked in the logbook, mailed by the notifier, answered by the link."""

import re
from email import message_from_bytes
from email.policy import default

import pytest

from alongside.contracts import PersonRegistered, VouchAsked
from alongside.db import migrate
from alongside.messaging.envelope import Envelope
from alongside.messaging.subscription import Consumer
from alongside.settings import Settings
from alongside_logbook.domain.providers import Claim
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.outside import HourSaid, WriteDown, write_down
from alongside_logbook.handlers.outside_providers import NameProvider, name_provider
from alongside_logbook.handlers.vouching import AskProvider, ask_provider
from alongside_notifier.app import create_app
from alongside_notifier.store.tables import MAILS
from logbook.office import text_of

pytestmark = pytest.mark.integration

ANN = Actor("ann")


@pytest.fixture
async def notifier(circle, tmp_path):
    """A notifier with the keys of the same installation."""
    app = create_app(Settings(data=tmp_path), clock=circle.clock)
    await migrate.upgrade(app.database, app.migrations)
    yield app
    await app.database.close()


async def hear(app, event) -> None:
    (subscription,) = [each for each in app.subscriptions if each.topic == event.topic]
    await Consumer(subscription, app.database, app.uow).deliver(
        Envelope(
            event_id=event.id,
            topic=event.topic,
            key=event.key,
            type=event.type_name(),
            payload=event.on_the_wire(),
            occurred_at=event.occurred_at,
            traceparent=None,
        )
    )


async def test_a_provider_confirms_by_the_link_in_their_mail(circle, notifier):
    state = await circle.person("ann")
    await hear(
        notifier,
        PersonRegistered(id=circle.app.new_id(), occurred_at=circle.clock.now(), person=state),
    )
    today = circle.clock.now().date()
    hanna = await circle.run(
        lambda uow: name_provider(
            NameProvider(
                name="Hanna Vale",
                email="hanna@example.org",
                claims=(Claim(kind="ERS", valid_from=today),),
            ),
            ANN,
            uow,
        )
    )
    (entry,) = (
        await circle.run(
            lambda uow: write_down(
                WriteDown(
                    provider_id=hanna.provider_id, sessions=(HourSaid(held_on=today, minutes=60),)
                ),
                ANN,
                uow,
            )
        )
    ).entries
    await circle.run(lambda uow: ask_provider(AskProvider(provider_id=hanna.provider_id), ANN, uow))
    for event in circle.heard(VouchAsked):
        await hear(notifier, event)
    async with notifier.database.read() as session:
        (mail,) = (await session.execute(MAILS.select())).all()
    letter = message_from_bytes(mail.raw, policy=default)
    assert letter["To"] == "Hanna Vale <hanna@example.org>"
    (path,) = re.findall(r"http://[^/]+(/vouch/\S+)", letter.get_body(("plain",)).get_content())
    async with circle.browser(None) as phone:
        assert "1 session, 1 h" in text_of((await phone.get(path)).text)
        done = await phone.post(path, data={"name": "Hanna Vale", "right": entry.entry_id})
        assert "1 session confirmed" in text_of(done.text)
    async with circle.script("ann") as ann:
        shown = (await ann.get(f"/entries/{entry.entry_id}")).json()
    assert (shown["status"], shown["timed"]) == ("confirmed", False)
    assert shown["provider"]["name"] == "Hanna Vale"
