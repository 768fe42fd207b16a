"""The whole stack as processes: up, in use, a part of it killed, down with nothing left."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaProducer

from alongside.contracts import AssociationDescribed
from alongside.host import create_services
from alongside.messaging import Envelope
from alongside.operations.processes import processes
from alongside.service import Founder
from alongside.settings import SERVICES
from alongside.stack.databases import Databases
from alongside.stack.keys import KEYS_OF
from alongside.stack.process import StackError
from alongside.stack.supervisor import Stack

ADA = Founder("Ada Sample", "ada@example.org", "America/Chicago", "Sample Association")

# Sixty seconds to start on a busy machine, and as much again for the test itself.
pytestmark = pytest.mark.timeout(240)


def _with(text: str) -> list[int]:
    """Return the processes whose command line names this text."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if text in words and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def _gone(pids, longest=30):
    """Tell whether all processes have ended, waiting for it. A zombie has ended."""

    def alive(pid):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state != "Z"

    deadline = time.monotonic() + longest
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


async def _found(stack):
    service = create_services(stack.settings, ["scheduler"])["scheduler"]
    try:
        if await service.welcome.is_new():
            await service.welcome.found(ADA)
        return await service.welcome.is_new()
    finally:
        await service.database.close()


async def _say(stack, name):
    """Have the scheduler say something that everybody hears."""
    service = create_services(stack.settings, ["scheduler"])["scheduler"]
    async with service.uow() as uow:
        event = AssociationDescribed(
            id=uow.new_id(),
            occurred_at=uow.now,
            association_id="sample",
            version=int(time.time()),
            name=name,
            zone=ADA.zone,
        )
        await uow.emit(event)
        await uow.commit()
    await service.database.close()


async def _handled(stack, service):
    """Return how many events a service has taken in."""
    url = stack.environment[f"ALONGSIDE_{service.upper()}_DATABASE_URL"]
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval("SELECT count(*) FROM inbox")
    finally:
        await connection.close()


async def _eventually(condition, longest=60):
    deadline = time.monotonic() + longest
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.2)


@pytest.mark.integration
async def test_every_part_answers_through_one_door(stack):
    async with httpx2.AsyncClient(base_url=stack.origin, trust_env=False) as client:
        ready = await client.get("/readyz")
        style = await client.get("/static/alongside.css")
        documents = [await client.get(f"/api/{name}/v1/openapi.json") for name in SERVICES]
    assert ready.json() == {"status": "ready", "services": dict.fromkeys(SERVICES, "ready")}
    assert style.status_code == 200
    assert [each.json()["info"]["title"] for each in documents] == [
        f"Alongside: {name}" for name in SERVICES
    ]


@pytest.mark.integration
async def test_what_one_service_says_reaches_the_others_through_kafka(stack):
    await _found(stack)
    for name in ("logbook", "notifier"):

        async def heard(name=name):
            return await _handled(stack, name) > 0

        await _eventually(heard)


@pytest.mark.integration
def test_a_service_is_told_its_own_database_and_no_other(stack):
    for name, process in stack.services.items():
        environment = Path(f"/proc/{process.pid}/environ").read_text()
        told = {other for other in SERVICES if f"{other.upper()}_DATABASE_URL" in environment}
        assert told == {name}


@pytest.mark.integration
def test_a_service_is_given_the_keys_it_needs_and_no_others(stack):
    for name, process in stack.services.items():
        environment = Path(f"/proc/{process.pid}/environ").read_text().split("\0")
        (keys,) = (word for word in environment if word.startswith("ALONGSIDE_KEYS="))
        given = {key.name for key in Path(keys.partition("=")[2]).iterdir()}
        assert given == set(KEYS_OF[name])


