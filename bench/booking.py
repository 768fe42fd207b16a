"""Booking through the use case, against the same statements by hand on the bare driver."""

import asyncio
import itertools
import re
import sqlite3
import time as clockwork
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import asyncpg

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
from bench.figures import Figure

PEOPLE = 4
SECONDS = 3
SIDE_BY_SIDE = 4
LONG = (26, 8)
"""Sessions and people of the long series."""
FIRST = date(2027, 1, 1)
HOURS_A_DAY = 22
"""As many meetings fit into a day of a calendar that is only ever measured."""

Work = Callable[[], Awaitable[object]]


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
    figures = []
    try:
        for title, sessions, size in (
            ("one session", 1, PEOPLE),
            (f"series of {LONG[0]} x {LONG[1]}", *LONG),
        ):
            circles = [await _circle(app, size) for _ in range(workers)]
            template = await _template(app, circles[0], sessions)
            async with AsyncExitStack() as connections:
                by_hand = [
                    await connections.enter_async_context(_by_hand(url, template, each))
                    for each in circles
                ]
                through = [_through(app, each, sessions) for each in circles]
                ours, bare = [], []
                for _ in range(2):
                    ours.append(await _rate(through))
                    bare.append(await _rate(by_hand))
            figures.append(
                Figure(
                    f"{title}, {name}", sum(ours) / 2, "tx/s", sum(bare) / 2,
                    f"{size} people and who leads; {workers} side by side",
                )
            )  # fmt: skip
    finally:
        await app.database.close()
    return figures


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


# --- By hand ------------------------------------------------------------------------------------


@dataclass
class Template:
    """What a booked series left in the tables: the same is then inserted by hand."""

    sessions: int
    state: str
    event: tuple[Any, ...]


async def _template(app: ServiceApp, circle: Circle, sessions: int) -> Template:
    await _through(app, circle, sessions)()
    outbox = app.database.plumbing.outbox
    async with app.database.read() as session:
        row = (await session.execute(outbox.select().order_by(outbox.c.id.desc()).limit(1))).one()
        state = await session.connection()
        text = (
            await state.exec_driver_sql(f"SELECT state FROM series WHERE id = '{row.key}'")
        ).scalar_one()
    return Template(sessions, text, (row.topic, row.type, row.payload))


@asynccontextmanager
async def _by_hand(url: str, template: Template, circle: Circle) -> Any:
    if url.startswith("sqlite"):
        hand: Any = SqliteHand(url)
    else:
        hand = await PostgresHand.connect(url)
    yield lambda: _book(hand, template, circle)
    await hand.close()


async def _book(hand: Any, template: Template, circle: Circle) -> None:
    """Do in SQL what the use case does: look, keep three tables, say it; one transaction."""
    series, now = new_id(), datetime.now(UTC)
    hour, days = circle.take(template.sessions)
    slots = [
        (
            f"{day:%Y%m%d}T{hour:02}00",
            datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
            datetime(day.year, day.month, day.day, hour + 1, tzinfo=UTC),
        )
        for day in days
    ]
    async with hand.transaction():
        leader = (await hand.rows(f"SELECT provider_id FROM groups WHERE id = ? {hand.lock}",
                                  circle.group_id))[0][0]  # fmt: skip
        members = await hand.rows(
            "SELECT person_id FROM group_members WHERE group_id = ? AND left_on IS NULL",
            circle.group_id,
        )
        people = [leader, *(row[0] for row in members)]
        marks = ", ".join("?" * len(people))
        numbers = await hand.rows(f"SELECT person_no FROM people WHERE id IN ({marks})", *people)
        await hand.many(
            "INSERT INTO series (id, group_id, version, status, ends_at, state)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(series, circle.group_id, 1, "planned", slots[-1][2], template.state)],
        )
        await hand.many(
            "INSERT INTO occurrences (series_id, key, starts_at, ends_at, status)"
            " VALUES (?, ?, ?, ?, ?)",
            [(series, *slot, "planned") for slot in slots],
        )
        await hand.many(
            "INSERT INTO commitments (person_no, series_id, key, starts_at, ends_at, active)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(row[0], series, *slot, True) for row in numbers for slot in slots],
        )
        topic, kind, payload = template.event
        await hand.many(
            "INSERT INTO outbox (event_id, topic, key, type, payload, occurred_at,"
            " next_attempt_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(new_id(), topic, series, kind, payload, now, now)],
        )


class SqliteHand:
    """SQLite as Python brings it, with the same pragmas."""

    lock = ""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.partition("///")[2], isolation_level=None)
        for pragma in ("busy_timeout=10000", "synchronous=NORMAL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    @asynccontextmanager
    async def transaction(self) -> Any:
        self._connection.execute("BEGIN IMMEDIATE")
        yield
        self._connection.execute("COMMIT")

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    async def many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        self._connection.executemany(
            sql,
            [
                tuple(
                    f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
                    for value in row
                )
                for row in rows
            ],
        )

    async def close(self) -> None:
        self._connection.close()


class PostgresHand:
    """PostgreSQL through asyncpg alone."""

    lock = "FOR UPDATE"

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.transaction = connection.transaction

    @classmethod
    async def connect(cls, url: str) -> "PostgresHand":
        return cls(await asyncpg.connect(re.sub(r"^postgresql\+asyncpg", "postgresql", url)))

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        return await self._connection.fetch(_numbered(sql), *values)

    async def many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        await self._connection.executemany(_numbered(sql), rows)

    async def close(self) -> None:
        await self._connection.close()


def _numbered(sql: str) -> str:
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)
