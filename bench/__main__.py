"""Run the benchmarks and print what we cost against a bare baseline of the same run.

Example: make bench            # everything that this machine can run, with progress, part by part
         make bench ARGS="feeds start"
"""

import argparse
import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from types import FrameType

from alongside import zones
from alongside.observability.logging import configure_logging
from alongside.stack.process import StackError, leashed
from alongside.testing.kafka import running_kafka
from alongside.testing.postgres import running_postgres
from bench.figures import Figure, show

PARTS = (
    "start",
    "feeds",
    "feedwork",
    "booking",
    "availability",
    "month",
    "board",
    "hours",
    "imports",
    "finding",
    "documents",
    "latency",
    "rush",
    "reminders",
    "messaging",
    "volume",
    "workers",
)
LONGEST = 600
"""Seconds after which a part is given up, so that the whole ends."""
FAREWELL = 30
"""Seconds in which a part that was given up must have stopped its servers."""


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "part", nargs="*", type=_part, default=list(PARTS),
        help=f"any of {', '.join(PARTS)}; default: all",
    )  # fmt: skip
    made.add_argument(
        "--longest", type=float, default=LONGEST, metavar="SECONDS",
        help=f"after which a part is given up; default: {LONGEST}",
    )  # fmt: skip
    return made


def _part(name: str) -> str:
    if name not in PARTS:
        message = f"there is no part {name!r}; there are {', '.join(PARTS)}"
        raise argparse.ArgumentTypeError(message)
    return name


