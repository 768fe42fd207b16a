"""Seats, the waiting list and offers on pages and as JSON: who sees what, and what each button does."""

import re
from datetime import timedelta

import pytest

from alongside.contracts import ProgressChanged
from alongside_scheduler.handlers.copies import hear_hours
from alongside_scheduler.seat_keeper import SeatKeeper

pytestmark = pytest.mark.contract


@pytest.fixture
async def full(house):
    """The house's group with its two seats taken, and two people who would like one."""
    house.cleo = await house.office.person("Cleo Crane", pursuing="IFS")
    house.dora = await house.office.person("Dora Dunn")
    house.small = (
        await house.office.group(
            house.lea, [house.ada, house.ben], name="Small circle", seat_limit=2, offer_hours=48
        )
    ).group_id
    said = ProgressChanged(
        id=house.office.app.new_id(),
        occurred_at=house.office.clock.now(),
        supervisee_id=house.cleo,
        version=1,
        category="IFS",
        required_minutes=1440,
        counted_minutes=360,
        pending_minutes=90,
        appears_met=False,
    )
    await house.office.run(lambda uow: hear_hours([said], uow))
    return house


async def test_a_full_group_says_so_and_takes_who_waits(full, open_browser):
    lea = await open_browser(full.lea)
    group = f"/groups/{full.small}"
    page = await lea.page(group)
    assert 'aria-label="Seats: 2 of 2 taken"' in page
    assert "Every seat is taken" in page
    refused = await lea.post(f"{group}/roster", status=409, person_id=full.cleo)
    assert "2 seats, and 2 are taken" in refused.text
    await lea.post(f"{group}/waitlist", status=422, on="2026-03-02")
    await lea.client.post(f"{group}/waitlist", data={"person_id": [full.dora, full.cleo]})
    page = await lea.page(group)
    waiting = page[page.index('id="waitlist"') :]
    # Cleo is behind her goal; nothing is known of Dora.
    assert waiting.index("Cleo Crane") < waiting.index("Dora Dunn")
    assert "6 h of 24 h" in waiting
    assert "1 h 30 min wait for a confirmation" in waiting
    again = await lea.post(f"{group}/waitlist", status=409, person_id=full.cleo)
    assert "waits for a seat of this group already" in again.text
    await lea.post(f"{group}/waitlist/{full.dora}/leave")
    assert "Dora Dunn" not in (await lea.page(group)).split('id="waitlist"')[1].split("Earlier")[0]
    omar = await open_browser(full.omar)
    await omar.post(f"{group}/waitlist", status=404, person_id=full.dora)
    ada = await open_browser(full.ada)
    page = await ada.page(group)
    assert "Cleo" not in page
    assert 'aria-label="2 of 2 seats taken"' in page


async def test_an_offer_from_the_mail_to_the_roster(full, open_browser, open_script):
    lea = await open_browser(full.lea)
    group = f"/groups/{full.small}"
    await lea.post(f"{group}/waitlist", person_id=full.cleo)
    await lea.post(f"{group}/roster/{full.ben}/leave", last_day="2026-03-24")
    page = await lea.page(group)
    assert "Offered to Cleo Crane" in page
    assert "runs out in 2 days" in page
    assert "1 kept for an open offer" in page
    cleo = await open_browser(full.cleo)
    (offered,) = (await (await open_script(full.cleo)).send("GET", "/offers"))["offers"]
    path = f"/offers/{offered['offer_id']}"
    assert path in await cleo.page("/groups")
    assert path in await cleo.page("/")
    assert path not in await (await open_browser(full.dora)).page("/")
    page = await cleo.page(path)
    assert "Wed, Mar 25, 2026" in page
    assert "Take the seat" in page
    assert "Ada" not in page
    assert "Ben" not in page
    # Who is not signed in is led to the sign-in page, and comes back.
    nobody = await open_browser()
    answer = await nobody.client.get(path)
    assert answer.status_code == 303
    assert "sign-in" in answer.headers["location"]
    for other in (full.dora, full.omar):
        await (await open_browser(other)).page(path, status=404)
        await (await open_browser(other)).post(f"{path}/accept", status=404)
    assert "Take back" in await lea.page(path)
    await lea.post(f"{path}/accept", status=404)
    await cleo.post(f"{path}/accept")
    assert "The seat is yours" in await cleo.page(path)
    assert "Cleo Crane" in await lea.page(group)
    assert "Small circle" in await cleo.page("/groups")
    late = await cleo.post(f"{path}/decline", status=409)
    assert "taken already" in late.text


