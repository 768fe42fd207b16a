"""All-day items of the feed for coordinators: what is due on a day, in numbers only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from icalendar import Event

from alongside_notifier.domain.calendar import LOOK_BACK
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.domain.words import ENGLISH, Words

About = Literal["closing", "waiting"]
"""closing: windows of hours that end on a day. waiting: hours of a day that wait for a word."""


@dataclass(frozen=True, slots=True)
class Due:
    """What there is on one day: how many, how many minutes in all, and when that was last said."""

    about: About
    day: date
    number: int
    minutes: int
    at: datetime

    @property
    def part(self) -> str:
        """The part of the feed that it is."""
        return part_of(self.about, self.day)


def part_of(about: About, day: date) -> str:
    """Return how the part of a feed about one day is called."""
    return f"{about}.{day.isoformat()}"


def first_day(now: datetime) -> date:
    """Return the first day that is shown; days before it are over for good."""
    return (now - LOOK_BACK).date()


def due_fragment(
    due: Due, before: Fragment, *, domain: str, origin: str, words: Words = ENGLISH
) -> Fragment:
    """Return what the feed says of one day, empty where nothing is due.

    `before` is what it said so far: the same facts keep its bytes, whenever they were said.
    """
    if due.number <= 0:
        return Fragment("")
    over = datetime.combine(due.day, time(), UTC) + LOOK_BACK + timedelta(days=1)
    if before.revised_at is not None:
        same = _text(due, before.revised_at, domain, origin, words)
        if same == before.text:
            return before
    at = due.at.replace(microsecond=0)
    revised = at if before.revised_at is None else max(at, before.revised_at + timedelta(seconds=1))
    return Fragment(_text(due, revised, domain, origin, words), (), revised, over)


def _text(due: Due, revised: datetime, domain: str, origin: str, words: Words) -> str:
    event = Event()
    event.add("uid", f"{due.part}@{domain}")
    event.add("sequence", 0)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    summary, said = words.calendars.due(due.about, due.number, due.minutes)
    event.add("summary", summary)
    event.add("description", f"{said}\n{origin}/cohort")
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("dtstamp", revised)
    event.add("last-modified", revised)
    folded: bytes = event.to_ical()
    return folded.decode()
