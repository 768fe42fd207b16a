"""What waits for somebody is said once, in time, in their zone, and to nobody who left."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import get_args

import pytest

from alongside.contracts import PersonAsked
from alongside.contracts.people import AskAbout
from alongside_notifier.domain.words import LANGUAGES, words_in
from alongside_notifier.domain.words.asked import ask_about
from notifier.making import ORIGIN, person

pytestmark = pytest.mark.unit

EVERY = (*get_args(AskAbout), "of_tomorrow")
"""The last only a newer version knows: it has general words."""


def asked(notifier, **facts) -> PersonAsked:
    return PersonAsked(
        **{
            "id": notifier.ids(),
            "occurred_at": notifier.clock.now(),
            "ask_id": "offer-1",
            "person_id": "ben",
            "about": "seat_offered",
            "subject": "Tuesday Circle & <Tea>",
            "path": "/offers/offer-1",
            "expires_at": notifier.clock.now() + timedelta(hours=72),
            **facts,
        }
    )


async def letters(notifier, who: str = "ben") -> list:
    return [row for row in await notifier.mails(who) if row.kind == "asked"]


def body(row, kind: str) -> str:
    message = message_from_bytes(row.raw, policy=default)
    return message.get_body((kind,)).get_content()


async def test_a_seat_that_is_offered(notifier):
    await notifier.begin()
    await notifier.hear(asked(notifier))
    (row,) = await letters(notifier)
    assert row.subject == "A seat is free for you: Tuesday Circle & <Tea>"
    assert row.recipient == "ben@people.example"
    text = body(row, "plain")
    assert "Hello Ben Achterberg," in text
    # Thursday, 15:00 UTC, as Ben reads it.
    assert "Thursday, January 7, 2027, 9:00 AM (America/Chicago, UTC-06:00)" in " ".join(
        text.split()
    )
    assert f"{ORIGIN}/offers/offer-1" in text
    html = body(row, "html")
    assert f'href="{ORIGIN}/offers/offer-1"' in html
    assert "<Tea>" not in html
    assert "&lt;Tea&gt;" in html


async def test_one_letter_for_one_question_whatever_is_replayed(notifier):
    await notifier.begin()
    first = asked(notifier)
    for _ in range(3):
        await notifier.hear(first)
    # Said again under another event: still the same question.
    await notifier.hear(asked(notifier))
    assert len(await letters(notifier)) == 1
    await notifier.hear(asked(notifier, ask_id="offer-2"))
    assert len(await letters(notifier)) == 2


async def test_no_letter_when_it_is_too_late(notifier):
    await notifier.begin()
    now = notifier.clock.now()
    await notifier.hear(asked(notifier, expires_at=now))
    await notifier.hear(asked(notifier, ask_id="b", expires_at=now - timedelta(hours=1)))
    old = now - timedelta(days=31)
    await notifier.hear(
        asked(notifier, ask_id="c", about="poll_decided", expires_at=None, occurred_at=old)
    )
    assert await letters(notifier) == []
    await notifier.hear(asked(notifier, ask_id="d", expires_at=now + timedelta(minutes=1)))
    assert len(await letters(notifier)) == 1


async def test_no_letter_to_whoever_left_or_nobody_knows(notifier):
    await notifier.begin()
    await notifier.meet(person("ben", "Ben Achterberg", version=2, left_at=notifier.clock.now()))
    await notifier.hear(asked(notifier))
    await notifier.hear(asked(notifier, ask_id="b", person_id="nobody"))
    assert await letters(notifier) == []


@pytest.mark.parametrize("about", EVERY)
async def test_every_question_has_its_words(notifier, about):
    await notifier.begin()
    deadline = ask_about(about, words_in("en").asked).deadline
    until = notifier.clock.now() + timedelta(days=2) if deadline else None
    await notifier.hear(asked(notifier, about=about, expires_at=until, person_id="ada"))
    (row,) = await letters(notifier, "ada")
    assert "Tuesday Circle" in row.subject
    text = " ".join(body(row, "plain").split())
    assert ("Wednesday, January 6, 2027, 10:00 AM (America/New_York" in text) == bool(until)
    assert not re.search(r"[{}]|None", row.subject + text)


async def test_the_subjects_differ(notifier):
    for asked_in in (words_in(each).asked for each in LANGUAGES):
        subjects = [words.about("X", None).subject for words in asked_in.values()]
        assert len(set(subjects)) == len(EVERY) == len(asked_in)
    await notifier.begin()
    await notifier.hear(asked(notifier, about="request_granted", expires_at=None))
    (row,) = await letters(notifier)
    assert "until" not in body(row, "plain")
