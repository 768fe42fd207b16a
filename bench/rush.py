"""Fifty bookings a second, each followed until its mails are handed to an SMTP server on loopback.

And a long series for many people, from the request until the last of its mails is handed over.
"""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from icalendar import Calendar

from alongside.stack.supervisor import Stack
from alongside.testing.folders import scratch_folder
from alongside.testing.smtp import Delivery, SmtpSink
from bench.figures import Figure, p95
from bench.installation import Embedded, Office, wait_for

PER_SECOND, SECONDS = 50, 6
GROUPS, HOURS = 30, range(6, 21)
LONG = (26, 8)
"""Sessions and people of the long series."""


class Watched(SmtpSink):
    """A mail server that looks at the clock when it takes something."""

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        super().__post_init__()
        self.taken: list[float] = []

    async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802  # the name that the server calls
        """Keep a message, and when it came."""
        said = await super().handle_DATA(*arguments)
        self.taken.append(time.perf_counter())
        return said


def embedded() -> list[Figure]:
    """Return the figures of the embedded mode."""
    with scratch_folder("bench") as folder, Watched() as sink:
        house = Embedded(folder / "data", more={"ALONGSIDE_SMTP_URL": sink.url})
        with house.running():
            return _figures("embedded", house.origin, house.settings, sink)


def stack() -> list[Figure]:
    """Return the figures of the stack; raises `StackError` where none can run."""
    with scratch_folder("stack") as folder, Watched() as sink:
        extra = {"ALONGSIDE_LOG_LEVEL": "warning", "ALONGSIDE_SMTP_URL": sink.url}
        with Stack(folder / "data", port=0, extra=extra) as running:
            return _figures("stack", running.origin, running.environment, sink)


def _figures(mode: str, origin: str, settings: Mapping[str, str], sink: Watched) -> list[Figure]:
    office = Office(origin, settings)
    sessions, people = LONG
    circle = office.group(people)
    first = datetime.now(UTC).date() + timedelta(days=200)
    long = []
    for hour in (9, 11, 13):
        _settled(sink)
        before, began = len(sink.taken), time.perf_counter()
        office.book(circle, first, hour, frequency="weekly", count=sessions)
        wait_for(lambda seen=before: len(sink.taken) >= seen + people + 1)
        long.append(sink.taken[before + people] - began)
    groups = [office.group(1) for _ in range(GROUPS)]
    _settled(sink)
    before = len(sink.taken)
    wanted = PER_SECOND * SECONDS
    booked = _rush(office, groups, wanted)
    wait_for(lambda: len(sink.taken) >= before + 2 * wanted, seconds=120)
    last: dict[str, float] = {}
    for taken, mail in zip(sink.taken[before:], sink.deliveries[before:], strict=True):
        last[_about(mail)] = taken
    took = [last[each.uid] - each.sent for each in booked]
    answered = [each.answered for each in booked]
    rate = wanted / (booked[-1].sent - booked[0].sent)
    return [
        Figure(f"{mode}: series of {sessions} x {people}, last of {people + 1} mails",
               median(long) * 1000, "ms", remark="from the request to a local SMTP server"),
        Figure(f"{mode}: booking answered, p95", p95(answered) * 1000, "ms",
               remark=f"{rate:.0f} bookings a second"),
        Figure(f"{mode}: both mails handed over, p95", p95(took) * 1000, "ms",
               remark=f"{wanted} bookings, {2 * wanted} mails"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking: when it was sent, after how long it was answered, and what calendars call it."""

    sent: float
    answered: float
    uid: str


def _rush(office: Office, groups: list[str], wanted: int) -> list[Booked]:
    """Book at a steady pace; return what was booked, in the order in which it was due."""
    first = datetime.now(UTC).date() + timedelta(days=7)
    begin = time.perf_counter() + 0.2

    def book(at: int) -> Booked:
        due = begin + at / PER_SECOND
        time.sleep(max(0, due - time.perf_counter()))
        began = time.perf_counter()
        day, hour = divmod(at, len(HOURS))
        series = office.book(groups[at % len(groups)], first + timedelta(days=day), HOURS[hour])
        return Booked(began, time.perf_counter() - began, series["uid"])

    with ThreadPoolExecutor(32) as pool:
        return [each.result() for each in [pool.submit(book, at) for at in range(wanted)]]


def _about(mail: Delivery) -> str:
    """Return what calendars call the series that a mail is about."""
    part = next(each for each in mail.message.walk() if each.get_content_type() == "text/calendar")
    return str(Calendar.from_ical(part.get_content()).events[0]["UID"])


def _settled(sink: Watched) -> None:
    """Wait until no mail has come for a second."""
    seen = -1
    while len(sink.taken) != seen:
        seen = len(sink.taken)
        time.sleep(1)
