"""A provider without an account is mailed a link: once, only while it works, and nobody else sees it."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from alongside.contracts import EntryState, HoursReturned, VouchAnswered, VouchAsked
from alongside.testing import FixedClock
from alongside_notifier.delivery import Refused
from alongside_notifier.handlers.send import send_mail
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


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        ({"confirmed": 12, "returned": 0}, "Hanna Vale confirmed 12 sessions"),
        (
            {"confirmed": 1, "returned": 2},
            "Hanna Vale confirmed 1 session and sent 2 sessions back with a reason",
        ),
        (
            {"confirmed": 0, "returned": 3, "not_theirs": True},
            "Hanna Vale answered that these are not hours they gave",
        ),
    ],
)
async def test_whoever_asked_hears_the_answer_in_one_letter(notifier, facts, subject):
    await notifier.begin()
    returned = EntryState(
        entry_id="e1",
        version=2,
        supervisee_id="ben",
        provider_id="hanna",
        title="Reflective supervision",
        started_at=notifier.clock.now() - timedelta(days=1),
        zone="America/Chicago",
        scheduled_minutes=60,
        minutes=60,
        status="returned",
        awaits="ben",
        origin="outside",
    )
    now = notifier.clock.now()
    await notifier.hear(HoursReturned(id=notifier.ids(), occurred_at=now, entry=returned))
    for _ in range(2):
        await notifier.hear(
            VouchAnswered(
                id=notifier.ids(),
                occurred_at=now,
                request_id="r1",
                supervisee_id="ben",
                provider_name="Hanna Vale",
                **facts,
            )
        )
    (row,) = [mail for mail in await notifier.mails("ben") if mail.kind != "invitation"]
    assert (row.kind, row.subject) == ("vouched", subject)


class Refusing:
    """A mail system that refuses everything for good, with these words."""

    def __init__(self, said):
        self.said = said

    @asynccontextmanager
    async def open(self):
        yield self

    async def hand(self, parcel):
        raise Refused(self.said)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("550 5.1.1 no such person", "ask them for the right address"),
        ("552 5.2.2 over quota", "their mailbox is full"),
        ("550 5.7.1 spam", "ask them for another address"),
    ],
)
async def test_whoever_asked_is_told_once_that_it_did_not_arrive(notifier, said, advice):
    await notifier.begin()
    await notifier.tick("send")
    await ask(notifier)
    assert await notifier.tick("unreached") == 0
    await send_mail(notifier.app.uow, Refusing(said), "worker")
    if "no such" in said:
        await ask(notifier, "r2")  # not even tried any more
    assert await notifier.tick("unreached") >= 1
    assert await notifier.tick("unreached") == 0
    told = [mail for mail in await notifier.mails("ben") if mail.kind == "unreached"]
    assert len(told) == (2 if "no such" in said else 1)
    assert told[0].subject == "Your request did not reach Hanna Vale"
    words = " ".join(told[0].raw.decode().replace("=\r\n", "").split())
    assert "did not arrive at hanna@elsewhere.example" in words
    assert words.count(advice) == 2
