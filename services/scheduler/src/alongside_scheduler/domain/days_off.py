"""Days on which an association does not meet: public holidays, and days on which it closes.

A region says which public holidays hold: empty for none, `US` for the federal ones of the United
States, `US-MN` for those of a state, which are the federal ones as that state keeps them, and its
own. A holiday on a weekend is off together with the weekday on which it is observed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import holidays

from alongside.contracts import SeriesState
from alongside.errors import Conflict, Invalid
from alongside.zones import country_of
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.recurrence import occurrence_key, wall_starts
from alongside_scheduler.domain.words import checked_text

NO_HOLIDAYS = ""
FEDERAL = "US"
LONGEST_CLOSURE = timedelta(days=366)
LONGEST_NAME = 100
MOST_CLOSURES = 500
_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)

_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AS": "American Samoa", "AZ": "Arizona", "AR": "Arkansas",
    "CA": "California", "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware",
    "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "GU": "Guam", "HI": "Hawaii",
    "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "MP": "Northern Mariana Islands", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VI": "Virgin Islands", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        NO_HOLIDAYS: "No public holidays",
        FEDERAL: "United States, federal holidays",
        **{f"{FEDERAL}-{short}": name for short, name in _STATES.items()},
    }
)
"""Every region, and what people call it."""

NameOf = Callable[[date], str | None]
"""Says what a day off is called; None for a day like any other."""


class TooManyClosures(Conflict):
    """There are too many closure days. Remove some that are over."""

    code = "too_many_closures"


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which an association is closed; both ends included."""

    name: str
    first_day: date
    last_day: date

    def covers(self, day: date) -> bool:
        """Tell whether it is closed on a day."""
        return self.first_day <= day <= self.last_day


def closure(*, name: str, first_day: date, last_day: date | None) -> Closure:
    """Check what was typed about a closure; raise one `Invalid` that names every fault."""
    problems = Problems()
    with problems.noting():
        name = checked_text("name", name, LONGEST_NAME)
    last = last_day or first_day
    for field, day in (("first_day", first_day), ("last_day", last)):
        if not _EARLIEST <= day <= _LATEST:
            problems.add(field, f"Choose a date between {_EARLIEST.year} and {_LATEST.year}.")
    if last < first_day:
        problems.add("last_day", "The last day is before the first.")
    elif last - first_day >= LONGEST_CLOSURE:
        problems.add("last_day", "That is more than a year. Choose an earlier last day.")
    problems.raise_any()
    return Closure(name=name, first_day=first_day, last_day=last)


def checked_region(field: str, region: str) -> str:
    """Return a region whose holidays are known; raise `Invalid` for any other."""
    if region not in REGIONS:
        raise Invalid(
            f"There is no region {region[:20]!r}. Leave it empty for no public holidays, or give "
            f"US, or a state such as US-MN.",
            field=field,
        )
    return region


def usual_region(zone: str) -> str:
    """Return the region that somebody in this time zone most likely means."""
    return FEDERAL if country_of(zone) == "US" else NO_HOLIDAYS


def holidays_of(region: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a region in a year, by date, in order."""
    return _holidays(region, year)


def days_off(region: str, closures: Sequence[Closure]) -> NameOf:
    """Return what says whether a day is off, and why: a closure before a public holiday."""

    def name_of(day: date) -> str | None:
        closed = next((each.name for each in closures if each.covers(day)), None)
        return closed or _holidays(region, day.year).get(day)

    return name_of


def fall_on(days: Iterable[date], name_of: NameOf) -> list[tuple[date, str]]:
    """Return those of the days that are off, with what they are called."""
    return [(day, name) for day in days if (name := name_of(day)) is not None]


def goes_around(series: SeriesState, name_of: NameOf) -> bool:
    """Tell whether a series was planned to skip days off: one of its starts is missing for that.

    What was cancelled is still there, as cancelled; only a skipped start was never one of them.
    """
    if series.pattern.frequency in {"once", "dates"}:
        return False
    there = {each.key for each in series.occurrences}
    return any(
        occurrence_key(wall) not in there and name_of(wall.date()) is not None
        for wall in wall_starts(series.pattern)
    )


@lru_cache(maxsize=256)
def _holidays(region: str, year: int) -> Mapping[date, str]:
    if region == NO_HOLIDAYS:
        return MappingProxyType({})
    _, _, state = region.partition("-")
    # `expand=False`: only this year, so that looking up a day never changes what is kept here.
    found = holidays.country_holidays(FEDERAL, subdiv=state or None, years=year, expand=False)
    return MappingProxyType({day: found[day] for day in sorted(found)})
