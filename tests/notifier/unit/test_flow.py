"""From what the others say to the mails that leave: on a real (SQLite) store, without loops."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import icalendar
import pytest

from alongside.contracts import PersonLeft, SignInLinkRequested
from alongside_notifier.handlers.refresh import refresh_series
from alongside_notifier.handlers.turns import Turn
from notifier.client import calendar_part
from notifier.making import NOW, make_series, monthly, person, weekly

pytestmark = pytest.mark.unit


def read(row):
    return message_from_bytes(row.raw, policy=default)


def calendar(row):
    return icalendar.Calendar.from_ical(calendar_part(row.raw))


async def test_a_series_of_26_weeks_for_8_people_is_8_mails_and_9_with_its_provider(notifier):
    members = tuple(f"m{n}" for n in range(8))
    await notifier.meet(*(person(each) for each in members))
    first = (NOW + timedelta(days=8)).replace(tzinfo=None, hour=10)
    await notifier.begin(make_series(weekly(first, 26), members=members))
    assert len(await notifier.mails()) == 9
    assert {row.kind for row in await notifier.mails()} == {"invitation"}
    await notifier.tell()
    assert len(await notifier.mails()) == 9


async def test_an_invitation_reads_well_and_is_one_series(notifier):
    first = (NOW + timedelta(days=8)).replace(tzinfo=None, hour=10)
    await notifier.begin(make_series(monthly(first, 12, 2)))
    (row,) = await notifier.mails("ben")
    mail = read(row)
    text = mail.get_body(("plain",)).get_content()
    assert "Ada Solberg invites you to Tuesday Circle." in text
    assert "Tuesday, January 12, 2027, 10:00 AM to 11:30 AM (America/Chicago, UTC-06:00)" in text
    assert "For Ada Solberg that is Tuesday, January 12, 2027, 11:00 AM" in text
    assert "/answer/ben." in text
    event = calendar(row).walk("VEVENT")[0]
    assert event["RRULE"].to_ical() == b"FREQ=MONTHLY;COUNT=12;BYDAY=2TU"


async def test_changes_within_the_window_are_told_once_and_finally(notifier):
    life = await notifier.begin()
    key = life.keys()[1]
    for hours in (1, 2, 3):
        await notifier.hear_series(life.move(key, timedelta(hours=hours)))
        await notifier.tell(wait=False)
    assert len(await notifier.mails("ben")) == 1
    await notifier.tell()
    _, moved = await notifier.mails("ben")
    (event,) = calendar(moved).walk("VEVENT")
    assert event["SEQUENCE"] == 3
    assert event["DTSTART"].dt.hour == 16
    assert "RECURRENCE-ID" in event
    assert read(moved)["References"] == (await notifier.mails("ben"))[0].message_id


async def test_moving_there_and_back_says_nothing(notifier):
    life = await notifier.begin()
    key = life.keys()[1]
    await notifier.hear_series(life.move(key, timedelta(hours=1)))
    await notifier.hear_series(life.move(key, timedelta(hours=-1)))
    await notifier.tell()
    assert len(await notifier.mails("ben")) == 1


async def test_cancelling_one_goes_to_everybody_as_cancel_with_its_recurrence(notifier):
    life = await notifier.begin()
    await notifier.hear_series(life.cancel(life.keys()[2]))
    await notifier.tell()
    for who in ("ada", "ben", "cleo"):
        row = (await notifier.mails(who))[-1]
        answer = calendar(row)
        (event,) = answer.walk("VEVENT")
        assert answer["METHOD"] == "CANCEL"
        assert event["STATUS"] == "CANCELLED"
        assert event["SEQUENCE"] == 1
        assert f"{event['RECURRENCE-ID'].dt:%Y%m%dT%H%M}" == life.keys()[2]


async def test_cancelling_the_series_is_one_cancel_each(notifier):
    life = await notifier.begin()
    await notifier.hear_series(life.end())
    await notifier.tell()
    assert [row.kind for row in await notifier.mails("ben")] == ["invitation", "cancelled"]
    (event,) = calendar((await notifier.mails("ben"))[-1]).walk("VEVENT")
    assert "RECURRENCE-ID" not in event


async def test_a_roster_change_concerns_one_person_alone(notifier):
    life = await notifier.begin()
    await notifier.hear_series(life.leave("cleo", NOW.date()))
    await notifier.hear_series(life.join("dora", NOW.date()))
    await notifier.tell()
    assert len(await notifier.mails("ben")) == 1
    assert [row.kind for row in await notifier.mails("cleo")] == ["invitation", "removed"]
    assert [row.kind for row in await notifier.mails("dora")] == ["invitation"]
    (gone,) = calendar((await notifier.mails("cleo"))[-1]).walk("VEVENT")
    (new,) = calendar((await notifier.mails("dora"))[-1]).walk("VEVENT")
    assert (gone["SEQUENCE"], new["SEQUENCE"]) == (1, 2)
    assert str(gone["ATTENDEE"]) == "mailto:cleo@people.example"


async def test_somebody_who_left_hears_nothing_more(notifier):
    life = await notifier.begin()
    await notifier.hear_series(life.cancel(life.keys()[0]))
    gone = person("ben", version=2, left_at=notifier.clock.now())
    await notifier.hear(
        PersonLeft(id=notifier.ids(), occurred_at=notifier.clock.now(), person=gone)
    )
    await notifier.tell()
    await notifier.hear_series(life.end())
    await notifier.tell()
    notifier.clock.advance(timedelta(days=7, hours=20))
    await notifier.tick("remind")
    rows = await notifier.mails("ben")
    assert [(row.kind, row.outcome) for row in rows] == [("invitation", "withdrawn")]


async def test_a_replay_of_everything_mails_nothing_twice(notifier):
    life = await notifier.begin()
    first = life.series
    await notifier.hear_series(life.cancel(life.keys()[0]))
    await notifier.tell()
    number = len(await notifier.mails())
    for state in (first, life.series, first):
        await notifier.hear_series(state)
        await notifier.tell()
    assert len(await notifier.mails()) == number


async def test_a_series_before_its_people_waits_for_them(notifier):
    await notifier.hear_series(make_series())
    await notifier.tell()
    assert await notifier.mails() == []
    await notifier.meet(person("ada"), person("ben"), person("cleo"))
    await notifier.tell()
    assert sorted(row.person_id for row in await notifier.mails()) == ["ada", "ben", "cleo"]


async def test_a_new_address_is_a_new_calendar(notifier):
    await notifier.begin()
    await notifier.meet(person("ben", "Ben Achterberg", version=2, email="ben@new.example"))
    await notifier.tell()
    old, new = await notifier.mails("ben")
    assert (old.recipient, new.recipient) == ("ben@people.example", "ben@new.example")
    assert new.kind == "invitation"


async def test_a_sign_in_link_leaves_at_once_and_once(notifier):
    await notifier.begin()
    event = SignInLinkRequested(
        id=notifier.ids(),
        occurred_at=notifier.clock.now(),
        request_id="request-1",
        person_id="ben",
        expires_at=notifier.clock.now() + timedelta(minutes=15),
    )
    await notifier.hear(event)
    await notifier.hear(event)
    row = (await notifier.mails("ben"))[-1]
    mac = notifier.app.secrets.link_mac("sign-in", "request-1")
    assert (
        f"https://supervision.example/sign-in/request-1.{mac}"
        in read(row).get_body(("plain",)).get_content()
    )
    assert [row.kind for row in await notifier.mails("ben")].count("sign_in") == 1


async def test_mails_become_files_that_sort_by_time(notifier, notifier_settings):
    await notifier.begin()
    assert await notifier.tick("send") == 3
    names = sorted(path.name for path in (notifier_settings["data"] / "mail").glob("*.eml"))
    assert len(names) == 3
    assert names[0].startswith("20270104T150000.000Z-00000001-invitation-ada@people.example")
    assert {row.outcome for row in await notifier.mails()} == {"sent"}
    assert await notifier.tick("send") == 0


def _split(life, count):
    """What the scheduler says when a series goes on at other times after so many sessions."""
    first = make_series().pattern.first_start + timedelta(weeks=2 * count, days=1)
    later = make_series(
        weekly(first, 6 - count, 2),
        series_id="series-2",
        uid="01jseries2@supervision.example",
        continues="series-1",
        created_at=NOW,
        revised_at=NOW,
    )
    old = life.change(
        occurrences=life.series.occurrences[:count],
        pattern=life.series.pattern.model_copy(update={"count": count}),
        continued_by="series-2",
    )
    return old, later


async def test_a_series_that_is_split_is_two_mails_each_and_both_at_once(notifier):
    life = await notifier.begin()
    old, later = _split(life, 3)
    await notifier.hear_series(old)
    await notifier.hear_series(later)
    await notifier.tell(wait=False)
    assert len(await notifier.mails()) == 3
    await notifier.tell()
    for who in ("ada", "ben", "cleo"):
        kinds = [row.kind for row in await notifier.mails(who)]
        assert kinds == ["invitation", "changed", "invitation"]
    _, changed, invited = await notifier.mails("ben")
    (master,) = calendar(changed).walk("VEVENT")
    assert master["RRULE"]["COUNT"] == [3]
    assert master["SEQUENCE"] == 1
    text = read(changed).get_body(("plain",)).get_content()
    assert "goes on at other times" in text
    assert "Does the new time suit you" not in text
    (new,) = calendar(invited).walk("VEVENT")
    assert (new["UID"], new["SEQUENCE"]) == ("01jseries2@supervision.example", 0)


async def test_a_series_of_which_only_the_past_is_left_loses_what_was_ahead(notifier):
    life = await notifier.begin()
    notifier.clock.advance(timedelta(days=10))
    life.now = notifier.clock.now()
    old, later = _split(life, 1)
    await notifier.hear_series(old)
    await notifier.hear_series(later)
    await notifier.tell()
    assert [row.kind for row in await notifier.mails("ben")] == [
        "invitation",
        "changed",
        "invitation",
    ]
    (master,) = calendar((await notifier.mails("ben"))[1]).walk("VEVENT")
    assert "RRULE" not in master


async def test_a_split_that_is_changed_again_within_the_window_is_told_once(notifier):
    life = await notifier.begin()
    old, later = _split(life, 3)
    await notifier.hear_series(old)
    await notifier.hear_series(later)
    second = later.model_copy(
        update={"version": 2, "sequence": 1, "master_sequence": 1, "place": "Upstairs"}
    )
    await notifier.hear_series(second)
    await notifier.tell()
    rows = await notifier.mails("ben")
    assert [row.kind for row in rows] == ["invitation", "changed", "invitation"]
    assert "Upstairs" in read(rows[-1]).get_body(("plain",)).get_content()


async def test_leave_is_one_mail_that_names_every_session(notifier):
    life = await notifier.begin()
    for key in life.keys()[1:4]:
        await notifier.hear_series(life.cancel(key))
    await notifier.tell()
    rows = await notifier.mails("ben")
    assert [row.kind for row in rows] == ["invitation", "changed"]
    text = read(rows[-1]).get_body(("plain",)).get_content()
    assert "3 sessions of Tuesday Circle will not take place" in text
    assert text.count(": cancelled") == 3
    (master,) = calendar(rows[-1]).walk("VEVENT")
    assert len(master["EXDATE"].dts) == 3
    assert master["SEQUENCE"] == 3


async def test_a_series_that_is_handed_over_is_one_mail_each(notifier):
    life = await notifier.begin()
    await notifier.meet(person("eli", "Eli Novak", roles=("supervisor",)))
    occurrences = tuple(
        each.model_copy(update={"provider_id": "ada" if place < 2 else None})
        for place, each in enumerate(life.series.occurrences)
    )
    await notifier.hear_series(life.change(provider_id="eli", occurrences=occurrences))
    await notifier.tell()
    kinds = {who: [row.kind for row in await notifier.mails(who)] for who in ("ada", "ben", "eli")}
    assert kinds == {
        "ada": ["invitation", "changed"],
        "ben": ["invitation", "changed"],
        "eli": ["invitation"],
    }
    text = read((await notifier.mails("ben"))[-1]).get_body(("plain",)).get_content()
    assert "is led by Eli Novak from Tuesday, February 9, 2027 on" in text
    hers = calendar((await notifier.mails("ada"))[-1]).walk("VEVENT")[0]
    assert hers["RRULE"]["COUNT"] == [2]
    his = calendar((await notifier.mails("eli"))[0]).walk("VEVENT")[0]
    assert f"{his['DTSTART'].dt:%Y%m%d}" == "20270209"


async def test_what_was_read_before_the_seats_were_held_takes_nothing_back(notifier):
    life = await notifier.begin()
    read_before = life.series
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=2)))
    for only in (None, frozenset({"ben"})):
        async with notifier.app.uow() as uow:
            await refresh_series([Turn(read_before, uow.now, only=only)], uow, notifier.desk)
            await uow.commit()
        async with notifier.app.uow() as uow:
            seats = await uow.seats.of_series(read_before.series_id)
        assert f"SEQUENCE:{life.series.sequence}" in seats["ben"].fragment
