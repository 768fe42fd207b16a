"""Consultants and the sites they go to: visits behind and ahead, logged apart from all RSC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from alongside_demo.chance import stream
from alongside_demo.days import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    add_months,
    instant,
    is_holiday,
    is_spring_break,
)
from alongside_demo.groups import Rhythm
from alongside_demo.people import CENTRAL, COORDINATOR, EASTERN, MOUNTAIN, TOBIAS
from alongside_demo.sending import Send

_CALLED_OFF = 0.1


@dataclass(frozen=True, slots=True)
class Pairing:
    """A consultant at a site, and when they come."""

    key: str
    name: str
    kind: str
    place: str
    zone: str
    consultant: str
    begins: date
    rhythm: Rhythm
    count: int
    ends: date | None = None
    unlogged: int = 0
    """How many of the last visits nobody has logged yet."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the visits."""
        return self.rhythm.days(self.begins + timedelta(days=3), self.count)

    def starts_at(self, day: date) -> datetime:
        """Return the instant at which a visit begins."""
        return instant(day, self.rhythm.at, self.zone)


def pairings(today: date) -> tuple[Pairing, ...]:
    """Return who goes where. The hours are such that no meeting, even a moved one, is at them."""
    return (
        Pairing(
            "puddle", "Puddle Lane Child Care", "child_care", "14 Puddle Lane, Wrenfield", CENTRAL,
            "sabine", add_months(today, -5),
            Rhythm("weekly", TUESDAY, time(9), 90, interval=2), 18, unlogged=1,
        ),
        Pairing(
            "bramble", "Bramble Street Pre-K", "pre_k", "201 Bramble Street, Cedar", MOUNTAIN,
            TOBIAS, add_months(today, -2),
            Rhythm("weekly", MONDAY, time(15, 30), 60, interval=3), 8, unlogged=1,
        ),
        Pairing(
            "brook", "Brook County Early Intervention", "early_intervention", "County Annex, Room 9",
            EASTERN, "greta", add_months(today, -6),
            Rhythm("weekly", THURSDAY, time(10), 75, interval=2), 7, add_months(today, -2),
        ),
    )  # fmt: skip


def visiting(seed: int, today: date, end: datetime, zone_name: str) -> Iterator[Send]:
    """Yield how sites, pairings and visits came to be, and what was logged of the visits."""
    for number, each in enumerate(pairings(today)):
        made = instant(each.begins - timedelta(days=4), time(14, 10 + 2 * number), zone_name)
        yield Send(
            at=made,
            who=COORDINATOR,
            path="/sites",
            body={"name": each.name, "kind": each.kind, "place": each.place, "zone": each.zone},
            keeps=((f"site:{each.key}", "site_id"),),
        )
        yield Send(
            at=made + timedelta(minutes=1),
            who=COORDINATOR,
            path=f"/sites/{{site:{each.key}}}/pairings",
            body={
                "consultant_id": f"{{person:{each.consultant}}}",
                "begins_on": each.begins.isoformat(),
                "ends_on": each.ends.isoformat() if each.ends else None,
            },
            keeps=((f"pairing:{each.key}", "pairing_id"),),
        )
        yield Send(
            at=made + timedelta(hours=3),
            who=each.consultant,
            path=f"/pairings/{{pairing:{each.key}}}/visits",
            body={
                "frequency": "weekly",
                "starts_on": each.days[0].isoformat(),
                "start_time": f"{each.rhythm.at:%H:%M}",
                "duration_minutes": each.rhythm.minutes,
                "interval": each.rhythm.interval,
                "count": each.count,
            },
            keeps=((f"visits:{each.key}", "series_id"),),
        )
        yield from _logged(each, seed, end)
        yield from _changed(each, end)


def _logged(each: Pairing, seed: int, end: datetime) -> Iterator[Send]:
    length = timedelta(minutes=each.rhythm.minutes)
    past = [day for day in each.days if each.starts_at(day) + length + timedelta(hours=5) < end]
    for day in past[: len(past) - each.unlogged]:
        yield Send(
            at=each.starts_at(day) + length + timedelta(hours=4),
            who=each.consultant,
            service="logbook",
            method="PUT",
            path=f"/visits/{{visits:{each.key}}}/{_key(each, day)}",
            body=_log(each, day, seed),
        )


def _log(each: Pairing, day: date, seed: int) -> dict[str, Any]:
    chance = stream(seed, "visit", each.key, day)
    if is_holiday(day) or is_spring_break(day):
        return {"held": False, "reason": "site_closed"}
    if chance.random() < _CALLED_OFF:
        return {"held": False, "reason": chance.choice(("site_called_off", "weather"))}
    return {
        "held": True,
        "minutes": each.rhythm.minutes - chance.choice((0, 0, 0, 5, 10, 15)),
        "activity": chance.choice(("staff", "staff", "staff", "leadership", "joint", "training")),
        "people": chance.randrange(2, 9),
    }


def _changed(each: Pairing, end: datetime) -> Iterator[Send]:
    """Yield what is different ahead: one visit an hour later, one called off."""
    ahead = [day for day in each.days if each.starts_at(day) > end + timedelta(days=3)]
    path = f"/series/{{visits:{each.key}}}/sessions"
    if each.key == "puddle":
        yield Send(
            at=end - timedelta(days=3, hours=9),
            who=each.consultant,
            path=f"{path}/{_key(each, ahead[1])}/move",
            body={"start_time": "10:00", "end_time": "11:30"},
        )
        yield Send(
            at=end - timedelta(days=3, hours=8, minutes=58),
            who=each.consultant,
            path=f"{path}/{_key(each, ahead[3])}/cancel",
        )


def _key(each: Pairing, day: date) -> str:
    return f"{datetime.combine(day, each.rhythm.at):%Y%m%dT%H%M}"
