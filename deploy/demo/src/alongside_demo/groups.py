"""The five groups: who leads, who comes from when until when, and the series they met in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal

from alongside.contracts import Frequency, GroupKind
from alongside_demo.days import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    add_months,
    instant,
    monthly,
    weekly,
)
from alongside_demo.people import CENTRAL, DOLORES, EASTERN, MOUNTAIN, RUTH, TOBIAS

MARIGOLD, LANTERN, JUNIPER, RIVERBEND, PAIR = "marigold", "lantern", "juniper", "riverbend", "pair"


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody on the roster, from a day until a day, both included."""

    person: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether they belong to the group on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a group meets, in wall time."""

    frequency: Frequency
    weekday: int
    at: time
    minutes: int
    interval: int = 1
    week_of_month: int | None = None

    def days(self, since: date, count: int) -> tuple[date, ...]:
        """Return so many days of this rhythm."""
        if self.week_of_month is not None:
            return tuple(islice(monthly(since, self.weekday, self.week_of_month), count))
        return tuple(islice(weekly(since, self.weekday, self.interval), count))


@dataclass(frozen=True, slots=True)
class Series:
    """A run of meetings, as it was once planned."""

    key: str
    group: str
    days: tuple[date, ...]
    planned_on: date


@dataclass(frozen=True, slots=True)
class Group:
    """A standing group, or a pair."""

    key: str
    name: str
    kind: GroupKind
    zone: str
    provider: str
    rhythm: Rhythm
    stays: tuple[Stay, ...]
    series: tuple[Series, ...]
    place: str | None = None
    link: str | None = None
    seats: int | None = None
    co_provider: str | None = None
    show_roster: bool = False
    holidays: Literal["cancelled", "moved a week"] = "cancelled"
    made_on: date = date.min

    def roster(self, day: date) -> tuple[str, ...]:
        """Return who belongs to the group on a day."""
        return tuple(dict.fromkeys(stay.person for stay in self.stays if stay.covers(day)))

    def starts_at(self, day: date) -> datetime:
        """Return the instant at which a meeting of this day begins by the rhythm."""
        return instant(day, self.rhythm.at, self.zone)

    @property
    def leaders(self) -> tuple[str, ...]:
        """Who leads."""
        return (self.provider,) if self.co_provider is None else (self.provider, self.co_provider)


def groups(today: date) -> tuple[Group, ...]:
    """Return the groups as they have come to be by a day."""
    year_and_half = add_months(today, -18)
    return (
        _group(
            MARIGOLD, "Marigold Circle", CENTRAL, RUTH,
            Rhythm("monthly_by_weekday", TUESDAY, time(10), 120, week_of_month=2),
            year_and_half, (12, 12),
            lambda first: (
                Stay("hazel", first), Stay("imani", first), Stay("callum", first),
                Stay("oren", add_months(today, -13)), Stay("jonah", first, add_months(today, -7)),
                Stay("petra", add_months(today, -9)), Stay("winnie", today - timedelta(days=43)),
            ),
            place="Wrenfield Family Center, Willow Room", seats=8, show_roster=True,
            holidays="moved a week",
        ),
        _group(
            LANTERN, "Lantern Group", EASTERN, DOLORES,
            Rhythm("weekly", WEDNESDAY, time(16), 90, interval=2),
            year_and_half, (26, 26),
            lambda first: (
                Stay("sabine", first), Stay("theo", first), Stay("greta", first),
                Stay("leila", first, add_months(today, -10)), Stay("leila", add_months(today, -6)),
                Stay("ansel", add_months(today, -11)), Stay("dario", add_months(today, -5)),
            ),
            link="https://meet.example/lantern-group", seats=6,
        ),
        _group(
            JUNIPER, "Juniper Table", MOUNTAIN, TOBIAS,
            Rhythm("monthly_by_weekday", THURSDAY, time(12), 60, week_of_month=1),
            # The oldest group: its first hours are about to leave anybody's window of two years.
            add_months(today, -24) + timedelta(days=3), (12, 12, 12),
            lambda first: (
                Stay("miriam", first), Stay("bram", first, add_months(today, -6)), Stay("tilda", first),
                Stay("felix", add_months(today, -15)), Stay("saoirse", add_months(today, -17)),
                Stay("elowen", add_months(today, -4)),
            ),
            place="Cedar Home Visiting, Room 2", link="https://meet.example/juniper-table",
            seats=8, show_roster=True, holidays="moved a week",
        ),
        _group(
            RIVERBEND, "Riverbend Mornings", CENTRAL, RUTH,
            Rhythm("weekly", FRIDAY, time(9), 90, interval=2),
            add_months(today, -10), (26,),
            lambda first: (
                Stay("delphine", first), Stay("kofi", first), Stay("marguerite", first),
                Stay("rafael", add_months(today, -8)),
                Stay("bram", add_months(today, -6) + timedelta(days=1)),
                Stay("yuki", today - timedelta(days=1)),
            ),
            link="https://meet.example/riverbend", seats=7, co_provider=TOBIAS,
        ),
        _group(
            PAIR, "Noor and Dolores", EASTERN, DOLORES,
            Rhythm("weekly", MONDAY, time(15), 60),
            today - timedelta(weeks=78), (26, 26, 26, 26),
            lambda first: (Stay("noor", first),),
            link="https://meet.example/lantern-office", kind="individual",
        ),
    )  # fmt: skip


def emerging_since(today: date) -> date:
    """Return from when Tobias' emerging credential holds: shortly after he had begun to lead."""
    juniper = next(group for group in groups(today) if group.key == JUNIPER)
    return juniper.series[0].days[0] + timedelta(days=9)


def _group(
    key: str,
    name: str,
    zone: str,
    provider: str,
    rhythm: Rhythm,
    since: date,
    counts: tuple[int, ...],
    stays: Callable[[date], tuple[Stay, ...]],
    **facts: Any,
) -> Group:
    """Put a group together: its series follow one another without a gap in the rhythm."""
    days = rhythm.days(since, sum(counts))
    series = []
    for number, count in enumerate(counts, 1):
        run, days = days[:count], days[count:]
        # The first series is planned after the group is made; the next while the last still runs.
        ahead = 16 if number == 1 else 75 if rhythm.week_of_month else 33
        series.append(Series(f"{key}-{number}", key, run, run[0] - timedelta(days=ahead)))
    return Group(
        key=key,
        name=name,
        kind=facts.pop("kind", "group"),
        zone=zone,
        provider=provider,
        rhythm=rhythm,
        stays=stays(series[0].planned_on),
        series=tuple(series),
        made_on=series[0].planned_on - timedelta(days=2),
        **facts,
    )
