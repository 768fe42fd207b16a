"""Ten thousand reminders that are due at once: claimed, written and handed over by two workers.

Each worker is a process of its own that runs the clocks of the notifier, on PostgreSQL and with an
SMTP server on loopback. No mail may come twice.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from alongside import zones
from alongside.contracts import Member, Occurrence, Pattern, PersonState, SeriesState
from alongside.db import migrate
from alongside.observability.logging import configure_logging
from alongside.service import ServiceApp
from alongside.settings import Settings
from alongside.stack.process import leashed
from alongside.testing.folders import scratch_folder
from alongside.testing.smtp import SmtpSink
from alongside_notifier.app import create_app
from alongside_notifier.store.tables import MAILS, REMINDERS, AssociationRow, PersonRow, SeriesRow
from bench.figures import Figure
from bench.installation import cpu_seconds

PEOPLE, CIRCLES, SIZE = 2_000, 1_250, 8
DUE = CIRCLES * SIZE
WORKERS = 2
LEAD = timedelta(days=1)
ZONE = "America/Chicago"


def measure(postgres: str) -> list[Figure]:
    """Return how many reminders a minute are written and handed over."""
    with scratch_folder("bench") as folder, SmtpSink() as sink, ExitStack() as at_the_end:
        app = _app(postgres, sink.url, folder)
        asyncio.run(_fill(app))
        begun = [_worker(postgres, sink.url, folder) for _ in range(WORKERS)]
        for each in begun:
            at_the_end.callback(each.kill)  # without effect on one that has ended
        for each in begun:
            assert each.stdout is not None
            each.stdout.readline()  # it is up
        began = time.perf_counter()
        for each in begun:
            assert each.stdin is not None
            each.stdin.write(b"\n")
            each.stdin.flush()
        while len(sink.deliveries) < DUE and any(each.poll() is None for each in begun):
            time.sleep(0.01)
        took = time.perf_counter() - began
        used = sum(cpu_seconds(each.pid) for each in begun)
        for each in begun:
            each.communicate(b"\n", timeout=60)
        handed = [each.message["Message-ID"] for each in sink.deliveries]
        if len(handed) != DUE or len(set(handed)) != DUE:
            message = f"{len(handed)} mails, {len(set(handed))} of them different"
            raise RuntimeError(message)
        return [
            Figure("reminders handed over", DUE / took * 60, "a minute", 10_000.0,
                   f"{WORKERS} workers, PostgreSQL, {DUE:,} due, none twice; bare is the wish"),
            Figure("a worker's own time for each", used / DUE * 1e6, "µs"),
        ]  # fmt: skip


def _worker(url: str, smtp: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        leashed([sys.executable, "-m", "bench.reminders", url, smtp, folder]),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _app(url: str, smtp: str, folder: Path) -> ServiceApp:
    return create_app(Settings(data=folder / "data", notifier_database_url=url, smtp_url=smtp))


# --- What is due --------------------------------------------------------------------------------


async def _fill(app: ServiceApp) -> None:
    await migrate.upgrade(app.database, app.migrations)
    now = datetime.now(UTC).replace(microsecond=0)
    people = [person(at) for at in range(PEOPLE)]
    circles = [circle(at, now) for at in range(CIRCLES)]
    async with app.uow() as uow:
        for table, rows in (
            (AssociationRow, [{"id": "a", "version": 1, "name": "Bench", "zone": ZONE}]),
            (PersonRow, [_person_row(each) for each in people]),
            (SeriesRow, [_series_row(each) for each in circles]),
            (REMINDERS, [row for each in circles for row in _dues(each)]),
        ):
            for first in range(0, len(rows), 1_000):
                await uow.session.execute(insert(table), rows[first : first + 1_000])
        await uow.session.execute(text("ANALYZE"))
        await uow.commit()
    await app.database.close()


def person(at: int) -> PersonState:
    """Return one of many people."""
    return PersonState(
        person_id=f"person-{at}", version=1, name=f"Person {at}",
        email=f"p{at}@bench.example", zone=ZONE, roles=("supervisee",),
    )  # fmt: skip


def circle(at: int, now: datetime, *, people: int = PEOPLE) -> SeriesState:
    """Return one of many series of eight people, its first session due to be reminded of now."""
    first = now + LEAD
    starts = [first + timedelta(days=14 * number) for number in range(6)]
    members = [f"person-{(at * SIZE + seat) % people}" for seat in range(SIZE)]
    return SeriesState(
        series_id=f"series-{at}", version=1, uid=f"series-{at}@bench.example", sequence=0,
        master_sequence=0, group_id=f"group-{at}", title=f"Circle {at}", kind="group", zone=ZONE,
        tzdata="2026.6", duration_minutes=90, place="Room 5", link="https://meet.example/room",
        provider_id=f"person-{(at * 7) % people}",
        pattern=Pattern(
            frequency="weekly", interval=2, count=6, first_start=first.replace(tzinfo=None),
            weekday=first.weekday(),
        ),
        members=tuple(Member(person_id=each, joined_on=date(2026, 1, 1)) for each in members),
        occurrences=tuple(
            Occurrence(
                key=f"{start:%Y%m%dT%H%M}", original_start=start, starts_at=start,
                ends_at=start + timedelta(minutes=90),
            )
            for start in starts
        ),
        created_at=now, revised_at=now,
    )  # fmt: skip


def _person_row(person: PersonState) -> dict[str, Any]:
    return {"id": person.person_id, "version": 1, "email": person.email, "state": person}


def _series_row(series: SeriesState) -> dict[str, Any]:
    return {
        "id": series.series_id, "version": 1, "uid": series.uid,
        "ends_at": series.occurrences[-1].ends_at, "state": series,
    }  # fmt: skip


def _dues(series: SeriesState) -> Iterator[dict[str, Any]]:
    next_one = series.occurrences[0]
    for member in series.members:
        yield {
            "person_id": member.person_id, "series_id": series.series_id,
            "occurrence_key": next_one.key, "starts_at": next_one.starts_at,
            "lead_minutes": int(LEAD.total_seconds() // 60), "due_at": next_one.starts_at - LEAD,
        }  # fmt: skip


# --- A worker -----------------------------------------------------------------------------------


async def _work(url: str, smtp: str, folder: Path) -> None:
    """Run the clocks of reminders and mail, as a worker does, until nothing is left."""
    app = _app(url, smtp, folder)
    tickers = {each.name: each for each in app.tickers}
    await app.database.ping()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

    async def reminding() -> None:
        while await tickers["remind"].tick():
            pass

    async def sending() -> None:
        while await _waiting(app):
            if not await tickers["send"].tick():
                await asyncio.sleep(0.05)

    await asyncio.gather(reminding(), sending())
    await asyncio.to_thread(sys.stdin.readline)
    await app.database.close()


async def _waiting(app: ServiceApp) -> bool:
    async with app.database.read() as session:
        for table in (REMINDERS, MAILS):
            left = select(func.count()).select_from(table).where(table.c.done_at.is_(None))
            if (await session.execute(left)).scalar_one():
                return True
    return False


if __name__ == "__main__":
    zones.pin()
    configure_logging("warning", "console")
    asyncio.run(_work(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
