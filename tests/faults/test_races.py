"""Fifty want one time of the same people, through two processes on one database: one gets it."""

import asyncio
import json
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from alongside.stack.ports import free_port
from faults.test_away import environment, run, serving, until_ready

pytestmark = pytest.mark.faults

RIVALS = 50


def test_one_of_fifty_gets_the_time_whichever_process_is_asked(tmp_path, postgres_url):
    ports = [free_port(), free_port()]
    env = environment(tmp_path, ports[0], ALONGSIDE_SCHEDULER_DATABASE_URL=postgres_url)
    run(env, "keys")
    run(env, "migrate", "scheduler")
    with ExitStack() as stack:
        for number, port in enumerate(ports):
            mine = env | {"ALONGSIDE_PORT": str(port)}
            stack.enter_context(serving("scheduler", mine, tmp_path / f"log-{number}"))
        for port in ports:
            until_ready(port)
        run(
            env, "person", "add", "--name", "Cora Sample", "--email", "cora@example.org",
            "--zone", "UTC", "--role", "coordinator",
        )  # fmt: skip
        token = run(env, "token", "cora@example.org").strip()
        asyncio.run(race(ports, token))


async def race(ports: list[int], token: str) -> None:
    async with httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {token}"},
        limits=httpx2.Limits(max_connections=RIVALS),
        timeout=120,
        trust_env=False,
    ) as client:

        async def post(number: int, path: str, body: dict) -> httpx2.Response:
            port = ports[number % len(ports)]
            return await client.post(
                f"http://127.0.0.1:{port}/api/scheduler/v1{path}", content=json.dumps(body),
                headers={"Content-Type": "application/json"},
            )  # fmt: skip

        async def made(number: int, path: str, body: dict) -> dict:
            answer = await post(number, path, body)
            assert answer.is_success, answer.text
            return answer.json()

        people = [
            await made(
                number, "/people",
                {"name": f"Lead {number}", "email": f"lead{number}@example.org", "zone": "UTC",
                 "roles": ["supervisor", "supervisee"]},
            )
            for number in range(5)
        ]  # fmt: skip
        ids = [each["person_id"] for each in people]
        groups = []
        for number, lead in enumerate(ids):
            group = await made(
                number, "/groups", {"name": f"Circle {number}", "provider_id": lead, "zone": "UTC"}
            )
            # The same people in every group, each time with another in the lead.
            path = f"/groups/{group['group_id']}/roster"
            for person in ids:
                if person != lead:
                    await made(number, path, {"person_id": person})
            groups.append(group["group_id"])
        first = (datetime.now(UTC) + timedelta(days=30)).date()
        plan = {
            "frequency": "weekly", "starts_on": first.isoformat(), "count": 30,
            "start_time": "10:00", "duration_minutes": 60, "on_day_off": "keep",
        }  # fmt: skip
        answers = await asyncio.gather(
            *(
                post(number, f"/groups/{groups[number % len(groups)]}/series", plan)
                for number in range(RIVALS)
            )
        )
        assert Counter(each.status_code for each in answers) == {201: 1, 409: RIVALS - 1}
        for each in answers:
            if each.status_code == 409:
                assert each.json()["code"] == "already_booked"
                assert len(each.json()["next_free"]) == 3
