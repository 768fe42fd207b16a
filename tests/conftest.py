"""Fixtures for every test: a fixed clock, databases of both kinds, Kafka, an SMTP sink, no network.

A server that cannot be had is a skip with its reason in one line; `tools/test` repeats the reason,
and where everything must be there (TESTS_NEED_ALL=1) the skip is an error instead.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import SocketConnectBlockedError

from alongside.stack.kafka import KafkaServer
from alongside.stack.kafka_files import find_java, find_kafka
from alongside.stack.postgres import find_binaries
from alongside.stack.process import StackError
from alongside.stack.supervisor import Stack
from alongside.testing import FixedClock
from alongside.testing.folders import scratch_folder
from alongside.testing.kafka import empty_topics, running_kafka
from alongside.testing.postgres import FreshDatabases, running_postgres
from alongside.testing.smtp import SmtpSink

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_postgres: set by the database_url fixture")
    # How long an example takes says more about the machine than about the code. Each run looks for
    # new examples, but for the one before a change lands: there, what passed here passes again.
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("everywhere", patient)
    settings.register_profile("landing", patient, derandomize=True)
    settings.load_profile("landing" if os.environ.get("CI") == "true" else "everywhere")


TIERS = ("unit", "contract", "integration", "browser", "faults")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every test has a tier, or nobody would run it. Unit tests run on SQLite alone."""
    homeless = {
        item.nodeid.partition("::")[0]
        for item in items
        if not any(item.get_closest_marker(tier) for tier in TIERS)
    }
    if homeless:
        raise pytest.UsageError(
            f"Give these a tier (pytestmark = pytest.mark.unit, …): {', '.join(sorted(homeless))}"
        )
    kept, left = [], []
    for item in items:
        unit = item.get_closest_marker("unit") and item.get_closest_marker("needs_postgres")
        (left if unit else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def unavailable(what: str, why: Exception) -> None:
    """Skip, with the reason in one line; fail where all must be there."""
    reason = f"{what}: {' '.join(str(why).split())}"
    if os.environ.get("TESTS_NEED_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect, connect_ex, sendto = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
    )

    def guarded(real):
        def call(self: socket.socket, *arguments):
            address = arguments[-1]
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
                raise SocketConnectBlockedError(["127.0.0.1", "::1"], address[0])
            return real(self, *arguments)

        return call

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket.socket, "sendto", guarded(sendto))


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1", ""} or host.startswith("127.")


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at a Monday, 2026-03-02 15:00 UTC, until moved."""
    return FixedClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[FreshDatabases]:
    """The session's PostgreSQL server; `postgres.fresh_database()` gives an empty database."""
    try:
        running = running_postgres()
        databases = running.__enter__()
    except StackError as error:
        unavailable("PostgreSQL", error)
    yield databases
    running.__exit__(None, None, None)


@pytest.fixture
def postgres_url(postgres: FreshDatabases) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    url = postgres.fresh_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: each test runs on SQLite and on PostgreSQL."""
    kind = "postgres_url" if request.param == "postgresql" else "sqlite_url"
    return str(request.getfixturevalue(kind))


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """The session's Kafka; tests that kill it start it again, on the same port."""
    try:
        running = running_kafka()
        server = running.__enter__()
    except StackError as error:
        unavailable("Apache Kafka", error)
    yield server
    running.__exit__(None, None, None)


@pytest.fixture
async def kafka_bootstrap(kafka: KafkaServer) -> str:
    """The address of a Kafka with our topics, all of them empty."""
    await empty_topics(kafka.bootstrap)
    return kafka.bootstrap


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server that keeps what it gets, and refuses on command."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(scope="session")
def stack_can_run() -> None:
    """Skip, with the reason, where no PostgreSQL or no Kafka is to be had."""
    for what, find in (("PostgreSQL", find_binaries), ("Java", find_java), ("Kafka", find_kafka)):
        try:
            find()
        except StackError as error:
            unavailable(what, error)


@pytest.fixture
def stack_folder(stack_can_run: None) -> Iterator[Path]:
    """A folder for a stack, on a machine that can run one."""
    with scratch_folder("stack") as folder:
        yield folder / "data"


@pytest.fixture(scope="session")
def stack(stack_can_run: None) -> Iterator[Stack]:
    """The session's stack, with PostgreSQL and Kafka of its own; `stack.origin` is its address."""
    with scratch_folder("stack") as folder, Stack(folder / "data", port=0, durable=False) as stack:
        yield stack


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No look-ups of its own: nothing but this machine is reached."""


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """The system's Chromium. One for the session: a second synchronous Playwright cannot run."""
    from playwright.sync_api import Error, sync_playwright

    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        unavailable("Chromium", FileNotFoundError("there is none on the PATH"))
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        except Error as error:
            unavailable("Chromium", error)
        yield browser
        browser.close()