async def test_an_offer_let_go_goes_to_the_next(full, open_browser):
    lea, cleo, dora = [await open_browser(who) for who in (full.lea, full.cleo, full.dora)]
    group = f"/groups/{full.small}"
    await lea.post(f"{group}/edit", **edit(full, takes_asks="yes"))
    await cleo.post(f"{group}/ask")
    await dora.post(f"{group}/ask")
    assert "since Mon, Mar 2, 2026" in await dora.page(f"{group}/ask")
    assert "You wait for a seat" in await dora.page("/groups")
    assert (await dora.post(f"{group}/ask", status=409)).text.count("already")
    await lea.post(f"{group}/edit", **edit(full, seat_limit="3", takes_asks="yes"))
    path = re.search(r"/offers/[\w-]+", await cleo.page("/groups"))[0]
    assert "Look at the offer" in await cleo.page(f"{group}/ask")
    full.office.clock.advance(timedelta(hours=72))
    late = await cleo.post(f"{path}/accept", status=409)
    assert "run out" in late.text
    assert "This offer has run out" in await cleo.page(path)
    assert await SeatKeeper(full.office.app.uow).tick() == 1
    path_of_dora = re.search(r"/offers/[\w-]+", await dora.page("/groups"))[0]
    await cleo.post(f"{path}/again")
    assert "You wait for a seat" in await cleo.page("/groups")
    await dora.post(f"{path_of_dora}/decline")
    assert "You let this seat go" in await dora.page(path_of_dora)
    # Nobody else waits: it is Cleo's turn once more.
    path = re.search(r"/offers/[\w-]+", await cleo.page("/groups"))[0]
    await lea.post(f"{path}/withdraw")
    assert "taken back" in await cleo.page(path)
    page = await lea.page(group)
    assert "withdrawn" in page
    assert "expired" in page
    await cleo.post(f"{group}/ask")
    await cleo.post(f"{group}/waitlist/{full.cleo}/leave", status=404)


async def test_the_page_to_ask_is_there_only_where_it_is_open(full, open_browser):
    cleo, lea, ada = [await open_browser(who) for who in (full.cleo, full.lea, full.ada)]
    ask = f"/groups/{full.small}/ask"
    await cleo.page(ask, status=404)
    await cleo.post(ask, status=404)
    await lea.post(f"/groups/{full.small}/edit", **edit(full, takes_asks="yes"))
    page = await cleo.page(ask)
    assert "all taken at the moment" in page
    assert "Ada" not in page
    assert "You are in this group" in await ada.page(ask)
    assert "You lead this group" in await lea.page(ask)
    assert f"http://testserver{ask}" in await lea.page(f"/groups/{full.small}")


async def test_a_group_that_only_warns(full, open_browser):
    lea = await open_browser(full.lea)
    group = f"/groups/{full.small}"
    await lea.post(f"{group}/edit", **edit(full, seat_policy="warn"))
    assert "takes one more all the same" in await lea.page(group)
    await lea.post(f"{group}/roster", person_id=full.cleo)
    page = await lea.page(group)
    assert "1 more than there are seats" in page
    assert "over the limit" in page
    refused = await lea.post(f"{group}/edit", status=422, **edit(full))
    assert "3 seats are taken" in refused.text
    assert 'value="warn"' in refused.text


