import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from alongside.web.writes import Writer, forget_keys

pytestmark = pytest.mark.unit

THINGS = "/api/logbook/v1/things"
THING = {"name": "x", "minutes": 5}


async def test_a_write_without_a_key(client, house) -> None:
    answer = await client.post(THINGS, json=THING, headers=house.bearer())
    assert answer.status_code == 201
    assert answer.json()["minutes"] == 5
    assert answer.headers["location"] == "/somewhere"
    assert house.made == ["x"]
    await client.post(THINGS, json=THING, headers=house.bearer())
    assert house.made == ["x", "x"]


async def test_the_same_again_is_the_same_answer(client, house) -> None:
    headers = {**house.bearer(), "idempotency-key": "k1"}
    first = await client.post(THINGS, json=THING, headers=headers)
    second = await client.post(THINGS, json=THING, headers=headers)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert house.made == ["x"]


async def test_nothing_to_return_is_kept_too(client, house) -> None:
    headers = {**house.bearer(), "idempotency-key": "k1"}
    answers = [await client.delete(THINGS, headers=headers) for _ in range(2)]
    assert [(each.status_code, each.content) for each in answers] == [(204, b"")] * 2
    assert house.made == ["dropped"]


async def test_another_body_under_the_same_key_is_refused(client, house) -> None:
    headers = {**house.bearer(), "idempotency-key": "k1"}
    await client.post(THINGS, json=THING, headers=headers)
    answer = await client.post(THINGS, json={**THING, "minutes": 6}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_mismatch"
    assert house.made == ["x"]


async def test_keys_belong_to_a_person_and_a_route(client, house) -> None:
    mine = {**house.bearer(), "idempotency-key": "k1"}
    theirs = {**house.bearer(person_id="p2", session_id="s2"), "idempotency-key": "k1"}
    await client.post(THINGS, json=THING, headers=mine)
    await client.post(THINGS, json={**THING, "name": "y"}, headers=theirs)
    await client.delete(THINGS, headers=mine)
    assert house.made == ["x", "y", "dropped"]


async def test_at_the_same_moment_only_one_is_done(client, house) -> None:
    headers = {**house.bearer(), "idempotency-key": "k1"}
    answers = await asyncio.gather(
        *(client.post(THINGS, json=THING, headers=headers) for _ in range(6))
    )
    assert {each.status_code for each in answers} == {201}
    assert len({each.text for each in answers}) == 1
    assert house.made == ["x"]


async def test_a_refusal_may_be_tried_again(client, house) -> None:
    headers = {**house.bearer(), "idempotency-key": "k1"}
    refused = {"name": "refused", "minutes": 5}
    assert (await client.post(THINGS, json=refused, headers=headers)).status_code == 409
    assert (await client.post(THINGS, json=refused, headers=headers)).status_code == 409
    assert (await client.post(THINGS, json=THING, headers=headers)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
async def test_an_odd_key_is_refused(client, house, key) -> None:
    headers = {**house.bearer(), "idempotency-key": key}
    answer = await client.post(THINGS, json=THING, headers=headers)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["errors"]
    assert house.made == []


async def test_keys_are_forgotten_in_the_end(client, house) -> None:
    headers = {**house.bearer(), "idempotency-key": "k1"}
    await client.post(THINGS, json=THING, headers=headers)
    house.clock.advance(timedelta(hours=47))
    async with house.uow() as uow:
        assert await forget_keys(uow) == 0
    house.clock.advance(timedelta(hours=2))
    async with house.uow() as uow:
        assert await forget_keys(uow) == 1
        await uow.commit()
        table = house.database.plumbing.idempotency
        left = await uow.session.execute(select(func.count()).select_from(table))
        assert left.scalar_one() == 0


async def test_forms(client) -> None:
    answer = await client.post("/forms", data={"a": " 1\r\n2\x00", "b": ["x", "y"]})
    assert answer.json() == {"fields": {"a": " 1\n2", "b": ["x", "y"]}, "files": {}}
    sent = await client.post(
        "/forms", data={"a": "1"}, files={"csv": ("p.csv", b"name\n", "text/csv")}
    )
    assert sent.json() == {"fields": {"a": "1"}, "files": {"csv": 5}}


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("application/json", b"{}", 415),
        (None, b"a=1", 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=x", b"rubbish", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(3000)), 413),
        ("application/x-www-form-urlencoded", b"%ff%fe=%zz", 200),
    ],
)
async def test_forms_that_are_none(client, kind, content, status) -> None:
    headers = {"accept": "application/json", **({"content-type": kind} if kind else {})}
    answer = await client.post("/forms", content=content, headers=headers)
    assert answer.status_code == status, answer.text


async def test_too_large_or_too_many_files(client) -> None:
    headers = {"accept": "application/json"}
    large = await client.post("/forms", files={"f": ("f", b"x" * 1001)}, headers=headers)
    assert large.status_code == 413
    assert "f" in large.json()["errors"]
    many = [("f", ("f", b"x")), ("g", ("g", b"x"))]
    assert (await client.post("/forms", files=many, headers=headers)).status_code == 413


class Ring(Exception):
    """What PostgreSQL says to one of two who wait for each other."""

    sqlstate = "40P01"


async def test_a_lost_race_is_run_again(house) -> None:
    calls = []

    async def use_case(uow):
        calls.append(uow)
        if len(calls) < 3:
            raise DBAPIError("SELECT 1", None, Ring())
        return {"call": len(calls)}

    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(uow=house.uow)))
    answer = await Writer(request, None, None)(use_case)
    assert answer.body == b'{"call":3}'
    assert len({id(uow) for uow in calls}) == 3


async def test_other_errors_of_the_database_are_not_run_again(house) -> None:
    calls = []

    async def use_case(uow):
        calls.append(uow)
        raise DBAPIError("SELECT 1", None, ValueError())

    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(uow=house.uow)))
    with pytest.raises(DBAPIError):
        await Writer(request, None, None)(use_case)
    assert len(calls) == 1
