"""Every page and form: what it shows to whom, what it does, and what it says when it cannot."""

import re
from datetime import timedelta

import pytest

from alongside.contracts import InvitationAnswered, ProgressChanged
from alongside_scheduler.handlers.copies import hear_hours, on_answers

pytestmark = pytest.mark.contract

GET_PAGES = [
    ("/", "all"),
    ("/sessions", "all"),
    ("/groups", "all"),
    ("/account", "all"),
    ("/groups/{group}", "all"),
    ("/series/{series}", "all"),
    ("/sessions/{series}/{key}", "all"),
    ("/groups/new", "lead"),
    ("/groups/{group}/edit", "lead"),
    ("/groups/{group}/series/new", "lead"),
    ("/association", "coordinator"),
    ("/people", "coordinator"),
    ("/people/new", "coordinator"),
    ("/people/import", "coordinator"),
    ("/people/{ada}", "coordinator"),
]


def path_of(pattern: str, house) -> str:
    return pattern.format(
        group=house.group_id, series=house.series_id, key=house.keys[0], ada=house.ada
    )


async def test_every_page_for_every_role(house, open_browser):
    seen = {}
    for who in ("cora", "lea", "omar", "ada"):
        browser = await open_browser(getattr(house, who))
        for pattern, _ in GET_PAGES:
            response = await browser.client.get(path_of(pattern, house))
            seen[who, pattern] = response.status_code
            if response.status_code == 200:
                page = response.text
                assert "<h1" in page
                assert " style=" not in page
                assert "<script>" not in page
                ids = re.findall(r' id="([^"]+)"', page)
                assert len(ids) == len(set(ids)), (
                    pattern,
                    sorted(i for i in ids if ids.count(i) > 1),
                )
    for pattern, needs in GET_PAGES:
        assert seen["cora", pattern] == 200, pattern
        assert (seen["lea", pattern] == 200) == (needs != "coordinator"), pattern
        assert (seen["ada", pattern] == 200) == (needs == "all"), pattern
        if "{" in pattern:
            assert seen["omar", pattern] in {403, 404}, pattern


async def test_a_supervisee_sees_nobody_elses_data(house, open_browser):
    ada = await open_browser(house.ada)
    for pattern in ("/groups/{group}", "/sessions/{series}/{key}", "/series/{series}", "/"):
        page = await ada.page(path_of(pattern, house))
        assert "Ben" not in page
        assert "@example.org" not in page
    lea = await open_browser(house.lea)
    page = await lea.page(f"/groups/{house.group_id}")
    assert "Ben Baker" in page
    assert "@example.org" not in page


async def test_people_are_added_changed_and_found(house, open_browser):
    cora = await open_browser(house.cora)
    fields = {
        "name": "New Nora",
        "email": "nora@example.org",
        "zone": "America/Denver",
        "roles": "supervisee",
    }
    added = await cora.post("/people/new", **fields, pursuing="IFS", pursuing_since="2025-09-01")
    person = added.headers["location"]
    page = await cora.page(person)
    assert "New Nora is registered." in page
    assert "New Nora is registered." not in await cora.page(person)
    assert "New Nora" in await cora.page("/people?q=nora&role=supervisee")
    assert "Nobody found" in await cora.page("/people?q=nora&role=supervisor")
    again = await cora.post("/people/new", status=409, **fields)
    assert "registered already" in again.text
    wrong = await cora.post(
        "/people/new", status=422, **{**fields, "zone": "Mars/Olympus", "pursuing_since": ""}
    )
    assert "is not known" in wrong.text
    assert 'value="New Nora"' in wrong.text
    wrong = await cora.post("/people/new", status=422, **{**fields, "pursuing_since": "soon"})
    assert "This is not a date" in wrong.text
    await cora.post(person, **{**fields, "name": "Nora Newer"})
    assert "Nora Newer" in await cora.page(person)
    assert (await cora.post(person, status=422, **{**fields, "email": "x"})).text.count(
        "not an e-mail"
    )
    await cora.post(f"{person}/remove", status=422, confirm="")
    await cora.post(f"{person}/remove", confirm="yes")
    await cora.page(person, status=404)
    await cora.post("/people/new", **fields)


