"""A provider without an account is mailed a link: once, only while it works, and nobody else sees it."""

from datetime import timedelta

import pytest

from alongside.contracts import VouchAsked
from alongside.testing import FixedClock
from notifier.making import person

pytestmark = pytest.mark.unit


async def ask(notifier, request_id="r1", *, email="hanna@elsewhere.example", **facts):
    await notifier.hear(
        VouchAsked(
            **{
                "id": notifier.ids(),
                "occurred_at": notifier.clock.now(),
                "request_id": request_id,
                "supervisee_id": "ben",
                "provider_name": "Hanna Vale",
                "provider_email": email,
                "entries": 3,
                "minutes": 180,
                "expires_at": notifier.clock.now() + timedelta(days=30),
                **facts,
            }
        )
    )


async def to(notifier, address):
    return [row for row in await notifier.mails() if row.recipient == address]


async def test_the_link_is_mailed_once_to_an_address_that_belongs_to_no_person(notifier):
    await notifier.begin()
    for _ in range(2):
        await ask(notifier)
    (row,) = await to(notifier, "hanna@elsewhere.example")
    assert row.kind == "vouch"
    assert row.message_id.startswith("<vouch.r1@")
    assert row.subject == "Ben Achterberg asks you to confirm 3 sessions of reflective supervision"
    mac = notifier.desk.secrets.link_mac("vouch", "r1")
    words = row.raw.decode().replace("=\r\n", "")
    assert words.count(f"/vouch/r1/{mac}") == 3
    assert "February 3, 2027" in words
    assert "Reply-To" not in words
    # Whoever asked must not find the provider's link among their own messages.
    assert row.person_id not in {"ben", "ada"}
    assert not [mail for mail in await notifier.mails("ben") if mail.kind == "vouch"]
    await ask(notifier, "r2")
    assert len(await to(notifier, "hanna@elsewhere.example")) == 2


async def test_nothing_is_mailed_after_the_link_has_run_out_or_whoever_asked_has_left(notifier):
    assert isinstance(notifier.clock, FixedClock)
    await notifier.begin()
    await ask(notifier, expires_at=notifier.clock.now())
    await ask(notifier, "r2", supervisee_id="unknown")
    await notifier.meet(person("ben", version=2, left_at=notifier.clock.now()))
    await ask(notifier, "r3")
    assert await to(notifier, "hanna@elsewhere.example") == []
