"""The JSON routes: every page's action, with the same rules and the same refusals."""

import pytest

from logbook.office import KEY

pytestmark = pytest.mark.unit

BOB_LATE = {"exceptions": [{"person_id": "bob", "presence": "late", "minutes": 90}]}


async def recorded(office) -> dict[str, str]:
    """Record the meeting; return the entries' ids by person."""
    async with office.script("pat") as pat:
        answer = await pat.put(f"/attendance/s1/{KEY}", json=BOB_LATE)
        assert answer.status_code == 200, answer.text
        return {each["supervisee_id"]: each["entry_id"] for each in answer.json()["entries"]}


async def test_the_main_job_by_script(circle):
    async with circle.script("pat") as pat:
        waiting = (await pat.get("/sessions")).json()
        assert waiting["total"] == 1
        assert waiting["sessions"][0]["key"] == KEY
        shown = (await pat.get(f"/attendance/s1/{KEY}")).json()
        assert [line["minutes"] for line in shown["lines"]] == [120, 120]
        assert shown["can_record"]
    entries = await recorded(circle)
    async with circle.script("pat") as pat:
        assert (await pat.get("/sessions")).json()["total"] == 0
        done = (await pat.get("/sessions", params={"state": "recorded"})).json()
        assert done["sessions"][0]["waiting"] == 2
    async with circle.script("ann") as ann:
        one = (await ann.get(f"/entries/{entries['ann']}")).json()
        assert (one["status"], one["minutes"], one["counts"]) == ("recorded", 120, "pending")
        assert one["provider"] == {"person_id": "pat", "name": "Pat"}
        confirmed = await ann.post(f"/entries/{entries['ann']}/confirm", json={"version": 1})
        assert confirmed.json()["confirmed"] == 1
        progress = (await ann.get("/progress")).json()["progress"]
        assert progress["buckets"][0]["counted"] == 120
        assert progress["buckets"][0]["required"] == 1440
        assert progress["status"] == "on_track"
        history = (await ann.get(f"/entries/{entries['ann']}/history")).json()
        assert [step["act"] for step in history["steps"]] == ["recorded", "confirmed"]
        assert history["problem"] is None
        assert history["steps"][1]["prev_hash"] == history["steps"][0]["hash"]
    async with circle.script("bob") as bob:
        returned = await bob.post(
            f"/entries/{entries['bob']}/return", json={"reason": "I was on time"}
        )
        assert returned.json()["status"] == "returned"
    async with circle.script("cora") as cora:
        cohort = (await cora.get("/cohort")).json()
        assert {line["person"]["name"] for line in cohort["lines"]} == {"Ann", "Bob"}
        assert cohort["unconfirmed"] == 1


async def test_recording_twice_changes_nothing(circle):
    await recorded(circle)
    async with circle.script("pat") as pat:
        again = await pat.put(f"/attendance/s1/{KEY}", json=BOB_LATE)
    assert again.json()["changed"] == 0


async def test_a_key_makes_a_write_safe_to_repeat(circle):
    async with circle.script("pat") as pat:
        key = {"idempotency-key": "once"}
        one = await pat.put(f"/attendance/s1/{KEY}", json=BOB_LATE, headers=key)
        two = await pat.put(f"/attendance/s1/{KEY}", json=BOB_LATE, headers=key)
        other = await pat.put(f"/attendance/s1/{KEY}", json={}, headers=key)
    assert one.json() == two.json()
    assert two.json()["changed"] == 2
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_mismatch"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"exceptions": [{"person_id": "bob", "presence": "late"}]}, 422, "bob"),
        ({"exceptions": [{"person_id": "eve", "presence": "absent"}]}, 422, "eve"),
        ({"exceptions": [{"person_id": "bob", "presence": "late", "minutes": 999}]}, 422, "bob"),
        ({"exceptions": [{"person_id": "bob", "presence": "gone"}]}, 422, None),
        ({"exceptions": [{"person_id": "bob", "minutes": 1.5, "presence": "late"}]}, 422, None),
        ({"people": []}, 422, None),
        ({"reason_code": "because"}, 422, None),
    ],
)
async def test_nonsense_is_a_problem_document(circle, body, status, field):
    async with circle.script("pat") as pat:
        answer = await pat.put(f"/attendance/s1/{KEY}", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if field:
        assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("ann", "GET", "/attendance/s1/" + KEY, 404),
        ("eve", "GET", "/attendance/s1/" + KEY, 404),
        ("cora", "GET", "/attendance/s1/" + KEY, 200),
        ("pat", "GET", "/attendance/s1/20300101T1000", 404),
        ("ann", "PUT", "/attendance/s1/" + KEY, 403),
        ("eve", "PUT", "/attendance/s1/" + KEY, 403),
        ("bob", "GET", "/entries/{ann}", 404),
        ("eve", "GET", "/entries/{ann}/history", 404),
        ("pat", "GET", "/entries/{ann}", 200),
        ("cora", "GET", "/entries/{ann}/history", 200),
        ("pat", "GET", "/entries/nothing", 404),
        ("bob", "GET", "/entries?person=ann", 404),
        ("pat", "GET", "/entries?person=ann", 200),
        ("bob", "GET", "/progress/ann", 404),
        ("eve", "GET", "/progress/ann", 404),
        ("pat", "GET", "/progress/ann", 200),
        ("cora", "GET", "/progress/ann", 200),
        ("bob", "POST", "/entries/{ann}/confirm", 403),
        ("pat", "POST", "/entries/{ann}/confirm", 403),
        ("cora", "POST", "/entries/{ann}/confirm", 403),
        ("ann", "POST", "/entries/nothing/confirm", 404),
    ],
)
async def test_who_may_do_what(circle, who, method, path, status):
    entries = await recorded(circle)
    async with circle.script(who) as somebody:
        answer = await somebody.request(
            method, path.format(**entries), json={} if method != "GET" else None
        )
    assert answer.status_code == status, answer.text


