"""Surgery through the doors: a dry run changes nothing, and what is saved is what was shown."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

pytestmark = pytest.mark.contract


async def outbox(office) -> int:
    async with office.app.database.read() as session:
        table = office.app.database.plumbing.outbox
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def kept(house):
    return await house.office.run(lambda uow: uow.series.get(house.series_id))


def steps_of(house) -> list[dict]:
    key = house.keys[2]
    return [
        {"step": "move", "key": key, "start_time": "15:00"},
        {"step": "cancel", "key": key},
        {"step": "move_later", "key": key, "on": "2026-03-25", "start_time": "14:00"},
        {"step": "cancel_later", "key": key},
        {"step": "skip", "first_day": "2026-03-20", "last_day": "2026-04-05"},
        {"step": "stand_in", "key": key, "provider_id": house.omar},
        {"step": "hand_over", "provider_id": house.omar, "on": "2026-03-24", "group_too": True},
        {"step": "change", "place": "Room 9", "duration_minutes": 60},
        {"step": "cancel_all"},
    ]


async def test_a_dry_run_shows_what_saving_does_and_changes_nothing(house, open_script):
    lea = await open_script(house.lea)
    where = f"/series/{house.series_id}"
    for step in steps_of(house):
        before, said = await kept(house), await outbox(house.office)
        shown = await lea.send("POST", f"{where}/preview", step)
        assert shown["version"] == before.version
        assert shown["sessions"] or shown["facts"]
        assert shown["conflict"] is None
        assert {each["name"] for each in shown["people"]} >= {"Ada Able", "Ben Baker", "Lea Lead"}
        assert await kept(house) == before
        assert await outbox(house.office) == said


async def test_what_is_skipped_is_one_event_and_fewer_hours(house, open_script):
    lea = await open_script(house.lea)
    where = f"/series/{house.series_id}"
    step = {"step": "skip", "first_day": "2026-03-20", "last_day": "2026-04-05"}
    shown = await lea.send("POST", f"{where}/preview", step)
    assert [each["fate"] for each in shown["sessions"]] == ["cancelled", "cancelled"]
    assert shown["unchanged"] == 4
    ada = next(each for each in shown["people"] if each["person_id"] == house.ada)
    assert (ada["minutes_before"], ada["minutes_after"]) == (720, 480)
    assert [each["message"] for each in ada["messages"]] == ["update"]
    said = await outbox(house.office)
    body = {**step, "expected_version": shown["version"]}
    done = await lea.send("POST", f"{where}/changes", body)
    assert await outbox(house.office) == said + 1
    assert done["series"]["version"] == shown["version"] + 1
    states = [each["status"] for each in done["series"]["occurrences"]]
    assert states == ["planned"] * 2 + ["cancelled"] * 2 + ["planned"] * 2


async def test_this_and_all_later_go_on_as_a_series_of_their_own(house, open_script):
    lea = await open_script(house.lea)
    where = f"/series/{house.series_id}"
    step = {"step": "move_later", "key": house.keys[2], "on": "2026-03-25", "start_time": "14:00"}
    shown = await lea.send("POST", f"{where}/preview", step)
    assert {each["fate"] for each in shown["sessions"]} == {"moved"}
    assert len(shown["sessions"]) == 4
    assert shown["sessions"][0]["before"]["local"].startswith("Tue, Mar 24, 2026, 10:00 AM")
    assert shown["sessions"][0]["after"]["local"].startswith("Wed, Mar 25, 2026, 2:00 PM")
    ben = next(each for each in shown["people"] if each["person_id"] == house.ben)
    assert [each["message"] for each in ben["messages"]] == ["update", "invitation"]
    assert ben["minutes_before"] == ben["minutes_after"] == 720
    said = await outbox(house.office)
    done = await lea.send("POST", f"{where}/changes", step)
    assert await outbox(house.office) == said + 2
    old, later = done["series"], done["later"]
    assert [each["key"] for each in old["occurrences"]] == house.keys[:2]
    assert old["pattern"]["count"] == 2
    assert old["continued_by"] == later["series_id"]
    assert later["continues"] == house.series_id
    assert later["uid"] != old["uid"]
    assert [each["key"] for each in later["occurrences"]] == [
        f"202603{day}T1400" if month == 3 else f"20260{month}{day}T1400"
        for month, day in ((3, "25"), (4, "01"), (4, "08"), (4, "15"))
    ]
    ahead = await lea.send("GET", f"/sessions?group_id={house.group_id}")
    assert [each["key"] for each in ahead] == house.keys[:2] + [
        each["key"] for each in later["occurrences"]
    ]


async def test_a_series_that_changed_meanwhile_is_not_operated_on(house, open_script):
    lea = await open_script(house.lea)
    where = f"/series/{house.series_id}"
    await lea.send("POST", f"{where}/changes", {"step": "cancel", "key": house.keys[0]})
    stale = {"step": "cancel", "key": house.keys[1], "expected_version": 1}
    for route in ("preview", "changes"):
        problem = await lea.send("POST", f"{where}/{route}", stale, status=409)
        assert problem["code"] == "changed_meanwhile"
    assert (await kept(house)).version == 2


async def test_a_stand_in_without_a_credential_is_flagged(house, open_script):
    lea = await open_script(house.lea)
    where = f"/series/{house.series_id}"
    step = {"step": "stand_in", "key": house.keys[1], "provider_id": house.omar}
    done = await lea.send("POST", f"{where}/changes", step)
    assert "Omar Other has no credential that is valid on Tue, Mar 17, 2026" in done["warnings"][0]
    led = [each["provider_id"] for each in done["series"]["occurrences"]]
    assert led == [None, house.omar, None, None, None, None]
    back = await lea.send("POST", f"{where}/changes", {"step": "stand_in", "key": house.keys[1]})
    assert back["series"]["occurrences"][1]["provider_id"] is None


async def test_a_conflict_is_in_the_preview_with_times_at_which_all_are_free(house, open_script):
    lea = await open_script(house.lea)
    office = house.office
    other = await office.group(house.omar, [house.ada], name="Other circle")
    await office.series(other.group_id, starts_on=date(2026, 3, 18), count=1)
    step = {"step": "move", "key": house.keys[1], "on": "2026-03-18", "start_time": "11:00"}
    shown = await lea.send("POST", f"/series/{house.series_id}/preview", step)
    assert "Ada Able" in shown["conflict"]
    assert "Other circle" not in shown["conflict"]
    assert len(shown["next_free"]) == 3
    await lea.send("POST", f"/series/{house.series_id}/changes", step, status=409)
    assert (await kept(house)).version == 1


async def test_only_who_leads_may_look_or_operate(house, open_script):
    step = {"step": "cancel", "key": house.keys[0]}
    for person, status in ((house.ada, 404), (house.omar, 404), (house.cora, 200)):
        script = await open_script(person)
        await script.send("POST", f"/series/{house.series_id}/preview", step, status=status)


async def test_every_step_is_asked_for_shown_and_saved_on_pages(house, open_browser):
    lea = await open_browser(house.lea)
    path = f"/series/{house.series_id}/change"
    page = await lea.page(path)
    assert "What is to change?" in page
    await lea.page(f"{path}?step=nothing", status=404)
    for step in steps_of(house):
        form = await lea.page(f"{path}?step={step['step']}&key={step.get('key', '')}")
        asks_nothing = step["step"] in {"cancel", "cancel_later", "cancel_all"}
        assert ("Save and tell them" if asks_nothing else "Look at what changes") in form
    fields = {
        "step": "move_later", "key": house.keys[2], "on": "2026-03-25", "start_time": "14:00",
        "end_time": "16:00", "rhythm": "same", "ends": "count", "count": "4", "place": "Room 1",
    }  # fmt: skip
    shown = await lea.post(path, status=200, **fields, action="preview")
    assert "4 sessions move" in shown.text
    assert "Invitation to the new series" in shown.text
    assert (await kept(house)).version == 1
    hidden = dict(re.findall(r'name="(seen|expected_version)" value="([^"]*)"', shown.text))
    other = {**fields, "start_time": "15:00", "end_time": "17:00"}
    again = await lea.post(path, status=200, **other, **hidden, action="save")
    assert "3:00 PM" in again.text
    assert (await kept(house)).version == 1
    saved = await lea.post(path, **fields, **hidden, action="save")
    assert (await kept(house)).version == 2
    page = await lea.page(saved.headers["location"])
    assert "Saved. Everybody concerned is told." in page


async def test_a_page_that_is_stale_is_shown_again(house, open_browser):
    lea = await open_browser(house.lea)
    path = f"/series/{house.series_id}/change"
    fields = {"step": "cancel", "key": house.keys[1]}
    shown = await lea.post(path, status=200, **fields, action="preview")
    hidden = dict(re.findall(r'name="(seen|expected_version)" value="([^"]*)"', shown.text))
    await lea.post(f"/sessions/{house.series_id}/{house.keys[0]}/cancel", confirm="yes")
    stale = await lea.post(path, status=409, **fields, **hidden, action="save")
    assert "Somebody changed this series" in stale.text
    assert (await kept(house)).version == 2
    hidden = dict(re.findall(r'name="(seen|expected_version)" value="([^"]*)"', stale.text))
    await lea.post(path, **fields, **hidden, action="save")
    assert (await kept(house)).version == 3


async def test_what_cannot_be_read_is_said_beside_the_field(house, open_browser):
    lea = await open_browser(house.lea)
    path = f"/series/{house.series_id}/change"
    for fields in (
        {"step": "skip", "first_day": "2026-03-20"},
        {"step": "skip", "first_day": "2026-03-20", "last_day": "2026-03-01"},
        {"step": "hand_over", "on": "2026-03-20"},
        {"step": "hand_over", "on": "2026-03-20", "provider_id": house.ada},
        {"step": "move", "key": house.keys[0], "on": "someday"},
        {"step": "move_later", "key": house.keys[0], "ends": "until", "rhythm": "same"},
        {"step": "stand_in", "key": house.keys[0]},
        {"step": "cancel"},
    ):
        page = await lea.post(path, status=422, **fields, action="preview")
        assert "error" in page.text
    await lea.post(path, status=404, step="nothing")
    assert (await kept(house)).version == 1


async def test_a_series_is_handed_over_and_the_group_follows(house, open_script):
    lea = await open_script(house.lea)
    where = f"/series/{house.series_id}"
    step = {"step": "hand_over", "provider_id": house.omar, "on": "2026-03-24", "group_too": True}
    shown = await lea.send("POST", f"{where}/preview", step)
    assert {each["fate"] for each in shown["sessions"]} == {"changed"}
    assert len(shown["sessions"]) == 4
    assert "no credential" in shown["warnings"][0]
    messages = {
        each["name"]: [told["message"] for told in each["messages"]] for each in shown["people"]
    }
    assert messages == {
        "Lea Lead": ["update"],
        "Omar Other": ["invitation"],
        "Ada Able": ["update"],
        "Ben Baker": ["update"],
    }
    done = await lea.send("POST", f"{where}/changes", step)
    assert done["series"]["provider_id"] == house.omar
    assert [each["provider_id"] for each in done["series"]["occurrences"]] == [
        house.lea,
        house.lea,
        None,
        None,
        None,
        None,
    ]
    omar = await open_script(house.omar)
    group = await omar.send("GET", f"/groups/{house.group_id}")
    assert group["group"]["provider_id"] == house.omar
    await lea.send("POST", f"{where}/preview", {"step": "cancel_all"}, status=404)


async def test_a_conflict_on_the_page_offers_free_times_that_can_be_taken(house, open_browser):
    lea = await open_browser(house.lea)
    office = house.office
    other = await office.group(house.omar, [house.ada], name="Other circle")
    await office.series(other.group_id, starts_on=date(2026, 3, 18), count=1)
    path = f"/series/{house.series_id}/change"
    fields = {
        "step": "move", "key": house.keys[1], "on": "2026-03-18", "start_time": "11:00",
        "end_time": "13:00", "place": "Room 1",
    }  # fmt: skip
    page = (await lea.post(path, status=409, **fields, action="preview")).text
    assert "Somebody would be in two places" in page
    assert "Save and tell them" not in page
    free = re.findall(r'name="free" value="([^"]*)"', page)
    assert len(free) == 3
    page = (await lea.post(path, status=200, **fields, free=free[0])).text
    assert "Save and tell them" in page
    assert (await kept(house)).version == 1
