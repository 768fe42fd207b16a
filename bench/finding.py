"""A time for ten people over half a year, and a calendar read for when it is busy."""

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from zoneinfo import ZoneInfo

from icalendar import Calendar

from alongside_scheduler.calendars.reading import read_busy
from alongside_scheduler.calendars.shapes import Wanted
from alongside_scheduler.domain.finding import SLOT_RHYTHMS, Attendee, Search, best
from alongside_scheduler.domain.free import Span
from alongside_scheduler.domain.suiting import WORKING_HOURS, suiting_spans
from bench.figures import Figure

PEOPLE, WEEKS, BUSY, EVENTS = 10, 26, 400, 2000
BEGINS = datetime(2035, 3, 1, tzinfo=UTC)
ENDS = BEGINS + timedelta(weeks=WEEKS + 1)
ZONES = [ZoneInfo(f"America/{city}") for city in ("Chicago", "New_York", "Denver")]


def measure() -> list[Figure]:
    """Return the figures; all of it is thinking, no database."""
    people = _people()
    figures = [
        Figure(
            f"best times of {PEOPLE} people, {WEEKS} weeks, {rhythm}",
            _milliseconds(
                partial(best, Search(rhythm, 120, ZONES[0], date(2035, 3, 5), WEEKS), people)
            ),
            "ms",
            remark=f"{BUSY} busy times each, 3 zones",
        )
        for rhythm in SLOT_RHYTHMS
    ]
    content = _calendar()
    wanted = Wanted(BEGINS, ENDS, "America/Chicago")
    figures.append(
        Figure(
            f"busy times of a calendar of {EVENTS} events",
            _milliseconds(lambda: read_busy(content, wanted), rounds=3),
            "ms",
            bare=_milliseconds(lambda: Calendar.from_ical(content), rounds=3),
            remark="bare: icalendar takes it apart, no more",
        )
    )
    return figures


def _people() -> list[Attendee]:
    chance = random.Random("bench")
    hours = range(24 * 7 * WEEKS)
    people = []
    for number in range(PEOPLE):
        zone = ZONES[number % len(ZONES)]
        busy = [
            Span(BEGINS + timedelta(hours=hour), BEGINS + timedelta(hours=hour + 1))
            for hour in chance.sample(hours, BUSY)
        ]
        open_hours = suiting_spans(WORKING_HOURS, BEGINS, ENDS, zone)
        people.append(Attendee(str(number), zone, open_hours, busy, is_needed=number == 0))
    return people


def _calendar() -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number in range(EVENTS):
        start = BEGINS + timedelta(days=number % 1000 - 800, hours=number % 9)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number}@calendar.example.org",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:Something {number}",
            *(["RRULE:FREQ=WEEKLY"] if number % 20 == 0 else []),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _milliseconds(work: Callable[[], object], rounds: int = 5) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
