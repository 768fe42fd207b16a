"""The coordinator's board among ten thousand people.

Ours is the whole page, through the application and back; bare is the same rows with plain SQL.
"""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import insert, text

from alongside.db import migrate
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.web.tokens import cookie_name, sign_session
from alongside_logbook.app import create_app
from alongside_logbook.domain.board import URGENCY, BoardState
from alongside_logbook.store.tables import BoardRow, EndingRow, PersonRow, TallyRow
from bench.figures import Figure
from bench.timing import Work, by_hand, on_both, usual_ms

PEOPLE, PROVIDERS, GROUPS = 10_000, 200, 1_000
NOW = datetime(2035, 12, 5, 15, 0, tzinfo=UTC)
ORIGIN = "http://bench.example"
ZONE = "America/Chicago"


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures on SQLite, and on PostgreSQL where there is one."""
    return await on_both(_on, "logbook", postgres)


async def _on(name: str, url: str, folder: Path) -> list[Figure]:
    settings = Settings(data=folder / "data", base_url=ORIGIN, logbook_database_url=url)
    app = create_app(settings, clock=FixedClock(NOW))
    await migrate.upgrade(app.database, app.migrations)
    try:
        await _fill(app)
        async with by_hand(url) as ask, _pages(app) as see:
            board = await usual_ms(see("/cohort"))
            bare = await usual_ms(lambda: _together(ask, _STATES, _PAGE))
            groups = await usual_ms(see("/cohort/groups"))
            sums = await usual_ms(lambda: _together(ask, _BY_SERIES, _BY_PROVIDER))
            return [
                Figure(f"board, {name}", board, "ms", bare, f"{PEOPLE:,} people, a page of 50"),
                Figure(
                    f"board, one state, {name}",
                    await usual_ms(see("/cohort?show=drifting&page=10")), "ms", None,
                    "the tenth page",
                ),
                Figure(
                    f"board, a name, {name}", await usual_ms(see("/cohort?q=lee")), "ms", None, ""
                ),
                Figure(
                    f"hours by group and provider, {name}", groups, "ms", sums,
                    f"{GROUPS:,} groups, {PROVIDERS} providers, {3 * PEOPLE:,} sums",
                ),
                Figure(
                    f"what waits, {name}", await usual_ms(see("/cohort/waiting")), "ms", None, ""
                ),
                Figure(
                    f"whose status ends, {name}", await usual_ms(see("/cohort/providers")), "ms",
                    None, "",
                ),
            ]  # fmt: skip
    finally:
        await app.database.close()


async def _together(ask: Callable[[str], Awaitable[object]], *queries: str) -> None:
    for query in queries:
        await ask(query)


# --- Ten thousand people ------------------------------------------------------------------------


async def _fill(app: ServiceApp) -> None:
    states = list(URGENCY)
    people = [_person("cora", "Cora Coordinator", "coordinator")]
    people += [_person(f"l{at}", f"Leader {at}", "supervisor") for at in range(PROVIDERS)]
    people += [_person(f"p{at}", f"{_NAMES[at % 4]} {at}", "supervisee") for at in range(PEOPLE)]
    board = [_place(at, states[at % len(states)]) for at in range(PEOPLE)]
    tallies = [_tally(at, year) for at in range(PEOPLE) for year in (2033, 2034, 2035)]
    endings = [
        {
            "person_id": f"l{at}", "credential_id": "c1", "name": "ERS",
            "ends_on": date(2035, 12, 6) + timedelta(days=at), "emerging": False,
        }
        for at in range(PROVIDERS)
    ]  # fmt: skip
    async with app.uow() as uow:
        for rows_of, rows in (
            (PersonRow, people), (BoardRow, board), (TallyRow, tallies), (EndingRow, endings),
        ):  # fmt: skip
            await uow.session.execute(insert(rows_of), rows)
        # As PostgreSQL does by itself some time after so many rows have come.
        await uow.session.execute(text("ANALYZE"))
        await uow.commit()


_NAMES = ("Sofía Núñez", "Bram Able", "Wren Lee", "Ada Sample")


def _person(person_id: str, name: str, role: str) -> dict[str, Any]:
    return {
        "person_id": person_id, "version": 1, "name": name, "zone": ZONE, "roles": (role,),
        "credentials": (), "email_digest": person_id,
    }  # fmt: skip


def _place(at: int, state: BoardState) -> dict[str, Any]:
    return {
        "supervisee_id": f"p{at}", "goal": "apply/IFS", "main": True, "category": "IFS",
        "state": state, "urgency": URGENCY[state],
        "because": "2 h leave the window from June 3, 2036 on.", "until": date(2036, 6, 3),
        "required": 1440, "counted": at % 1440, "pending": at % 300, "attended": at % 2000,
        "waiting": at % 3, "waiting_since": date(2035, 11, 1) if at % 3 else None,
    }  # fmt: skip


def _tally(at: int, year: int) -> dict[str, Any]:
    return {
        "supervisee_id": f"p{at}", "provider_id": f"l{at % PROVIDERS}",
        "series_id": f"s{at % GROUPS}", "year": year, "sessions": 12, "confirmed": 1200,
        "waiting": 240,
    }  # fmt: skip


# --- The pages ----------------------------------------------------------------------------------


@asynccontextmanager
async def _pages(app: ServiceApp) -> Any:
    """Give a maker of visits: the coordinator, signed in, opens a page."""
    token = sign_session(
        app.secrets, person_id="cora", name="Cora", roles=("coordinator",), zone=ZONE,
        session_id="bench", now=NOW,
    )  # fmt: skip
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app.web),
        base_url=ORIGIN,
        cookies={cookie_name(ORIGIN): token},
    )

    def see(path: str) -> Work:
        async def work() -> None:
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text[:500]

        return work

    yield see
    await client.aclose()


# --- By hand ------------------------------------------------------------------------------------

_STATES = """
SELECT state, count(*) FROM board b JOIN people p ON p.person_id = b.supervisee_id
WHERE b.main AND p.left_at IS NULL GROUP BY state"""
_PAGE = """
SELECT b.*, p.name FROM board b JOIN people p ON p.person_id = b.supervisee_id
WHERE b.main AND p.left_at IS NULL ORDER BY b.urgency, p.name, b.supervisee_id LIMIT 50"""
_SUMS = """
SELECT {by}, count(DISTINCT supervisee_id), sum(sessions), sum(confirmed), sum(waiting)
FROM tallies WHERE year = 2035 GROUP BY {by} ORDER BY 4 DESC, 1 LIMIT 30"""
_BY_SERIES, _BY_PROVIDER = _SUMS.format(by="series_id"), _SUMS.format(by="provider_id")
