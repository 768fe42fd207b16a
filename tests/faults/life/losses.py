"""What an operator does after the worst: Kafka's data gone, the databases put back from a backup."""

import asyncio
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy.engine import make_url

from alongside.contracts import TOPICS
from alongside.messaging.grants import HEARS
from alongside.messaging.kafka import declare_topics
from alongside.messaging.lag import standing
from alongside.messaging.login import Login
from alongside.settings import SERVICES, ServiceName
from alongside.stack.environment import command
from alongside.stack.postgres import find_binaries
from alongside.stack.supervisor import Stack
from faults.life.program import Done

IN_TURN: tuple[ServiceName, ...] = ("notifier", "logbook", "scheduler")
"""Backed up in this order, whoever hears comes before whoever says: no copy is ahead of its owner,
but for what the scheduler keeps of the other two."""

FORGET_COPIES = (
    "DELETE FROM answers", "DELETE FROM progress", "DELETE FROM recorded", "DELETE FROM visits",
    "DELETE FROM inbox",
)  # fmt: skip
"""What the scheduler may know although nobody does any more: it hears all of it again."""


def alongside(stack: Stack, *words: str) -> str:
    """Run the command on a stack's data folder."""
    done = subprocess.run(
        [*command(), "--data", str(stack.data), *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"alongside {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


@dataclass
class Backup:
    """Dumps of the three databases, each taken at its own moment, with work going on."""

    folder: Path
    acknowledged: dict[str, Done] = field(default_factory=dict)
    """By service, what had been acknowledged when its dump began."""
    delivered: int = 0
    """How many mails had been delivered when the notifier's dump began."""

    def take(self, service: ServiceName, stack: Stack, done: Done, delivered: int) -> None:
        """Dump one database."""
        self.acknowledged[service] = Done(
            series=dict(done.series), people=done.people.copy(), entries=set(done.entries),
            answers=dict(done.answers), visits=dict(done.visits),
        )  # fmt: skip
        if service == "notifier":
            self.delivered = delivered
        self._run(stack, service, "pg_dump", "--format=custom", f"--file={self._file(service)}")

    def put_back(self, stack: Stack) -> None:
        """Replace every database by its dump. Nothing of the services may run."""
        owner = stack.postgres.databases
        for service in SERVICES:
            password = make_url(stack._urls[service]).password
            owner.execute(f"DROP DATABASE {service} WITH (FORCE)")
            owner.ensure(service, password)
            self._run(
                stack,
                service,
                "pg_restore",
                "--no-owner",
                "--exit-on-error",
                str(self._file(service)),
            )

    def _file(self, service: str) -> Path:
        return self.folder / f"{service}.dump"

    def _run(self, stack: Stack, service: ServiceName, program: str, *words: str) -> None:
        url = make_url(stack._urls[service])
        done = subprocess.run(
            [find_binaries() / program, "-h", url.host, "-p", str(url.port), "-U", url.username,
             "-d", url.database, *words],
            env=os.environ | {"PGPASSWORD": url.password},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"{program} {service}: {done.stderr}")


def stop_services(stack: Stack) -> None:
    """Stop every process of a service, all at once."""
    for process in stack.services.values():
        process.ask_to_stop()
    for process in stack.services.values():
        process.stop(patience=30)


def start_services(stack: Stack, *services: ServiceName, replicas: int = 1) -> None:
    """Have these services run, so many processes of each at least."""
    processes = [(name, number) for number in range(1, replicas + 1) for name in services]
    for name, number in processes:
        stack.start_service(name, number)
    for name, number in processes:
        stack.wait_for_service(name, number)


def lose_kafka(stack: Stack) -> None:
    """Kafka dies with all of its data; a new one stands in its place, with the topics made anew."""
    stack.kafka.kill()
    shutil.rmtree(stack.kafka.folder)
    stack.kafka.start()
    asyncio.run(
        declare_topics(stack.kafka.bootstrap, login=Login.of(stack.settings), grant=stack.secure)
    )


async def make_topics_anew(stack: Stack) -> None:
    """Empty Kafka: nothing stays of what was said after the backup, nor of who had heard what."""
    login = Login.of(stack.settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka.bootstrap, **login.for_client())
    await admin.start()
    try:
        await admin.delete_topics(list(TOPICS))
        while set(await admin.list_topics()) & set(TOPICS):
            await asyncio.sleep(0.1)
        await declare_topics(stack.kafka.bootstrap, login=login, grant=stack.secure)
    finally:
        await admin.close()


async def until_all_is_heard(stack: Stack, longest: float = 90) -> None:
    """Return when every consumer has gone through all that lies in Kafka."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        late = {group: waiting for group, (waiting, _) in (await stands(stack)).items()}
        if not any(late.values()):
            return
        if loop.time() - began > longest:
            raise AssertionError(f"not heard after {longest:g} s: {late}")
        await asyncio.sleep(0.5)


async def stands(stack: Stack) -> dict[str, tuple[int, int]]:
    """Return of each consumer's group how many records wait for it, and how many listen."""
    groups = {
        f"alongside.{service}-{topic.split('.')[1]}": topic
        for service, topics in HEARS.items()
        for topic in topics
    }
    known = await standing(stack.kafka.bootstrap, Login.of(stack.settings), groups, longest=30)
    return {
        group.removeprefix("alongside."): (sum(each.waiting.values()), each.listeners)
        for group, each in known.items()
    }
