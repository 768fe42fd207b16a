"""Pages, answer links and JSON routes."""

import re
from datetime import timedelta

import pytest

from alongside.contracts import ANSWERS, answers_events
from notifier.making import ORIGIN, make_series, person, weekly

pytestmark = pytest.mark.unit


async def said(notifier):
    outbox = notifier.app.database.plumbing.outbox
    async with notifier.app.database.read() as session:
        rows = (await session.execute(outbox.select().order_by(outbox.c.id))).all()
    return [answers_events.validate_json(row.payload) for row in rows if row.topic == ANSWERS]


async def answer_link(notifier, who):
    row = (await notifier.mails(who))[0]
    from email import message_from_bytes
    from email.policy import default

    text = message_from_bytes(row.raw, policy=default).get_body(("plain",)).get_content()
    return re.search(r"https://supervision.example(/answer/\S+)", text)[1]


async def test_an_answer_needs_no_account_and_looking_records_nothing(notifier, open_browser):
    await notifier.begin()
    browser = await open_browser()
    link = await answer_link(notifier, "ben")
    page = await browser.page(f"{link}?answer=declined")
    assert "Tuesday Circle" in page
    assert "Not answered yet" in page
    assert await said(notifier) == []
    response = await browser.post(link, answer="accepted")
    assert response.headers["location"] == link
    (event,) = await said(notifier)
    assert (event.person_id, event.series_id, event.answer) == ("ben", "series-1", "accepted")
    assert event.channel == "web"
    assert event.occurrence_key is None
    assert "You will be there" in await browser.page(link)


async def test_the_same_answer_twice_is_said_once(notifier, open_browser):
    await notifier.begin()
    browser = await open_browser()
    link = await answer_link(notifier, "ben")
    await browser.post(link, answer="accepted")
    await browser.post(link, answer="accepted")
    assert len(await said(notifier)) == 1


async def test_one_session_can_be_answered_apart(notifier, open_browser):
    life = await notifier.begin()
    key = life.keys()[2]
    browser = await open_browser()
    link = await answer_link(notifier, "ben")
    await browser.post(link, answer="accepted")
    notifier.clock.advance(timedelta(seconds=1))
    await browser.post(link, answer="declined", key=key)
    events = await said(notifier)
    assert [(event.answer, event.occurrence_key) for event in events] == [
        ("accepted", None),
        ("declined", key),
    ]
    provider = await open_browser("ada", roles=("supervisor",), token=True)
    rows = await provider.send("GET", "/series/series-1/answers")
    mine = {row["occurrence_key"]: row["answer"] for row in rows if row["person_id"] == "ben"}
    assert mine[key] == "declined"
    assert {answer for other, answer in mine.items() if other != key} == {"accepted"}
    assert {row["answer"] for row in rows if row["person_id"] == "cleo"} == {None}
    await (await open_browser("cleo", token=True)).send(
        "GET", "/series/series-1/answers", status=403
    )


async def test_a_new_time_needs_a_new_answer(notifier, open_browser):
    life = await notifier.begin()
    key = life.keys()[1]
    browser = await open_browser()
    await browser.post(await answer_link(notifier, "ben"), answer="accepted")
    notifier.clock.advance(timedelta(minutes=1))
    life.now = notifier.clock.now()
    await notifier.hear_series(life.move(key, timedelta(hours=1)))
    mine = await (await open_browser("ben", token=True)).send("GET", "/answers")
    answers = {line["occurrence_key"]: line["answer"] for line in mine}
    assert answers[key] is None
    assert answers[life.keys()[0]] == "accepted"


@pytest.mark.parametrize("damage", ["person", "series", "mac", "short"])
async def test_a_link_of_somebody_else_opens_nothing(notifier, open_browser, damage):
    await notifier.begin()
    browser = await open_browser()
    link = await answer_link(notifier, "ben")
    wrong = {
        "person": link.replace("/ben.", "/cleo."),
        "series": link.replace(".series-1.", ".series-2."),
        "mac": link[:-1] + ("A" if link[-1] != "A" else "B"),
        "short": link[:30],
    }[damage]
    await browser.get(wrong, status=404)
    await browser.post(wrong, status=404, answer="accepted")


