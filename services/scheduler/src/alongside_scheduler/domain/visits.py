"""A consultant's visits: to which kinds of sites, and on which days a pairing holds.

Visits are consultation that somebody gives. They are never RSC that somebody receives, so a series
of visits has no members: nobody on it could ever be asked about hours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from alongside.contracts import SeriesState, Site, SiteKind
from alongside.errors import Conflict, Invalid
from alongside.zones import zone as checked_zone
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.series import LONGEST_PLACE
from alongside_scheduler.domain.words import checked_text

KINDS: tuple[SiteKind, ...] = get_args(SiteKind)
LONGEST_NAME = 100


class PairedAlready(Conflict):
    """This consultant is paired with this site already in that time."""

    code = "paired_already"


@dataclass(frozen=True)
class SiteFacts:
    """What is known of a site, checked."""

    name: str
    kind: SiteKind
    zone: str
    place: str | None


@dataclass(frozen=True, order=True)
class Stretch:
    """From a day until a day, both included; without an end it goes on."""

    begins_on: date
    ends_on: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether a day is in it."""
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)

    def meets(self, other: "Stretch") -> bool:
        """Tell whether some day is in both."""
        first, second = sorted((self, other), key=lambda each: each.begins_on)
        return first.covers(second.begins_on)


def site_facts(*, name: str, kind: str, zone: str, place: str | None) -> SiteFacts:
    """Check what was typed about a site; raise one `Invalid` that names every fault."""
    problems = Problems()
    with problems.noting():
        name = checked_text("name", name, LONGEST_NAME)
    with problems.noting():
        checked_zone(zone)
    with problems.noting():
        place = checked_text("place", place or "", LONGEST_PLACE, required=False) or None
    known: SiteKind = next((each for each in KINDS if each == kind), "other")
    if kind not in KINDS:
        problems.add("kind", f"Choose one of: {', '.join(KINDS)}.")
    problems.raise_any()
    return SiteFacts(name=name, kind=known, zone=zone, place=place)


def stretch(begins_on: date, ends_on: date | None, others: Iterable[Stretch]) -> Stretch:
    """Return the days of a pairing; raise if they are out of order or meet the same pairing's others."""
    if ends_on is not None and ends_on < begins_on:
        raise Invalid("The last day is before the first.", field="ends_on")
    found = Stretch(begins_on, ends_on)
    if any(found.meets(other) for other in others):
        raise PairedAlready(field="begins_on")
    return found


def title_of(site_name: str) -> str:
    """Return what calendars show of a visit."""
    return f"Visit to {site_name}"


def as_visits(
    series: SeriesState, site: Site, paired: Stretch, days: Iterable[date]
) -> SeriesState:
    """Return a drafted series as visits to a site, all within the days of the pairing."""
    outside = [day for day in days if not paired.covers(day)]
    if outside:
        until = f" to {paired.ends_on}" if paired.ends_on else ""
        shown = ", ".join(str(day) for day in outside[:3])
        more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""  # noqa: PLR2004
        raise Invalid(
            f"The pairing is from {paired.begins_on}{until}; {shown}{more} would be outside it.",
            field="starts_on" if min(outside) < paired.begins_on else "until",
        )
    return series.model_copy(
        update={
            "purpose": "consultation",
            "site": site,
            "members": (),
            "show_roster": False,
            "co_provider_ids": (),
        }
    )
