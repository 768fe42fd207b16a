"""From a booking, sent over HTTP, to its invitations handed over, in both modes."""

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from alongside.stack.supervisor import Stack
from alongside.testing.folders import scratch_folder
from bench.figures import Figure, p95
from bench.installation import Embedded, Office, quiet, wait_for

BOOKINGS = 30
LONG_BOOKINGS = 3
LONG = (26, 8)
"""Sessions and people of the long series."""


def embedded() -> list[Figure]:
    """Return the figures of the embedded mode."""
    with scratch_folder("bench") as folder, Embedded(folder / "data").running() as house:
        return _figures("embedded", house.origin, house.settings, house.folder / "mail")


def stack() -> list[Figure]:
    """Return the figures of the stack; raises `StackError` where none can run."""
    with (
        scratch_folder("stack") as folder,
        Stack(folder / "data", port=0, extra={"ALONGSIDE_LOG_LEVEL": "warning"}) as running,
    ):
        return _figures("stack", running.origin, running.environment, running.data / "mail")


def _figures(mode: str, origin: str, settings: Mapping[str, str], mail: Path) -> list[Figure]:
    office = Office(origin, settings)
    first = datetime.now(UTC).date() + timedelta(days=7)
    pair = office.group(1)
    office.book(pair, first - timedelta(days=1), 8)
    quiet(mail)  # one booking to warm up, and what else is sent on the way is out of it
    answered, handed = [], []
    for number in range(BOOKINGS):
        at, to = _timed(mail, partial(office.book, pair, _day(first, number), 10), 2)
        answered.append(at)
        handed.append(to)
    sessions, people = LONG
    circle = office.group(people)
    quiet(mail)
    long = []
    for number in range(LONG_BOOKINGS):
        facts: dict[str, Any] = {"frequency": "weekly", "count": sessions}
        book = _long(office, circle, first, 12 + number, facts)
        long.append(_timed(mail, book, people + 1)[1])
    return [
        Figure(f"{mode}: booking answered, p50", statistics.median(answered) * 1000, "ms",
               remark=f"{BOOKINGS} single sessions, one after the other"),
        Figure(f"{mode}: both mails handed over, p50", statistics.median(handed) * 1000, "ms",
               remark="from the request's first byte, SMTP left out: mail as files"),
        Figure(f"{mode}: both mails handed over, p95", p95(handed) * 1000, "ms"),
        Figure(f"{mode}: series of {sessions} x {people}, last of {people + 1} mails",
               statistics.median(long) * 1000, "ms", remark=f"median of {LONG_BOOKINGS}"),
    ]  # fmt: skip


def _day(first: date, number: int) -> date:
    return first + timedelta(days=number)


def _long(
    office: Office, circle: str, first: date, hour: int, facts: dict[str, Any]
) -> Callable[[], None]:
    # Far behind the single sessions, which whoever leads has in their calendar as well.
    start = first + timedelta(days=BOOKINGS + 7)
    return lambda: office.book(circle, start, hour, **facts)


def _timed(mail: Path, book: Callable[[], None], wanted: int) -> tuple[float, float]:
    """Book; return the seconds until it was answered, and until the last mail was a file."""
    before = set(mail.glob("*.eml"))
    began = time.time()
    book()
    answered = time.time() - began
    wait_for(lambda: len(set(mail.glob("*.eml")) - before) >= wanted)
    last = max(each.stat().st_mtime for each in set(mail.glob("*.eml")) - before)
    return answered, last - began
