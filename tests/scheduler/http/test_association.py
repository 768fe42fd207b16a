"""The association's page and routes: its name, holidays, closed days, and what falls on them."""

import pytest

pytestmark = pytest.mark.contract


async def test_only_coordinators_see_the_page(house, open_browser):
    lea = await open_browser(house.lea)
    assert "/association" not in await lea.page("/groups")
    await lea.get("/association", status=403)
    cora = await open_browser(house.cora)
    assert 'href="/association"' in await cora.page("/people")


async def test_its_name_zone_and_holidays(house, open_browser):
    cora = await open_browser(house.cora)
    page = await cora.page("/association")
    assert "United States, federal holidays" in page
    assert "Juneteenth" in page
    said = len(house.office.said)
    await cora.post("/association", name="Other name", zone="America/Denver", holidays="US-MA")
    page = await cora.page("/association")
    assert "Patriots&#39; Day" in page
    assert "Other name" in page
    told = await cora.send("GET", "/association")
    assert (told["name"], told["zone"], told["holidays"]) == (
        "Other name",
        "America/Denver",
        "US-MA",
    )
    assert told["version"] == 2
    assert len(house.office.said) == said


async def test_holidays_alone_are_nothing_to_tell(house, open_browser):
    cora = await open_browser(house.cora)
    await cora.send(
        "PUT",
        "/association",
        {"name": "Sample Association", "zone": "America/Chicago", "holidays": ""},
    )
    told = await cora.send("GET", "/association")
    assert (told["version"], told["holidays"]) == (1, "")
    assert "None hold." in await cora.page("/association")


async def test_by_whose_rules_hours_count(house, open_browser):
    cora = await open_browser(house.cora)
    chosen = await cora.post("/association/rules", rules="first5-alabama")
    assert chosen.headers["location"].startswith("/rules?association=first5-alabama&chosen=1")
    assert 'href="/rules"' in await cora.page("/association")
    told = await cora.send("GET", "/association")
    assert (told["rules"], told["version"]) == ("first5-alabama", 2)
    assert told["name"] == "Sample Association"
    # Whoever changes the name does not change the rules.
    await cora.post("/association", name="Other name", zone="America/Chicago", holidays="")
    assert (await cora.send("GET", "/association"))["rules"] == "first5-alabama"
    await cora.post("/association/rules", status=422, rules="../etc")
    await (await open_browser(house.lea)).post("/association/rules", status=403, rules="texas")


async def test_what_cannot_be_meant_is_said_beside_the_field(house, open_browser):
    cora = await open_browser(house.cora)
    wrong = await cora.post("/association", status=422, name=" ", zone="Mars", holidays="US-ZZ")
    assert "This is needed." in wrong.text
    assert "is not known" in wrong.text
    wrong = await cora.post(
        "/association/closures", status=422, closure="", first_day="x", last_day=""
    )
    assert "This is not a date" in wrong.text
    wrong = await cora.post(
        "/association/closures",
        status=422,
        closure="Break",
        first_day="2026-05-04",
        last_day="2026-05-01",
    )
    assert "The last day is before the first." in wrong.text
    assert 'value="Break"' in wrong.text


async def test_a_closure_leaves_what_runs_and_says_what_falls_on_it(house, open_browser):
    cora = await open_browser(house.cora)
    before = await cora.send("GET", f"/series/{house.series_id}")
    await cora.post(
        "/association/closures",
        closure="Spring break",
        first_day="2026-03-16",
        last_day="2026-03-20",
    )
    assert await cora.send("GET", f"/series/{house.series_id}") == before
    page = await cora.page("/association")
    assert "Planned all the same" in page
    assert f'href="/sessions/{house.series_id}/20260317T1000"' in page
    days = await cora.send("GET", "/association/days-off")
    (closure,) = days["closures"]
    assert [each["key"] for each in closure["sessions"]] == ["20260317T1000"]
    await cora.send("POST", f"/series/{house.series_id}/sessions/20260317T1000/cancel")
    days = await cora.send("GET", "/association/days-off")
    assert days["closures"][0]["sessions"] == []
    await cora.post(f"/association/closures/{closure['closure_id']}/remove")
    assert (await cora.send("GET", "/association/days-off"))["closures"] == []


async def test_closures_as_json(house, open_browser):
    cora, lea = await open_browser(house.cora), await open_browser(house.lea)
    body = {"name": "Staff day", "first_day": "2026-05-04"}
    await lea.send("POST", "/association/closures", body, status=403)
    made = await cora.send("POST", "/association/closures", body, status=201)
    assert (made["first_day"], made["last_day"]) == ("2026-05-04", "2026-05-04")
    assert await lea.send("GET", "/association/closures") == [made]
    await lea.send("GET", "/association/days-off", status=403)
    await lea.send("DELETE", f"/association/closures/{made['closure_id']}", status=403)
    await cora.send("DELETE", f"/association/closures/{made['closure_id']}", status=204)
    await cora.send("DELETE", f"/association/closures/{made['closure_id']}", status=404)


async def test_a_closure_that_is_over_is_shown_apart(house, open_browser):
    cora = await open_browser(house.cora)
    await cora.send(
        "POST",
        "/association/closures",
        {"name": "Last year", "first_day": "2025-12-24"},
        status=201,
    )
    days = await cora.send("GET", "/association/days-off")
    assert (days["closures"], [each["name"] for each in days["over"]]) == ([], ["Last year"])
    assert "Closed before" in await cora.page("/association")


async def test_a_day_off_is_a_day_where_the_session_is(house, open_browser):
    """Late in the evening of Honolulu it is tomorrow in UTC."""
    cora = await open_browser(house.cora)
    planned = {
        "frequency": "once", "starts_on": "2026-05-04", "start_time": "22:00", "end_time": "23:00",
        "zone": "Pacific/Honolulu",
    }  # fmt: skip
    await cora.send("POST", f"/groups/{house.group_id}/series", planned, status=201)
    for day in ("2026-05-04", "2026-05-05"):
        await cora.send(
            "POST", "/association/closures", {"name": day, "first_day": day}, status=201
        )
    days = await cora.send("GET", "/association/days-off")
    assert [len(each["sessions"]) for each in days["closures"]] == [1, 0]
