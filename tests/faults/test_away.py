"""A database or Kafka that is away at start: pages say so, nothing is half-done, and it mends itself."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from alongside.stack.ports import free_port

pytestmark = pytest.mark.faults

ALONGSIDE = Path(sys.executable).with_name("alongside")


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    rest = {key: value for key, value in os.environ.items() if not key.startswith("ALONGSIDE_")}
    mine = {
        "ALONGSIDE_DATA": str(folder / "data"),
        "ALONGSIDE_PORT": str(port),
        "ALONGSIDE_MODE": "stack",
        "ALONGSIDE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }
    return rest | mine | more


@contextmanager
def serving(service: str, env: dict[str, str], log: Path):
    with log.open("w") as out:
        process = subprocess.Popen([ALONGSIDE, "serve", service], env=env, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(40) == 0, log.read_text()[-3000:]


def ask(port: int, path: str, **how) -> httpx2.Response:
    end = time.monotonic() + 30
    while True:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=20, **how)
        except httpx2.TransportError:
            assert time.monotonic() < end
            time.sleep(0.1)


def until_ready(port: int, status: int = 200) -> httpx2.Response:
    end = time.monotonic() + 40
    while (answer := ask(port, "/readyz")).status_code != status:
        assert time.monotonic() < end, answer.text
        time.sleep(0.2)
    return answer


def run(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [ALONGSIDE, *arguments], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_without_kafka_pages_work_and_readiness_says_degraded(tmp_path):
    port = free_port()
    env = environment(tmp_path, port)
    run(env, "keys")
    run(env, "migrate", "scheduler")
    with serving("scheduler", env, tmp_path / "log"):
        ready = until_ready(port)
        assert "degraded" in ready.text
        page = ask(port, "/sign-in", headers={"Accept": "text/html"})
        assert page.status_code == 200


@pytest.mark.parametrize("service", ["scheduler", "logbook", "notifier"])
def test_without_its_database_a_service_says_so_as_page_and_as_problem(tmp_path, service):
    port = free_port()
    away = f"postgresql+asyncpg://nobody:nothing@127.0.0.1:{free_port()}/nothing"
    env = environment(tmp_path, port, **{f"ALONGSIDE_{service.upper()}_DATABASE_URL": away})
    run(env, "keys")
    with serving(service, env, tmp_path / "log"):
        assert ask(port, "/healthz").status_code == 200, "the process lives"
        assert until_ready(port, 503).status_code == 503
        path = {"scheduler": "people", "logbook": "entries", "notifier": "feed"}[service]
        problem = ask(
            port, f"/api/{service}/v1/{path}",
            headers={"Accept": "application/json", "Authorization": "Bearer none"},
        )  # fmt: skip
        assert problem.status_code in {401, 503}
        assert problem.headers["content-type"].startswith("application/problem+json")
        assert json.loads(problem.text)["status"] == problem.status_code


def test_a_database_that_comes_late_is_waited_for(tmp_path, postgres):
    port = free_port()
    url = postgres.fresh_database()
    env = environment(tmp_path, port, ALONGSIDE_LOGBOOK_DATABASE_URL=url)
    run(env, "keys")
    with serving("logbook", env, tmp_path / "log"):
        assert until_ready(port, 503), "not migrated yet"
        run(env, "migrate", "logbook")
        until_ready(port)
