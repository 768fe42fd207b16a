"""A running installation to be measured: started as people start it, filled through its API."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx2

from alongside.stack.ports import free_port
from alongside.stack.process import Process

ALONGSIDE = Path(sys.executable).with_name("alongside")
ZONE = "America/Chicago"
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used: it says the same on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mb(pid: int) -> float:
    """Return the memory a process holds, in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None, pid
    return int(found[1]) * 1024 / 1e6


def environment(folder: Path, port: int, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which only these settings are made."""
    rest = {key: value for key, value in os.environ.items() if not key.startswith("ALONGSIDE_")}
    mine = {
        "ALONGSIDE_DATA": str(folder),
        "ALONGSIDE_PORT": str(port),
        "ALONGSIDE_LOG_LEVEL": "warning",
    }
    return {**rest, **mine, **(more or {})}


@dataclass
class Embedded:
    """The embedded mode in a process of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: Process | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    """Further settings."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the process, which must have been started."""
        assert self.process is not None
        return self.process.pid

    @property
    def settings(self) -> dict[str, str]:
        return environment(self.folder, self.port, self.more)

    def start(self) -> float:
        """Start it; return the seconds until it answered its first page."""
        began = time.perf_counter()
        # Ended with us, however we end.
        self.process = Process(
            "alongside up", [ALONGSIDE, "up"], log=self.folder.with_suffix(".log"),
            env=self.settings, stop_signal=signal.SIGINT,
        )  # fmt: skip
        with httpx2.Client(base_url=self.origin, trust_env=False) as client:
            while True:
                self.process.ensure_running()
                try:
                    answer = client.get("/sign-in", headers={"Accept": "text/html"}, timeout=60)
                except httpx2.TransportError:
                    time.sleep(0.01)
                    continue
                answer.raise_for_status()
                return time.perf_counter() - began

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process is not None:
            self.process.stop(patience=30)
            self.process = None

    @contextmanager
    def running(self) -> Iterator["Embedded"]:
        """Keep it running for the block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()


def command(settings: Mapping[str, str], *arguments: str) -> str:
    """Run the command line on an installation; return what it printed."""
    done = subprocess.run(
        [ALONGSIDE, *arguments], env=dict(settings), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


class Office:
    """Somebody who may do everything, with an API token."""

    def __init__(self, origin: str, settings: Mapping[str, str]) -> None:
        command(
            settings, "person", "add", "--name", "Ada Bench", "--email", "ada@bench.example",
            "--zone", ZONE, "--role", "coordinator", "--role", "supervisor",
        )  # fmt: skip
        token = command(settings, "token", "ada@bench.example")
        self.client = httpx2.Client(
            base_url=origin, timeout=60, trust_env=False,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )  # fmt: skip
        self._people = 0

    def send(self, path: str, body: Mapping[str, Any]) -> Any:
        """Write through a JSON route."""
        answer = self.client.post(f"/api/scheduler/v1{path}", json=dict(body))
        if not answer.is_success:
            raise RuntimeError(answer.text)
        return answer.json()

    def group(self, size: int) -> str:
        """Make a group of this many new people; return its id."""
        group = self.send("/groups", {"name": f"Circle of {size}", "place": "Room 2"})["group_id"]
        for _ in range(size):
            self._people += 1
            person = self.send(
                "/people",
                {"name": f"Person {self._people}", "email": f"p{self._people}@bench.example",
                 "zone": ZONE, "roles": ["supervisee"], "pursuing": "IFS"},
            )  # fmt: skip
            self.send(f"/groups/{group}/roster", {"person_id": person["person_id"]})
        return str(group)

    def book(self, group: str, start: date, hour: int, **facts: Any) -> Any:
        """Plan a series of this group, by default one session; return it."""
        return self.send(
            f"/groups/{group}/series",
            {"frequency": "once", "starts_on": start.isoformat(), "start_time": f"{hour:02}:00",
             "duration_minutes": 45, **facts},
        )  # fmt: skip


def wait_for(look: Any, *, seconds: float = 60) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            message = f"it did not come within {seconds} s"
            raise TimeoutError(message)
        time.sleep(0.005)


def quiet(folder: Path) -> Sequence[Path]:
    """Wait until no mail is added for a second; return all mails there are."""
    seen = -1
    while True:
        mails = list(folder.glob("*.eml"))
        if len(mails) == seen:
            return mails
        seen = len(mails)
        time.sleep(1)
