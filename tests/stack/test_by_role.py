"""A service as processes by role, beside the one that runs: each answers for what it does."""

import asyncio

import httpx2
import pytest

from alongside.contracts import PEOPLE
from alongside.db import Database
from alongside.db.far_bell import FarBell
from alongside.db.plumbing import Plumbing, service_metadata
from alongside.db.uow import Bell
from alongside.host import ROLES
from alongside.messaging.kafka import PARTITIONS
from alongside.messaging.lag import standing
from alongside.messaging.login import Login
from alongside.operations.doctor import examine
from alongside.settings import SERVICES
from alongside.stack import supervisor
from alongside.stack.supervisor import process_name

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


@pytest.fixture
def apart(stack, monkeypatch):
    """A second notifier in the running stack, by role; two of the four do for a look."""
    monkeypatch.setattr(supervisor, "ROLES", ("web", "worker"))
    stack.by_role = True
    try:
        stack.start_service("notifier", 2)
        stack.wait_for_service("notifier", 2)
        yield {role: process_name("notifier", 2, role) for role in supervisor.ROLES}
    finally:
        stack.by_role = False
        for role in supervisor.ROLES:
            stack.services.pop(process_name("notifier", 2, role)).stop()


def test_each_process_answers_for_its_own_part(stack, apart):
    for role, name in apart.items():
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{stack._ports.of(name)}", trust_env=False
        ) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            bus = {"bus": "ok"} if role == "worker" else {}
            assert client.get("/readyz").json()["checks"] == {"database": "ok"} | bus
            assert client.get("/calendar").status_code == (303 if role == "web" else 404)
            polled = 'alongside_consumer_seconds_since_poll{consumer="notifier-people"}'
            assert (polled in client.get("/metrics").text) == (role == "worker")
            assert (stack.logs / f"{name}.log").exists()


async def test_a_commit_wakes_the_loops_of_another_process_and_not_its_own_again(postgres_url):
    database = Database(postgres_url, Plumbing(service_metadata()))
    bells = {roles: Bell() for roles in (("web",), ("relay",), ("ticker",), ROLES)}
    far = {roles: FarBell(database, bell, roles) for roles, bell in bells.items()}
    assert [roles for roles, each in far.items() if not each.is_needed] == [ROLES]
    ears = {roles: bell.ear() for roles, bell in bells.items()}
    running = [asyncio.create_task(each.run()) for each in far.values() if each.is_needed]

    async def rings(ringer: tuple[str, ...], *listeners: tuple[str, ...]) -> None:
        """Ring, and return when these have heard it; the first time, they may not listen yet."""
        for ear in ears.values():
            ear.forget()
        while not all(ears[each].rang for each in listeners):
            bells[ringer].ring()
            await asyncio.sleep(0.05)

    try:
        async with asyncio.timeout(60):
            await rings(("web",), ("relay",), ("ticker",))
            await rings(("ticker",), ("relay",))
        # A ring from afar goes no further.
        assert not far["ticker",]._ear.rang
        assert far["relay",]._rings == []
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await database.close()


async def test_the_doctor_asks_kafka_how_far_everybody_is_and_databases_for_the_time(
    stack, tmp_path
):
    shift = tmp_path / "shift"
    shift.write_text("-60")
    late = stack.settings.model_copy(update={"clock_file": shift})
    found = [each async for each in examine(late)]
    assert [(each.about, each.said) for each in found if not each.good] == [
        (name, "the database's clock is 60 s ahead of ours.") for name in SERVICES
    ]
    assert [each.said for each in found if each.about == "kafka"] == [
        f"{stack.settings.kafka_bootstrap} answers; all that was said is heard"
    ]
    assert {each.about for each in found if each.said.endswith("up to date")} == set(SERVICES)
    groups = {"alongside.logbook-people": PEOPLE, "alongside.nobody": "alongside.nothing.v1"}
    known = await standing(stack.settings.kafka_bootstrap, Login(), groups)
    people, nobody = known.values()
    assert list(people.waiting) == list(range(PARTITIONS))
    assert people.listeners >= 1
    assert (nobody.waiting, nobody.listeners) == ({}, 0)
