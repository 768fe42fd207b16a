"""One backlog of a service's real worker, taken in by one process and by two, on Kafka and PostgreSQL.

Beside it the least there is, FastStream taking in the same in batches and doing nothing: as one process
and as two, in the same rounds. That is what the cores of this machine allow, on which PostgreSQL and
Kafka work too.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from alongside.clock import SystemClock
from alongside.contracts import PersonRegistered, SeriesScheduled, SeriesState
from alongside.db import migrate
from alongside.host import create_services
from alongside.ids import new_id
from alongside.messaging import Consumer, Envelope
from alongside.messaging.kafka import MOST_TOGETHER
from alongside.messaging.lag import _DescribeGroups
from alongside.messaging.local import LocalBus
from alongside.secrets import Secrets
from alongside.settings import ServiceName, Settings
from alongside.stack.environment import command, outside
from alongside.stack.ports import free_port
from alongside.stack.process import Process
from alongside.testing.folders import scratch_folder
from alongside.testing.kafka import empty_topics
from alongside.testing.postgres import FreshDatabases
from bench.figures import Figure, Say, silent
from bench.installation import cpu_seconds
from bench.messaging import envelope_of
from bench.reminders import circle, person

SERVICES: Mapping[ServiceName, int] = {"logbook": 12_000, "notifier": 3_000}
"""Whose workers, and how many bookings they find."""
BARE = 10_000
"""How many find those that do nothing."""
PERSONS = 1_000
ROUNDS = 3
WANTED = 1.6

Count = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Run:
    """What the processes of one run did."""

    rate: float
    """Events a second, from the first effect to the last."""
    cpu: float
    """Their own processor time for each, in microseconds."""


@dataclass
class Ground:
    """What all runs stand on."""

    kafka: str
    postgres: FreshDatabases
    folder: Path
    backlog: Sequence[Envelope]


def measure(
    kafka: str,
    postgres: FreshDatabases,
    say: Say = silent,
    *,
    services: Mapping[ServiceName, int] = SERVICES,
    bare: int = BARE,
    rounds: int = ROUNDS,
) -> list[Figure]:
    """Return how much more two processes do than one: of each service, and of those who do nothing."""
    runs: dict[tuple[str, int], list[Run]] = {}
    with scratch_folder("bench") as folder:
        Secrets(folder / "keys", allow_create=True)
        ground = Ground(kafka, postgres, folder, _backlog(max(services.values())))
        templates = {name: _template(ground, name) for name in services}
        # In turn: whatever else the machine does meanwhile falls on all of them.
        for number in range(1, rounds + 1):
            for processes in (1, 2):
                for name, events in services.items():
                    say(f"round {number} of {rounds}: {name}, {processes} of it")
                    done = _ours(ground, name, templates[name], events, processes)
                    runs.setdefault((name, processes), []).append(done)
                say(f"round {number} of {rounds}: bare, {processes} of it")
                runs.setdefault(("bare", processes), []).append(_bare(ground, bare, processes))
    figures: list[Figure] = []
    for name, events in services.items():
        figures += _figures(name, events, runs)
    return figures


def _figures(name: str, events: int, runs: Mapping[tuple[str, int], Sequence[Run]]) -> list[Figure]:
    rate = {which: median(run.rate for run in done) for which, done in runs.items()}
    cpu = {which: median(run.cpu for run in done) for which, done in runs.items()}
    return [
        Figure(f"{name}, one process", rate[name, 1], "events/s", rate["bare", 1],
               f"{events:,} bookings; bare: FastStream in batches that does nothing"),
        Figure(f"{name}, two processes", rate[name, 2], "events/s", rate["bare", 2],
               f"{os.cpu_count()} cores, PostgreSQL and Kafka work on them too"),
        Figure(f"{name}, two do as much as", rate[name, 2] / rate[name, 1], "of one",
               rate["bare", 2] / rate["bare", 1],
               f"wanted {WANTED} where cores allow it; bare: what they allow"),
        Figure(f"{name}, own time for each, of two", cpu[name, 2], "µs", cpu[name, 1],
               "bare: of one alone; less is better"),
    ]  # fmt: skip


def _backlog(count: int) -> list[Envelope]:
    """Return what the scheduler says of so many bookings, each with a key of its own."""
    now = SystemClock().now()
    return [
        envelope_of(SeriesScheduled(id=new_id(), occurred_at=now, series=_session(at, now)))
        for at in range(count)
    ]


def _session(at: int, now: datetime) -> SeriesState:
    """Return one of many individual sessions, of two out of all."""
    series = circle(at, now, people=PERSONS)
    return series.model_copy(
        update={
            "kind": "individual",
            "pattern": series.pattern.model_copy(update={"frequency": "once", "count": 1}),
            "members": series.members[:1],
            "occurrences": series.occurrences[:1],
        }
    )


# --- A service's own worker -----------------------------------------------------------------------


def _settings(ground: Ground, name: ServiceName, url: str) -> dict[str, str]:
    return {
        "ALONGSIDE_DATA": str(ground.folder / name),
        "ALONGSIDE_KEYS": str(ground.folder / "keys"),
        "ALONGSIDE_MODE": "stack",
        "ALONGSIDE_KAFKA_BOOTSTRAP": ground.kafka,
        "ALONGSIDE_LOG_LEVEL": "warning",
        f"ALONGSIDE_{name.upper()}_DATABASE_URL": url,
    }


def _template(ground: Ground, name: ServiceName) -> str:
    """Have a database in which the service knows everybody, to be cloned for each run."""

    async def prepare(url: str) -> None:
        told = _settings(ground, name, url)
        plain = {key.removeprefix("ALONGSIDE_").lower(): value for key, value in told.items()}
        app = create_services(Settings.model_validate(plain), [name])[name]
        await migrate.upgrade(app.database, app.migrations)
        bus = LocalBus(Consumer(each, app.database, app.uow) for each in app.subscriptions)
        for at in range(PERSONS):
            registered = PersonRegistered(
                id=new_id(), occurred_at=app.clock.now(), person=person(at)
            )
            await bus.publish(envelope_of(registered))
        await app.database.close()

    return ground.postgres.template(f"bench-{name}", lambda url: asyncio.run(prepare(url)))


def _ours(ground: Ground, name: ServiceName, template: str, events: int, processes: int) -> Run:
    url = ground.postgres.fresh_database(like=template)
    consumer = f"{name}-sessions"

    @asynccontextmanager
    async def heard() -> AsyncIterator[Count]:
        database = await asyncpg.connect(url.replace("+asyncpg", ""))

        async def count() -> int:
            return int(
                await database.fetchval("SELECT count(*) FROM inbox WHERE consumer = $1", consumer)
            )

        yield count
        await database.close()

    asyncio.run(empty_topics(ground.kafka))
    told = {**outside(), **_settings(ground, name, url)}
    with ExitStack() as running:
        workers = [
            running.enter_context(
                Process(
                    f"{name} {number}",
                    [*command(), "serve", name, "--role", "worker", "--port", str(free_port())],
                    log=ground.folder / f"{name}-{number}.log",
                    env=told,
                )
            )
            for number in range(processes)
        ]
        done = asyncio.run(_timed(ground, f"alongside.{consumer}", workers, events, heard))
    ground.postgres.drop(url)
    return done


# --- Those who do nothing -------------------------------------------------------------------------


def _bare(ground: Ground, events: int, processes: int) -> Run:
    group = f"bare-{uuid4().hex[:8]}"
    files = [ground.folder / f"{group}-{number}" for number in range(processes)]
    for file in files:
        file.touch()

    @asynccontextmanager
    async def heard() -> AsyncIterator[Count]:
        async def count() -> int:
            return sum(file.stat().st_size for file in files)

        yield count

    asyncio.run(empty_topics(ground.kafka))
    with ExitStack() as running:
        workers = [
            running.enter_context(
                Process(
                    file.name,
                    [sys.executable, "-m", "bench.bare_consumer", ground.kafka, group, file],
                    log=file.with_suffix(".log"),
                    cwd=Path(__file__).parent.parent,
                )
            )
            for file in files
        ]
        return asyncio.run(_timed(ground, group, workers, events, heard))


# --- One run --------------------------------------------------------------------------------------


async def _timed(
    ground: Ground,
    group: str,
    workers: Sequence[Process],
    events: int,
    heard: Callable[[], AbstractAsyncContextManager[Count]],
) -> Run:
    """Have the backlog there before anybody looks, then time them from first effect to last."""
    await _all_listen(ground.kafka, group, workers)
    async with heard() as count:
        for worker in workers:
            worker.signal(signal.SIGSTOP)
        try:
            await _produce(ground, events)
            used = sum(cpu_seconds(worker.pid) for worker in workers)
        finally:
            for worker in workers:
                worker.signal(signal.SIGCONT)
        before, began = await _until(count, 1, workers)
        after, ended = await _until(count, events, workers)
        used = sum(cpu_seconds(worker.pid) for worker in workers) - used
    return Run((after - before) / (ended - began), used / events * 1e6)


async def _until(count: Count, wanted: int, workers: Sequence[Process]) -> tuple[int, float]:
    while (seen := await count()) < wanted:
        for worker in workers:
            worker.ensure_running()
        await asyncio.sleep(0.01)
    return seen, time.perf_counter()


async def _produce(ground: Ground, events: int) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=ground.kafka, acks="all", max_batch_size=MOST_TOGETHER
    ) as producer:
        acknowledged = [
            await producer.send(
                each.topic,
                each.payload,
                key=each.key.encode(),
                headers=[(name, value.encode()) for name, value in each.headers().items()],
            )
            for each in islice(cycle(ground.backlog), events)
        ]
        await asyncio.gather(*acknowledged)


async def _all_listen(kafka: str, group: str, workers: Sequence[Process]) -> None:
    """Return once every worker is in the group, and the group has shared out the partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        while True:
            for worker in workers:
                worker.ensure_running()
            try:
                node = await admin.find_coordinator(group)
                answer = await admin._send_request_to_node(  # noqa: SLF001  # its own reads the answer wrongly
                    node, _DescribeGroups([group])
                )
            except KafkaError:
                await asyncio.sleep(0.2)  # nobody has asked for this group yet
                continue
            _, _, state, *_, members = answer.groups[0]
            if state == "Stable" and len(members) == len(workers):
                return
            await asyncio.sleep(0.1)
    finally:
        await admin.close()