async def test_confirming_everything_that_waits(circle):
    entries = await recorded(circle)
    async with circle.script("ann") as ann:
        both = {"entries": [{"entry_id": entries["ann"]}, {"entry_id": entries["bob"]}]}
        assert (await ann.post("/entries/confirm", json=both)).status_code == 403
        stale = {"entries": [{"entry_id": entries["ann"], "version": 7}]}
        assert (await ann.post("/entries/confirm", json=stale)).status_code == 409
        assert (await ann.post("/entries/confirm", json={})).json()["confirmed"] == 1
        assert (await ann.post("/entries/confirm", json={})).json()["confirmed"] == 0
        again = await ann.post(f"/entries/{entries['ann']}/return", json={"reason": "no"})
        assert again.status_code == 409


async def test_a_supervisee_sees_an_empty_cohort_and_no_sessions(circle):
    async with circle.script("ann") as ann:
        assert (await ann.get("/cohort")).json()["lines"] == []
        assert (await ann.get("/sessions", params={"everybody": True})).json()["total"] == 0
    async with circle.script("cora") as cora:
        assert (await cora.get("/sessions")).json()["total"] == 0
        assert (await cora.get("/sessions", params={"everybody": True})).json()["total"] == 1


async def test_entries_by_status_and_page(circle):
    await recorded(circle)
    async with circle.script("ann") as ann:
        assert (await ann.get("/entries")).json()["total"] == 1
        assert (await ann.get("/entries", params={"status": "confirmed"})).json()["total"] == 0
        assert (await ann.get("/entries", params={"page": 2})).json()["entries"] == []
        assert (await ann.get("/entries", params={"status": "lost"})).status_code == 422
        assert (await ann.get("/entries", params={"size": 1000})).status_code == 422


async def test_rules(circle):
    async with circle.script("ann") as ann:
        listed = (await ann.get("/rules")).json()
        assert listed["association"] == "alliance"
        assert {"pack": "alliance/apply/IFS", "hours": 24}.items() <= next(
            each.items() for each in listed["packs"] if each["category"] == "IFS"
        )
        pack = (await ann.get("/rules/alliance/apply/IMHM-C")).json()
        asked = pack["pack"]["requirements"]
        assert [each["hours"] for each in asked if each["kind"] == "rsc"] == [50, 25]
        assert pack["sources"]["S17"]["address"]
        assert (await ann.get("/rules/none/apply/IFS")).status_code == 404


async def test_without_a_token_nothing(circle):
    async with circle.browser(None) as nobody:
        for path in ("/progress", "/entries", "/cohort", "/rules", "/sessions"):
            answer = await nobody.get(f"/api/logbook/v1{path}")
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_that_may_only_read(circle):
    async with circle.script("pat") as pat:
        pat.headers["authorization"] = f"Bearer {circle.token('pat', scopes=('read',))}"
        assert (await pat.get("/sessions")).status_code == 200
        refused = await pat.put(f"/attendance/s1/{KEY}", json={})
    assert refused.status_code == 403
    assert refused.json()["code"] == "insufficient_scope"


async def test_the_description_has_every_route(circle):
    async with circle.browser(None) as nobody:
        described = (await nobody.get("/api/logbook/v1/openapi.json")).json()
    assert set(described["paths"]) >= {
        "/api/logbook/v1" + path
        for path in (
            "/sessions", "/attendance/{series_id}/{key}", "/entries", "/entries/confirm",
            "/entries/{entry_id}", "/entries/{entry_id}/history", "/entries/{entry_id}/confirm",
            "/entries/{entry_id}/return", "/progress", "/progress/{person_id}", "/cohort",
            "/sitting", "/unrecorded", "/attended", "/entries/{entry_id}/take-back",
            "/entries/{entry_id}/override", "/rules", "/rules/{pack}", "/visits", "/visits/totals",
            "/visits/{series_id}/{key}",
        )
    }  # fmt: skip