async def test_credentials(house, open_browser):
    cora = await open_browser(house.cora)
    person = f"/people/{house.lea}"
    await cora.post(
        f"{person}/credentials", kind="IMHM-C", standing="endorsed", valid_from="2025-01-01"
    )
    page = await cora.page(person)
    assert "IMHM-C" in page
    end = re.search(r'action="([^"]+/end)"', page)[1]
    await cora.post(end, valid_until="2026-12-31")
    assert "Dec 31, 2026" in await cora.page(person)
    assert "before the first" in (await cora.post(end, status=422, valid_until="2020-01-01")).text
    await cora.post(end, status=422, valid_until="")
    wrong = {
        "kind": "X",
        "standing": "endorsed",
        "valid_from": "2025-01-01",
        "valid_until": "2024-01-01",
    }
    refused = await cora.post(f"{person}/credentials", status=422, **wrong)
    assert "before the first" in refused.text
    await cora.post(f"{person}/credentials", status=422, kind="IMHM-C")
    await cora.post(end.replace("/end", "/remove"))
    assert "None noted" in await cora.page(person)
    await cora.post(end.replace("/end", "/remove"), status=404)


async def test_the_last_coordinator_stays(house, open_browser):
    cora = await open_browser(house.cora)
    refused = await cora.post(f"/people/{house.cora}/remove", status=409, confirm="yes")
    assert "Somebody has to stay coordinator" in refused.text
    fields = {
        "name": "Cora",
        "email": "cora@example.org",
        "zone": "America/Chicago",
        "roles": "supervisor",
    }
    await cora.post(f"/people/{house.cora}", status=409, **fields)
    refused = await cora.post(f"/people/{house.lea}/remove", status=409, confirm="yes")
    assert "leads sessions ahead" in refused.text


async def test_import_pasted(house, open_browser):
    cora = await open_browser(house.cora)
    text = (
        "name,email,role,category\nNora New,nora@example.org,supervisee,IFS\n"
        "Bad Row,nonsense,boss,\nAda Able,ada.able@example.org,,\n"
    )
    staged = (await cora.post("/people/import", text=text)).headers["location"]
    page = await cora.page(staged)
    assert "2 rows are left out" in page
    assert "not an e-mail address" in page
    assert "registered already" in page
    assert "Register 1 person" in page
    assert "Nora" not in await cora.page("/people")
    await cora.post(f"{staged}/confirm")
    assert "Nora New" in await cora.page("/people")
    await cora.post(f"{staged}/confirm", status=410)
    await cora.page(staged, status=410)


async def test_import_uploaded(house, open_browser):
    cora = await open_browser(house.cora)
    content = "\ufeffName;E-Mail\r\nNora;nora@example.org\r\n".encode()
    response = await cora.client.post(
        "/people/import", data={"text": ""}, files={"file": ("people.csv", content, "text/csv")}
    )
    assert response.status_code == 303
    staged = response.headers["location"]
    assert "Register 1 person" in await cora.page(staged)
    await cora.post(
        "/people/new", name="N", email="nora@example.org", zone="UTC", roles="supervisee"
    )
    refused = await cora.post(f"{staged}/confirm", status=409)
    assert "Registered since you looked" in refused.text
    house.office.clock.advance(timedelta(days=2))
    await cora.page(staged, status=410)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"name,email\n\xe9,x@y.org", b"", b"nothing"])
async def test_import_of_what_is_no_table(house, open_browser, content):
    cora = await open_browser(house.cora)
    response = await cora.client.post(
        "/people/import", data={"text": ""}, files={"file": ("x.csv", content, "text/csv")}
    )
    assert response.status_code == 422
    assert "error-summary" in response.text


async def test_too_large_an_upload(house, open_browser):
    cora = await open_browser(house.cora)
    response = await cora.client.post(
        "/people/import", files={"file": ("x.csv", b"x" * 600_000, "text/csv")}
    )
    assert response.status_code == 413
    response = await cora.client.post("/people/import", content=b"x" * 2_000_000)
    assert response.status_code == 413


