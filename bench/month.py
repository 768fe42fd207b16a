"""A month of the calendar among ten thousand sessions, and a search among ten thousand people.

Ours is the whole page, through the application and back; bare is the same rows with plain SQL.
"""

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import insert

from alongside.db import migrate
from alongside.ids import new_id
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.web.tokens import cookie_name
from alongside_scheduler.app import create_app
from alongside_scheduler.domain.access import OPERATOR
from alongside_scheduler.domain.search import folded
from alongside_scheduler.handlers.association import DescribeAssociation, describe_association
from alongside_scheduler.handlers.groups import MakeGroup, make_group
from alongside_scheduler.handlers.people import RegisterPerson, register_person
from alongside_scheduler.handlers.planning import ScheduleSeries, schedule_series
from alongside_scheduler.handlers.rosters import JoinRoster, join_roster
from alongside_scheduler.handlers.sign_in import begin
from alongside_scheduler.store.tables import PersonRow
from bench.figures import Figure
from bench.timing import Ask, Work, by_hand, on_both, usual_ms

GROUPS, SESSIONS, MEMBERS, PEOPLE = 100, 100, 4, 10_000
FIRST = date(2035, 1, 1)
NOW = datetime(2035, 12, 5, 15, 0, tzinfo=UTC)
MONTH = "2035-12"
ORIGIN = "http://bench.example"


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures on SQLite, and on PostgreSQL where there is one."""
    return await on_both(_on, "scheduler", postgres)


async def _on(name: str, url: str, folder: Path) -> list[Figure]:
    settings = Settings(data=folder / "data", base_url=ORIGIN, scheduler_database_url=url)
    app = create_app(settings, clock=FixedClock(NOW))
    await migrate.upgrade(app.database, app.migrations)
    try:
        coordinator, supervisor = await _fill(app)
        async with by_hand(url) as ask, _pages(app) as see:
            return [
                Figure(
                    f"month of everybody, {name}",
                    await usual_ms(see(coordinator, f"/schedule/month/{MONTH}?show=all")), "ms",
                    await usual_ms(lambda: ask(_SESSIONS, _GRID)),
                    f"{GROUPS * SESSIONS:,} sessions, {await _shown(ask)} of them in the month's weeks",
                ),
                Figure(
                    f"month of one person, {name}",
                    await usual_ms(see(supervisor, f"/schedule/month/{MONTH}")), "ms",
                    await usual_ms(lambda: ask(_OWN, [*_GRID, supervisor])),
                    "among the same sessions",
                ),
                Figure(
                    f"search, {name}",
                    await usual_ms(see(coordinator, "/search?q=nun%20so")), "ms",
                    await usual_ms(lambda: ask(_PEOPLE, [])),
                    f"{PEOPLE:,} people, {GROUPS} groups, {GROUPS * SESSIONS:,} sessions",
                ),
                Figure(
                    f"list of people, {name}",
                    await usual_ms(see(coordinator, "/people?role=supervisee&page=50")), "ms", None,
                    f"a page of 50 in the middle of {PEOPLE:,}",
                ),
            ]  # fmt: skip
    finally:
        await app.database.close()


# --- Ten thousand sessions and people -----------------------------------------------------------


async def _fill(app: ServiceApp) -> tuple[str, str]:
    """Return a coordinator and somebody who leads one of the groups."""
    async with app.uow() as uow:
        uow.actor = OPERATOR
        described = DescribeAssociation(name="Bench", zone="America/Chicago")
        await describe_association(described, uow)
        await uow.commit()
    coordinator = await _person(app, "Cora Coordinator", "coordinator")
    leaders = [await _group(app, number) for number in range(GROUPS)]
    async with app.uow() as uow:
        await uow.session.execute(insert(PersonRow), [_plain(number) for number in range(PEOPLE)])
        await uow.commit()
    return coordinator, leaders[GROUPS // 2]


async def _person(app: ServiceApp, name: str, role: str) -> str:
    async with app.uow() as uow:
        uow.actor = OPERATOR
        asked = RegisterPerson(
            name=name, email=f"{new_id()}@bench.example", zone="America/Chicago", roles=[role]
        )
        person = await register_person(asked, uow)
        await uow.commit()
    return person.person_id


async def _group(app: ServiceApp, number: int) -> str:
    """Make a group with a session a week, on a weekday and at an hour of its own."""
    leader = await _person(app, f"Leader {number}", "supervisor")
    members = [await _person(app, f"Member {number}.{one}", "supervisee") for one in range(MEMBERS)]
    begins = FIRST + timedelta(days=number % 5)
    dates = [begins + timedelta(weeks=week) for week in range(SESSIONS)]
    async with app.uow() as uow:
        uow.actor = OPERATOR
        group = await make_group(MakeGroup(name=f"Circle {number}", provider_id=leader), uow)
        for person in members:
            await join_roster(group.group_id, JoinRoster(person_id=person), uow)
        planned = ScheduleSeries(
            frequency="dates", dates=dates, start_time=time(8 + number % 10), duration_minutes=60
        )
        await schedule_series(group.group_id, planned, uow)
        await uow.commit()
    return leader


def _plain(number: int) -> dict[str, Any]:
    name = (
        f"{('Sofía', 'Bram', 'Wren', 'Ada')[number % 4]} {('Núñez', 'Able')[number % 2]} {number}"
    )
    return {
        "id": new_id(), "version": 1, "name": name, "email": f"{new_id()}@bench.example",
        "zone": "America/Chicago", "roles": ("supervisee",), "registered_at": NOW,
        "search_text": folded(name), "locale": "en",
    }  # fmt: skip


# --- The pages ----------------------------------------------------------------------------------


@asynccontextmanager
async def _pages(app: ServiceApp) -> Any:
    """Give a maker of visits: somebody, signed in, who opens a page."""
    cookies: dict[str, str] = {}

    async def signed(person_id: str) -> str:
        if person_id not in cookies:
            async with app.uow() as uow:
                begun = await begin(person_id, uow)
                await uow.commit()
            cookies[person_id] = app.web.state.doors.signed(begun)
        return cookies[person_id]

    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app.web), base_url=ORIGIN)

    def see(person_id: str, path: str) -> Work:
        async def work() -> None:
            cookie = {"Cookie": f"{cookie_name(ORIGIN)}={await signed(person_id)}"}
            answer = await client.get(path, headers=cookie)
            assert answer.status_code == 200, answer.text[:500]

        return work

    yield see
    await client.aclose()


# --- By hand ------------------------------------------------------------------------------------

_GRID = [datetime(2035, 11, 25, 6, tzinfo=UTC), datetime(2036, 1, 6, 6, tzinfo=UTC)]
"""The weeks of the month, in Chicago."""

_COLUMNS = """
SELECT o.series_id, o.key, s.group_id, s.title, s.kind, s.purpose, s.zone, o.starts_at, o.ends_at,
       o.status, o.moved, o.changed_at, coalesce(o.provider_id, s.provider_id), p.name
FROM occurrences o JOIN series s ON s.id = o.series_id
LEFT JOIN people p ON p.id = coalesce(o.provider_id, s.provider_id)
WHERE o.starts_at > $1 AND o.starts_at < $2 """
_SESSIONS = f"{_COLUMNS} ORDER BY o.starts_at, o.series_id"
_OWN = f"""{_COLUMNS} AND EXISTS (SELECT 1 FROM commitments c
  WHERE c.person_no = (SELECT person_no FROM people WHERE id = $3)
    AND c.series_id = o.series_id AND c.key = o.key AND (c.active OR o.status = 'cancelled'))
ORDER BY o.starts_at, o.series_id"""
_PEOPLE = """
SELECT id, name, email FROM people
WHERE search_text LIKE '% nun%' AND search_text LIKE '% so%' AND left_at IS NULL
ORDER BY search_text, id LIMIT 12"""


async def _shown(ask: Ask) -> int:
    return len(await ask(_SESSIONS, _GRID))
