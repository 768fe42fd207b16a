"""The JSON routes: the same use cases, problem documents, idempotency."""

import pytest

pytestmark = pytest.mark.contract

PLAN = {
    "frequency": "weekly", "starts_on": "2026-03-12", "start_time": "10:00", "end_time": "11:30",
    "count": 4,
}  # fmt: skip


async def test_people(house, open_script):
    cora = await open_script(house.cora)
    body = {"name": "Nora", "email": "nora@example.org", "roles": ["supervisee"], "pursuing": "IFS"}
    nora = await cora.send("POST", "/people", body, status=201)
    assert nora["zone"] == "America/Chicago"
    assert nora["version"] == 1
    changed = await cora.send("PATCH", f"/people/{nora['person_id']}", {"pursuing": None})
    assert (changed["version"], changed["pursuing"]) == (2, None)
    same = await cora.send("PATCH", f"/people/{nora['person_id']}", {"name": "Nora"})
    assert same["version"] == 2
    found = await cora.send("GET", "/people?q=nora")
    assert found["total"] == 1
    assert found["items"][0]["email"] == "nora@example.org"
    taken = await cora.send("POST", "/people", body, status=409)
    assert taken["code"] == "address_taken"
    wrong = await cora.send("POST", "/people", {**body, "email": "x", "zone": "Mars/X"}, status=422)
    assert set(wrong["errors"]) == {"email", "zone"}
    await cora.send("POST", "/people", {**body, "actor": "me"}, status=422)
    await cora.send("PATCH", f"/people/{nora['person_id']}", {"name": None}, status=422)
    await cora.send("GET", "/people?role=boss", status=422)
    gone = await cora.send("DELETE", f"/people/{nora['person_id']}")
    assert gone["left_at"]
    await cora.send("GET", f"/people/{nora['person_id']}", status=404)
    credential = {"kind": "IMHM-C", "valid_from": "2025-01-01"}
    lea = await cora.send("POST", f"/people/{house.lea}/credentials", credential, status=201)
    where = f"/people/{house.lea}/credentials/{lea['credentials'][0]['credential_id']}"
    changed = await cora.send("PUT", where, {**credential, "standing": "emerging"})
    assert changed["credentials"][0]["standing"] == "emerging"
    ended = await cora.send("POST", f"{where}/end", {"valid_until": "2026-01-01"})
    assert ended["credentials"][0]["valid_until"] == "2026-01-01"
    assert (await cora.send("DELETE", where))["credentials"] == []
    await cora.send("DELETE", where, status=404)
    await cora.send("PUT", where, credential, status=404)


async def test_what_each_role_may(house, open_script):
    lea, omar, ada = [await open_script(each) for each in (house.lea, house.omar, house.ada)]
    await ada.send("GET", "/people", status=403)
    listed = await lea.send("GET", "/people?role=supervisee")
    assert all(each["email"] is None for each in listed["items"])
    assert (await lea.send("GET", "/people?q=example.org"))["total"] == 0
    await lea.send("GET", f"/people/{house.ada}", status=404)
    await lea.send("POST", "/people", {"name": "X", "email": "x@example.org"}, status=403)
    await lea.send("DELETE", f"/people/{house.ada}", status=403)
    await ada.send("PATCH", f"/people/{house.ada}", {"roles": ["coordinator"]}, status=403)
    await ada.send("PATCH", f"/people/{house.ben}", {"name": "Hacked"}, status=404)
    assert (await ada.send("PATCH", f"/people/{house.ada}", {"name": "Ada A."}))["name"] == "Ada A."
    await ada.send("POST", "/groups", {"name": "Mine"}, status=403)
    await omar.send("POST", "/groups", {"name": "Not mine", "provider_id": house.lea}, status=403)
    await omar.send("GET", f"/groups/{house.group_id}", status=404)
    await omar.send("PATCH", f"/groups/{house.group_id}", {"name": "Mine now"}, status=404)
    await omar.send("POST", f"/groups/{house.group_id}/series", PLAN, status=404)
    await omar.send("POST", f"/groups/{house.group_id}/series?dry_run=true", PLAN, status=404)
    await ada.send("POST", f"/groups/{house.group_id}/series", PLAN, status=404)
    for path in ("cancel", f"sessions/{house.keys[0]}/cancel"):
        await ada.send("POST", f"/series/{house.series_id}/{path}", status=404)
        await omar.send("POST", f"/series/{house.series_id}/{path}", status=404)
    await omar.send("GET", f"/series/{house.series_id}", status=404)
    mine = await ada.send("GET", f"/series/{house.series_id}")
    assert [each["person_id"] for each in mine["members"]] == [house.ada]
    await omar.send("GET", f"/series/{house.series_id}/sessions/{house.keys[0]}", status=404)
    seen = await ada.send("GET", f"/series/{house.series_id}/sessions/{house.keys[0]}")
    assert seen["attendees"] == []
    assert seen["counts"] == {"invited": 2}
    assert seen["mine"]["answer"] == "waiting"
    await lea.send("POST", "/imports", {"text": "name,email\nX,x@example.org"}, status=403)
    assert await omar.send("GET", "/sessions") == []
    assert await omar.send("GET", "/groups") == []
    assert len(await ada.send("GET", "/groups")) == 1


