"""A gentle word about hours: once a session, and only while it is fresh."""

from datetime import date, timedelta

import pytest

from alongside.contracts import (
    AttendanceRecorded,
    EntryState,
    HoursConfirmed,
    HoursReturned,
    MilestoneReached,
    WordAwaited,
)

pytestmark = pytest.mark.unit


def entry(notifier, **facts):
    return EntryState(
        **{
            "entry_id": "entry-1",
            "version": 1,
            "supervisee_id": "ben",
            "provider_id": "ada",
            "series_id": "series-1",
            "occurrence_key": "20270112T1000",
            "title": "Tuesday Circle",
            "started_at": notifier.clock.now() - timedelta(hours=2),
            "zone": "America/Chicago",
            "scheduled_minutes": 90,
            "minutes": 90,
            "status": "recorded",
            "awaits": "ben",
            **facts,
        }
    )


async def say(notifier, kind, **facts):
    event = kind(
        id=notifier.ids(), occurred_at=notifier.clock.now(), entry=entry(notifier, **facts)
    )
    await notifier.hear(event)


async def kinds(notifier, who):
    return [row.kind for row in await notifier.mails(who) if row.kind != "invitation"]


async def test_the_way_of_an_entry(notifier):
    await notifier.begin()
    await say(notifier, AttendanceRecorded)
    await say(notifier, AttendanceRecorded, version=2, minutes=75)
    assert await kinds(notifier, "ben") == ["attendance_recorded"]
    await say(notifier, HoursReturned, version=3, status="returned", awaits="ada")
    assert await kinds(notifier, "ada") == ["returned"]
    await say(notifier, AttendanceRecorded, version=4, minutes=60)
    assert await kinds(notifier, "ben") == ["attendance_recorded", "attendance_recorded"]
    await say(notifier, HoursConfirmed, version=5, status="confirmed", awaits=None)
    await say(notifier, AttendanceRecorded, version=2)
    assert await kinds(notifier, "ben") == ["attendance_recorded", "attendance_recorded"]


async def test_an_old_history_mails_nobody(notifier):
    await notifier.begin()
    old = notifier.clock.now() - timedelta(days=40)
    await say(notifier, AttendanceRecorded, started_at=old)
    assert await kinds(notifier, "ben") == []


async def test_who_does_not_want_such_mails_gets_none(notifier):
    from alongside_notifier.store.people import Preferences

    await notifier.begin()
    async with notifier.app.uow() as uow:
        await uow.people.set_preferences("ben", Preferences(hour_mails=False))
        await uow.commit()
    await say(notifier, AttendanceRecorded)
    assert await kinds(notifier, "ben") == []


async def test_a_milestone_is_worth_a_word_and_promises_nothing(notifier):
    await notifier.begin()
    for _ in range(2):
        await notifier.hear(
            MilestoneReached(
                id=notifier.ids(),
                occurred_at=notifier.clock.now(),
                supervisee_id="ben",
                category="IFS",
                counted_minutes=1440,
            )
        )
    assert await kinds(notifier, "ben") == ["milestone"]
    row = (await notifier.mails("ben"))[-1]
    assert row.subject == "24.00 h confirmed: you appear to meet what IFS asks"
    assert "approved" not in row.raw.decode()


async def test_what_a_provider_sends_back_reaches_the_supervisee(notifier):
    await notifier.begin()
    await say(notifier, AttendanceRecorded, awaits="ada")
    assert await kinds(notifier, "ada") == []
    await say(notifier, HoursReturned, version=2, status="returned", awaits="ben")
    assert await kinds(notifier, "ben") == ["returned"]
    assert await kinds(notifier, "ada") == []


async def remind(notifier, who, about="confirm", nudge_id="n1", ago=timedelta(0), **facts):
    event = WordAwaited(
        id=notifier.ids(), occurred_at=notifier.clock.now() - ago, nudge_id=nudge_id,
        person_id=who, about=about, minutes=180, since=date(2027, 1, 5), **{"number": 2, **facts},
    )  # fmt: skip
    for _ in range(2):
        await notifier.hear(event)
    return [
        (row.message_id, row.subject) for row in await notifier.mails(who) if row.kind == "awaited"
    ]


async def test_a_gentle_word_once_a_reminder(notifier):
    await notifier.begin()
    first = await remind(notifier, "ben")
    assert [subject for _, subject in first] == [
        "When you have a moment: 2 entries wait for your word"
    ]
    assert first[0][0].startswith("<awaited.n1@")
    assert await remind(notifier, "ben") == first
    assert len(await remind(notifier, "ben", nudge_id="n2", number=1)) == 2
    assert len(await remind(notifier, "ben", nudge_id="n3", ago=timedelta(days=8))) == 2
    led = await remind(notifier, "ada", "record", "n4")
    assert led[0][1] == "When you have a moment: 2 sessions you led have no attendance yet"
    assert "sent back to you" in (await remind(notifier, "ada", "look_again", "n5"))[1][1]
    assert await remind(notifier, "nobody") == []


async def test_who_wants_no_mails_about_hours_is_not_reminded(notifier):
    from alongside_notifier.store.people import Preferences

    await notifier.begin()
    async with notifier.app.uow() as uow:
        await uow.people.set_preferences("ben", Preferences(hour_mails=False))
        await uow.commit()
    assert await remind(notifier, "ben") == []
