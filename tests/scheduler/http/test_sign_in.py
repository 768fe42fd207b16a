"""Signing in: one link, one use, one quarter of an hour, and nobody learns who is registered."""

import asyncio
from datetime import timedelta

import pytest

from alongside.contracts import SignedOut, SignInLinkRequested
from alongside.web.tokens import cookie_name
from alongside_scheduler.handlers.sign_in import MOST_LINKS

pytestmark = pytest.mark.contract

COOKIE = cookie_name("http://testserver")


async def asked(house, browser, email="ada.able@example.org", **fields) -> str:
    """Ask for a link; return its path as the mail would have it."""
    said = await events(house)
    await browser.post("/sign-in", status=200, email=email, **fields)
    (new,) = (await events(house))[len(said) :]
    assert isinstance(new, SignInLinkRequested)
    link = house.office.app.web.state.doors.sign_in_link(new.request_id)
    return link.removeprefix("http://testserver")


async def events(house) -> list:
    from sqlalchemy import text

    from alongside.contracts import people_events

    async with house.office.app.database.read() as session:
        rows = await session.execute(
            text("SELECT payload FROM outbox WHERE topic LIKE '%people%' ORDER BY id")
        )
        return [people_events.validate_json(row[0]) for row in rows]


async def test_the_whole_way(house, open_browser):
    browser = await open_browser()
    response = await browser.get("/groups", status=303)
    assert response.headers["location"] == "/sign-in?next=/groups"
    link = await asked(house, browser, next="/groups")
    page = await browser.page(link)
    assert "<form" in page
    assert "Sign in" in page
    page = await browser.page(link)
    assert "<form" in page, "opening a link does not use it up"
    response = await browser.post(link)
    assert response.headers["location"] == "/groups"
    assert "HttpOnly" in response.headers["set-cookie"]
    assert "SameSite=lax" in response.headers["set-cookie"]
    assert "Tuesday circle" in await browser.page("/groups")


async def test_a_used_link_offers_a_new_one(house, open_browser):
    browser, other = await open_browser(), await open_browser()
    link = await asked(house, browser)
    await browser.post(link)
    for page in (await other.page(link, status=410), (await other.post(link, status=410)).text):
        assert "no longer works" in page
        assert 'action="/sign-in"' in page
    assert COOKIE not in other.client.cookies


async def test_of_many_who_press_the_button_one_gets_in(house, open_browser):
    link = await asked(house, await open_browser())
    browsers = [await open_browser() for _ in range(5)]
    outcomes = await asyncio.gather(*(each.client.post(link) for each in browsers))
    assert sorted(each.status_code for each in outcomes) == [303, 410, 410, 410, 410]


async def test_a_stale_link(house, open_browser):
    browser = await open_browser()
    link = await asked(house, browser)
    house.office.clock.advance(timedelta(minutes=15))
    await browser.page(link, status=410)
    await browser.post(link, status=410)


async def test_a_forged_link(house, open_browser):
    browser = await open_browser()
    link = await asked(house, browser)
    other_mac = house.office.app.secrets.link_mac("reply", link.split("/")[-1].split(".")[0])
    for forged in (
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        link.rpartition(".")[0] + "." + other_mac,
        "/sign-in/nonsense",
        "/sign-in/x.y",
        "/sign-in/é.é",
    ):
        await browser.page(forged, status=410)
        await browser.post(forged, status=410)


async def test_the_answer_is_the_same_for_everybody(house, open_browser):
    browser = await open_browser()
    known = await browser.post("/sign-in", status=200, email="ada.able@example.org")
    unknown = await browser.post("/sign-in", status=200, email="who.else@example.org")
    assert known.text.replace("ada.able", "X") == unknown.text.replace("who.else", "X")


async def test_an_address_gets_so_many_links_and_no_more(house, open_browser):
    browser = await open_browser()
    before = len(await events(house))
    for _ in range(MOST_LINKS + 3):
        await browser.post("/sign-in", status=200, email="ADA.able@example.org ")
    assert len(await events(house)) == before + MOST_LINKS
    house.office.clock.advance(timedelta(minutes=16))
    await browser.post("/sign-in", status=200, email="ada.able@example.org")
    assert len(await events(house)) == before + MOST_LINKS + 1


async def test_what_is_not_an_address(house, open_browser):
    browser = await open_browser()
    response = await browser.post("/sign-in", status=422, email="not an address")
    assert "not an e-mail address" in response.text
    assert 'value="not an address"' in response.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_elsewhere(house, open_browser, elsewhere):
    browser = await open_browser()
    link = await asked(house, browser, next=elsewhere)
    response = await browser.post(link)
    assert response.headers["location"] == "/"


