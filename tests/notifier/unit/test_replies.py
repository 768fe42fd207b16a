"""Answer mails as programs write them, and as nobody should."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside.contracts import ANSWERS, answers_events
from alongside_notifier.handlers.answers import answer_on_page
from alongside_notifier.handlers.intake import take_mail
from notifier import corpus
from notifier.client import calendar_part
from notifier.corpus import as_sent

pytestmark = pytest.mark.unit


class Intake:
    def __init__(self, notifier):
        self.notifier = notifier
        self.token = notifier.desk.reply_token("ben")

    async def take(self, text):
        async with self.notifier.app.uow() as uow:
            taken = await take_mail(as_sent(text), uow, self.notifier.desk)
            await uow.commit()
        return taken

    async def said(self):
        return [(e.person_id, e.occurrence_key, e.answer) for e in await self.events()]

    async def events(self):
        outbox = self.notifier.app.database.plumbing.outbox
        async with self.notifier.app.database.read() as session:
            rows = (await session.execute(outbox.select().order_by(outbox.c.id))).all()
        return [answers_events.validate_json(r.payload) for r in rows if r.topic == ANSWERS]

    async def given(self, key=None):
        async with self.notifier.app.uow() as uow:
            return await uow.answers.given("ben", "series-1", key)


@pytest.fixture
async def intake(notifier):
    await notifier.begin()
    notifier.clock.advance(timedelta(hours=2))
    return Intake(notifier)


@pytest.mark.parametrize(
    ("mail", "key", "answer"),
    [
        (corpus.google, None, "accepted"),
        (corpus.outlook_com, None, "accepted"),
        (corpus.exchange, "20270126T1000", "declined"),
        (corpus.apple, None, "tentative"),
        (corpus.thunderbird, None, "accepted"),
    ],
    ids=["google", "outlook.com", "exchange", "apple", "thunderbird"],
)
async def test_what_programs_send_is_understood(intake, mail, key, answer):
    taken = await intake.take(mail(intake.token))
    assert (taken.outcome, taken.person_id) == ("taken", "ben"), taken
    assert await intake.said() == [("ben", key, answer)]


async def test_a_comment_is_kept_and_stays_here(intake):
    await intake.take(corpus.exchange(intake.token))
    assert (await intake.given("20270126T1000")).note == "I am on the road that day, sorry."


async def test_another_time_is_a_proposal(intake):
    taken = await intake.take(corpus.counter(intake.token))
    assert taken.outcome == "taken"
    given = await intake.given("20270126T1000")
    assert given.answer == "proposed"
    assert given.proposed_start == datetime(2027, 1, 26, 18, 0, tzinfo=UTC)


async def test_delegating_is_declining_with_a_note(intake):
    await intake.take(corpus.google(intake.token, answer="DELEGATED"))
    given = await intake.given()
    assert (given.answer, given.note) == ("declined", "Delegated to somebody else.")


async def test_the_same_mail_and_the_same_answer_again_say_nothing_new(intake):
    mail = corpus.google(intake.token)
    assert (await intake.take(mail)).outcome == "taken"
    assert (await intake.take(mail)).outcome == "seen"
    assert (await intake.take(mail.replace("calendar-1@", "calendar-2@"))).outcome == "unchanged"
    assert len(await intake.said()) == 1


async def test_of_two_answers_the_later_one_holds_whichever_comes_first(intake):
    later = corpus.google(intake.token, answer="DECLINED", stamp="20270104T163000Z")
    assert (await intake.take(later)).outcome == "taken"
    assert (await intake.take(corpus.google(intake.token))).outcome == "unchanged"
    assert (await intake.given()).answer == "declined"


async def test_an_answer_to_an_earlier_state_does_not_count(intake, notifier):
    life_series = (await _series(notifier)).model_copy(
        update={"version": 2, "sequence": 1, "master_sequence": 1, "duration_minutes": 60}
    )
    await notifier.hear_series(life_series)
    await notifier.tell()
    taken = await intake.take(corpus.google(intake.token, sequence=0))
    assert taken.outcome == "unchanged"
    assert "earlier state" in taken.reason
    assert (await intake.take(corpus.google(intake.token, sequence=1))).outcome == "taken"


async def _series(notifier):
    async with notifier.app.uow() as uow:
        return await uow.series.get("series-1")


@pytest.mark.parametrize("wrong", ["no token", "token of another", "another domain"])
async def test_a_forged_answer_is_refused(intake, notifier, wrong):
    token = {
        "no token": "",
        "token of another": notifier.desk.reply_token("cleo"),
        "another domain": intake.token,
    }[wrong]
    mail = corpus.apple(token)
    if wrong == "another domain":
        mail = mail.replace("supervision.example", "elsewhere.example").replace(
            corpus.UID.replace("supervision", "elsewhere"), corpus.UID
        )
    taken = await intake.take(mail)
    assert taken.outcome == "refused"
    assert await intake.said() == []


async def test_a_forwarded_invitation_answered_by_somebody_else_is_refused(intake):
    for stranger in ("stranger@people.example", "cleo@people.example"):
        taken = await intake.take(corpus.google(intake.token, attendee=stranger))
        assert taken.outcome == "refused"
    assert await intake.said() == []


@pytest.mark.parametrize(
    "change",
    [
        ("METHOD:REPLY", "METHOD:REQUEST"),
        (corpus.UID, "other@supervision.example"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=NEEDS-ACTION"),
        ("BEGIN:VCALENDAR", "BEGIN:NOTHING"),
        ("ATTENDEE;", "X-NOBODY;"),
        ("UID:", "X-UID:"),
    ],
)
async def test_rubbish_is_refused_with_a_reason(intake, change):
    # Thunderbird's and Google's parts are base64: Apple's shape can be spoiled as text.
    mail = corpus.apple(intake.token, answer="ACCEPTED").replace(*change)
    taken = await intake.take(mail)
    assert taken.outcome == "refused"
    assert taken.reason


async def test_an_occurrence_that_is_not_there_is_refused(intake):
    taken = await intake.take(corpus.exchange(intake.token, key_local="20270127T100000"))
    assert taken.outcome == "refused"


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 500, b"Content-Type: text/calendar\r\n\r\nBEGIN"]
)
async def test_bytes_that_are_no_mail_are_refused(intake, raw):
    async with intake.notifier.app.uow() as uow:
        taken = await take_mail(raw, uow, intake.notifier.desk)
        await uow.commit()
    assert taken.outcome == "refused"


async def test_a_reply_after_the_web_answer_wins_only_if_it_is_newer(intake, notifier):
    from alongside_notifier.handlers.answers import answer_on_page

    async with notifier.app.uow() as uow:
        await answer_on_page("ben", "series-1", None, "declined", uow, notifier.desk)
        await uow.commit()
    assert (await intake.take(corpus.google(intake.token))).outcome == "unchanged"
    notifier.clock.advance(timedelta(hours=3))
    newer = corpus.google(intake.token, stamp="20270104T190000Z")
    assert (await intake.take(newer)).outcome == "taken"


async def test_page_and_mail_are_one_truth_for_the_series_and_for_one_session(intake, notifier):
    from alongside_notifier.handlers.answers import answer_for, answer_on_page

    second = "20270126T1000"

    async def on_page(key, answer):
        notifier.clock.advance(timedelta(minutes=1))
        async with notifier.app.uow() as uow:
            await answer_on_page("ben", "series-1", key, answer, uow, notifier.desk)
            await uow.commit()

    async def truth():
        async with notifier.app.uow() as uow:
            series = await uow.series.get("series-1")
            return [await answer_for("ben", series, key, uow) for key in (None, second)]

    await on_page(None, "accepted")
    assert await truth() == ["accepted", "accepted"]
    at = f"{notifier.clock.now() + timedelta(seconds=30):%Y%m%dT%H%M%SZ}"
    mail = corpus.exchange(intake.token).replace("20270104T160600Z", at)
    notifier.clock.advance(timedelta(minutes=1))
    assert (await intake.take(mail)).outcome == "taken"
    assert await truth() == ["accepted", "declined"]
    await on_page(second, "tentative")
    assert await truth() == ["accepted", "tentative"]
    # The newest word about all of it is about this one, too.
    await on_page(None, "declined")
    assert await truth() == ["declined", "declined"]

    # Somebody else leads: nobody is asked again, and what was answered holds, here as in calendars.
    led = (await _series(notifier)).model_copy(
        update={"version": 2, "sequence": 1, "master_sequence": 1, "provider_id": "dora"}
    )
    await notifier.hear_series(led)
    await notifier.tell()
    assert await truth() == ["declined", "declined"]
    mails = [row.raw for row in await notifier.mails("ben")]
    assert "PARTSTAT=DECLINED" in calendar_part(mails[-1]).replace("\r\n ", "")
    # Another length is another time: that is asked anew.
    longer = led.model_copy(
        update={"version": 3, "sequence": 2, "master_sequence": 2, "duration_minutes": 60}
    )
    await notifier.hear_series(longer)
    assert await truth() == [None, None]


async def test_the_last_answer_is_said_to_be_the_last_whatever_the_clocks_say(intake):
    notifier = intake.notifier
    for answer, back in (("accepted", 0), ("declined", 12), ("tentative", 5)):
        notifier.clock.advance(-timedelta(minutes=back))
        async with notifier.app.uow() as uow:
            await answer_on_page("ben", "series-1", None, answer, uow, notifier.desk)
            await uow.commit()
    said = await intake.events()
    assert [each.answer for each in said] == ["accepted", "declined", "tentative"]
    assert said[0].answered_at < said[1].answered_at < said[2].answered_at