async def test_a_group_from_nothing_to_a_series(house, open_browser):
    omar = await open_browser(house.omar)
    fields = {
        "name": "Morning group",
        "kind": "group",
        "zone": "America/Chicago",
        "provider_id": house.omar,
    }
    made = await omar.post("/groups/new", **fields, seat_limit="2", place="Library")
    group = made.headers["location"]
    page = await omar.page(group)
    assert "Nobody in it yet" in page
    response = await omar.client.post(
        f"{group}/roster", data={"person_id": [house.ada, house.ben], "on": ""}
    )
    assert response.status_code == 303
    page = await omar.page(group)
    assert "2 people are on the roster" in page
    assert "2 of 2 seats" in page
    plan = {
        "frequency": "monthly_by_weekday", "starts_on": "2026-03-10", "start_time": "14:00",
        "end_time": "15:30", "ends": "count", "count": "12", "interval": "1",
        "zone": "America/Chicago", "title": "Morning group", "place": "Library",
    }  # fmt: skip
    preview = await omar.post(f"{group}/series/new", status=200, **plan, action="preview")
    text = preview.text
    assert "Every month on the second Tuesday, 12 times" in text
    assert "Tue, Mar 10, 2026, 2:00 PM CDT" in text
    assert "The clocks change before Tue, Nov 10, 2026" in text
    assert "no credential that is valid" in text
    assert "Ada Able, Ben Baker" in text
    assert "Save and invite" in text
    assert "Nothing planned" in await omar.page(group)
    saved = await omar.post(f"{group}/series/new", **plan, action="save")
    page = await omar.page(saved.headers["location"])
    assert "Planned: 12 sessions" in page
    assert page.count('class="item item-link"') == 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end_time": "13:00"}, "ends before it begins"),
        ({"count": ""}, "needs an end"),
        ({"count": "500"}, "1 to 104"),
        ({"ends": "until", "until": "2025-01-01"}, "before the first"),
        ({"starts_on": ""}, "This is needed"),
        ({"starts_on": "tomorrow"}, "This is not a date"),
        ({"start_time": "noon"}, "This is not a time"),
        ({"zone": "Mars/Olympus"}, "is not known"),
        ({"frequency": "dates", "dates": "2026-05-05 soon"}, "is not a date"),
        ({"frequency": "sometimes"}, "Choose one of"),
        ({"link": "javascript:x"}, "Give a whole address"),
        ({"interval": "1.5"}, "whole number"),
    ],
)
async def test_a_series_that_cannot_be_meant(house, open_browser, changes, said):
    lea = await open_browser(house.lea)
    plan = {
        "frequency": "weekly", "starts_on": "2026-03-10", "start_time": "14:00", "end_time": "15:30",
        "ends": "count", "count": "4", "interval": "1", "zone": "America/Chicago", "title": "Kept title",
    }  # fmt: skip
    for action in ("preview", "save"):
        refused = await lea.post(
            f"/groups/{house.group_id}/series/new", status=422, **{**plan, **changes}, action=action
        )
        assert said in refused.text
        assert 'value="Kept title"' in refused.text
        assert "error-summary" in refused.text


async def test_a_preview_names_who_would_be_in_two_places(house, open_browser):
    lea = await open_browser(house.lea)
    plan = {
        "frequency": "weekly", "starts_on": "2026-03-10", "start_time": "11:00", "end_time": "13:00",
        "ends": "count", "count": "2", "interval": "1", "zone": "America/Chicago",
    }  # fmt: skip
    where = f"/groups/{house.group_id}/series/new"
    preview = await lea.post(where, status=200, **plan, action="preview")
    assert "Somebody would be in two places" in preview.text
    assert "Save and invite" not in preview.text
    refused = await lea.post(where, status=409, **plan, action="save")
    assert "Booked at that time already" in refused.text


async def test_changing_a_group(house, open_browser):
    lea = await open_browser(house.lea)
    fields = {
        "name": "New name",
        "kind": "group",
        "zone": "America/Chicago",
        "provider_id": house.lea,
    }
    await lea.post(f"/groups/{house.group_id}/edit", **fields, co_provider_id=house.omar)
    page = await lea.page(f"/groups/{house.group_id}")
    assert "New name" in page
    assert "Led by Lea Lead and Omar Other" in page
    assert "New name" in await (await open_browser(house.omar)).page("/groups")
    wrong = {**fields, "seat_limit": "1"}
    assert (
        "2 seats are taken"
        in (await lea.post(f"/groups/{house.group_id}/edit", status=422, **wrong)).text
    )
    wrong = {**fields, "provider_id": house.ada}
    assert (
        "is not a supervisor"
        in (await lea.post(f"/groups/{house.group_id}/edit", status=422, **wrong)).text
    )
    give_away = {**fields, "provider_id": house.omar}
    await lea.post(f"/groups/{house.group_id}/edit", status=403, **give_away)
    await lea.post("/groups/new", status=422, name="", kind="crowd", zone="", provider_id=house.lea)


