"""What a feed is about and how much it says: a person chooses it, each feed apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

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

    @property
    def style(self) -> Style:
        """How much it says."""
        return Style(self.detail, self.chosen_at)

    def alarm(self, minutes: int | None) -> int | None:
        """Return the alarm its owner chose; none in what is not theirs alone to look at."""
        if self.kind == "lead" or (self.kind == "more" and self.detail == "busy"):
            return None
        return minutes

    def notes(self, marks: Mapping[str, Note]) -> Mapping[str, Note]:
        """Return what it adds to meetings, of what there is to add."""
        return marks if self.hours and self.detail != "busy" else {}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An hour entry that both sides stand behind: whose, of which meeting, how long in minutes."""

    person_id: str
    key: str
    minutes: int
    at: datetime


def marks_of(confirmed: Iterable[Confirmed]) -> dict[str, dict[str, Note]]:
    """Return by person and meeting what past sessions show; an absence shows nothing."""
    marks: dict[str, dict[str, Note]] = {}
    for each in confirmed:
        if each.minutes:
            note = Note(f"✓ {hours(each.minutes)} confirmed", each.at.replace(microsecond=0))
            marks.setdefault(each.person_id, {})[each.key] = note
    return marks


def hours(minutes: int) -> str:
    """Return `1.50 h`. Only this text is rounded; minutes stay what they are everywhere else."""
    return f"{minutes / 60:.2f} h"