class Bench:
    """The parts, each with what it needs; what cannot be had is noted, and the rest goes on."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self._began = time.monotonic()

    def say(self, line: str) -> None:
        """Say how far it is."""
        print(f"{time.monotonic() - self._began:6.0f} s  {line}", flush=True)

    def start(self) -> None:
        """Starting and resting."""
        show("Start", import_module("bench.start").measure())

    def feeds(self) -> None:
        """Feeds."""
        show("Feeds", import_module("bench.feeds").measure())

    def feedwork(self) -> None:
        """One change in a feed, on PostgreSQL too where there is one."""
        measure = import_module("bench.feedwork").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("feeds on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("One change in a feed", asyncio.run(measure(url)))

    def booking(self) -> None:
        """Booking, on PostgreSQL too where there is one."""
        measure = import_module("bench.booking").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("booking on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("Booking", asyncio.run(measure(url)))

    def availability(self) -> None:
        """When people can be booked, on PostgreSQL too where there is one."""
        measure = import_module("bench.availability").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("availability on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("Availability", asyncio.run(measure(url)))

    def month(self) -> None:
        """The calendar and the search, on PostgreSQL too where there is one."""
        measure = import_module("bench.month").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("the calendar on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("Calendar and search", asyncio.run(measure(url)))

    def board(self) -> None:
        """The coordinator's board, on PostgreSQL too where there is one."""
        measure = import_module("bench.board").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("the board on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("Coordinator's board", asyncio.run(measure(url)))

    def hours(self) -> None:
        """Progress of somebody with thousands of entries, on PostgreSQL too where there is one."""
        measure = import_module("bench.hours").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("progress on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("Progress", asyncio.run(measure(url)))

    def imports(self) -> None:
        """A log of ten thousand rows read in, on PostgreSQL too where there is one."""
        measure = import_module("bench.imports").measure
        with contextlib.ExitStack() as servers:
            url = None
            with self._noting("imports on PostgreSQL"):
                url = servers.enter_context(running_postgres()).fresh_database()
            show("Imports", asyncio.run(measure(url)))

    def finding(self) -> None:
        """A time for a group, and other calendars read."""
        show("Finding a time", import_module("bench.finding").measure())

    def documents(self) -> None:
        """Documents as files."""
        show("Documents", import_module("bench.documents").measure())

    def latency(self) -> None:
        """From booking to mail, in both modes."""
        part = import_module("bench.latency")
        figures: list[Figure] = part.embedded()
        with self._noting("latency of the stack"):
            figures += part.stack()
        show("From booking to mail", figures)

    def rush(self) -> None:
        """Fifty bookings a second, in both modes."""
        part = import_module("bench.rush")
        figures: list[Figure] = part.embedded()
        with self._noting("fifty bookings a second in the stack"):
            figures += part.stack()
        show("Fifty bookings a second", figures)

    def reminders(self) -> None:
        """Ten thousand reminders at once, by two workers."""
        measure = import_module("bench.reminders").measure
        with self._noting("reminders"), running_postgres() as postgres:
            show("Reminders", measure(postgres.fresh_database()))

    def messaging(self) -> None:
        """Outbox, relay, consumer."""
        measure = import_module("bench.messaging").measure
        with self._noting("messaging"), running_kafka() as kafka, running_postgres() as postgres:
            url = postgres.fresh_database()
            show("Messaging", asyncio.run(measure(kafka.bootstrap, url, self.say)))

    def volume(self) -> None:
        """What an event costs when a million are stored."""
        measure = import_module("bench.volume").measure
        with self._noting("volume"), running_postgres() as postgres:
            show("A million events", asyncio.run(measure(postgres, self.say)))

    def workers(self) -> None:
        """What two processes of a worker do against one."""
        measure = import_module("bench.workers").measure
        with self._noting("workers"), running_kafka() as kafka, running_postgres() as postgres:
            show("Two workers", measure(kafka.bootstrap, postgres, self.say))

    @contextlib.contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        try:
            yield
        except StackError as error:
            self.left_out.append(f"{what}: {error}")


def _told_to_end(_number: int, _frame: FrameType | None) -> None:
    # As Ctrl-C does: servers are stopped and folders swept up on the way out.
    signal.raise_signal(signal.SIGINT)


def main(words: Sequence[str] | None = None) -> int:
    """Run the chosen parts; return the exit code.

    Several run one after the other, each in a process of its own: one that fails, or takes too
    long, stops no other, and none leaves its memory to the next.
    """
    given = parser().parse_args(words)
    chosen = [name for name in PARTS if name in given.part]
    before = signal.signal(signal.SIGTERM, _told_to_end)
    try:
        return _here(chosen[0]) if len(chosen) == 1 else _each_apart(chosen, given.longest)
    except KeyboardInterrupt:
        print("broken off", flush=True)
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def _here(name: str) -> int:
    zones.pin()
    # A line for each request would bury the figures.
    configure_logging("warning", "console")
    bench = Bench()
    part: Callable[[], None] = getattr(bench, name)
    part()
    for line in bench.left_out:
        print(f"not measured: {line}")
    return 0


def _each_apart(chosen: Sequence[str], longest: float) -> int:
    remarks = []
    for number, name in enumerate(chosen, 1):
        about = getattr(Bench, name).__doc__
        print(f"--- {name} ({number} of {len(chosen)}): {about}", flush=True)
        with _ended(subprocess.Popen(leashed(_words(name), stop_signal=signal.SIGINT))) as part:
            try:
                code = part.wait(longest)
            except subprocess.TimeoutExpired:
                remarks.append(f"not measured: {name} was not done after {longest:g} s")
                continue
        if code:
            remarks.append(f"FAILED: {name} ended with {code}; why stands above")
    print(*remarks, "done", sep="\n", flush=True)
    return int(any(each.startswith("FAILED") for each in remarks))


def _words(name: str) -> list[str]:
    return [sys.executable, "-m", "bench", name]


@contextlib.contextmanager
def _ended(part: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Have a part's process ended with the block: as Ctrl-C does, and if that is no use, at once."""
    try:
        yield part
    finally:
        if part.poll() is None:
            part.send_signal(signal.SIGINT)
        try:
            part.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()


if __name__ == "__main__":
    sys.exit(main())
