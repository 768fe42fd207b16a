"""Sites, pairings and visits: on pages and as JSON, for coordinators and consultants."""

import re
from datetime import datetime, timedelta

import pytest

from alongside.contracts import VisitLogged, VisitState
from alongside_scheduler.handlers.copies import hear_hours

pytestmark = pytest.mark.contract

WEEKLY = {
    "frequency": "weekly", "starts_on": "2026-03-10", "start_time": "09:00", "end_time": "10:00",
    "count": 4,
}  # fmt: skip


async def paired(cora, person_id, **facts):
    site = await cora.send(
        "POST", "/sites", {"name": "Little Acorns", "place": "Oak Lane 1"}, status=201
    )
    pairing = await cora.send(
        "POST",
        f"/sites/{site['site_id']}/pairings",
        {"consultant_id": person_id, "begins_on": "2026-03-01", **facts},
        status=201,
    )
    return site["site_id"], pairing["pairing_id"]


async def test_as_json_from_the_site_to_the_log(house, open_script):
    cora, ada = await open_script(house.cora), await open_script(house.ada)
    omar = await open_script(house.omar)
    site_id, pairing_id = await paired(cora, house.ada)
    path = f"/pairings/{pairing_id}/visits"
    preview = await ada.send("POST", f"{path}?dry_run=true", WEEKLY)
    assert len(preview["visits"]) == 4
    made = await ada.send("POST", path, WEEKLY, status=201, **{"Idempotency-Key": "once"})
    again = await ada.send("POST", path, WEEKLY, status=201, **{"Idempotency-Key": "once"})
    assert made == again
    assert made["purpose"] == "consultation"
    visits = await ada.send("GET", "/visits")
    assert [each["standing"] for each in visits] == ["ahead"] * 4
    assert visits[0]["site"] == "Little Acorns"
    key = visits[0]["key"]
    assert (await ada.send("GET", f"/visits/{made['series_id']}/{key}"))["key"] == key
    assert len(await cora.send("GET", "/visits?everybody=true")) == 4
    assert await omar.send("GET", "/visits?everybody=true") == []
    for method, refused, body in (
        ("GET", f"/visits/{made['series_id']}/{key}", None),
        ("GET", f"/pairings/{pairing_id}", None),
        ("POST", path, WEEKLY),
        ("GET", f"/groups/{pairing_id}", None),
        ("GET", f"/visits/{house.series_id}/{house.keys[0]}", None),
    ):
        await omar.send(method, refused, body, status=404)
    for method, refused, body in (
        ("GET", "/sites", None),
        ("POST", "/sites", {"name": "His"}),
        ("PATCH", f"/sites/{site_id}", {"name": "His"}),
        ("PATCH", f"/pairings/{pairing_id}", {"ends_on": None}),
    ):
        await omar.send(method, refused, body, status=403)
    assert pairing_id not in str(await cora.send("GET", "/groups"))
    sites = await cora.send("GET", "/sites")
    assert sites[0]["pairings"][0]["consultant"] == "Ada Able"
    changed = await cora.send("PATCH", f"/sites/{site_id}", {"kind": "pre_k"})
    assert (changed["kind"], changed["name"]) == ("pre_k", "Little Acorns")
    assert (await ada.send("GET", "/visits"))[0]["site_kind"] == "pre_k"
    await cora.send("PATCH", f"/pairings/{pairing_id}", {"ends_on": "2026-03-20"})
    after = await ada.send("GET", "/visits")
    assert [each["standing"] for each in after] == ["ahead"] * 2 + ["cancelled"] * 2


async def test_a_coordinator_adds_a_site_pairs_and_ends(house, open_browser):
    cora = await open_browser(house.cora)
    assert "Add the first site" in await cora.page("/sites")
    refused = await cora.post("/sites/new", status=422, name="", kind="child_care", zone="Nowhere")
    assert "This is needed" in refused.text
    made = await cora.post(
        "/sites/new", name="Big Oaks", kind="pre_k", zone="America/Denver", place="Hill 3"
    )
    site = made.headers["location"]
    page = await cora.page(site)
    assert "Pre-K" in page
    refused = await cora.post(f"{site}/pairings", status=422, begins_on="2026-03-01")
    assert "Choose who consults here" in refused.text
    done = await cora.post(f"{site}/pairings", consultant_id=house.lea, begins_on="2026-03-01")
    pairing = done.headers["location"]
    assert "Lea Lead" in await cora.page(site)
    refused = await cora.post(
        f"{site}/pairings", status=409, consultant_id=house.lea, begins_on="2026-04-01"
    )
    assert "paired with this site already" in refused.text
    await cora.post(f"{site}/edit", name="Bigger Oaks", kind="pre_k", zone="America/Denver")
    assert "Bigger Oaks" in await cora.page(pairing)
    refused = await cora.post(f"{pairing}/until", status=422, ends_on="2026-03-05")
    assert "Tick the box" in refused.text
    await cora.post(f"{pairing}/until", ends_on="2026-03-01", confirm="yes")
    assert "Ended" in await cora.page(site)
    await cora.page("/sites")


