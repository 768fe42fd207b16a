from datetime import timedelta

import pytest

from alongside.contracts import PersonLeft, PersonState, SignedOut
from alongside.secrets import Secrets
from alongside.web.auth import PersonFacts, on_signed_out
from alongside.web.ended import end_session, forget_ended

pytestmark = pytest.mark.unit

ME = "/api/logbook/v1/me"
THINGS = "/api/logbook/v1/things"
THING = {"name": "x", "minutes": 5}


async def test_a_page_leads_to_the_sign_in_and_back(client) -> None:
    answer = await client.get("/hours", params={"at": "a b"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/hours%3Fat%3Da%2Bb"
    assert "session" not in answer.headers.get("set-cookie", "")


async def test_a_form_that_came_too_late_leads_back_to_its_page(client, house) -> None:
    answer = await client.post("/hours", data={"name": "x"})
    assert answer.headers["location"] == "/sign-in"
    page = f"{house.settings.origin}/hours/new?x=1"
    answer = await client.post("/hours", data={"name": "x"}, headers={"referer": page})
    assert answer.headers["location"] == "/sign-in?next=/hours/new"
    answer = await client.post(
        "/hours", data={"name": "x"}, headers={"referer": "https://evil.example//evil.example"}
    )
    assert answer.headers["location"] == "/sign-in"


async def test_a_fragment_sends_the_whole_window_to_the_sign_in(client) -> None:
    answer = await client.get("/hours", headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/sign-in?next=/hours"
    assert "location" not in answer.headers


async def test_json_answers_401_with_a_challenge(client) -> None:
    answer = await client.get(ME)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="alongside"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "sign_in_needed"


async def test_signed_in_by_cookie(client, house) -> None:
    answer = await client.get("/hours", headers=house.cookie())
    assert answer.status_code == 200
    assert "Hello Ann Example America/Chicago" in answer.text
    assert (await client.get(ME, headers=house.cookie())).json()["person"] == "p1"


@pytest.mark.parametrize("house", [{"base_url": "https://hours.example.org"}], indirect=True)
async def test_https_has_a_host_bound_cookie_and_no_other(client, house) -> None:
    token = house.token()
    good = await client.get("/hours", headers={"cookie": f"__Host-alongside={token}"})
    plain = await client.get("/hours", headers={"cookie": f"alongside={token}"})
    assert (good.status_code, plain.status_code) == (200, 303)


async def test_a_cookie_ends(client, house) -> None:
    cookie = house.cookie(lifetime=timedelta(minutes=1))
    house.clock.advance(timedelta(minutes=1))
    assert (await client.get("/hours", headers=cookie)).status_code == 303
    assert (await client.get(ME, headers=cookie)).status_code == 401


async def test_a_forged_cookie_is_as_good_as_none(client, house, tmp_path) -> None:
    forged = house.cookie(
        roles=("coordinator",), secrets=Secrets(tmp_path / "forge", allow_create=True)
    )
    assert (await client.get("/cohort", headers=forged)).status_code == 303
    # It does not stand in the way of a page that needs nobody.
    assert (await client.get("/open", headers=forged)).status_code == 200


async def test_a_bad_token_is_said_to_be_bad(client) -> None:
    answer = await client.get(ME, headers={"authorization": "Bearer rubbish"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_a_bad_token_gets_no_help_from_a_good_cookie(client, house) -> None:
    headers = {**house.cookie(), "authorization": "Bearer rubbish"}
    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_cookie_and_token_cannot_stand_in_for_each_other(client, house) -> None:
    as_token = {"authorization": f"Bearer {house.token()}"}
    as_cookie = {"cookie": f"alongside={house.token(scopes=('read', 'write'))}"}
    assert (await client.get(ME, headers=as_token)).status_code == 401
    assert (await client.get(ME, headers=as_cookie)).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [
        (("read",), 200, 403),
        (("write",), 200, 201),
        (("read", "write"), 200, 201),
        (("other",), 403, 403),
    ],
)
async def test_scopes(client, house, scopes, read, write) -> None:
    headers = house.bearer(*scopes)
    assert (await client.get(ME, headers=headers)).status_code == read
    answer = await client.post(THINGS, json=THING, headers=headers)
    assert answer.status_code == write
    if write == 403:
        assert answer.json()["code"] == "insufficient_scope"
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("role", "attendance", "cohort"),
    [("supervisee", 403, 403), ("supervisor", 200, 403), ("coordinator", 200, 200)],
)
async def test_roles(client, house, role, attendance, cohort) -> None:
    cookie = house.cookie(roles=(role,))
    assert (await client.get("/attendance", headers=cookie)).status_code == attendance
    assert (await client.get("/cohort", headers=cookie)).status_code == cohort


async def test_an_ended_sign_in_is_refused_from_the_commit_on(client, house) -> None:
    cookie = house.cookie(session_id="s7")
    assert (await client.get("/hours", headers=cookie)).status_code == 200
    event = SignedOut(
        id="e1",
        occurred_at=house.clock.now(),
        person_id="p1",
        session_id="s7",
        expires_at=house.clock.now() + timedelta(days=30),
    )
    async with house.uow() as uow:
        await on_signed_out(event, uow)
    # Rolled back: nothing ended.
    assert (await client.get("/hours", headers=cookie)).status_code == 200
    for _ in range(2):
        async with house.uow() as uow:
            await on_signed_out(event, uow)
            await uow.commit()
    assert (await client.get("/hours", headers=cookie)).status_code == 303
    assert (await client.get("/hours", headers=cookie)).status_code == 303
    other = house.cookie(session_id="s8")
    assert (await client.get("/hours", headers=other)).status_code == 200


async def test_who_left_is_out_everywhere_and_may_come_back(client, house) -> None:
    first, token = house.cookie(session_id="a"), house.bearer(session_id="b")
    assert (await client.get(ME, headers=first)).status_code == 200
    house.clock.advance(timedelta(hours=1))
    person = PersonState(
        person_id="p1",
        version=2,
        name="Ann",
        email="ann@example.org",
        zone="UTC",
        roles=(),
        left_at=house.clock.now(),
    )
    async with house.uow() as uow:
        await on_signed_out(PersonLeft(id="e", occurred_at=house.clock.now(), person=person), uow)
        await uow.commit()
    assert (await client.get(ME, headers=first)).status_code == 401
    assert (await client.get(ME, headers=token)).status_code == 401
    house.clock.advance(timedelta(days=1))
    again = house.cookie(session_id="c")
    assert (await client.get(ME, headers=again)).status_code == 200
    assert (await client.get(ME, headers=first)).status_code == 401


async def test_refusals_are_forgotten_once_they_have_no_effect(house) -> None:
    async with house.uow() as uow:
        await end_session(uow, "s1", house.clock.now() + timedelta(days=1))
        await end_session(uow, "s2", house.clock.now() - timedelta(days=1))
        # An earlier end does not shorten a refusal.
        await end_session(uow, "s1", house.clock.now() - timedelta(days=1))
        assert await forget_ended(uow) == 1
        await uow.commit()


async def test_the_gate_knows_better_than_the_cookie(client, house) -> None:
    facts = {"p1": PersonFacts("Ann New", frozenset({"coordinator"}), "Europe/Dublin")}

    async def gate(person_id: str) -> PersonFacts | None:
        return facts.get(person_id)

    house.app.state.person_gate = gate
    answer = await client.get("/cohort", headers=house.cookie())
    assert answer.status_code == 200
    assert "Ann New" in answer.text
    unknown = house.cookie(person_id="p9", roles=("supervisor",), session_id="s9")
    assert (await client.get("/attendance", headers=unknown)).status_code == 200
    facts["p1"] = PersonFacts("Ann", frozenset(), "UTC", left=True)
    assert (await client.get("/cohort", headers=house.cookie())).status_code == 303