async def test_the_roster(house, open_browser):
    lea = await open_browser(house.lea)
    nora = await house.office.person("Nora New")
    await lea.post(f"/groups/{house.group_id}/roster", person_id=nora, on="2026-03-20")
    assert "Nora New" in await lea.page(f"/groups/{house.group_id}")
    first, third = (f"/sessions/{house.series_id}/{key}" for key in (house.keys[0], house.keys[2]))
    assert "Nora New" not in await lea.page(first)
    assert "Nora New" in await lea.page(third)
    leave = f"/groups/{house.group_id}/roster/{nora}/leave"
    await lea.post(leave, status=422, last_day="never")
    await lea.post(leave, status=422, last_day="1999-01-01")
    await lea.post(leave, last_day="2026-04-01")
    page = await lea.page(f"/groups/{house.group_id}")
    assert "until Wed, Apr 1, 2026" in page
    assert "Who left" not in page
    house.office.clock.advance(timedelta(days=32))
    lea = await open_browser(house.lea)
    page = await lea.page(f"/groups/{house.group_id}")
    assert "until Wed, Apr 1, 2026" not in page
    assert "Who left" in page
    await lea.post(leave, status=404, last_day="2026-04-01")
    await lea.post(f"/groups/{house.group_id}/roster", status=422, on="")
    await lea.post(f"/groups/{house.group_id}/roster", status=409, person_id=house.ada)
    await lea.post(f"/groups/{house.group_id}/roster", status=404, person_id="nobody")
    await (await open_browser(house.omar)).post(
        f"/groups/{house.group_id}/roster", status=404, person_id=nora
    )


async def test_moving_and_cancelling_a_session(house, open_browser):
    lea = await open_browser(house.lea)
    session = f"/sessions/{house.series_id}/{house.keys[1]}"
    await lea.post(
        f"{session}/move", on="2026-03-18", start_time="14:00", end_time="16:00", place="Room 2"
    )
    page = await lea.page(session)
    assert "Moved. Everybody concerned is told." in page
    assert "Wed, Mar 18, 2026" in page
    assert "Room 2" in page
    same = {"on": "2026-03-18", "start_time": "14:00", "end_time": "16:00", "place": "Room 2"}
    assert "Nothing would change" in (await lea.post(f"{session}/move", status=422, **same)).text
    for wrong in (
        {"end_time": "13:00"},
        {"on": "someday"},
        {"start_time": "x"},
        {"on": "2500-01-01"},
    ):
        await lea.post(f"{session}/move", status=422, **{**same, **wrong})
    onto = {"on": "2026-03-24", "start_time": "11:00", "end_time": "12:00"}
    assert "Another session" in (await lea.post(f"{session}/move", status=422, **onto)).text
    await lea.post(f"{session}/cancel", status=422, confirm="")
    await lea.post(f"{session}/cancel", confirm="yes")
    assert "Cancelled" in await lea.page(session)
    await lea.post(f"{session}/cancel", status=409, confirm="yes")
    ada = await open_browser(house.ada)
    await ada.post(f"{session}/cancel", status=403, confirm="yes")
    await (await open_browser(house.omar)).post(f"{session}/cancel", status=404, confirm="yes")
    await lea.page(f"/sessions/{house.series_id}/20200101T0000", status=404)


async def test_changing_and_cancelling_a_series(house, open_browser):
    lea = await open_browser(house.lea)
    series = f"/series/{house.series_id}"
    fields = {
        "title": "Renamed",
        "place": "Room 5",
        "duration_minutes": "90",
        "provider_id": house.lea,
    }
    await lea.post(series, **fields)
    page = await lea.page(series)
    assert "Renamed" in page
    assert "1 h 30 min" in page
    for wrong in (
        {"duration_minutes": "0"},
        {"title": " "},
        {"provider_id": house.ada},
        {"duration_minutes": "x"},
    ):
        await lea.post(series, status=422, **{**fields, **wrong})
    await lea.post(f"{series}/cancel", status=422, confirm="")
    await lea.post(f"{series}/cancel", confirm="yes")
    assert "Cancelled" in await lea.page(series)
    await lea.post(f"{series}/cancel", status=409, confirm="yes")
    await lea.post(series, status=409, **fields)


