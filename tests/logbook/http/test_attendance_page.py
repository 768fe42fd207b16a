"""One small page for a phone: everybody present, exceptions in minutes, one button."""

import re
from datetime import timedelta

import pytest

from logbook.office import KEY, text_of

pytestmark = pytest.mark.unit

PAGE = f"/attendance/s1/{KEY}"


async def test_everybody_is_present_unless_somebody_says_otherwise(circle):
    async with circle.browser("pat") as pat:
        page = await pat.get(PAGE)
        assert page.status_code == 200
        checked = re.findall(r'name="presence-(\w+)" value="(\w+)"[^>]*checked', page.text)
        assert sorted(checked) == [("ann", "present"), ("bob", "present")]
        assert text_of(page.text).count("Record") == 1
        assert "2 h" in text_of(page.text)
        answer = await pat.post(PAGE, data={"presence-ann": "present", "presence-bob": "present"})
        assert answer.status_code == 303
        assert answer.headers["location"] == PAGE
        after = text_of((await pat.get(PAGE)).text)
    assert "Recorded. Now 2 people confirm their hours." in after
    assert "Waiting for Ann, Bob." in after
    assert "2 h of 2 h" in after


async def test_an_empty_form_means_everybody(circle):
    async with circle.browser("pat") as pat:
        assert (await pat.post(PAGE, data={"recorded": "yes"})).status_code == 303
    async with circle.app.uow() as uow:
        entries = await uow.entries.of_session("s1", KEY)
    assert {row.minutes for row in entries.values()} == {120}


async def test_exceptions_in_minutes(circle):
    sent = {
        "presence-ann": "absent", "presence-bob": "late", "minutes-bob": "95",
    }  # fmt: skip
    async with circle.browser("pat") as pat:
        await pat.post(PAGE, data=sent)
        page = text_of((await pat.get(PAGE)).text)
    assert "Ann 0 min of 2 h, absent" in page
    assert "Bob 1 h 35 min of 2 h, came late" in page


@pytest.mark.parametrize("presence", ["present", "absent"])
async def test_minutes_that_speak_against_the_choice_are_asked_about(circle, presence):
    async with circle.browser("pat") as pat:
        answer = await pat.post(PAGE, data={"presence-ann": presence, "minutes-ann": "100"})
    assert answer.status_code == 422
    assert "clear the minutes, or say that they came late or left early" in text_of(answer.text)


async def test_the_whole_length_may_be_typed(circle):
    async with circle.browser("pat") as pat:
        sent = await pat.post(PAGE, data={"presence-ann": "present", "minutes-ann": "120"})
    assert sent.status_code == 303


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"presence-bob": "late"}, "Say how many minutes this person was there."),
        ({"presence-bob": "late", "minutes-bob": "180"}, "choose between 0 and 120"),
        ({"presence-bob": "late", "minutes-bob": "1.5"}, "Give whole minutes, as digits only."),
        ({"presence-bob": "late", "minutes-bob": "-5"}, "Give whole minutes, as digits only."),
        ({"presence-bob": "elsewhere"}, "Choose what was the case."),
    ],
)
async def test_what_makes_no_sense_comes_back_with_what_was_typed(circle, sent, said):
    async with circle.browser("pat") as pat:
        answer = await pat.post(PAGE, data={"presence-ann": "absent", **sent})
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert re.search(r'name="presence-ann" value="absent"[^>]*checked', answer.text)
    if "minutes-bob" in sent:
        assert f'value="{sent["minutes-bob"]}"' in answer.text
    async with circle.app.uow() as uow:
        assert await uow.entries.of_session("s1", KEY) == {}


async def test_recording_twice_changes_nothing_and_says_so(circle):
    async with circle.browser("pat") as pat:
        await pat.post(PAGE, data={"presence-ann": "absent"})
        await pat.post(PAGE, data={"presence-ann": "absent"})
        page = text_of((await pat.get(PAGE)).text)
    assert "It was recorded like this before; nothing changed." in page


async def test_a_correction_says_why(circle):
    async with circle.browser("pat") as pat:
        await pat.post(PAGE, data={"presence-ann": "absent"})
        form = await pat.get(f"{PAGE}?correct=1")
        assert re.search(r'name="presence-ann" value="absent"[^>]*checked', form.text)
        assert "Why it changes" in text_of(form.text)
        refused = await pat.post(PAGE, data={"presence-ann": "present"})
        assert refused.status_code == 422
        assert "Say why it changes" in text_of(refused.text)
        wrong = await pat.post(PAGE, data={"presence-ann": "present", "reason_code": "because"})
        assert wrong.status_code == 422
        done = await pat.post(PAGE, data={"presence-ann": "present", "reason_code": "was_there"})
        assert done.status_code == 303
    async with circle.app.uow() as uow:
        entries = await uow.entries.of_session("s1", KEY)
    assert (entries["ann"].minutes, entries["ann"].version) == (120, 2)


async def test_minutes_left_over_from_before_are_not_held_against_a_correction(circle):
    async with circle.browser("pat") as pat:
        await pat.post(PAGE, data={"presence-bob": "late", "minutes-bob": "95"})
        sent = {"presence-bob": "present", "minutes-bob": "95", "reason_code": "was_there"}
        assert (await pat.post(PAGE, data=sent)).status_code == 303
        typed = {**sent, "minutes-bob": "100"}
        assert (await pat.post(PAGE, data=typed)).status_code == 422
        page = text_of((await pat.get(PAGE)).text)
    assert "Bob 2 h of 2 h" in page


