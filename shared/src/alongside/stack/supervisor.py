"""The supervisor: starts the parts of the stack in order, watches them, stops them in order.

    with Stack(Path(".stack"), port=8000) as stack:
        print(stack.origin, stack.environment["ALONGSIDE_KAFKA_BOOTSTRAP"])

PostgreSQL and Kafka come first, side by side; then migrations and topics, once; then each service,
in one process or several, by replica or by role, and the door. What ends by itself is reported and not started again: the
other services go on without it.
"""

import errno
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

import asyncpg
import httpx2
from sqlalchemy.exc import SQLAlchemyError

from alongside.db import migrate
from alongside.errors import AlongsideError
from alongside.host import ROLES, create_services
from alongside.messaging.kafka import declare_topics
from alongside.messaging.login import Login
from alongside.secrets import Secrets, refuse_lost_keys
from alongside.settings import SERVICES, ServiceName, Settings
from alongside.stack.certificates import certify
from alongside.stack.databases import Databases, in_a_thread
from alongside.stack.environment import (
    PREFIX,
    PROCESSES,
    command,
    inherited,
    keep_environment,
    kept_environment,
    outside,
)
from alongside.stack.kafka import Guarded, KafkaServer
from alongside.stack.keys import hand_out
from alongside.stack.lock import Lock
from alongside.stack.ports import Ports, free_port, is_free, obstacle
from alongside.stack.postgres import PostgresServer, kept_secret
from alongside.stack.process import Process, StackError, wait_until


def process_name(service: ServiceName, replica: int, role: str = "web") -> str:
    """Return what a process of a service is called, and its log: the first like the service.

    Whatever has the pages is called by the service alone, also where it has the other roles too.
    """
    name = service if replica == 1 else f"{service}-{replica}"
    return name if role == "web" else f"{name}-{role}"


@dataclass(frozen=True)
class Elsewhere:
    """Parts that run elsewhere already, and are only used."""

    kafka: str | None = None
    """Bootstrap addresses."""
    postgres: str | None = None
    """Address of a role that may make roles and databases."""
    databases: Mapping[ServiceName, str] = field(default_factory=dict)
    """Databases that are there already, by service: of all of them, or of none."""

    @classmethod
    def said(cls, data: Path, *, kafka: str | None, postgres: str | None) -> Self:
        """Return what the command line names, else the settings in the environment.

        Settings that this folder's own stack left, in `environment`, name nothing elsewhere: a
        shell may have read them to work on it. Raises `StackError` where some databases are named.
        """
        kept = kept_environment(data)

        def named(setting: str, own: str) -> str | None:
            value = inherited().get(setting)
            return None if (data / own).exists() and value == kept.get(setting) else value

        databases = {
            name: url
            for name in SERVICES
            if (url := named(f"{PREFIX}{name.upper()}_DATABASE_URL", "postgres"))
        }
        if postgres or not databases:
            return cls(kafka or named(f"{PREFIX}KAFKA_BOOTSTRAP", "kafka"), postgres)
        if len(databases) < len(SERVICES):
            message = (
                f"The settings name the database of {', '.join(databases)} alone. Name the "
                "databases of all services, or of none."
            )
            raise StackError(message)
        return cls(kafka or named(f"{PREFIX}KAFKA_BOOTSTRAP", "kafka"), None, databases)


