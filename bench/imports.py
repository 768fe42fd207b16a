"""A log of ten thousand sessions, from the file to the last entry.

Ours is everything: the file read apart, its columns told, every row held against the rules and the
others, entered in the hash-chained record with an event each, progress worked out. Bare is the same
file read with the standard library and its rows inserted into a plain table.
"""

import csv
import io
import sqlite3
import time as clockwork
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg

from alongside.contracts import PersonRegistered, PersonState
from alongside.db import migrate
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.testing.folders import scratch_folder
from alongside_logbook.app import create_app
from alongside_logbook.handlers import imports as cases
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.importing import Importer
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.verification import verify
from alongside_logbook.uploads.process import read_apart
from bench.figures import Figure

ROWS = 10_000
PROVIDERS = 20
NOW = datetime(2035, 12, 5, 15, 0, tzinfo=UTC)
ANN = Actor("ann")
_HEADINGS = ("Date", "Start", "Minutes", "Supervisor", "Supervisor email", "Type")


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures on SQLite, and on PostgreSQL where there is one."""
    with scratch_folder("bench") as folder:
        figures = await _on("SQLite", f"sqlite+aiosqlite:///{folder}/logbook.db", folder)
        if postgres is not None:
            figures += await _on("PostgreSQL", postgres, folder)
    return figures


async def _on(name: str, url: str, folder: Path) -> list[Figure]:
    app = create_app(
        Settings(data=folder / "data", logbook_database_url=url), clock=FixedClock(NOW)
    )
    await migrate.upgrade(app.database, app.migrations)
    content = _log()
    try:
        await _registered(app)
        bare = await _bare(url, folder, content)
        began = clockwork.perf_counter()
        import_id = await _staged(app, content)
        shown = clockwork.perf_counter()
        await _confirmed(app, import_id)
        batches = await Importer(app.uow).carry_on(import_id)
        through = clockwork.perf_counter()
        await _holds(app)
        undoing = clockwork.perf_counter()
        await _undone(app, import_id)
        undone = clockwork.perf_counter()
        await _holds(app)
        return [
            Figure(
                f"log of {ROWS:,} rows entered, {name}", through - began, "s", bare,
                f"read, looked at and judged in {shown - began:.1f} s, entered in {batches} batches",
            ),
            Figure(
                f"the same taken back, {name}", undone - undoing, "s", None,
                "a version more of every entry",
            ),
        ]  # fmt: skip
    finally:
        await app.database.close()


def _log() -> bytes:
    first = date(2008, 1, 1)
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(_HEADINGS)
    for number in range(ROWS):
        day, who = first + timedelta(days=number), number % PROVIDERS
        table.writerow(
            [f"{day:%m/%d/%Y}", "9:30 AM", 60 + number % 4 * 15, f"Provider {who}",
             f"provider{who}@bench.example", "group" if number % 3 else "individual"]
        )  # fmt: skip
    return written.getvalue().encode()


async def _registered(app: ServiceApp) -> None:
    state = PersonState(
        person_id="ann", version=1, name="Ann", email="ann@bench.example", zone="America/Chicago",
        roles=("supervisee",), pursuing="IFS",
    )  # fmt: skip
    async with app.uow() as uow:
        await on_people(PersonRegistered(id=app.new_id(), occurred_at=NOW, person=state), uow)
        await uow.commit()


async def _staged(app: ServiceApp, content: bytes) -> str:
    """Hand the file in and look at what it would do."""
    table = await read_apart(content)
    async with app.uow() as uow:
        row = await cases.stage_log(cases.StageLog(file_name="log.csv", table=table), ANN, uow)
        found = await cases.preview(row.id, ANN, uow)
        assert not [each for each in found.judged if each.state in {"left_out", "refused"}]
        await uow.commit()
    return row.id


async def _confirmed(app: ServiceApp, import_id: str) -> None:
    async with app.uow() as uow:
        await cases.confirm_import(import_id, cases.ConfirmImport(), ANN, uow)
        await uow.commit()


async def _undone(app: ServiceApp, import_id: str) -> None:
    async with app.uow() as uow:
        await cases.undo_import(import_id, cases.UndoImport(), ANN, uow)
        await uow.commit()
    await Importer(app.uow).carry_on(import_id)


async def _holds(app: ServiceApp) -> None:
    async with app.uow() as uow:
        found = await verify(uow)
    assert found.problems == (), found.problems


async def _bare(url: str, folder: Path, content: bytes) -> float:
    """Return the seconds that reading and inserting alone take."""
    began = clockwork.perf_counter()
    reader = csv.reader(io.StringIO(content.decode()))
    next(reader)
    rows = list(reader)
    create = (
        "CREATE TABLE bare (day text, start text, minutes text, name text, mail text, kind text)"
    )
    if url.startswith("sqlite"):
        with sqlite3.connect(folder / "bare.db") as lite:
            lite.execute(create)
            lite.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?)", rows)
        lite.close()
    else:
        server = await asyncpg.connect(url.replace("+asyncpg", ""))
        async with server.transaction():
            await server.execute(create)
            await server.executemany("INSERT INTO bare VALUES ($1, $2, $3, $4, $5, $6)", rows)
        await server.execute("DROP TABLE bare")
        await server.close()
    return clockwork.perf_counter() - began
