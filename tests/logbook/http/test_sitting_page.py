"""One sitting for all, the supervisee's word first, and standing in: as people do it, and by script."""

import re
from datetime import timedelta

import pytest

from logbook.office import KEY, text_of

pytestmark = pytest.mark.unit

STARTS = ("2026-02-10T10:00", "2026-02-17T10:00")
LATER = "20260217T1000"
SITTING = "/attendance/sitting"


@pytest.fixture
async def two(circle):
    """The circle met twice, and nobody recorded it."""
    await circle.series(starts=STARTS)
    circle.clock.advance(timedelta(days=30))
    return circle


def sent(page: str) -> dict[str, list[str]]:
    """Return what a browser sends with the form as it stands."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page.partition('id="sitting"')[2]):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if facts.get("type") == "checkbox" and "checked" not in tag:
            continue
        fields.setdefault(facts["name"], []).append(facts.get("value", ""))
    return fields


async def entry_of(office, person, key=KEY):
    async with office.app.uow() as uow:
        return (await uow.entries.of_session("s1", key))[person].current


async def test_one_tap_records_everything(two):
    async with two.browser("pat") as pat:
        assert "All 2 in one sitting" in text_of((await pat.get("/attendance")).text)
        page = (await pat.get(SITTING)).text
        assert "Everybody was there: record all 2" in text_of(page)
        answer = await pat.post(SITTING, data=sent(page))
        assert answer.status_code == 303
        after = text_of((await pat.get("/attendance")).text)
        assert "Nothing to record" in text_of((await pat.get(SITTING)).text)
    assert "2 sessions recorded. Now 2 people confirm their hours." in after
    assert (await entry_of(two, "bob", LATER)).minutes == 120


async def test_absent_partly_there_and_later(two):
    async with two.browser("pat") as pat:
        form = sent((await pat.get(SITTING)).text)
        form[f"there-s1/{KEY}"] = ["ann"]
        form[f"minutes-s1/{KEY}/ann"] = ["90"]
        form[f"other-s1/{KEY}/ann"] = ["30"]
        form[f"mode-s1/{KEY}"] = ["virtual"]
        form[f"later-s1/{LATER}"] = ["yes"]
        assert (await pat.post(SITTING, data=form)).status_code == 303
        assert "Feb 17" in text_of((await pat.get(SITTING)).text)
    ann, bob = await entry_of(two, "ann"), await entry_of(two, "bob")
    assert (ann.minutes, ann.other_minutes, ann.mode, ann.head_count) == (90, 30, "virtual", 1)
    assert (bob.minutes, bob.presence) == (0, "absent")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (f"minutes-s1/{LATER}/ann", "999", "choose between 0 and 120"),
        (f"other-s1/{LATER}/ann", "121", "Between 0 and 120 minutes"),
        (f"minutes-s1/{LATER}/ann", "x", "Give whole minutes"),
        (f"mode-s1/{LATER}", "by owl", "Choose how they met"),
        (f"asked-s1/{LATER}", "ann", "roster of that day changed"),
    ],
)
async def test_what_is_wrong_stands_beside_it_and_nothing_is_recorded(two, name, value, said):
    async with two.browser("pat") as pat:
        form = sent((await pat.get(SITTING)).text)
        form[f"there-s1/{KEY}"] = ["ann"]
        form[name] = [value]
        answer = await pat.post(SITTING, data=form)
    assert answer.status_code == 422
    assert text_of(answer.text).count(said) == 2
    assert not re.search(rf'name="there-s1/{KEY}" value="bob" checked', answer.text)
    async with two.app.uow() as uow:
        assert await uow.entries.of_session("s1", KEY) == {}


async def test_a_tap_a_session_on_the_list(circle):
    async with circle.browser("pat") as pat:
        page = (await pat.get("/attendance")).text
        assert "Everybody was there" in text_of(page)
        done = await pat.post(f"/attendance/s1/{KEY}", data={"back": "list"})
        assert done.headers["location"] == "/attendance"
    assert (await entry_of(circle, "ann")).minutes == 120


async def test_minutes_ages_and_mode_of_one_session(circle):
    form = {"mode": "in_person", "ages-ann": "0-3,3-6", "ages-bob": "", "other-bob": "15"}
    async with circle.browser("pat") as pat:
        page = await pat.get(f"/attendance/s1/{KEY}")
        assert re.search(r'<option value="0-3" selected>', page.text)
        await pat.post(f"/attendance/s1/{KEY}", data=form)
    ann, bob = await entry_of(circle, "ann"), await entry_of(circle, "bob")
    assert (ann.mode, ann.ages) == ("in_person", ("0-3", "3-6"))
    assert (bob.other_minutes, bob.ages) == (15, ())
    async with circle.browser("bob") as page:
        assert "Work with whom?" in text_of((await page.get("/hours")).text)
        await page.post(
            "/hours/confirm",
            data={"entry": f"{bob.entry_id}:1", f"ages-{bob.entry_id}": "3-6"},
        )
    assert (await entry_of(circle, "bob")).ages == ("3-6",)


async def test_a_supervisee_says_it_first(circle):
    place = f"s1/{KEY}"
    async with circle.browser("ann") as ann:
        assert "1 session that nobody recorded yet" in text_of((await ann.get("/hours")).text)
        page = text_of((await ann.get("/hours/unrecorded")).text)
        assert "Tuesday circle" in page
        nothing = await ann.post("/hours/unrecorded", data={"ages": "0-3"})
        assert "Tick the sessions you were at" in text_of(nothing.text)
        long = await ann.post(
            "/hours/unrecorded", data={"session": place, f"minutes-{place}": "300"}
        )
        assert (long.status_code, "choose between 0 and 120" in text_of(long.text)) == (422, True)
        done = await ann.post(
            "/hours/unrecorded", data={"session": place, f"minutes-{place}": "90", "ages": "3-6"}
        )
        assert done.status_code == 303
        after = text_of((await ann.get("/hours/unrecorded")).text)
        assert "1 session noted. Your provider is asked to confirm." in after
        entry = await entry_of(circle, "ann")
        assert (entry.minutes, entry.ages, entry.awaits) == (90, ("3-6",), "pat")
        assert "Confirm 1 h 30 min" not in text_of((await ann.get(f"/hours/{entry.entry_id}")).text)
    async with circle.browser("pat") as pat:
        listed = text_of((await pat.get("/attendance")).text)
        assert "Ann: 1 h 30 min" in listed
        assert "1 said so" in listed
        assert "Ann says: 1 h 30 min" in text_of((await pat.get(f"/attendance/s1/{KEY}")).text)
        assert "says 1 h 30 min" in text_of((await pat.get(SITTING)).text)
        empty = await pat.post(f"/hours/{entry.entry_id}/hand-back", data={"reason": " "})
        assert "Say in a few words" in text_of(empty.text)
        await pat.post(f"/hours/{entry.entry_id}/hand-back", data={"reason": "Until eleven."})
    async with circle.browser("ann") as ann:
        hours = text_of((await ann.get("/hours")).text)
        assert "Sent back to you" in hours
        assert "Until eleven." in hours
        again = (await ann.get(f"/hours/unrecorded?again={entry.entry_id}")).text
        assert re.search(rf'name="session" value="{place}" checked', again)
        await ann.post("/hours/unrecorded", data={"session": place, f"minutes-{place}": "60"})
    async with circle.browser("pat") as pat:
        form = {"entry": f"{entry.entry_id}:3", "back": "attendance"}
        done = await pat.post(f"/hours/{entry.entry_id}/stand-behind", data=form)
        assert done.headers["location"] == "/attendance"
    assert (await entry_of(circle, "ann")).status == "confirmed"
    async with circle.browser("ann") as ann:
        shown = text_of((await ann.get(f"/hours/{entry.entry_id}")).text)
    assert "Provider Pat" in shown
    assert "Supervisee Ann" in shown


async def test_taking_back_and_standing_in(circle):
    async with circle.script("ann") as ann:
        listed = (await ann.get("/unrecorded")).json()
        assert [each["key"] for each in listed["sessions"]] == [KEY]
        said = (await ann.post("/attended", json={"series_id": "s1", "key": KEY})).json()
        back = await ann.post(f"/entries/{said['entry_id']}/take-back", json={"version": 1})
        assert back.json()["status"] == "withdrawn"
        taken = (await ann.get("/entries?status=withdrawn")).json()
        assert [each["minutes"] for each in taken["entries"]] == [120]
        again = (await ann.post("/attended", json={"series_id": "s1", "key": KEY})).json()
        assert (again["entry_id"], again["version"]) == (said["entry_id"], 3)
        own = await ann.post(
            f"/entries/{said['entry_id']}/override", json={"why": "died", "evidence": "me"}
        )
        assert own.status_code == 403
    page = f"/hours/{said['entry_id']}"
    async with circle.browser("cora") as cora:
        assert "The provider cannot, or will not, say it" in text_of((await cora.get(page)).text)
        for form, wrong in (
            ({"evidence": "Her mail"}, "Choose why"),
            ({"why": "died", "evidence": " "}, "Say what shows"),
            ({"why": "died", "evidence": "Her mail", "minutes": "999"}, "choose between 0 and 120"),
        ):
            refused = await cora.post(f"{page}/override", data={"version": "3", **form})
            assert (refused.status_code, wrong in text_of(refused.text)) == (422, True)
        form = {"version": "3", "why": "died", "evidence": "Her mail of that day"}
        assert (await cora.post(f"{page}/override", data=form)).status_code == 303
    for who, reads in (("ann", True), ("cora", True), ("pat", False)):
        async with circle.browser(who) as somebody:
            shown = text_of((await somebody.get(page)).text)
        assert "A coordinator\u2019s word in the provider\u2019s place" in shown
        assert ("Her mail of that day" in shown) is reads
        async with circle.script(who) as script:
            told = (await script.get(f"/entries/{said['entry_id']}/history")).json()
        assert told["entry"]["override"] == "died"
        assert (told["entry"]["override_note"] is not None) is reads
        assert (told["steps"][-1]["override_note"] is not None) is reads
        assert told["provider_signed"]["by"]["person_id"] == "cora"


async def test_a_sitting_by_script(two):
    async with two.script("pat") as pat:
        shown = (await pat.get("/sitting?series=s1")).json()
        assert (shown["shown"], shown["total"]) == (2, 2)
        sessions = [
            {"series_id": each["series_id"], "key": each["key"]}
            for each in shown["series"][0]["sessions"]
        ]
        sessions[0]["exceptions"] = [{"person_id": "ann", "presence": "late"}]
        wrong = await pat.post("/sitting", json={"sessions": sessions})
        assert wrong.status_code == 422
        assert f"s1/{KEY}/ann" in wrong.text
        del sessions[0]["exceptions"]
        done = (await pat.post("/sitting", json={"sessions": sessions})).json()
        assert done["changed"] == 4
    bob = await entry_of(two, "bob")
    async with two.script("bob") as script:
        path = f"/entries/{bob.entry_id}/confirm"
        other = await script.post(path, json={"version": 1, "ages": ["3-6"]})
        assert (other.status_code, "said before" in other.text) == (422, True)
        await script.post(path, json={"version": 1, "ages": ["0-3"]})
    assert (await entry_of(two, "bob")).status == "confirmed"
    async with two.script("pat") as pat:
        assert (await pat.get("/sitting?series=nowhere")).status_code == 404