async def test_signing_out_ends_the_cookie_everywhere(house, open_browser):
    browser = await open_browser(house.ada)
    await browser.page("/")
    stolen = browser.client.cookies[COOKIE]
    await browser.post("/sign-out")
    assert isinstance((await events(house))[-1], SignedOut)
    thief = await open_browser()
    thief.client.cookies.set(COOKIE, stolen)
    await thief.get("/", status=303)


async def test_who_left_is_signed_out(house, open_browser):
    ben = await open_browser(house.ben)
    await ben.page("/")
    cora = await open_browser(house.cora)
    await cora.post(f"/people/{house.ben}/remove", confirm="yes")
    await ben.get("/", status=303)
    link_browser = await open_browser()
    before = len(await events(house))
    await link_browser.post("/sign-in", status=200, email="ben.baker@example.org")
    assert len(await events(house)) == before


async def test_a_link_of_who_left_is_worthless(house, open_browser):
    browser = await open_browser()
    link = await asked(house, browser, email="ben.baker@example.org")
    cora = await open_browser(house.cora)
    await cora.send("DELETE", f"/people/{house.ben}")
    await browser.post(link, status=410)


async def test_a_change_of_roles_counts_at_once(house, open_browser):
    omar, cora = await open_browser(house.omar), await open_browser(house.cora)
    await omar.page("/groups/new")
    await cora.send("PATCH", f"/people/{house.omar}", {"roles": ["supervisee"]})
    await omar.page("/groups/new", status=403)


async def test_set_up_once(office, settings):
    import httpx2

    doors = office.app.web.state.doors
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(office.app.web),
        base_url="http://testserver",
        headers={"Origin": "http://testserver", "Accept": "text/html"},
    ) as client:
        link = await office.app.welcome.link()
        assert link == f"http://testserver/set-up/{doors.set_up_token()}"
        assert (await client.get("/set-up/wrong")).status_code == 404
        assert "Nobody is registered yet" in (await client.get("/sign-in")).text
        page = await client.get(link)
        assert page.status_code == 200
        wrong = await client.post(
            link, data={"association": "", "name": "", "email": "x", "zone": "X"}
        )
        assert wrong.status_code == 422
        for said in ("This is needed.", "not an e-mail address", "not known"):
            assert said in wrong.text
        answers = {
            "association": "Sample Association",
            "name": "Cora",
            "email": "cora@example.org",
            "zone": "America/Chicago",
        }
        done = await client.post(link, data=answers)
        assert (done.status_code, done.headers["location"]) == (303, "/")
        home = await client.get("/")
        assert "First steps" in home.text
        assert (await client.get(link)).status_code == 410
        assert (await client.post(link, data=answers)).status_code == 410
        assert not await office.app.welcome.is_new()
        assert "/sign-in/" in await office.app.welcome.link()


async def test_tokens(house, open_browser, open_script):
    browser = await open_browser(house.lea)
    page = await browser.post("/account/tokens", status=200, label="Export", days="30")
    assert "shown this once" in page.text
    reader = await open_script(house.lea, "read")
    assert (await reader.send("GET", "/me"))["name"] == "Lea Lead"
    refused = await reader.send("POST", "/groups", {"name": "X"}, status=403)
    assert refused["code"] == "insufficient_scope"
    writer = await open_script(house.lea)
    made = await writer.send("POST", "/tokens", {"label": "two", "scopes": ["read"]}, status=201)
    assert made["token"].count(".") == 2
    listed = await writer.send("GET", "/tokens")
    assert {each["label"] for each in listed} == {"Export", "test", "two"}
    for each in listed:
        if each["label"] == "two":
            await writer.send("DELETE", f"/tokens/{each['token_id']}", status=204)
    assert len(await writer.send("GET", "/tokens")) == len(listed) - 1
    await writer.send("DELETE", "/tokens/not-mine", status=404)
    for wrong in (
        {"label": "", "scopes": ["read"]},
        {"label": "x", "scopes": ["admin"]},
        {"label": "x", "days": 999},
    ):
        await writer.send("POST", "/tokens", wrong, status=422)
    await browser.post("/account/tokens", status=422, label="", days="a lot")


async def test_nobody_without_a_sign_in(house, open_browser):
    browser = await open_browser()
    for path in ("/people", "/groups", f"/series/{house.series_id}", "/account", "/sessions"):
        await browser.get(path, status=303)
    for path in ("/people", "/groups", "/me", "/sessions"):
        problem = await browser.send("GET", path, status=401)
        assert problem["code"] == "sign_in_needed"


async def test_another_sites_form_is_refused(house, open_browser):
    browser = await open_browser(house.cora)
    browser.client.headers["Origin"] = "https://evil.example"
    await browser.post("/groups/new", status=403, name="X")
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"
    await browser.post("/sign-out", status=403)