async def test_a_leave_is_taken_back_on_the_page(full, open_browser):
    lea = await open_browser(full.lea)
    group = f"/groups/{full.small}"
    await lea.post(f"{group}/roster/{full.ben}/leave", last_day="2026-03-24")
    assert "Stays after all" in await lea.page(group)
    await lea.post(f"{group}/roster/{full.ben}/stay")
    assert "Stays after all" not in (await lea.page(group)).replace("Stays after all.", "")
    await lea.post(f"{group}/roster/{full.ben}/leave", last_day="2026-03-24")
    await lea.post(f"{group}/waitlist", person_id=full.cleo)
    refused = await lea.post(f"{group}/roster/{full.ben}/stay", status=409)
    assert "kept for an open offer" in refused.text


async def test_series_that_run_are_offered_the_change(house, open_browser):
    lea = await open_browser(house.lea)
    form = f"/groups/{house.group_id}/edit"
    assert "Also change the series that runs" in await lea.page(form)
    fields = edit(house) | {"name": "Oak circle", "seat_limit": "", "place": "Room 9"}
    await lea.post(form, **fields, running_too="yes")
    page = await lea.page(f"/series/{house.series_id}")
    assert "Oak circle" in page
    assert "Room 9" in page
    house.office.clock.advance(timedelta(days=90))
    lea = await open_browser(house.lea)
    assert "Also change" not in await lea.page(form)


async def test_the_whole_way_as_json(full, open_script):
    lea, cleo = await open_script(full.lea), await open_script(full.cleo)
    group = f"/groups/{full.small}"
    made = await lea.send("GET", group)
    assert made["group"]["seat_policy"] == "refuse"
    assert made["group"]["offer_hours"] == 48
    assert made["seats"]["taken"] == 2
    full_up = await lea.send("POST", f"{group}/roster", {"person_id": full.cleo}, status=409)
    assert full_up["code"] == "group_full"
    waits = await lea.send("POST", f"{group}/roster", {"person_id": full.cleo, "or_wait": True})
    assert (waits["standing"], waits["waiting_number"]) == ("waiting", 1)
    await cleo.send("GET", f"{group}/seats", status=404)
    mine = await cleo.send("GET", "/offers")
    assert [each["group"] for each in mine["waiting"]] == ["Small circle"]
    await lea.send("PATCH", group, {"seat_limit": 3})
    mine = await cleo.send("GET", "/offers")
    (offer,) = mine["offers"]
    path = f"/offers/{offer['offer_id']}"
    shown = await cleo.send("GET", path)
    assert (shown["state"], shown["mine"]) == ("open", True)
    first = await cleo.send("POST", f"{path}/accept", {}, **{"Idempotency-Key": "once"})
    second = await cleo.send("POST", f"{path}/accept", {}, **{"Idempotency-Key": "once"})
    assert first == second
    over = await cleo.send("POST", f"{path}/decline", {}, status=409)
    assert over["code"] == "offer_over"
    await lea.send("DELETE", path, status=409)
    await lea.send("POST", f"{group}/waitlist", {"person_id": full.dora})
    await lea.send("DELETE", f"{group}/waitlist/{full.dora}", status=204)
    await lea.send("DELETE", f"{group}/waitlist/{full.dora}", status=404)
    await cleo.send("POST", f"{path}/again", {}, status=409)


async def test_who_leads_a_group_stays_supervisor_on_the_page(house, open_browser):
    cora = await open_browser(house.cora)
    refused = await cora.post(
        f"/people/{house.lea}",
        status=409,
        name="Lea Lead",
        email="lea.lead@example.org",
        zone="America/Chicago",
        roles="supervisee",
    )
    assert "This person leads Tuesday circle" in refused.text


def edit(house, **fields: str) -> dict[str, str]:
    """The fields of a group's form, as a browser sends them."""
    return {
        "name": "Small circle",
        "kind": "group",
        "zone": "America/Chicago",
        "provider_id": house.lea,
        "place": "Room 1",
        "seat_limit": "2",
        "seat_policy": "refuse",
        "offer_hours": "48",
        **fields,
    }
