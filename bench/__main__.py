"""Run the benchmarks and print what we cost against a bare baseline of the same run.

Example: make bench            # everything that this machine can run, with progress, part by part
         make bench ARGS="feeds start"
"""

import argparse
import asyncio
import contextlib
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

from alongside import zones
from alongside.observability.logging import configure_logging
from alongside.stack.process import StackError
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
AGAIN = 30
"""Seconds in which a part that was given up has stopped its servers, as a rule."""


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


class TooLong(KeyboardInterrupt):
    """A part took longer than it may. As Ctrl-C does, it gets through whatever is under way."""


def _too_long(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TooLong


def _told_to_end(_number: int, _frame: FrameType | None) -> NoReturn:
    # As Ctrl-C does: servers are stopped and folders swept up on the way out.
    raise KeyboardInterrupt


@contextlib.contextmanager
def _struck_by(handlers: Mapping[signal.Signals, Any]) -> Iterator[None]:
    """Have signals handled in this way for the block."""
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(words: Sequence[str] | None = None) -> int:
    """Run the chosen parts; return the exit code. One that fails, or takes too long, stops no other."""
    given = parser().parse_args(words)
    zones.pin()
    # A line for each request would bury the figures.
    configure_logging("warning", "console")
    with _struck_by({signal.SIGTERM: _told_to_end, signal.SIGALRM: _too_long}):
        return _run([name for name in PARTS if name in given.part], given.longest)


def _run(chosen: Sequence[str], longest: float) -> int:
    bench = Bench()
    failed = []
    for number, name in enumerate(chosen, 1):
        part: Callable[[], None] = getattr(bench, name)
        bench.say(f"{name} ({number} of {len(chosen)}): {part.__doc__}")
        # Again and again: what is under way may take the first for a fault of its own, and go on.
        signal.setitimer(signal.ITIMER_REAL, longest, AGAIN)
        try:
            part()
        except TooLong:
            bench.left_out.append(f"{name}: not done after {longest:g} s")
        except KeyboardInterrupt:
            bench.say("broken off")
            return 130
        except Exception:  # noqa: BLE001  # the other parts go on
            traceback.print_exc()
            failed.append(name)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    for line in bench.left_out:
        print(f"not measured: {line}")
    for name in failed:
        print(f"FAILED: {name}; why stands above")
    bench.say("done")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