@pytest.mark.integration
def test_commands_work_on_the_data_folder_alone(stack):
    file = stack.data / "environment"
    assert file.stat().st_mode & 0o077 == 0
    answer = subprocess.run(
        [sys.executable, "-m", "alongside", "--data", stack.data, "doctor"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    for name in SERVICES:
        assert f"{name}: the database answers and is up to date" in answer.stderr
    assert "processes: all 4 answer" in answer.stderr


@pytest.mark.integration
def test_two_stacks_do_not_share_a_folder(stack):
    with pytest.raises(StackError, match="Another stack runs"):
        Stack(stack.data, port=0).start()
    assert all(part.running for part in stack.parts.values())


@pytest.mark.faults
async def test_one_service_killed_leaves_the_others_at_work(stack):
    stack.services["logbook"].kill()
    assert set(stack.ended()) == {"logbook"}
    (found,) = [each async for each in processes(stack.data)]
    assert found.said.startswith("logbook: not running")
    assert "logs/logbook.log" in found.advice
    async with httpx2.AsyncClient(base_url=stack.origin, trust_env=False) as client:
        away = await client.get("/hours", headers={"accept": "text/html"})
        there = await client.get("/api/scheduler/v1/openapi.json")
    assert away.status_code == 503
    assert "Hours and attendance" in away.text
    assert there.status_code == 200
    stack.start_service("logbook")
    stack.wait_for_service("logbook")
    assert not stack.ended()


@pytest.mark.faults
async def test_kafka_killed_and_back_delivers_what_was_said_meanwhile(stack):
    await _found(stack)
    before = await _handled(stack, "notifier")
    stack.kafka.kill()
    await _say(stack, "said while Kafka was away")
    async with httpx2.AsyncClient(base_url=stack.origin, trust_env=False) as client:
        assert (await client.get("/api/scheduler/v1/openapi.json")).status_code == 200
    stack.kafka.start()

    async def heard():
        return await _handled(stack, "notifier") > before

    await _eventually(heard)


@pytest.mark.faults
async def test_poison_blocks_nobody_and_is_seen_and_replayed_by_the_command_line(stack):
    await _found(stack)
    before = await _handled(stack, "logbook")
    event = AssociationDescribed(
        id="came-under-a-wrong-key",
        occurred_at="2026-03-02T15:00:00Z",
        association_id="sample",
        version=1,
        name="Sample",
        zone=ADA.zone,
    )
    envelope = Envelope(
        event.id, event.topic, "another", event.type_name(), event.on_the_wire(), event.occurred_at
    )
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka.bootstrap) as producer:
        await producer.send_and_wait(
            event.topic,
            envelope.payload,
            # Where what is said next will lie.
            key=b"another",
            partition=await _partition_of(producer, event.topic, event.key),
            headers=[(name, value.encode()) for name, value in envelope.headers().items()],
        )
    await _say(stack, "said behind it")

    async def heard():
        return await _handled(stack, "logbook") > before

    await _eventually(heard)
    parked = [json.loads(line) for line in _command(stack, "dead-letters", "list", "--json")]
    assert {each["service"] for each in parked} == {"logbook", "notifier"}
    assert all("under the key 'another'" in each["error"] for each in parked)
    for each in parked:
        _command(stack, "dead-letters", "replay", each["service"], str(each["id"]))
    assert _command(stack, "dead-letters", "list", "--json") == []


async def _partition_of(producer, topic, key):
    await producer.partitions_for(topic)
    return producer._partition(topic, None, None, None, key.encode(), None)


def _command(stack, *words):
    answer = subprocess.run(
        [sys.executable, "-m", "alongside", "--data", stack.data, *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return answer.stdout.splitlines()


@pytest.fixture
def command(postgres, kafka_bootstrap, tmp_path):
    """`alongside stack`, beside a PostgreSQL and a Kafka that run already."""
    databases: Databases = postgres.server.databases
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "alongside", "stack", "--compact", "--port", "0"),
            *("--data", str(tmp_path / "data"), "--kafka", kafka_bootstrap),
            *("--postgres", databases.url("postgres")),
            *("--email", ADA.email, "--name", ADA.name),
            *("--zone", ADA.zone, "--association", ADA.association),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.faults
def test_ctrl_c_stops_it_in_order_and_says_so(command):
    link = command.stdout.readline()
    children = _children(command.pid)
    assert "/sign-in/" in link
    assert len(children) == 4  # Three services and the door.
    command.send_signal(signal.SIGINT)
    command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=60)
    assert command.returncode == 0
    assert "Stopped. Everything is kept." in said
    assert _gone(children, longest=1)


@pytest.mark.faults
async def test_killed_it_starts_again_at_once_and_stopped_it_leaves_nothing(stack_folder):
    command = [sys.executable, "-m", "alongside", "stack", "--compact"]
    command += ["--data", stack_folder, "--port", "0"]
    founder = ["--email", ADA.email, "--name", ADA.name, "--zone", ADA.zone]
    with subprocess.Popen(
        [*command, *founder, "--association", ADA.association],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as first:
        assert first.stdout.readline()
        first.kill()
        first.wait()
    with Stack(stack_folder, port=0, durable=False) as again:
        # What was acknowledged before is there.
        assert await _found(again) is False
        assert not again.ended()
        pids = [part.pid for part in again.parts.values()]
    assert _gone(pids, longest=1)
    assert not _with(str(stack_folder))


@pytest.mark.faults
def test_killed_it_takes_its_children_with_it(command):
    command.stdout.readline()
    children = _children(command.pid)
    assert len(children) == 4
    command.kill()
    assert _gone(children)