async def test_answers_that_make_no_sense(notifier, open_browser):
    life = await notifier.begin()
    browser = await open_browser()
    link = await answer_link(notifier, "ben")
    await browser.post(link, status=422, answer="perhaps")
    await browser.post(link, answer="accepted", key="20990101T1000")
    await notifier.hear_series(life.end())
    await browser.post(link, answer="accepted")
    assert "nothing to answer" in await browser.page(link)
    assert await said(notifier) == []
    await notifier.meet(person("ben", version=2, left_at=notifier.clock.now()))
    await browser.get(link, status=410)


async def test_my_calendar_shows_my_sessions_and_takes_answers(notifier, open_browser):
    await notifier.begin()
    browser = await open_browser("ben")
    page = await browser.page("/calendar")
    assert "Tuesday Circle" in page
    assert "webcal://supervision.example/feeds/" in page
    assert "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fsupervision.example" in page
    assert "<svg" in page
    key = re.search(r'name="key" value="(\d+T\d+)"', page)[1]
    await browser.post("/calendar/answer", series="series-1", key=key, answer="tentative")
    (event,) = await said(notifier)
    assert (event.answer, event.occurrence_key) == ("tentative", key)
    assert "Maybe" in await browser.page("/calendar")


async def test_pages_need_a_sign_in(notifier, open_browser):
    await notifier.begin()
    nobody = await open_browser()
    for path in ("/calendar", "/messages", "/preferences"):
        response = await nobody.get(path, status=303)
        assert response.headers["location"].startswith("/sign-in")
    await nobody.send("GET", "/feed", status=401)


async def test_messages_show_what_was_sent_to_me_and_why(notifier, open_browser):
    await notifier.begin()
    await notifier.tick("send")
    ben = await open_browser("ben")
    page = await ben.page("/messages")
    assert "On the roster of Tuesday Circle." in page
    assert page.count('href="/messages/') >= 1
    number = re.search(r'href="/messages/(\d+)"', page)[1]
    detail = await ben.page(f"/messages/{number}")
    assert "Ada Solberg invites you" in detail
    assert "REQUEST" in detail
    download = await ben.get(f"/messages/{number}.eml")
    assert download.headers["content-type"] == "message/rfc822"
    assert b"METHOD:REQUEST" not in download.content  # base64
    await (await open_browser("cleo")).get(f"/messages/{number}", status=404)


async def test_where_mails_are_files_a_coordinator_sees_the_out_tray(notifier, open_browser):
    await notifier.begin()
    await notifier.meet(person("mia", "Mia", roles=("coordinator",)))
    mia = await open_browser("mia", roles=("coordinator",))
    page = await mia.page("/messages?of=all")
    assert page.count("to ben@people.example") == 1
    ben = await open_browser("ben")
    assert "cleo@people.example" not in await ben.page("/messages?of=all")


async def test_preferences_hold_for_what_is_planned_already(notifier, open_browser):
    await notifier.begin()
    ben = await open_browser("ben")
    assert "Reminders by mail" in await ben.page("/preferences")
    await ben.post("/preferences", leads="120", alarm="15", hour_mails="yes")
    async with notifier.app.uow() as uow:
        pending = await uow.reminders.of_person("ben", 100)
    assert {row.lead_minutes for row in pending} == {120}
    assert len(pending) == 6
    script = await open_browser("ben", token=True)
    assert await script.send("GET", "/preferences") == {
        "reminder_leads": [120],
        "alarm_minutes": 15,
        "small_changes": False,
        "hour_mails": True,
        "quiet_from": None,
        "quiet_until": None,
        "weekly_digest": False,
        "language": None,
    }
    await script.send("PUT", "/preferences", {"reminder_leads": [0]}, status=422)
    await script.send("PUT", "/preferences", {"quiet_from": "25:00"}, status=422)
    kept = {"reminder_leads": [120], "alarm_minutes": 15, "quiet_from": "22:00"}
    chosen = await script.send("PUT", "/preferences", {**kept, "quiet_until": "06:30"})
    assert (chosen["quiet_from"], chosen["quiet_until"]) == ("22:00", "06:30")
    assert 'value="06:30"' in await ben.page("/preferences")
    page = await ben.post("/preferences", status=422, leads="120", quiet_from="22:00")
    assert "Quiet hours need both times" in page.text
    assert 'value="22:00"' in page.text
    await ben.post("/preferences", leads="120", alarm="15", quiet_from="", quiet_until="")
    feed = await script.send("GET", "/feed")
    response = await ben.get(feed["address"].removeprefix(ORIGIN))
    assert b"TRIGGER:-PT15M" in response.content


