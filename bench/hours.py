"""Progress of somebody with five thousand entries: the page, the JSON, and working it out anew.

Ours is the whole page, through the application and back; bare is a Starlette application that puts
the same bytes through a Jinja template. Working out is one transaction, from the lock to the commit;
bare is reading the same rows, and sending them back as one statement each, with plain SQL.
"""

import time as clockwork
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from jinja2 import Environment
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from alongside.contracts import (
    AssociationDescribed,
    Credential,
    Member,
    Occurrence,
    Pattern,
    PersonRegistered,
    PersonState,
    SeriesScheduled,
    SeriesState,
)
from alongside.db import migrate
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.web.tokens import cookie_name, sign_session
from alongside_logbook.app import create_app
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.handlers.sessions import on_sessions
from bench.figures import Figure
from bench.timing import Work, on_both, usual_ms

ENTRIES, WAITING, AHEAD, PROVIDERS = 5_000, 5, 24, 3
NOW = datetime(2035, 12, 5, 15, 0, tzinfo=UTC)
ORIGIN = "http://bench.example"
ZONE = "America/Chicago"
ANN = "ann"


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures on SQLite, and on PostgreSQL where there is one."""
    return await on_both(_on, "logbook", postgres)


async def _on(name: str, url: str, folder: Path) -> list[Figure]:
    settings = Settings(data=folder / "data", base_url=ORIGIN, logbook_database_url=url)
    app = create_app(settings, clock=FixedClock(NOW))
    await migrate.upgrade(app.database, app.migrations)
    try:
        await _fill(app)
        first = await _once(lambda: _again(app))
        again = await usual_ms(lambda: _again(app), 5)
        rows = await usual_ms(lambda: _rows(app, write=False), 5)
        written = await usual_ms(lambda: _rows(app, write=True), 5)
        cookie = {"Cookie": f"{cookie_name(ORIGIN)}={_signed(app)}"}
        figures = [
            Figure(
                f"worked out, all verdicts new, {name}", first, "ms", written,
                f"{ENTRIES:,} entries, two goals",
            ),
            Figure(f"worked out again, {name}", again, "ms", rows, "nothing changed"),
        ]  # fmt: skip
        for path, what in (
            ("/hours", "progress page"),
            ("/hours?page=100", "progress page, the hundredth"),
            ("/api/logbook/v1/progress", "progress as JSON"),
        ):
            figures.append(await _page(app, path, f"{what}, {name}", cookie))
        return figures
    finally:
        await app.database.close()


async def _page(app: ServiceApp, path: str, what: str, cookie: dict[str, str]) -> Figure:
    transport = httpx2.ASGITransport(app.web)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=cookie) as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text[:500]
        ours = await usual_ms(lambda: client.get(path))
    bare = httpx2.ASGITransport(_bare(answer.text))
    async with httpx2.AsyncClient(transport=bare, base_url=ORIGIN) as client:
        theirs = await usual_ms(lambda: client.get("/"))
    return Figure(what, ours, "ms", theirs, f"{len(answer.content) / 1024:,.0f} KiB")


def _bare(page: str) -> Starlette:
    template = Environment(autoescape=True).from_string("{{ page|safe }}")

    async def whole(request: Request) -> HTMLResponse:  # noqa: ARG001
        return HTMLResponse(template.render(page=page))

    return Starlette(routes=[Route("/", whole)])


async def _once(work: Work) -> float:
    began = clockwork.perf_counter()
    await work()
    return (clockwork.perf_counter() - began) * 1000


async def _again(app: ServiceApp) -> None:
    async with app.uow() as uow:
        await recompute(ANN, uow)
        await uow.commit()


async def _rows(app: ServiceApp, *, write: bool) -> None:
    query = text(
        "SELECT entry_id, current, verdict, verdicts FROM entries WHERE supervisee_id = :person "
        "ORDER BY started_at, entry_id"
    )
    back = text("UPDATE entries SET verdict = :verdict, verdicts = :verdicts WHERE entry_id = :id")
    async with app.database.write() as session:
        rows = (await session.execute(query, {"person": ANN})).all()
        if write:
            connection = await session.connection()
            await connection.execute(
                back, [{"id": row[0], "verdict": row[2], "verdicts": row[3]} for row in rows]
            )


# --- Somebody with five thousand entries --------------------------------------------------------


async def _fill(app: ServiceApp) -> None:
    people = [
        _person(
            ANN, "supervisee", pursuing="IMHS",
            credentials=(Credential(credential_id="own", kind="IFS", valid_from=date(2030, 3, 1)),),
        ),
        *(
            _person(
                f"p{at}", "supervisor",
                credentials=(Credential(credential_id=f"c{at}", kind="ERS", valid_from=date(2018, 1, 1)),),
            )
            for at in range(PROVIDERS)
        ),
    ]  # fmt: skip
    association = AssociationDescribed(
        id=app.new_id(), occurred_at=NOW, association_id="a", version=1, name="Bench", zone=ZONE
    )
    async with app.uow() as uow:
        await on_people(association, uow)
        for person in people:
            event = PersonRegistered(id=app.new_id(), occurred_at=NOW, person=person)
            await on_people(event, uow)
        planned = SeriesScheduled(id=app.new_id(), occurred_at=NOW, series=_series())
        await on_sessions([planned], uow)
        await uow.entries.append_many([_entry(at) for at in range(ENTRIES)])
        await uow.commit()
    if app.database.dialect == "postgresql":
        # As a server does by itself after a while: it plans by what it has seen.
        async with app.database.write() as session:
            await session.execute(text("ANALYZE"))
            await session.commit()


def _person(person_id: str, role: str, **facts: Any) -> PersonState:
    return PersonState(
        person_id=person_id,
        version=1,
        name=person_id.title(),
        email=f"{person_id}@bench.example",
        zone=ZONE,
        roles=(role,),
        **facts,
    )


def _entry(at: int) -> EntryVersion:
    day = NOW.date() - timedelta(days=2 + (ENTRIES - at) * 14 * 365 // ENTRIES)
    waits = at >= ENTRIES - WAITING
    begins = datetime(day.year, day.month, day.day, 15, tzinfo=UTC) + timedelta(minutes=at % 5)
    return EntryVersion(
        entry_id=f"entry-{at:05}",
        version=1,
        supervisee_id=ANN,
        provider_id=f"p{at % PROVIDERS}",
        series_id=f"before-{at % PROVIDERS}",
        occurrence_key=f"{at:05}",
        title=f"Circle {at % PROVIDERS}",
        kind="group",
        started_at=begins,
        zone=ZONE,
        held_on=day,
        scheduled_minutes=60,
        head_count=5,
        presence="present",
        minutes=60,
        about_rsc_minutes=15,
        status="recorded" if waits else "confirmed",
        awaits=ANN if waits else None,
        act="recorded",
        actor_id=f"p{at % PROVIDERS}",
        at=begins,
    )


def _series() -> SeriesState:
    starts = [NOW.replace(hour=16) + timedelta(days=14 * at + 7) for at in range(AHEAD)]
    return SeriesState(
        series_id="ahead", version=1, uid="ahead@bench.example", sequence=1, master_sequence=0,
        group_id="g1", title="Circle 0", kind="group", zone=ZONE, tzdata="2026a",
        duration_minutes=90, provider_id="p0",
        pattern=Pattern(frequency="dates", count=AHEAD, first_start=starts[0].replace(tzinfo=None)),
        members=(Member(person_id=ANN, joined_on=date(2020, 1, 1)),),
        occurrences=tuple(
            Occurrence(
                key=f"{start:%Y%m%dT%H%M}", original_start=start, starts_at=start,
                ends_at=start + timedelta(minutes=90),
            )
            for start in starts
        ),
        created_at=NOW, revised_at=NOW,
    )  # fmt: skip


def _signed(app: ServiceApp) -> str:
    return sign_session(
        app.secrets, person_id=ANN, name="Ann", roles=("supervisee",), zone=ZONE,
        session_id="sid", now=NOW,
    )  # fmt: skip
