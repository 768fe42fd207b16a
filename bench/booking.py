"""Booking through the use case, against the same SQL by hand on the bare driver."""

import asyncio
import statistics
import time as clockwork
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from alongside.clock import SystemClock
from alongside.db import migrate
from alongside.ids import new_id
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing.folders import scratch_folder
from alongside_scheduler.app import create_app
from alongside_scheduler.domain.access import OPERATOR
from alongside_scheduler.handlers.groups import MakeGroup, make_group
from alongside_scheduler.handlers.people import RegisterPerson, register_person
from alongside_scheduler.handlers.planning import ScheduleSeries, schedule_series
from alongside_scheduler.handlers.rosters import JoinRoster, join_roster
from bench.dictation import Dictation, PostgresDriver, SqliteDriver, driver
from bench.figures import Figure

PEOPLE = 4
SECONDS = 3
SIDE_BY_SIDE = 4
LONG = (26, 8)
"""Sessions and people of the long series."""
LONGEST = (104, 10)
"""Sessions and people of the longest series that can be planned at once."""
MOST_MS = 200
TIMES = 15
FIRST = date(2027, 1, 1)
HOURS_A_DAY = 22
"""As many meetings fit into a day of a calendar that is only ever measured."""

Work = Callable[[], Awaitable[object]]
Slot = tuple[str, datetime, datetime]
"""Key, begin and end of a session."""