async def test_the_api_of_feeds_and_idempotent_answers(notifier, open_browser):
    await notifier.begin()
    ben = await open_browser("ben", token=True)
    before = await ben.send("GET", "/feed")
    after = await ben.send("POST", "/feed/rotate")
    assert before["address"] != after["address"]
    await ben.send("DELETE", "/feed", status=204)
    await ben.send("GET", "/feed", status=410)
    await ben.send("POST", "/feed", status=201)
    body = {"answer": "declined"}
    key = {"Idempotency-Key": "k1"}
    first = await ben.send("PUT", "/answers/series-1", body, **key)
    again = await ben.send("PUT", "/answers/series-1", body, **key)
    assert first == again
    await ben.send("PUT", "/answers/series-1", {"answer": "accepted"}, status=422, **key)
    await ben.send("PUT", "/answers/nowhere", body, status=404)
    assert len(await said(notifier)) == 1
    messages = await ben.send("GET", "/messages")
    assert messages["total"] == 1
    await ben.send("GET", "/messages?of=all", status=403)


async def test_openapi_is_beside_it(open_browser):
    document = await (await open_browser()).send("GET", "/openapi.json")
    assert "/api/notifier/v1/replies" in document["paths"]


async def test_a_single_session_is_one_question(notifier, open_browser):
    first = (notifier.clock.now() + timedelta(days=3)).replace(tzinfo=None, hour=9)
    pattern = weekly(first, 1).model_copy(update={"frequency": "once"})
    await notifier.begin(make_series(pattern, kind="individual", members=("ben",)))
    browser = await open_browser()
    link = await answer_link(notifier, "ben")
    page = await browser.page(link)
    assert "One by one" not in page
    await browser.post(link, answer="declined")
    assert "You cannot come" in await browser.page(link)


async def test_a_mail_system_hands_answers_in_with_the_hook_key(notifier, open_browser):
    from notifier.corpus import apple, as_sent

    await notifier.begin()
    notifier.clock.advance(timedelta(hours=2))
    system = (await open_browser()).client
    path = "/api/notifier/v1/replies"
    mail = as_sent(apple(notifier.desk.reply_token("ben")))
    key = notifier.app.secrets.link_mac("hook", "replies")
    headers = {"Content-Type": "message/rfc822", "X-Alongside-Hook-Key": key}
    for wrong, status in (
        ({**headers, "X-Alongside-Hook-Key": "guess"}, 403),
        ({"Content-Type": "message/rfc822"}, 403),
        ({**headers, "Content-Type": "text/plain"}, 415),
    ):
        response = await system.post(path, content=mail, headers=wrong)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
    assert (await system.post(path, content=b"x" * 1_100_000, headers=headers)).status_code == 413
    taken = await system.post(path, content=mail, headers=headers)
    assert (taken.status_code, taken.json()["outcome"]) == (200, "taken")
    forged = as_sent(apple(notifier.desk.reply_token("cleo")))
    refused = await system.post(path, content=forged, headers=headers)
    assert refused.json()["outcome"] == "refused"
    assert [event.answer for event in await said(notifier)] == ["tentative"]
    ben = (await open_browser("ben", token=True)).client
    mine = {"Content-Type": "message/rfc822"}
    assert (await ben.post(path, content=mail, headers=mine)).status_code == 403
