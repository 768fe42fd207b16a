"""What the last fortnight brought: a new circle with a waiting list, hours to be booked, a poll, days off.

All of it is still ahead, so that none of the hours of the years before depend on it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from alongside_demo.days import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    instant,
    is_holiday,
    weekly,
)
from alongside_demo.groups import JUNIPER
from alongside_demo.people import CENTRAL, COORDINATOR, DOLORES, EASTERN, RUTH, TOBIAS, Founder
from alongside_demo.sending import Send

THISTLE = "thistle"
THISTLE_NAME = "Thistle Circle"
SEATED = ("winnie", "petra", "marguerite", "elowen")
"""Who has a seat in the circle from the beginning."""

_WAITING = ("kofi", "imani", "rafael")
_ANSWERS = {"winnie": "accepted", "petra": "accepted", "elowen": "tentative"}
_LEAVES = "marguerite"


def lately(today: date, founder: Founder) -> Iterator[Send]:
    """Yield what people did since a fortnight ago that is about the time to come."""
    yield from _days_off(today, founder)
    yield from _circle(today)
    yield from _surgery(today)
    yield from _hours(today)
    yield from _bookings(today)
    yield from _poll(today)


def _at(today: date, days_ago: int, hour: int, minute: int = 0) -> datetime:
    return instant(today - timedelta(days=days_ago), time(hour, minute), CENTRAL)


def _next(today: date, weekday: int, after: int) -> date:
    """Return the first such weekday at least so many days ahead."""
    return next(weekly(today + timedelta(days=after), weekday, 1))


def _days_off(today: date, founder: Founder) -> Iterator[Send]:
    yield Send(
        at=_at(today, 13, 9),
        who=COORDINATOR,
        method="PUT",
        path="/association",
        body={"name": founder.association, "zone": founder.zone, "holidays": "US-MN"},
    )
    fridays = weekly(today + timedelta(days=33), FRIDAY, 1)
    retreat = next(day for day in fridays if not is_holiday(day))
    yield Send(
        at=_at(today, 13, 9, 3),
        who=COORDINATOR,
        path="/association/closures",
        body={"name": "Staff retreat", "first_day": retreat.isoformat()},
    )


def thursdays(today: date) -> list[date]:
    """Return the days for which the circle was first planned."""
    first = _next(today, THURSDAY, 6)
    return [first + timedelta(weeks=number) for number in range(14)]


def _circle(today: date) -> Iterator[Send]:
    """Yield a circle of four that is full on its first day, and who waits for a seat in it."""
    yield Send(
        at=_at(today, 12, 10),
        who=RUTH,
        path="/groups",
        body={
            "name": THISTLE_NAME,
            "zone": CENTRAL,
            "link": "https://meet.example/thistle",
            "seat_limit": len(SEATED),
        },
        keeps=((f"group:{THISTLE}", "group_id"),),
    )
    for number, person in enumerate(SEATED):
        yield Send(
            at=_at(today, 12, 10, 2 + number),
            who=RUTH,
            path=f"/groups/{{group:{THISTLE}}}/roster",
            body={"person_id": f"{{person:{person}}}"},
        )
    days = thursdays(today)
    yield Send(
        at=_at(today, 12, 10, 12),
        who=RUTH,
        path=f"/groups/{{group:{THISTLE}}}/series",
        body={
            "frequency": "weekly",
            "starts_on": days[0].isoformat(),
            "start_time": "14:00",
            "duration_minutes": 90,
            "count": len(days),
        },
        keeps=((f"series:{THISTLE}", "series_id"),),
    )
    for number, (person, answer) in enumerate(_ANSWERS.items()):
        yield Send(
            at=_at(today, 11, 18, 7 * number),
            who=person,
            service="notifier",
            method="PUT",
            path=f"/answers/{{series:{THISTLE}}}",
            body={"answer": answer, "occurrence_key": None},
        )
    for number, person in enumerate(_WAITING):
        yield Send(
            at=_at(today, 9 - number, 15, 5),
            who=RUTH,
            path=f"/groups/{{group:{THISTLE}}}/waitlist",
            body={"person_id": f"{{person:{person}}}"},
        )
    # Her seat is offered to whoever is furthest behind; the others go on waiting.
    last = days[1]
    yield Send(
        at=_at(today, 1, 16, 40),
        who=RUTH,
        method="DELETE",
        path=(
            f"/groups/{{group:{THISTLE}}}/roster/{{person:{_LEAVES}}}?last_day={last.isoformat()}"
        ),
    )


def _surgery(today: date) -> Iterator[Send]:
    """Yield a stand-in, a stretch that is skipped, and a series that goes on at another time."""
    days = thursdays(today)
    steps: tuple[dict[str, Any], ...] = (
        {"step": "stand_in", "key": f"{days[1]:%Y%m%d}T1400", "provider_id": f"{{person:{DOLORES}}}"},
        {
            "step": "skip",
            "first_day": days[4].isoformat(),
            "last_day": (days[5] + timedelta(days=1)).isoformat(),
        },
        {
            "step": "move_later",
            "key": f"{days[8]:%Y%m%d}T1400",
            "on": (days[8] - timedelta(days=1)).isoformat(),
            "start_time": "13:00",
        },
    )  # fmt: skip
    for number, step in enumerate(steps):
        yield Send(
            at=_at(today, 6 - number, 11, 20),
            who=RUTH,
            path=f"/series/{{series:{THISTLE}}}/changes",
            body=step,
        )


def _hours(today: date) -> Iterator[Send]:
    away = _next(today, MONDAY, 21)
    yield Send(
        at=_at(today, 11, 13),
        who=RUTH,
        method="PATCH",
        path=f"/providers/{{person:{RUTH}}}/availability",
        body={
            "published": True,
            "zone": CENTRAL,
            "windows": [
                _window(MONDAY, "13:00", "16:00"),
                _window(WEDNESDAY, "09:00", "12:00"),
                _window(THURSDAY, "09:00", "11:00"),
            ],
            "exceptions": [
                {
                    "first": away.isoformat(),
                    "last": (away + timedelta(days=4)).isoformat(),
                    "hours": [],
                }
            ],
            "lengths": [45, 60],
            "buffer_minutes": 15,
            "week_sessions": 8,
            "place": "Wrenfield Family Center, Office 3",
        },
    )
    yield Send(
        at=_at(today, 11, 14),
        who=DOLORES,
        method="PATCH",
        path=f"/providers/{{person:{DOLORES}}}/availability",
        body={
            "published": True,
            "zone": EASTERN,
            "windows": [_window(TUESDAY, "12:00", "16:00"), _window(FRIDAY, "10:00", "12:00")],
            "lengths": [60],
            "link": "https://meet.example/lantern-office",
        },
    )


def _window(weekday: int, begins: str, ends: str) -> dict[str, Any]:
    return {"weekday": weekday, "begins": begins, "ends": ends}


def _bookings(today: date) -> Iterator[Send]:
    """Yield sessions that people booked for themselves, and a request where nothing fitted."""
    booked: tuple[tuple[str, str, datetime, dict[str, Any]], ...] = (
        ("winnie", RUTH, instant(_next(today, MONDAY, 3), time(13), CENTRAL), {}),
        ("petra", RUTH, instant(_next(today, WEDNESDAY, 3), time(10), CENTRAL), {}),
        (
            "dario", DOLORES, instant(_next(today, TUESDAY, 4), time(13), EASTERN),
            {"every_weeks": 2, "times": 3},
        ),
    )  # fmt: skip
    for number, (who, provider, start, facts) in enumerate(booked):
        yield Send(
            at=_at(today, 5 - number, 17, 30),
            who=who,
            path=f"/providers/{{person:{provider}}}/bookings",
            body={"start": start.isoformat(), "minutes": 60, **facts},
        )
    thursday = _next(today, THURSDAY, 8)
    yield Send(
        at=_at(today, 2, 18, 10),
        who="kofi",
        path="/session-requests",
        body={
            "provider_id": f"{{person:{RUTH}}}",
            "starts": [
                instant(day, time(17, 30), CENTRAL).isoformat()
                for day in (thursday, thursday + timedelta(days=5))
            ],
            "minutes": 60,
            "note": "After the last children are picked up would suit me best.",
        },
    )


def _poll(today: date) -> Iterator[Send]:
    """Yield a poll that is open: of the three best times, as some see them."""
    asked = {
        "rhythm": "weekly",
        "minutes": 60,
        "weeks": 8,
        "first_day": (today + timedelta(days=8)).isoformat(),
    }
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    yield Send(
        at=_at(today, 4, 12),
        who=TOBIAS,
        method="GET",
        path=f"/groups/{{group:{JUNIPER}}}/times?{query}",
        keeps=tuple((f"time:{number}", f"found.{number}.proposal") for number in range(3)),
    )
    yield Send(
        at=_at(today, 4, 12, 5),
        who=TOBIAS,
        path=f"/groups/{{group:{JUNIPER}}}/polls",
        body={
            **asked,
            "proposals": ["{time:0}", "{time:1}", "{time:2}"],
            "closes_on": (today + timedelta(days=6)).isoformat(),
        },
        keeps=(("poll:juniper", "poll_id"),),
    )
    answers = {
        "miriam": ("yes", "if_need_be", "no"),
        "felix": ("yes", "yes", "no"),
        "saoirse": ("no", "yes", "if_need_be"),
    }
    for number, (who, said) in enumerate(answers.items()):
        yield Send(
            at=_at(today, 3, 8 + 3 * number, 25),
            who=who,
            method="PUT",
            path="/polls/{poll:juniper}/answers",
            body={"answers": list(said)},
        )