async def test_a_consultant_plans_moves_and_cancels(house, open_browser, open_script):
    script = await open_script(house.cora)
    _, pairing_id = await paired(script, house.ada)
    ada = await open_browser(house.ada)
    assert "Little Acorns" in await ada.page("/visits")
    form = f"/pairings/{pairing_id}/visits/new"
    await ada.page(form)
    fields = {**WEEKLY, "interval": "1", "on_day_off": "skip"}
    shown = await ada.post(form, status=200, action="preview", **fields)
    assert shown.text.count("9:00") >= 4
    assert "4 visits" in shown.text
    await ada.post(form, action="save", **fields)
    clash = await ada.post(form, status=200, action="preview", **fields)
    assert "in two places" in clash.text
    refused = await ada.post(form, status=409, action="save", **fields)
    assert "Ada Able" in refused.text
    page = await ada.page("/visits")
    (path,) = set(re.findall(r'href="(/visits/[^"]+0310T0900)"', page))
    await ada.post(
        f"{path}/move", on="2026-03-11", start_time="13:00", end_time="14:00", place="Room 4"
    )
    page = await ada.page(path)
    assert "1:00 PM to 2:00 PM" in page
    assert "Room 4" in page
    refused = await ada.post(f"{path}/cancel", status=422, confirm="")
    assert "Tick the box" in refused.text
    await ada.post(f"{path}/cancel", confirm="yes")
    assert "Cancelled" in await ada.page(path)
    omar = await open_browser(house.omar)
    await omar.page(path, status=404)
    await omar.page(f"/pairings/{pairing_id}", status=404)
    await omar.page("/sites", status=403)
    assert "paired with no site" in await omar.page("/visits")


async def test_a_visit_has_its_own_page_and_what_is_over_asks_to_be_logged(
    house, open_browser, open_script
):
    script = await open_script(house.cora)
    site_id, pairing_id = await paired(script, house.lea)
    later = {**WEEKLY, "start_time": "13:00", "end_time": "14:00"}
    made = await script.send("POST", f"/pairings/{pairing_id}/visits", later, status=201)
    key = made["occurrences"][0]["key"]
    lea = await open_browser(house.lea)
    moved = await lea.get(f"/sessions/{made['series_id']}/{key}", status=303)
    assert moved.headers["location"] == f"/visits/{made['series_id']}/{key}"
    house.office.clock.set(datetime.fromisoformat("2026-03-11T15:00:00+00:00"))
    page = await lea.page("/visits")
    assert f"/attendance/visits/{made['series_id']}/{key}" in page
    home = await lea.page("/")
    assert "Visit to Little Acorns" in home
    lately = home.partition("Met lately")[2].partition("</section>")[0]
    assert "Visit to" not in lately
    to_log = home.partition("Visits to log")[2].partition("</section>")[0]
    assert f"/attendance/visits/{made['series_id']}/{key}" in to_log
    assert "Your visit" in home
    visit = VisitState(
        series_id=made["series_id"],
        occurrence_key=key,
        version=1,
        consultant_id=house.lea,
        site_id=site_id,
        started_at=made["occurrences"][0]["starts_at"],
        zone=made["zone"],
        scheduled_minutes=60,
        held=True,
        minutes=50,
    )
    said = VisitLogged(id="e1", occurred_at=house.office.clock.now(), visit=visit)
    await house.office.run(lambda uow: hear_hours([said], uow))
    assert "Visits to log" not in await lea.page("/")
    page = await lea.page("/visits")
    assert "To log" not in page
    assert "1 held" in page
    assert "50 min" in await lea.page(f"/visits/{made['series_id']}/{key}")


async def test_every_page_is_well_formed_for_who_may_see_it(house, open_browser, open_script):
    script = await open_script(house.cora)
    site_id, pairing_id = await paired(script, house.lea, ends_on="2026-12-31")
    later = {**WEEKLY, "start_time": "13:00", "end_time": "14:00"}
    made = await script.send("POST", f"/pairings/{pairing_id}/visits", later, status=201)
    visit = f"/visits/{made['series_id']}/{made['occurrences'][0]['key']}"
    own = ("/visits", visit, f"/pairings/{pairing_id}", f"/pairings/{pairing_id}/visits/new")
    kept = ("/sites", "/sites/new", f"/sites/{site_id}", f"/sites/{site_id}/edit")
    series = (f"/series/{made['series_id']}",)
    for who, open_to in ((house.cora, (*own, *kept, *series)), (house.lea, (*own, *series))):
        browser = await open_browser(who)
        for path in open_to:
            page = await browser.page(path)
            assert page.count("<h1") == 1, path
            assert " style=" not in page
            ids = re.findall(r' id="([^"]+)"', page)
            assert len(ids) == len(set(ids)), path


async def test_mine_and_everybodys(house, open_browser, open_script):
    script = await open_script(house.cora)
    await paired(script, house.lea)
    cora = await open_browser(house.cora)
    assert "Little Acorns" in await cora.page("/visits")
    assert "Little Acorns" not in await cora.page("/visits?mine=1")
    house.office.clock.set(house.office.clock.now() + timedelta(days=1))