async def test_groups_and_series(house, open_script):
    lea = await open_script(house.lea)
    made = await lea.send("POST", "/groups", {"name": "Pair", "kind": "individual"}, status=201)
    assert (made["provider_id"], made["seat_limit"]) == (house.lea, 1)
    group = f"/groups/{made['group_id']}"
    await lea.send("POST", f"{group}/roster", {"person_id": house.ada})
    full = await lea.send("POST", f"{group}/roster", {"person_id": house.ben}, status=409)
    assert full["code"] == "group_full"
    preview = await lea.send("POST", f"{group}/series?dry_run=true", PLAN, status=200)
    assert len(preview["sessions"]) == 4
    assert preview["invited"] == ["Ada Able"]
    assert preview["conflicts"] == []
    assert (await lea.send("GET", f"{group}/series")) == []
    series = await lea.send("POST", f"{group}/series", PLAN, status=201)
    assert (series["version"], series["sequence"], len(series["occurrences"])) == (1, 0, 4)
    where = f"/series/{series['series_id']}"
    key = series["occurrences"][1]["key"]
    moved = await lea.send("POST", f"{where}/sessions/{key}/move", {"start_time": "15:00"})
    assert moved["occurrences"][1]["starts_at"] == "2026-03-19T20:00:00Z"
    assert moved["occurrences"][1]["ends_at"] == "2026-03-19T21:30:00Z"
    assert (moved["sequence"], moved["master_sequence"]) == (1, 0)
    changed = await lea.send("PATCH", where, {"place": "Elsewhere"})
    assert (changed["version"], changed["sequence"]) == (3, 1)
    left = await lea.send("DELETE", f"{group}/roster/{house.ada}?last_day=2026-03-20")
    assert left["series_ids"] == [series["series_id"]]
    cancelled = await lea.send("POST", f"{where}/sessions/{key}/cancel")
    assert cancelled["occurrences"][1]["status"] == "cancelled"
    detail = await lea.send("GET", f"{where}/sessions/{series['occurrences'][0]['key']}")
    assert detail["counts"]["invited"] == 1
    ended = await lea.send("POST", f"{where}/cancel")
    assert ended["status"] == "cancelled"
    over = await lea.send("POST", f"{where}/cancel", status=409)
    assert over["code"] == "series_over"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"end_time": "09:00"}, "end_time"),
        ({"end_time": None, "duration_minutes": None}, "end_time"),
        ({"end_time": None, "duration_minutes": 5000}, "duration_minutes"),
        ({"count": None}, "count"),
        ({"count": 105}, "count"),
        ({"until": "2026-01-01"}, "until"),
        ({"starts_on": None}, "starts_on"),
        ({"frequency": "hourly"}, "frequency"),
        ({"frequency": "dates", "dates": []}, "dates"),
        ({"start_time": "10:00:30"}, "start_time"),
        ({"start_time": "10:00Z"}, "start_time"),
        ({"start_time": "25:00"}, "start_time"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"link": "mailto:x"}, "link"),
        ({"title": "x" * 200}, "title"),
    ],
)
async def test_bad_series_leave_nothing(house, open_script, changes, field):
    lea = await open_script(house.lea)
    for query in ("", "?dry_run=true"):
        problem = await lea.send(
            "POST", f"/groups/{house.group_id}/series{query}", {**PLAN, **changes}, status=422
        )
        assert field in problem["errors"], problem
        assert problem["type"].startswith("urn:alongside:problem:")
    assert len(await lea.send("GET", f"/groups/{house.group_id}/series")) == 1


async def test_the_loser_gets_a_reason(house, open_script):
    lea = await open_script(house.lea)
    clash = {**PLAN, "starts_on": "2026-03-10"}
    problem = await lea.send("POST", f"/groups/{house.group_id}/series", clash, status=409)
    assert problem["code"] == "already_booked"
    assert "Ada Able, Tuesday 10 March 2026 10:00-11:30 (CDT)" in problem["detail"]
    assert "circle" not in problem["detail"]