async def test_a_session_that_has_not_begun_has_no_form(circle):
    await circle.series("s2", starts=("2026-03-10T10:00",))
    async with circle.browser("pat") as pat:
        page = await pat.get("/attendance/s2/20260310T1000")
        assert "This session has not begun" in text_of(page.text)
        assert "<form" not in page.text.partition("<main")[2]
        sent = await pat.post("/attendance/s2/20260310T1000", data={"presence-ann": "present"})
        assert sent.status_code == 409
        assert "not begun yet" in text_of(sent.text)


async def test_a_cancelled_session_has_no_form(circle):
    await circle.series("s2", starts=("2026-02-17T10:00",), cancelled=("20260217T1000",))
    async with circle.browser("pat") as pat:
        page = await pat.get("/attendance/s2/20260217T1000")
        assert "This session was cancelled" in text_of(page.text)
        assert "<form" not in page.text.partition("<main")[2]
        assert "Tuesday circle" not in text_of((await pat.get("/attendance")).text).partition(
            "Nothing to record"
        )[0].replace("Tuesday circle", "", 1)


async def test_minutes_about_the_rsc_given_are_asked_of_mentors_only(circle):
    await circle.person("bob", pursuing="IMHM-C")
    async with circle.browser("pat") as pat:
        page = await pat.get(PAGE)
        assert 'name="about-bob"' in page.text
        assert 'name="about-ann"' not in page.text
        wrong = await pat.post(
            PAGE, data={"presence-bob": "late", "minutes-bob": "60", "about-bob": "61"}
        )
        assert wrong.status_code == 422
        await pat.post(PAGE, data={"about-bob": "60"})
    async with circle.app.uow() as uow:
        entries = await uow.entries.of_session("s1", KEY)
    assert entries["bob"].current.about_rsc_minutes == 60


@pytest.mark.parametrize(
    ("who", "status"),
    [("pat", 200), ("cora", 200), ("ann", 404), ("eve", 404), ("lee", 404), (None, 303)],
)
async def test_who_may_see_and_record_it(circle, who, status):
    await circle.person("lee", "supervisor")
    async with circle.browser(who) as somebody:
        assert (await somebody.get(PAGE)).status_code == status
        sent = await somebody.post(PAGE, data={"presence-ann": "absent"})
        assert sent.status_code == (303 if status in {200, 303} else status)
        if who is None:
            assert sent.headers["location"].startswith("/sign-in")
    async with circle.app.uow() as uow:
        recorded = await uow.entries.of_session("s1", KEY)
    assert bool(recorded) is (status == 200)


async def test_the_list_is_oldest_first_then_recorded(circle):
    await circle.series("s2", starts=("2026-01-06T09:00", "2026-03-10T09:00"), title="Early ones")
    async with circle.browser("pat") as pat:
        page = text_of((await pat.get("/attendance")).text)
        assert page.index("Early ones") < page.index("Tuesday circle")
        assert "Mar 10" not in page
        assert "9:00 AM CST" in page
        await pat.post("/attendance/s2/20260106T0900", data={"presence-ann": "present"})
        page = text_of((await pat.get("/attendance")).text)
        assert page.index("Tuesday circle") < page.index("Early ones")
        assert "2 to confirm" in page
    for person in ("ann", "bob"):
        await circle.confirm_all(person)
    await circle.record(KEY)
    async with circle.browser("pat") as pat:
        page = text_of((await pat.get("/attendance")).text)
    assert "Nothing to record" in page
    assert "Next: Early ones, Tue, Mar 10, 2026, 9:00 AM CDT" in page
    assert "All confirmed" in page


async def test_a_coordinator_sees_everybodys_a_supervisor_their_own(circle):
    await circle.person("lee", "supervisor", "coordinator")
    await circle.series("s2", provider="max", title="Other people")
    async with circle.browser("cora") as cora:
        page = text_of((await cora.get("/attendance")).text)
        assert "Other people" in page
        assert "Tuesday circle" in page
    async with circle.browser("pat") as pat:
        page = text_of((await pat.get("/attendance?all=1")).text)
        assert "Other people" not in page
    async with circle.browser("lee") as lee:
        assert "Other people" not in text_of((await lee.get("/attendance")).text)
        assert "Other people" in text_of((await lee.get("/attendance?all=1")).text)
    async with circle.browser("ann") as ann:
        assert (await ann.get("/attendance")).status_code == 403


async def test_what_was_returned_comes_first_with_its_reason(circle):
    await circle.record(KEY)
    async with circle.browser("ann") as ann:
        hours = await ann.get("/hours")
        entry, version = re.findall(r'name="entry" value="([^:]+):(\d+)"', hours.text)[0]
        sent = await ann.post(
            f"/hours/{entry}/return", data={"reason": "I left at eleven.", "version": version}
        )
        assert sent.status_code == 303
    async with circle.browser("pat") as pat:
        page = text_of((await pat.get("/attendance")).text)
        assert "Returned to you" in page
        assert "I left at eleven." in page
        one = text_of((await pat.get(f"{PAGE}?correct=1")).text)
        assert "Returned: “I left at eleven.”" in one
        await pat.post(
            PAGE,
            data={
                "presence-ann": "left_early",
                "minutes-ann": "60",
                "reason_code": "minutes_wrong",
            },
        )
        assert "I left at eleven." not in text_of((await pat.get("/attendance")).text)


async def test_another_page_cannot_record(circle):
    async with circle.browser("pat") as pat:
        sent = await pat.post(
            PAGE, data={"presence-ann": "absent"}, headers={"sec-fetch-site": "cross-site"}
        )
    assert sent.status_code == 403


async def test_times_are_those_of_the_sessions_zone(circle):
    await circle.person("pat", zone="Europe/Paris")
    circle.clock.advance(timedelta(minutes=1))
    async with circle.browser("pat") as pat:
        assert "10:00 AM CST (UTC\N{MINUS SIGN}6)" in text_of((await pat.get(PAGE)).text)
