"""When ten people can be booked over thirty days, against reading the same rows with plain SQL."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg

from alongside.db import migrate
from alongside.ids import new_id
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_scheduler.app import create_app
from alongside_scheduler.domain.access import OPERATOR
from alongside_scheduler.handlers.availability import (
    SetAvailability,
    WindowText,
    set_availability,
)
from alongside_scheduler.handlers.groups import MakeGroup, make_group
from alongside_scheduler.handlers.people import RegisterPerson, register_person
from alongside_scheduler.handlers.planning import ScheduleSeries, schedule_series
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.availability import offers
from alongside_scheduler.views.free import next_free
from bench.figures import Figure
from bench.timing import Work, on_both, usual_ms

PEOPLE, DAYS, ROUNDS = 10, 30, 15
NOW = datetime(2035, 3, 1, 15, 0, tzinfo=UTC)
"""A Thursday; the clocks change within the thirty days."""


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures on SQLite, and on PostgreSQL where there is one."""
    return await on_both(_on, "scheduler", postgres)


async def _on(name: str, url: str, folder: Path) -> list[Figure]:
    settings = Settings(data=folder / "data", scheduler_database_url=url)
    app = create_app(settings, clock=FixedClock(NOW))
    await migrate.upgrade(app.database, app.migrations)
    try:
        people = [await _provider(app, number) for number in range(PEOPLE)]
        starts = len(await _bookable(app, people))
        async with _by_hand(url, people) as by_hand:
            bare = await usual_ms(by_hand)
        return [
            Figure(
                f"{PEOPLE} people's bookable times over {DAYS} days, {name}",
                await usual_ms(lambda: _bookable(app, people)), "ms", bare,
                f"{starts} starts offered; bare: the same rows with plain SQL, nothing worked out",
            ),
            Figure(
                f"next times at which all {PEOPLE} are free, {name}",
                await usual_ms(lambda: _all_free(app, people)), "ms", bare,
                "eight weeks ahead, windows and taken time of everybody",
            ),
        ]  # fmt: skip
    finally:
        await app.database.close()


@asynccontextmanager
async def _reading(app: ServiceApp) -> AsyncIterator[SchedulerUow]:
    async with app.database.read() as session:
        yield SchedulerUow(app.database, session, NOW, new_id)


async def _bookable(app: ServiceApp, people: list[str]) -> list[datetime]:
    until = NOW + timedelta(days=DAYS)
    async with _reading(app) as uow:
        rows = await uow.availability.published(people)
        found = await offers(rows, None, uow, until=until)
    return [start for each in found for start in each.starts(60, NOW, until)]


async def _all_free(app: ServiceApp, people: list[str]) -> list[datetime]:
    async with _reading(app) as uow:
        return await next_free(uow, people, 60, NOW, ZoneInfo("UTC"))


async def _provider(app: ServiceApp, number: int) -> str:
    """Return somebody with two sessions on each weekday, and windows from eight to six."""
    async with app.uow() as uow:
        uow.actor = OPERATOR
        asked = RegisterPerson(
            name=f"Provider {number}", email=f"{new_id()}@bench.example", zone="America/Chicago",
            roles=["supervisor"],
        )  # fmt: skip
        person = (await register_person(asked, uow)).person_id
        windows = [
            WindowText(weekday=day, begins=begins, ends=ends)
            for day in range(5)
            for begins, ends in ((time(8), time(12)), (time(13), time(18)))
        ]
        command = SetAvailability(
            published=True, windows=windows, buffer_minutes=10, horizon_days=90, day_sessions=5,
            week_minutes=1200,
        )  # fmt: skip
        await set_availability(person, command, uow)
        group = await make_group(MakeGroup(name="Circle", provider_id=person), uow)
        days = [date(2035, 3, 1) + timedelta(days=n) for n in range(56)]
        for hour in (9 + number % 3, 14 + number % 2):
            planned = ScheduleSeries(
                frequency="dates", dates=[day for day in days if day.weekday() < 5],
                start_time=time(hour), duration_minutes=60,
            )  # fmt: skip
            await schedule_series(group.group_id, planned, uow)
        await uow.commit()
    return person


def _queries(people: list[str]) -> list[str]:
    ends = NOW + timedelta(days=DAYS)
    statements = (
        "SELECT * FROM provider_availability WHERE provider_id IN ({people})",
        (
            "SELECT p.id, c.starts_at, c.free_from FROM people p JOIN commitments c"
            " ON c.person_no = p.person_no WHERE p.id IN ({people}) AND c.active"
            " AND c.starts_at > {begins} AND c.starts_at < {ends}"
        ),
        (
            "SELECT p.id, o.starts_at, o.ends_at FROM people p JOIN commitments c"
            " ON c.person_no = p.person_no JOIN occurrences o ON o.series_id = c.series_id"
            " AND o.key = c.key WHERE p.id IN ({people}) AND c.active"
            " AND c.starts_at > {begins} AND c.starts_at < {ends}"
        ),
        (
            "SELECT person_id, starts_at, ends_at FROM busy_spans WHERE person_id IN ({people})"
            " AND ends_at > {begins} AND starts_at < {ends}"
        ),
    )
    return [
        each.format(
            people=", ".join(f"'{person}'" for person in people),
            begins=f"'{NOW - timedelta(days=8):%Y-%m-%d %H:%M:%S}'",
            ends=f"'{ends:%Y-%m-%d %H:%M:%S}'",
        )
        for each in statements
    ]


@asynccontextmanager
async def _by_hand(url: str, people: list[str]) -> AsyncIterator[Work]:
    queries = _queries(people)
    if url.startswith("sqlite"):
        lite = sqlite3.connect(url.partition("///")[2])

        async def read() -> None:
            for query in queries:
                lite.execute(query).fetchall()

        yield read
        lite.close()
    else:
        server = await asyncpg.connect(url.replace("+asyncpg", ""))

        async def fetch() -> None:
            for query in queries:
                await server.fetch(query)

        yield fetch
        await server.close()