async def test_who_comes(house, open_browser):
    now = house.office.clock.now()

    def answer(who: str, said: str, key: str | None, hours: int) -> InvitationAnswered:
        return InvitationAnswered(
            id=f"{who}{key}{hours}", occurred_at=now, series_id=house.series_id, occurrence_key=key,
            person_id=who, answer=said, answered_at=now + timedelta(hours=hours), channel="web",
        )  # fmt: skip

    for event in (
        answer(house.ada, "accepted", None, 1),
        answer(house.ada, "declined", None, 0),
        answer(house.ben, "accepted", None, 1),
        answer(house.ben, "declined", house.keys[0], 2),
    ):
        await house.office.run(lambda uow, event=event: on_answers(event, uow))
    lea = await open_browser(house.lea)
    page = await lea.page(f"/groups/{house.group_id}")
    assert "1 comes, 1 does not" in page
    assert "2 come" in await lea.page(f"/sessions/{house.series_id}/{house.keys[1]}")
    ada = await open_browser(house.ada)
    assert "You come" in await ada.page("/")
    house.office.clock.advance(timedelta(hours=5))
    session = f"/sessions/{house.series_id}/{house.keys[0]}"
    await lea.post(f"{session}/move", on="2026-03-11", start_time="10:00", end_time="12:00")
    assert "2 have not answered" in await lea.page(session), "a moved session is asked anew"


async def test_progress_is_shown_on_the_roster(house, open_browser):
    def progress(version: int, minutes: int) -> ProgressChanged:
        return ProgressChanged(
            id=str(version), occurred_at=house.office.clock.now(), supervisee_id=house.ada,
            version=version, category="IFS", required_minutes=1440, counted_minutes=minutes,
            pending_minutes=0,
        )  # fmt: skip

    for event in (progress(2, 600), progress(1, 300)):
        await house.office.run(lambda uow, event=event: hear_hours([event], uow))
    lea = await open_browser(house.lea)
    assert "10 h of 24 h" in await lea.page(f"/groups/{house.group_id}")
    mine = await (await open_browser(house.ada)).page("/")
    assert "Your hours toward IFS" in mine
    assert "14 h</strong> of 24 h are still missing" in mine
    overview = await (await open_browser(house.cora)).page("/")
    assert "The association today" in overview
    assert "The association today" not in await lea.page("/")


async def test_the_first_page_by_role(house, open_browser):
    lea = await open_browser(house.lea)
    page = await lea.page("/")
    assert "Tuesday circle" in page
    assert "You lead" in page
    assert "First steps" not in page
    assert "Answer awaited" in await (await open_browser(house.ada)).page("/")
    house.office.clock.advance(timedelta(days=9))
    assert "Record attendance" in await lea.page("/")
    assert "First steps" in await (await open_browser(house.omar)).page("/")


async def test_ones_own_account(house, open_browser):
    ben = await open_browser(house.ben)
    await ben.post("/account", name="Benjamin Baker", zone="America/Denver")
    page = await ben.page("/account")
    assert "Benjamin Baker" in page
    assert "MST (UTC" in page or "MDT (UTC" in page
    await ben.post("/account", status=422, name="", zone="Nowhere")
    other = await open_browser(house.ben)
    page = await ben.page("/account")
    end = next(path for path in re.findall(r'action="(/account/sign-ins/[^"]+/end)"', page))
    await ben.post(end)
    await other.get("/", status=303)
    await ben.post("/account/sign-ins/not-mine/end", status=404)


async def test_a_part_of_a_page_for_htmx(house, open_browser):
    lea = await open_browser(house.lea)
    response = await lea.get("/groups", headers={"HX-Request": "true"})
    assert "<html" not in response.text
    assert "Tuesday circle" in response.text


async def test_who_joined_later_sees_what_is_theirs(house, open_browser):
    lea = await open_browser(house.lea)
    nora = await house.office.person("Nora New")
    await lea.post(f"/groups/{house.group_id}/roster", person_id=nora, on="2026-03-20")
    browser = await open_browser(nora)
    page = await browser.page(f"/series/{house.series_id}")
    assert page.count('class="item item-link"') == 4
    assert (await lea.page(f"/series/{house.series_id}")).count('class="item item-link"') == 6
    await browser.page(f"/sessions/{house.series_id}/{house.keys[0]}", status=404)


async def test_who_takes_over_a_series_finds_the_way(house, open_browser):
    lea = await open_browser(house.lea)
    series = f"/series/{house.series_id}"
    fields = {"title": "Circle", "duration_minutes": "120", "provider_id": house.omar}
    await lea.post(series, **fields)
    omar = await open_browser(house.omar)
    assert 'href="/sessions"' in await omar.page(series)
    assert "You lead" in await omar.page("/")
    await lea.page(series, status=404)
