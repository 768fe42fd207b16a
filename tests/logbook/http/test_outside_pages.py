"""Hours from elsewhere on pages: the form with rows, the link without an account, the registry."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from alongside.contracts import VouchAsked
from logbook.office import text_of

pytestmark = pytest.mark.unit

PROVIDER = {
    "name": "Hanna Vale",
    "email": "hanna@example.org",
    "claim_kind-0": "IMHM-C",
    "claim_standing-0": "endorsed",
    "claim_valid_from-0": "2020-01-01",
}
SESSIONS = {
    "rows": "3",
    "kind": "group",
    "head_count": "4",
    "mode": "virtual",
    "ages": "0-3",
    "held_on-0": "2026-02-03",
    "start-0": "10:00",
    "until-0": "11:30",
    "held_on-2": "2026-02-17",
    "minutes-2": "60",
    "about_rsc_minutes-2": "15",
}


@pytest.fixture
async def desk(circle):
    circle.clock.set(datetime(2026, 3, 2, 18, 0, tzinfo=UTC))
    return circle


async def written(desk):
    async with desk.browser("ann") as ann:
        sent = await ann.post("/hours/outside/new", data={**PROVIDER, **SESSIONS})
        assert (sent.status_code, sent.headers["location"]) == (303, "/hours/outside")
        page = await ann.get("/hours/outside")
    return page.text


async def link(desk) -> str:
    """Ask Hanna, and return the link as the notifier makes it."""
    provider_id = re.search(r"/hours/outside/providers/([^/\"]+)/ask", await written(desk))[1]
    async with desk.browser("ann") as ann:
        sent = await ann.post(f"/hours/outside/providers/{provider_id}/ask")
        assert sent.status_code == 303
        assert "Asked Mon, Mar 2" in text_of((await ann.get("/hours/outside")).text)
    (event,) = desk.heard(VouchAsked) or await _asked(desk)
    return f"/vouch/{event}/{desk.app.secrets.link_mac('vouch', event)}"


async def _asked(desk):
    async with desk.app.uow() as uow:
        (request,) = await uow.outside.requests_of("ann")
    return [request.request_id]


async def test_sessions_are_written_down_in_rows_and_what_is_wrong_stands_beside_them(desk):
    async with desk.browser("ann") as ann:
        assert "Somebody outside" not in (await ann.get("/hours/outside")).text
        form = await ann.get("/hours/outside/new")
        assert form.text.count('type="time"') == 6
        more = await ann.post("/hours/outside/new", data={**SESSIONS, "more": "1"})
        assert more.text.count('type="time"') == 12
        assert 'value="2026-02-17"' in more.text
        wrong = await ann.post(
            "/hours/outside/new",
            data={**PROVIDER, **SESSIONS, "held_on-2": "2026-03-17", "email": "hanna"},
        )
        assert wrong.status_code == 422
        assert "This is not an e-mail address." in wrong.text
        wrong = await ann.post(
            "/hours/outside/new", data={**PROVIDER, **SESSIONS, "held_on-2": "2026-03-17"}
        )
        assert re.search(r'href="#f-held_on-2">This is still to come', wrong.text)
        assert "Hanna" not in (await ann.get("/hours/outside")).text, "all or nothing"
    page = text_of(await written(desk))
    assert "0 min of 2 h 30 min confirmed" in page
    assert "Not checked yet" in page
    assert "Ask about 2 sessions" in page


async def test_the_link_works_once_without_an_account_and_looking_changes_nothing(desk):
    path = await link(desk)
    async with desk.browser(None) as hanna:
        for _ in range(2):
            page = await hanna.get(path)
            assert page.status_code == 200
        seen = text_of(page.text)
        assert "Ann says that you gave this reflective supervision" in seen
        assert "Tue, Feb 3, 2026, 10:00 AM CST (UTC\N{MINUS SIGN}6)" in seen
        assert "1 h 30 min · group of 4 · virtual" in seen
        assert "15 min about the RSC they give" in seen
        entries = re.findall(r'name="right" value="([^"]+)" checked', page.text)
        assert len(entries) == 2

        for forged in (path[:-1] + ("A" if path[-1] != "A" else "B"), "/vouch/none/none"):
            assert (await hanna.get(forged)).status_code == 410
            assert (await hanna.post(forged, data={})).status_code == 410
        missing = await hanna.post(path, data={"right": entries[0], "name": " "})
        assert missing.status_code == 422
        assert "Say who it was." in missing.text
        missing = await hanna.post(path, data={"right": entries[0], "name": "Hanna Vale"})
        assert missing.status_code == 422
        assert re.search(rf'href="#f-reason-{entries[1]}">Say in a few words', missing.text)

        done = await hanna.post(
            path,
            data={
                "right": entries[0],
                f"reason-{entries[1]}": "It was 45 minutes.",
                "name": "Hanna R. Vale",
                "claim_kind-0": "ERS",
                "claim_standing-0": "endorsed",
                "claim_valid_from-0": "2019-05-01",
                "claim_number-0": "123",
            },
        )
        assert done.status_code == 200
        assert "1 session confirmed, 1 sent back to Ann" in text_of(done.text)
        over = await hanna.get(path)
        assert over.status_code == 410
        assert "You have answered already" in text_of(over.text)
        assert "Ann" not in text_of(over.text)
    async with desk.browser("ann") as ann:
        page = text_of((await ann.get("/hours/outside")).text)
        assert "1 h 30 min of 2 h 30 min confirmed" in page
        assert "“It was 45 minutes.”" in page
        assert "Hanna R. Vale" in page
        detail = text_of((await ann.get(f"/hours/{entries[0]}")).text)
        assert "Hanna R. Vale" in detail
        assert "not yet checked against the registry" in detail
        form = await ann.get(f"/hours/outside/{entries[1]}")
        assert 'value="2026-02-17"' in form.text
        sent = await ann.post(
            f"/hours/outside/{entries[1]}",
            data={
                "version": "2",
                "kind": "individual",
                "held_on-0": "2026-02-17",
                "minutes-0": "45",
            },
        )
        assert sent.status_code == 303
        assert "Ask about 1 session" in (await ann.get("/hours/outside")).text
        gone = await ann.post(f"/hours/outside/{entries[1]}/withdraw", data={"version": "3"})
        assert gone.status_code == 303
        assert "1 h 30 min of 1 h 30 min confirmed" in text_of(
            (await ann.get("/hours/outside")).text
        )
    async with desk.browser("bob") as bob:
        assert (await bob.get(f"/hours/outside/{entries[0]}")).status_code == 404


async def test_who_gave_none_of_these_hours_says_so_and_is_left_alone(desk):
    path = await link(desk)
    async with desk.browser(None) as hanna:
        done = await hanna.post(f"{path}/refuse")
        assert "Nothing was confirmed" in text_of(done.text)
        assert "Nothing more is asked of you" in text_of((await hanna.get(path)).text)
    async with desk.browser("ann") as ann:
        page = text_of((await ann.get("/hours/outside")).text)
        assert "Says: not my hours" in page
        assert "Send again" not in page


async def test_a_link_ends_after_thirty_days(desk):
    path = await link(desk)
    desk.clock.advance(timedelta(days=30))
    async with desk.browser(None) as hanna:
        over = await hanna.get(path)
    assert over.status_code == 410
    assert "good for 30 days" in text_of(over.text)


async def test_a_coordinator_looks_providers_up_and_nobody_else_does(desk):
    page = await written(desk)
    path = re.search(r"/hours/outside/providers/[^/\"]+", page)[0]
    async with desk.browser("cora") as cora:
        listed = text_of((await cora.get("/hours/outside/providers")).text)
        assert "1 to look up in the registry" in listed
        assert "IMHM-C, from Wed, Jan 1, 2020" in listed
        sent = await cora.post(path, data={**PROVIDER, "found": "yes"})
        assert sent.status_code == 303
        seen = text_of((await cora.get(path)).text)
        assert "Looked up in the registry: IMHM-C" in seen
    async with desk.browser("ann") as ann:
        assert "not yet checked" not in (await ann.get("/hours/outside")).text
        assert (await ann.post(path, data=PROVIDER)).status_code == 403
        assert (await ann.get("/hours/outside/providers")).status_code == 403
    async with desk.browser("bob") as bob:
        assert (await bob.get(path)).status_code == 404


async def test_a_provider_with_an_account_answers_where_they_sign_in(desk):
    async with desk.browser("ann") as ann:
        sent = await ann.post(
            "/hours/outside/new", data={**PROVIDER, **SESSIONS, "email": "pat@example.org"}
        )
        assert sent.status_code == 303
        assert "They confirm when they sign in" in (await ann.get("/hours/outside")).text
    async with desk.browser("pat") as pat:
        assert "2 sessions held elsewhere" in (await pat.get("/attendance")).text
        page = await pat.get("/hours/outside/given")
        entries = re.findall(r'name="right" value="([^"]+)"', page.text)
        asked = re.findall(r'name="asked" value="([^"]+)"', page.text)
        missing = await pat.post("/hours/outside/given", data={"asked": asked, "right": entries[0]})
        assert missing.status_code == 422
        sent = await pat.post("/hours/outside/given", data={"asked": asked, "right": entries})
        assert sent.status_code == 303
        assert "Nothing waits" in (await pat.get("/hours/outside/given")).text
