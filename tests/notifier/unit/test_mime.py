"""The exact shape of a mail that calendars file by themselves."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.itip import Party, itip
from alongside_notifier.domain.mime import Envelope, Letter, compose
from alongside_notifier.domain.plain import clean, one_line
from alongside_notifier.domain.told import Message
from alongside_notifier.domain.vcalendar import feed
from alongside_notifier.domain.view import view_of
from notifier.client import calendar_part
from notifier.making import NOW, make_series

pytestmark = pytest.mark.unit


def tree(part):
    if part.is_multipart():
        return [part.get_content_type(), *(tree(each) for each in part.get_payload())]
    return part.get_content_type()


async def test_the_tree_and_headers_of_an_invitation(notifier):
    await notifier.begin()
    (row,) = await notifier.mails("ben")
    mail = message_from_bytes(row.raw, policy=default)
    assert tree(mail) == [
        "multipart/mixed",
        ["multipart/alternative", "text/plain", "text/html", "text/calendar"],
        "application/ics",
    ]
    token = notifier.desk.reply_token("ben")
    ours = f"calendar+{token}@supervision.example"
    assert mail["From"] == f'"Ada Solberg (via Oak Association)" <{ours}>'
    assert mail["To"] == "Ben Achterberg <ben@people.example>"
    assert mail["Reply-To"] == "Ada Solberg <ada@people.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == row.message_id
    assert mail["List-Unsubscribe"] is None
    assert mail["References"] is None
    assert mail["Cc"] is mail["Bcc"] is None
    alternative, attachment = mail.get_payload()
    calendar = alternative.get_payload()[2]
    assert dict(calendar["Content-Type"].params) == {
        "method": "REQUEST",
        "component": "VEVENT",
        "charset": "utf-8",
    }
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert attachment.get_filename() == "invite.ics"
    body = calendar.get_payload(decode=True)
    assert attachment.get_payload(decode=True) == body
    assert b"\r\n" in body
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    parsed = icalendar.Calendar.from_ical(body)
    assert parsed["METHOD"] == "REQUEST"
    (event,) = parsed.walk("VEVENT")
    assert str(event["ORGANIZER"]) == f"mailto:{ours}"
    assert event["ORGANIZER"].params["CN"] == "Ada Solberg (via Oak Association)"
    assert str(event["ATTENDEE"]) == "mailto:ben@people.example"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert b"cleo" not in row.raw


async def test_the_provider_is_invited_as_chair_who_has_accepted(notifier):
    await notifier.begin()
    (row,) = await notifier.mails("ada")
    (event,) = icalendar.Calendar.from_ical(calendar_part(row.raw)).walk("VEVENT")
    assert event["ATTENDEE"].params["ROLE"] == "CHAIR"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert message_from_bytes(row.raw, policy=default)["Reply-To"] is None


async def test_threads_stay_together_and_ids_differ(notifier):
    life = await notifier.begin()
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=1)))
    await notifier.tell()
    await notifier.hear_series(life.cancel(life.keys()[1]))
    await notifier.tell()
    rows = await notifier.mails("ben")
    assert len({row.message_id for row in rows}) == 3
    for row in rows[1:]:
        mail = message_from_bytes(row.raw, policy=default)
        assert mail["References"] == mail["In-Reply-To"] == rows[0].message_id


async def test_an_answer_given_stays_in_a_change_of_place_and_ends_with_a_new_time(notifier):
    from alongside_notifier.handlers.answers import answer_on_page

    life = await notifier.begin()
    async with notifier.app.uow() as uow:
        await answer_on_page("ben", "series-1", None, "accepted", uow, notifier.desk)
        await uow.commit()
    expected = []
    for change in (lambda: life.change(place="The barn"), lambda: life.lengthen(60)):
        await notifier.hear_series(change())
        await notifier.tell()
        row = (await notifier.mails("ben"))[-1]
        (event,) = icalendar.Calendar.from_ical(calendar_part(row.raw)).walk("VEVENT")
        expected.append(event["ATTENDEE"].params["PARTSTAT"])
    assert expected == ["ACCEPTED", "NEEDS-ACTION"]


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("\r\n\t\x00\x07\x1b\x7f\x85\u2028\u2029;,:\"\\^'<>@é漢🌱\u202e")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
)


@settings(deadline=None)
@given(title=NASTY, place=NASTY, link=NASTY, name=NASTY, host=NASTY)
def test_nothing_people_type_breaks_a_calendar_or_a_mail(title, place, link, name, host):
    series = make_series(title=title or "x", place=place, link=link)
    view = view_of(series, "ben")
    names = Names("Oak", {"ada": host})
    sender = Party(f"{host} (via Oak)", "calendar+abc@supervision.example")
    guest = Party(name, "ben@people.example")
    message = Message("invitation", "REQUEST", 0)
    body = itip(
        message, series, view, names, organizer=sender, attendee=guest, answer=None, now=NOW
    )
    fed = feed(
        name=title, description=place, zone="UTC", fragments=[feed_fragment(view, names, NOW)]
    )
    for data in (body, fed):
        lines = data.split(b"\r\n")
        assert lines[-1] == b""
        for line in lines:
            assert len(line) <= 75
            assert not set(line) & (set(range(32)) - {9}) - {127}
            line.decode()
        calendar = icalendar.Calendar.from_ical(data)
        assert not [error for part in calendar.walk() for error in part.errors]
        (event,) = calendar.walk("VEVENT")
        assert str(event["SUMMARY"]) == one_line(title or "x")
    raw = compose(
        Letter(title, place, "<p>x</p>"),
        Envelope(sender, guest, "<a@supervision.example>", NOW, thread="<b@supervision.example>"),
        ("REQUEST", body),
    )
    mail = message_from_bytes(raw, policy=default)
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert len(raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")) < 40
    assert calendar_part(raw).encode() == body


def test_cleaning_keeps_words_and_takes_controls():
    assert clean("a\r\nb\rc\x00\x07d") == "a\nb\ncd"
    assert one_line(" a \n b\t c ") == "a b c"


def test_the_same_facts_give_the_same_bytes():
    letter = Letter("s", "t", "<p>h</p>")
    party = Party("Ada", "ada@people.example")
    envelope = Envelope(party, party, "<x@y.example>", NOW)
    body = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert compose(letter, envelope, ("REQUEST", body)) == compose(
        letter, envelope, ("REQUEST", body)
    )


@pytest.mark.parametrize("length", range(55, 90, 3))
def test_a_long_subject_begins_on_its_own_line_and_reads_as_written(length):
    subject = ("Changed: Tuesday Circle, now Tue, Jan 12, 1:00 PM " * 3)[:length].strip()
    party = Party("Ada", "ada@people.example")
    raw = compose(Letter(subject, "t", "h"), Envelope(party, party, "<x@y.example>", NOW))
    assert b"Subject:\r\n" not in raw
    assert message_from_bytes(raw, policy=default)["Subject"] == subject
