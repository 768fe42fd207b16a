"""Reminders: late ones while useful, never after the start, never after a cancellation."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from alongside_notifier.domain.reminders import Due, reminders_of, why_not
from alongside_notifier.domain.view import view_of
from alongside_notifier.handlers.answers import answer_on_page
from notifier.making import NOW, make_series

pytestmark = pytest.mark.unit

START = NOW + timedelta(days=8, hours=1)


def reminders(rows):
    return [row for row in rows if row.kind == "reminder"]


def test_what_is_due_already_is_not_planned():
    view = view_of(make_series(), "ben")
    dues = reminders_of(view, (1440, 60), START - timedelta(hours=2))
    first = [due for due in dues if due.key == "20270112T1000"]
    assert [due.lead_minutes for due in first] == [60]
    assert len(dues) == 1 + 5 * 2


@pytest.mark.parametrize(
    ("after", "answer", "reason"),
    [
        (timedelta(hours=-1), None, None),
        (timedelta(hours=-1), "accepted", None),
        (timedelta(hours=-1), "declined", "declined"),
        (timedelta(0), None, "it had begun"),
    ],
)
def test_why_a_reminder_is_not_sent(after, answer, reason):
    view = view_of(make_series(), "ben")
    due = Due(START - timedelta(hours=1), "20270112T1000", START, 60)
    assert why_not(due, view, answer, START + after) == reason
    moved = Due(due.due_at, due.key, START + timedelta(hours=1), 60)
    assert why_not(moved, view, None, due.due_at) == "moved"
    assert why_not(due, None, None, due.due_at) == "no longer on the roster"


async def test_a_day_and_an_hour_ahead(notifier):
    await notifier.begin()
    notifier.clock.set(START - timedelta(days=1, minutes=1))
    assert await notifier.tick("remind") == 0
    notifier.clock.advance(timedelta(minutes=1))
    assert await notifier.tick("remind") == 3
    assert await notifier.tick("remind") == 0
    notifier.clock.set(START - timedelta(hours=1))
    await notifier.tick("remind")
    day, hour = reminders(await notifier.mails("ben"))
    assert day.subject.startswith(
        "In 1 day: Tuesday Circle, Tue, Jan 12, 10:00 AM (America/Chicago"
    )
    assert hour.subject.startswith("In 1 hour:")
    mail = message_from_bytes(hour.raw, policy=default)
    assert mail["List-Unsubscribe"] == "<https://supervision.example/preferences>"
    assert not [p for p in mail.walk() if p.get_content_type() == "text/calendar"]


async def test_after_downtime_the_newest_alone_and_nothing_after_the_start(notifier):
    await notifier.begin()
    notifier.clock.set(START - timedelta(minutes=20))
    await notifier.tick("remind")
    (only,) = reminders(await notifier.mails("ben"))
    assert only.subject.startswith("In 20 minutes")
    notifier.clock.set(START + timedelta(days=14))
    await notifier.tick("remind")
    assert len(reminders(await notifier.mails("ben"))) == 1


async def test_nothing_after_a_cancellation_and_again_after_a_move(notifier):
    life = await notifier.begin()
    keys = life.keys()
    notifier.clock.set(START - timedelta(days=1))
    await notifier.tick("remind")
    assert len(reminders(await notifier.mails("ben"))) == 1
    life.now = notifier.clock.now()
    await notifier.hear_series(life.move(keys[0], timedelta(days=2)))
    notifier.clock.set(START - timedelta(hours=1))
    await notifier.tick("remind")
    assert len(reminders(await notifier.mails("ben"))) == 1
    notifier.clock.set(START + timedelta(days=1))
    await notifier.tick("remind")
    assert len(reminders(await notifier.mails("ben"))) == 2
    await notifier.hear_series(life.cancel(keys[0]))
    notifier.clock.set(START + timedelta(days=2, hours=-1))
    await notifier.tick("remind")
    assert len(reminders(await notifier.mails("ben"))) == 2


async def test_whoever_declined_is_left_in_peace(notifier):
    await notifier.begin()
    async with notifier.app.uow() as uow:
        await answer_on_page("ben", "series-1", "20270112T1000", "declined", uow, notifier.desk)
        await uow.commit()
    notifier.clock.set(START - timedelta(hours=1))
    await notifier.tick("remind")
    assert reminders(await notifier.mails("ben")) == []
    assert len(reminders(await notifier.mails("cleo"))) == 1
