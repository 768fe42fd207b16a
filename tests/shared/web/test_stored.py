"""What the doors keep in the database, on both kinds."""

import asyncio
from datetime import timedelta

import pytest

from alongside.web.ended import end_session, forget_ended
from alongside.web.writes import forget_keys

pytestmark = pytest.mark.contract

THINGS = "/api/logbook/v1/things"
THING = {"name": "x", "minutes": 5}
ME = "/api/logbook/v1/me"


async def test_at_the_same_moment_only_one_is_done(stored_house) -> None:
    house = stored_house
    headers = {**house.bearer(), "idempotency-key": "k1"}
    async with house.client() as client:
        answers = await asyncio.gather(
            *(client.post(THINGS, json=THING, headers=headers) for _ in range(8))
        )
        assert {each.status_code for each in answers} == {201}
        assert len({each.text for each in answers}) == 1
        assert house.made == ["x"]
        other = await client.post(THINGS, json={**THING, "minutes": 9}, headers=headers)
        assert other.json()["code"] == "idempotency_mismatch"


async def test_a_refusal_beside_a_waiting_twin_leaves_room_for_it(stored_house) -> None:
    house = stored_house
    headers = {**house.bearer(), "idempotency-key": "k1"}
    refused = {"name": "refused", "minutes": 5}
    async with house.client() as client:
        answers = await asyncio.gather(
            *(client.post(THINGS, json=refused, headers=headers) for _ in range(4))
        )
        assert {each.status_code for each in answers} == {409}
        assert (await client.post(THINGS, json=THING, headers=headers)).status_code == 201


async def test_keys_are_forgotten(stored_house) -> None:
    house = stored_house
    async with house.client() as client:
        await client.post(THINGS, json=THING, headers={**house.bearer(), "idempotency-key": "k1"})
    house.clock.advance(timedelta(days=3))
    async with house.uow() as uow:
        assert await forget_keys(uow) == 1


async def test_ended_sign_ins(stored_house) -> None:
    house = stored_house
    now = house.clock.now()
    async with house.client() as client:
        assert (await client.get(ME, headers=house.cookie())).status_code == 200
        for until in (now + timedelta(days=2), now + timedelta(days=1)):
            async with house.uow() as uow:
                await end_session(uow, "s1", until)
                await uow.commit()
        assert (await client.get(ME, headers=house.cookie())).status_code == 401
    house.clock.advance(timedelta(days=1, hours=1))
    async with house.uow() as uow:
        assert await forget_ended(uow) == 0
    house.clock.advance(timedelta(days=1))
    async with house.uow() as uow:
        assert await forget_ended(uow) == 1