async def test_sessions(house, open_script):
    ada, cora = await open_script(house.ada), await open_script(house.cora)
    assert [each["key"] for each in await ada.send("GET", "/sessions")] == house.keys
    found = await ada.send("GET", "/sessions?from=2026-03-12T00:00:00Z&until=2026-03-25T00:00:00Z")
    assert [each["key"] for each in found] == house.keys[1:3]
    assert len(await ada.send("GET", "/sessions?limit=2&offset=1")) == 2
    assert await cora.send("GET", "/sessions") == []
    assert len(await cora.send("GET", "/sessions?everybody=true")) == 6
    assert len(await ada.send("GET", f"/sessions?group_id={house.group_id}&cancelled=true")) == 6
    await ada.send("GET", "/sessions?from=yesterday", status=422)
    await ada.send("GET", "/sessions?limit=100000", status=422)


async def test_imports(house, open_script):
    cora = await open_script(house.cora)
    staged = await cora.send(
        "POST", "/imports", {"text": "name,email\nNora,nora@example.org\nBad,bad"}, status=201
    )
    assert len(staged["preview"]["good"]) == len(staged["preview"]["bad"]) == 1
    assert (await cora.send("GET", f"/imports/{staged['import_id']}")) == staged
    done = await cora.send("POST", f"/imports/{staged['import_id']}/confirm")
    assert len(done["registered"]) == 1
    over = await cora.send("POST", f"/imports/{staged['import_id']}/confirm", status=410)
    assert over["code"] == "import_over"
    await cora.send("GET", "/imports/none", status=404)
    none = await cora.send("POST", "/imports", {"text": "name,email\nBad,bad"}, status=201)
    await cora.send("POST", f"/imports/{none['import_id']}/confirm", status=422)


async def test_the_same_key_does_nothing_twice(house, open_script):
    lea = await open_script(house.lea)
    path, key = f"/groups/{house.group_id}/series", {"Idempotency-Key": "one"}
    first = await lea.send("POST", path, PLAN, status=201, **key)
    second = await lea.send("POST", path, PLAN, status=201, **key)
    assert first == second
    assert len(await lea.send("GET", path)) == 2
    other = await lea.send("POST", path, {**PLAN, "count": 3}, status=422, **key)
    assert other["code"] == "idempotency_mismatch"


async def test_sign_in_links_tell_nothing(house, open_browser):
    nobody = await open_browser()
    known = await nobody.send(
        "POST", "/sign-in-links", {"email": "ada.able@example.org"}, status=202
    )
    unknown = await nobody.send("POST", "/sign-in-links", {"email": "x@example.org"}, status=202)
    assert known == unknown
    await nobody.send("POST", "/sign-in-links", {"email": "x"}, status=422)


async def test_a_wrong_kind_of_content(house, open_script):
    cora = await open_script(house.cora)
    response = await cora.client.post(
        "/api/scheduler/v1/people", content="<x/>", headers={"Content-Type": "text/xml"}
    )
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"
    response = await cora.client.post(
        "/api/scheduler/v1/people", content="{", headers={"Content-Type": "application/json"}
    )
    assert response.status_code in {400, 422}
    response = await cora.client.post("/groups/new", json={})
    assert response.status_code in {403, 415}


async def test_every_json_route_is_described(house, open_script):
    cora = await open_script(house.cora)
    schema = await cora.send("GET", "/openapi.json")
    assert schema["openapi"].startswith("3.1")
    for path, item in schema["paths"].items():
        assert path.startswith("/api/scheduler/v1/")
        for operation in item.values():
            assert operation.get("description") or operation.get("summary"), path


async def test_each_use_case_says_its_fact(house, open_script):
    """One transaction, one event, and the aggregate's version in it."""
    lea = await open_script(house.lea)
    from sqlalchemy import text

    async def said() -> list[str]:
        async with house.office.app.database.read() as session:
            rows = await session.execute(text("SELECT type FROM outbox ORDER BY id"))
            return [row[0].split(".")[2] for row in rows]

    before = await said()
    where = f"/series/{house.series_id}"
    await lea.send("PATCH", where, {"title": "New"})
    await lea.send("PATCH", where, {"title": "New"})
    await lea.send("POST", f"{where}/sessions/{house.keys[0]}/move", {"on": "2026-03-11"})
    await lea.send("POST", f"{where}/sessions/{house.keys[1]}/cancel")
    await lea.send("DELETE", f"/groups/{house.group_id}/roster/{house.ben}")
    await lea.send("POST", f"/groups/{house.group_id}/roster", {"person_id": house.ben})
    await lea.send("POST", f"{where}/cancel")
    assert (await said())[len(before) :] == [
        "SeriesChanged", "SessionMoved", "SessionCancelled", "RosterChanged", "RosterChanged",
        "SeriesEnded",
    ]  # fmt: skip