@dataclass
class Circle:
    """A group, and the next free times in its members' calendars: hour by hour, then later days."""

    group_id: str
    day: date = FIRST
    hour: int = 0

    def take(self, sessions: int) -> tuple[int, list[date]]:
        """Return an hour, and as many days at which it is free."""
        taken = self.hour, [self.day + timedelta(days=n) for n in range(sessions)]
        self.hour += 1
        if self.hour == HOURS_A_DAY:
            self.hour, self.day = 0, self.day + timedelta(days=sessions)
        return taken


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures of booking on SQLite, and on PostgreSQL where there is one."""
    with scratch_folder("bench") as folder:
        figures = await _on("SQLite", f"sqlite+aiosqlite:///{folder}/scheduler.db", folder, 1)
        if postgres is not None:
            figures += await _on("PostgreSQL", postgres, folder, SIDE_BY_SIDE)
    return figures


async def _on(name: str, url: str, folder: Path, workers: int) -> list[Figure]:
    settings = Settings(data=folder / "data", scheduler_database_url=url)
    app = create_app(settings, clock=SystemClock())
    await migrate.upgrade(app.database, app.migrations)
    try:
        return [
            await _rates(app, f"one session, {name}", (1, PEOPLE), workers),
            await _rates(app, f"series of {LONG[0]} x {LONG[1]}, {name}", LONG, workers),
            await _longest(app, f"series of {LONGEST[0]} x {LONGEST[1]}, {name}"),
        ]
    finally:
        await app.database.close()


async def _rates(app: ServiceApp, title: str, shape: tuple[int, int], workers: int) -> Figure:
    """Measure how many bookings a second get through, by several circles side by side."""
    sessions, size = shape
    circles = [await _circle(app, size) for _ in range(workers)]
    through = [_through(app, each, sessions) for each in circles]
    told = [await _told(app, each, sessions) for each in circles]
    drivers = [
        await driver(app.database.url.render_as_string(hide_password=False)) for _ in circles
    ]
    by_hand = [_by_hand(*each) for each in zip(drivers, told, circles, strict=True)]
    ours, bare = [], []
    for _ in range(2):
        ours.append(await _rate(through))
        bare.append(await _rate(by_hand))
    for each in drivers:
        await each.close()
    count = len(told[0].dictation.said)
    return Figure(
        title, sum(ours) / 2, "tx/s", sum(bare) / 2,
        f"{size} people and who leads; {workers} side by side; {count} statements",
    )  # fmt: skip


async def _longest(app: ServiceApp, title: str) -> Figure:
    """Measure how long it takes to plan the longest series, in one transaction."""
    sessions, size = LONGEST
    circle = await _circle(app, size)
    through = _through(app, circle, sessions)
    told = await _told(app, circle, sessions)
    bare = await driver(app.database.url.render_as_string(hide_password=False))
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(TIMES):
        for name, work in (("ours", through), ("bare", _by_hand(bare, told, circle))):
            began = clockwork.perf_counter()
            await work()
            took[name].append((clockwork.perf_counter() - began) * 1000)
    await bare.close()
    return Figure(
        title, statistics.median(took["ours"]), "ms", statistics.median(took["bare"]),
        f"to be at most {MOST_MS} ms; the longest of {TIMES}: {max(took['ours']):.0f} ms",
    )  # fmt: skip


async def _rate(works: list[Work]) -> float:
    done, end = 0, clockwork.perf_counter() + SECONDS

    async def loop(work: Work) -> None:
        nonlocal done
        while clockwork.perf_counter() < end:
            await work()
            done += 1

    began = clockwork.perf_counter()
    await asyncio.gather(*map(loop, works))
    return done / (clockwork.perf_counter() - began)


# --- Through the use case -----------------------------------------------------------------------


async def _circle(app: ServiceApp, size: int) -> Circle:
    async with app.uow() as uow:
        uow.actor = OPERATOR
        people = []
        for number in range(size + 1):
            asked = RegisterPerson(
                name=f"Person {number}", email=f"{new_id()}@bench.example", zone="America/Chicago",
                roles=["supervisee" if number else "supervisor"],
            )  # fmt: skip
            people.append((await register_person(asked, uow)).person_id)
        made = await make_group(MakeGroup(name="Circle", provider_id=people[0]), uow)
        for person in people[1:]:
            await join_roster(made.group_id, JoinRoster(person_id=person), uow)
        await uow.commit()
    return Circle(made.group_id)


def _through(app: ServiceApp, circle: Circle, sessions: int) -> Work:
    async def work() -> None:
        hour, dates = circle.take(sessions)
        asked = ScheduleSeries(
            frequency="dates", dates=dates, start_time=time(hour), duration_minutes=60,
            zone="UTC",
        )  # fmt: skip
        async with app.uow() as uow:
            uow.actor = OPERATOR
            await schedule_series(circle.group_id, asked, uow)
            await uow.commit()

    return work


# --- The same by hand ---------------------------------------------------------------------------


@dataclass
class Told:
    """What one booking said to the database, and the values that differ from time to time."""

    dictation: Dictation
    sessions: int
    series: str
    event: str
    slots: list[Slot]


async def _told(app: ServiceApp, circle: Circle, sessions: int) -> Told:
    work, dictation = _through(app, circle, sessions), Dictation()
    await work()
    slots = _slots(circle.hour, [circle.day + timedelta(days=n) for n in range(sessions)])
    with dictation.taken_from(app.database):
        await work()
    outbox = app.database.plumbing.outbox
    async with app.database.read() as session:
        row = (await session.execute(outbox.select().order_by(outbox.c.id.desc()).limit(1))).one()
    return Told(dictation, sessions, row.key, row.event_id, slots)


def _slots(hour: int, days: list[date]) -> list[Slot]:
    return [
        (
            f"{day:%Y%m%d}T{hour:02}00",
            datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
            datetime(day.year, day.month, day.day, hour + 1, tzinfo=UTC),
        )
        for day in days
    ]


def _by_hand(bare: SqliteDriver | PostgresDriver, told: Told, circle: Circle) -> Work:
    async def work() -> None:
        names: dict[Any, Any] = {told.series: new_id(), told.event: new_id()}
        for old, new in zip(told.slots, _slots(*circle.take(told.sessions)), strict=True):
            names[old[0]] = new[0]
            for before, after in zip(old[1:], new[1:], strict=True):
                names[before] = after
                names[_as_sqlite(before)] = _as_sqlite(after)
        await told.dictation.say(bare, names)

    return work


def _as_sqlite(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