@dataclass
class Stack:
    """Everything of the distributed mode, on this machine, in one folder."""

    data: Path
    port: int = 8000
    host: str = "127.0.0.1"
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    extra: Mapping[str, str] = field(default_factory=dict)
    """More settings for the services, such as ALONGSIDE_SMTP_URL."""
    durable: bool = True
    """Whether PostgreSQL waits for the disk. Tests do not."""
    replicas: int = 1
    """How often each service runs. They share its database, and its work."""
    by_role: bool = False
    """Whether pages, consumers, relay and tickers of a service are processes of their own."""
    secure: bool = False
    """Whether our Kafka answers by TLS, to each service as a user of its own, as in production."""
    say: Callable[[str], None] = lambda _line: None
    kafka: KafkaServer | None = field(default=None, init=False)
    postgres: PostgresServer | None = field(default=None, init=False)
    services: dict[str, Process] = field(default_factory=dict, init=False)
    """By name: `logbook`, with several replicas `logbook-2`, by role `logbook-worker` and so on."""
    door: Process | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.data = self.data.absolute()
        self.logs = self.data / "logs"
        self.port = self.port or free_port(self.host)
        self._ports = Ports(self.data / "ports.json")
        self._urls: dict[ServiceName, str] = {}
        self._bootstrap = ""
        self._lock = Lock(self.data / "lock")
        # Held by every part as well, so that nobody starts before the last part of a stack that
        # was killed has ended.
        self._parts_lock = Lock(self.data / "parts.lock")

    # --- What others need to know ---------------------------------------------------------------

    @property
    def origin(self) -> str:
        """Where people reach it."""
        return self.environment["ALONGSIDE_BASE_URL"]

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which every command works on this stack."""
        return {
            **self._common(),
            **{f"{PREFIX}{name.upper()}_DATABASE_URL": url for name, url in self._urls.items()},
        }

    @property
    def settings(self) -> Settings:
        """The same as settings, for use in this process."""
        values = {
            name.removeprefix(PREFIX).lower(): value for name, value in self.environment.items()
        }
        return Settings.model_validate(values)

    def service_port(self, name: ServiceName, replica: int = 1) -> int:
        """Return the port on which a process of a service listens by itself, without the door."""
        return self._ports.of(process_name(name, replica))

    def _common(self) -> dict[str, str]:
        return {
            "ALONGSIDE_BASE_URL": f"http://127.0.0.1:{self.port}",
            "ALONGSIDE_KEYS": str(self.data / "keys"),
            "ALONGSIDE_LOG_FORMAT": "json",
            **inherited(),
            **self.extra,
            "ALONGSIDE_MODE": "stack",
            "ALONGSIDE_DATA": str(self.data),
            "ALONGSIDE_KAFKA_BOOTSTRAP": self._bootstrap,
            **self._kafka_login(Guarded.ADMIN),
        }

    def _kafka_login(self, user: str) -> dict[str, str]:
        if not self.secure or self.elsewhere.kafka:
            return {}
        guarded = self._guarded()
        return {
            "ALONGSIDE_KAFKA_USER": user,
            "ALONGSIDE_KAFKA_PASSWORD": guarded.passwords[user],
            "ALONGSIDE_KAFKA_CA": str(guarded.authority),
        }

    def _guarded(self) -> Guarded:
        authority, server = certify(self.data / "certificates")
        passwords = {
            user: kept_secret(self.data / "secrets" / f"kafka-{user}.password")
            for user in (Guarded.ADMIN, *SERVICES)
        }
        return Guarded(authority, server, passwords)

    def _environment_of(self, name: ServiceName, called: str) -> dict[str, str]:
        """Return what one process of a service is told: its own database and keys, and no other's."""
        own = f"{PREFIX}{name.upper()}_DATABASE_URL"
        foreign = {f"{PREFIX}{other.upper()}_DATABASE_URL" for other in SERVICES}
        common = {key: value for key, value in self._common().items() if key not in foreign}
        keys = hand_out(
            name, Path(common["ALONGSIDE_KEYS"]), self.data / "secrets" / f"keys-of-{called}"
        )
        return {
            **outside(),
            **common,
            **self._kafka_login(name),
            own: self._urls[name],
            "ALONGSIDE_KEYS": str(keys),
        }

    # --- Starting -------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring everything up; on failure stop what had been started, and raise."""
        with ExitStack() as on_failure:
            on_failure.callback(self.stop)
            self._take_folder()
            self._start()
            on_failure.pop_all()

    def _start(self) -> None:
        keys = Path(self._common()["ALONGSIDE_KEYS"])
        refuse_lost_keys(keys, in_use=(self.data / "postgres").exists())
        Secrets(keys, allow_create=True)
        # The slower of the two is launched first, and waited for last.
        self._launch_kafka()
        self._start_postgres()
        keep_environment(self.data, self.environment)
        self._migrate()
        self._wait_for_kafka()
        self.say("Starting the services …")
        for name, replica in self._processes():
            self.start_service(name, replica)
        self._name_processes()
        for name, replica in self._processes():
            self.wait_for_service(name, replica)
        self._open_door()

    def _name_processes(self) -> None:
        """Keep what is to answer where, for whoever asks whether it does (alongside doctor)."""
        ports = {name: self._ports.of(name) for name in self.services}
        (self.data / PROCESSES).write_text(json.dumps({"door": self.port, **ports}))

    @contextmanager
    def databases_alone(self) -> Iterator[Settings]:
        """Have the databases alone, up to date, until the block ends: for moving into them."""
        try:
            self._take_folder()
            self._bootstrap = self.elsewhere.kafka or ""
            self._start_postgres()
            # From here on the folder is a stack's: no command takes it for an embedded one.
            keep_environment(self.data, self.environment)
            self._migrate()
            yield self.settings
        finally:
            self.stop()

    def _processes(self) -> list[tuple[ServiceName, int]]:
        return [(name, replica) for replica in range(1, self.replicas + 1) for name in SERVICES]

    def _take_folder(self) -> None:
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self._lock.take()
        except BlockingIOError:
            message = f"Another stack runs in {self.data}. Give this one --data and --port."
            raise StackError(message) from None
        except OSError as error:
            message = (
                f"Nothing can be kept in {self.data}: {error.strerror}. Choose another --data."
            )
            raise StackError(message) from None
        if not self._parts_lock.take_within(60, self.say, "Parts of a killed stack still end …"):
            message = f"Parts of a stack that was killed still run in {self.data}; see its logs."
            raise StackError(message)
        why = obstacle(self.port, self.host)
        if why is not None and why.errno == errno.EADDRINUSE:
            message = f"Port {self.port} is taken. Choose another with --port."
            raise StackError(message)
        if why is not None:
            message = f"Nobody can listen on {self.host}:{self.port} here: {why.strerror}."
            raise StackError(message)

    def _launch_kafka(self) -> None:
        if self.elsewhere.kafka:
            self._bootstrap = self.elsewhere.kafka
            return
        self.say("Starting Apache Kafka …")
        self.kafka = KafkaServer(
            self.data / "kafka",
            port=self._ports.take("kafka"),
            log=self.logs / "kafka.log",
            holds=self._parts_lock.descriptors,
            say=self.say,
            guarded=self._guarded() if self.secure else None,
        )
        if self.kafka.has_users and not self.secure:
            self.say("This Kafka was made with --secure; without it, it asks nobody who they are.")
        self.kafka.launch()
        self._bootstrap = self.kafka.bootstrap

    def _wait_for_kafka(self) -> None:
        if self.kafka is not None:
            self.kafka.wait_until_ready()
            self.say(f"Apache Kafka listens on {self._bootstrap}")
        ours = self.secure and not self.elsewhere.kafka
        if self.by_role:
            words = ("topics", "--grant") if ours else ("topics",)
            return self._run_jobs(
                {"topics": self._job("topics", *words, env={**outside(), **self._common()})}
            )
        try:
            login = Login.of(self.settings)
            in_a_thread(declare_topics(self._bootstrap, login=login, grant=ours))
        except (RuntimeError, OSError) as error:  # Kafka errors are of the first kind.
            message = f"The topics could not be made at {self._bootstrap}: {error!r}"
            raise StackError(message) from error

    def _start_postgres(self) -> None:
        if self.elsewhere.databases:
            self._urls = dict(self.elsewhere.databases)
            return
        if self.elsewhere.postgres:
            databases, prefix = Databases.at(self.elsewhere.postgres), "alongside_"
        else:
            self.say("Starting PostgreSQL …")
            self.postgres = PostgresServer(
                self.data / "postgres",
                port=self._ports.take("postgres"),
                durable=self.durable,
                log=self.logs / "postgres.log",
                holds=self._parts_lock.descriptors,
            )
            self.postgres.start()
            databases, prefix = self.postgres.databases, ""
            databases.close_the_rest()
            link = self.data / "postgres"
            if link.is_symlink():
                self.say(f"No other user can enter {self.data}: its files are in {link.resolve()}")
            self.say(f"PostgreSQL listens on 127.0.0.1:{self.postgres.port}")
        for name in SERVICES:
            password = kept_secret(self.data / "secrets" / f"{name}.password")
            try:
                self._urls[name] = databases.ensure(f"{prefix}{name}", password)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                message = f"No database can be had at {databases.place}: {error or 'no answer'}"
                raise StackError(message) from error

    def _migrate(self) -> None:
        self.say("Bringing the databases up to date …")
        if self.by_role:
            return self._run_jobs(
                {
                    name: self._job(
                        name, "migrate", service, env=self._environment_of(service, name)
                    )
                    for service in SERVICES
                    for name in (f"migrate-{service}",)
                }
            )

        async def work() -> None:
            for each in create_services(self.settings).values():
                try:
                    await migrate.upgrade(each.database, each.migrations)
                finally:
                    await each.database.close()

        try:
            in_a_thread(work())
        except (SQLAlchemyError, OSError, AlongsideError) as error:
            message = f"The databases could not be brought up to date: {error}"
            raise StackError(message) from error

    def _run_jobs(self, jobs: Mapping[str, Process]) -> None:
        """Wait for one-shot jobs, as an orchestrator would."""
        with ExitStack() as at_the_end:
            for job in jobs.values():
                at_the_end.callback(job.stop)
            for name, job in jobs.items():
                if job.wait(120):
                    message = f"{name} ended with {job.returncode}.\n{job.last_words()}"
                    raise StackError(message)
                self.say(f"{name} is done")

    def _job(self, name: str, *arguments: str, env: Mapping[str, str]) -> Process:
        return Process(
            name,
            [*command(), *arguments],
            log=self.logs / f"{name}.log",
            env=env,
            holds=self._parts_lock.descriptors,
        )

    def start_service(self, name: ServiceName, replica: int = 1) -> Process:
        """Start what does not run of a service, at first or after it ended; return what has its pages."""
        for called, roles in self._parts_of(name, replica).items():
            if called not in self.services or not self.services[called].running:
                self.services[called] = self._job(
                    called,
                    *("serve", name, "--roles", ",".join(roles)),
                    *("--host", "127.0.0.1", "--port", str(self._ports.take(called))),
                    env=self._environment_of(name, called),
                )
        return self.services[process_name(name, replica)]

    def _parts_of(self, name: ServiceName, replica: int) -> dict[str, tuple[str, ...]]:
        """Return the processes of a service by name, and the roles of each."""
        if self.by_role:
            return {process_name(name, replica, role): (role,) for role in ROLES}
        return {process_name(name, replica): ROLES}

    def wait_for_service(self, name: ServiceName, replica: int = 1) -> None:
        """Return once every process of a service answers that it is ready."""
        for called in self._parts_of(name, replica):
            wait_until(partial(self._is_ready, called), self.services[called], longest=90)
            self.say(f"{called} is ready (pid {self.services[called].pid})")

    def _is_ready(self, called: str) -> bool:
        try:
            answer = httpx2.get(
                f"http://127.0.0.1:{self._ports.of(called)}/readyz", timeout=5, trust_env=False
            )
        except httpx2.TransportError:
            return False
        return answer.is_success and answer.json().get("status") == "ready"

    def _open_door(self) -> None:
        behind = [
            part
            for name, replica in self._processes()
            for part in (f"--{name}", f"http://127.0.0.1:{self.service_port(name, replica)}")
        ]
        log_settings = {"ALONGSIDE_LOG_FORMAT": self._common()["ALONGSIDE_LOG_FORMAT"]}
        self.door = self._job(
            "door",
            *("door", "--host", self.host, "--port", str(self.port), *behind),
            env={**outside(), **log_settings},
        )
        wait_until(lambda: not is_free(self.port, self.host), self.door, longest=30)

    # --- Watching and stopping ------------------------------------------------------------------

    @property
    def parts(self) -> dict[str, Process]:
        """Every process, in the order in which they were started."""
        parts: dict[str, Process] = {}
        if self.kafka is not None and self.kafka.launched:
            parts["Kafka"] = self.kafka.process
        if self.postgres is not None and self.postgres.launched:
            parts["PostgreSQL"] = self.postgres.process
        parts |= self.services
        if self.door is not None:
            parts["door"] = self.door
        return parts

    def ended(self) -> dict[str, Process]:
        """Return the parts that have ended by themselves."""
        return {name: part for name, part in self.parts.items() if not part.running}

    def stop(self) -> None:
        """Stop everything, the door first, and wait until nothing is left."""
        if self.door is not None:
            self.door.stop()
        # All services are told at once, so that none waits for another's patience.
        for process in self.services.values():
            process.ask_to_stop()
        for process in self.services.values():
            process.stop(patience=30)
        if self.kafka is not None:
            self.kafka.stop()
        if self.postgres is not None:
            self.postgres.stop()
        self._parts_lock.release()
        self._lock.release()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()
