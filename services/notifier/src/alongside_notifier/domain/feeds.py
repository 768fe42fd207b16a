"""What a feed is about and how much it says: a person chooses it, each feed apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alongside_notifier.domain.words import Language, Words
from alongside_notifier.domain.words.times import hours

Detail = Literal["busy", "titles", "full"]
"""busy: times alone. titles: what it is, without a place or a link. full: all there is to know."""

Kind = Literal["own", "more", "lead", "office"]
"""own: what everybody has. more: another one of theirs. lead: a group they lead, with numbers.
office: what is due, for coordinators."""

OLD_ADDRESS = timedelta(days=30)
"""How long an address goes on after it was replaced, so that no calendar falls silent unnoticed."""

MOST_FEEDS = 10
"""So many feeds a person may have beside their own."""


@dataclass(frozen=True, slots=True)
class Style:
    """How much a feed says, and since when its owner wants it so."""

    detail: Detail = "full"
    since: datetime | None = None


PLAIN = Style()


NO_ALARM = "none"
LONGEST_ALARM = 24 * 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a feed adds to one meeting, and since when that holds."""

    mark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed, as far as what it shows depends on it."""

    feed_id: str
    person_id: str
    kind: Kind
    group_id: str
    detail: Detail
    hours: bool
    chosen_at: datetime | None
    language: Language | None = None
    """None for that of its owner's mails."""
    ring: str = ""
    """`none`, or minutes; empty for what its owner chose for all their feeds."""

    @property
    def style(self) -> Style:
        """How much it says."""
        return Style(self.detail, self.chosen_at)

    def alarm(self, minutes: int | None) -> int | None:
        """Return the alarm its owner chose for it, else the one they chose for all their feeds.

        The latter is none in what is not theirs alone to look at.
        """
        if self.ring:
            return int(self.ring) if self.ring.isdigit() else None
        if self.kind == "lead" or (self.kind == "more" and self.detail == "busy"):
            return None
        return minutes

    def notes(self, confirmed: Iterable["Confirmed"], words: Words) -> Mapping[str, Note]:
        """Return what it adds to meetings, of what its owner has confirmed."""
        return marks_of(confirmed, words) if self.hours and self.detail != "busy" else {}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An hour entry that both sides stand behind: whose, of which meeting, how long in minutes."""

    person_id: str
    key: str
    minutes: int
    at: datetime


def marks_of(confirmed: Iterable[Confirmed], words: Words) -> dict[str, Note]:
    """Return by meeting what past sessions of one person show; an absence shows nothing."""
    said = words.calendars.confirmed
    return {
        each.key: Note(said.format(hours=hours(each.minutes)), each.at.replace(microsecond=0))
        for each in confirmed
        if each.minutes
    }
