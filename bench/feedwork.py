"""One change in a feed of a thousand sessions, against building that feed.

Ours is all that the change of one of a thousand series sets in motion, in one transaction: its part
of the feed, what is to be told, reminders, and the feed joined again. Bare is building the feed from
all its series, in the same way. The parts alone, written and joined without a database, are said
beside it, and what icalendar takes to write as many events.
"""

import time as clockwork
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import text

from alongside.contracts import (
    Member,
    Occurrence,
    Pattern,
    PersonState,
    SeriesState,
    SessionMoved,
)
from alongside.db import migrate
from alongside.secrets import Secrets
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside_notifier.app import create_app
from alongside_notifier.desk import Desk
from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.vcalendar import feed
from alongside_notifier.domain.view import view_of
from alongside_notifier.handlers.feeds import ensure_feed, rebuild_feeds
from alongside_notifier.handlers.refresh import refresh_person, refresh_seats
from alongside_notifier.handlers.sessions import on_sessions
from alongside_notifier.handlers.turns import Turn
from alongside_notifier.store.uow import NotifierUow
from bench.figures import Figure
from bench.timing import on_both, usual_ms

SESSIONS = 1_000
NOW = datetime(2035, 3, 5, 15, 0, tzinfo=UTC)
ZONE = "America/Chicago"


async def measure(postgres: str | None) -> list[Figure]:
    """Return the figures on SQLite, and on PostgreSQL where there is one."""
    return await on_both(_on, "notifier", postgres)


async def _on(name: str, url: str, folder: Path) -> list[Figure]:
    settings = Settings(data=folder / "data", notifier_database_url=url)
    clock = FixedClock(NOW)
    app = create_app(settings, clock=clock)
    desk = Desk.of(settings, Secrets.of(settings))
    all_series = [_series(at) for at in range(SESSIONS)]
    await migrate.upgrade(app.database, app.migrations)
    try:
        async with app.uow() as uow:
            await _fill(all_series, uow, desk)
            await uow.commit()
        if app.database.dialect == "postgresql":
            # As a server does by itself after a while: it plans by what it has seen.
            async with app.database.write() as session:
                await session.execute(text("ANALYZE"))
                await session.commit()
        state = all_series[SESSIONS // 2]

        async def change() -> None:
            nonlocal state
            state = _moved(state)
            clock.advance(timedelta(minutes=1))
            event = SessionMoved(
                id=app.new_id(), occurred_at=clock.now(), series=state, actor_id="ada",
                occurrence_key=state.occurrences[0].key,
            )  # fmt: skip
            async with app.uow() as uow:
                await on_sessions([event], uow, desk)
                await uow.commit()

        async def written() -> None:
            _written(all_series)

        async def by_icalendar() -> None:
            _by_icalendar(all_series)

        changed = await usual_ms(change, 15)
        began = clockwork.perf_counter()
        async with app.uow() as uow:
            ben = await uow.people.get("ben")
            assert ben is not None
            await refresh_person(ben, uow, desk)
            await uow.commit()
        built = (clockwork.perf_counter() - began) * 1000
        parts, library = await usual_ms(written, 3), await usual_ms(by_icalendar, 3)
    finally:
        await app.database.close()
    remark = f"{SESSIONS:,} series; {100 * changed / built:.1f} % of building it"
    return [
        Figure(f"one change in a feed, {name}", changed, "ms", built, remark),
        Figure(
            "the parts of the feed, no database", parts, "ms", library, "bare: icalendar's writer"
        ),
    ]


async def _fill(all_series: list[SeriesState], uow: NotifierUow, desk: Desk) -> None:
    for person_id in ("ada", "ben"):
        await uow.people.keep(
            PersonState(
                person_id=person_id, version=1, name=person_id.title(),
                email=f"{person_id}@bench.example", zone=ZONE, roles=("supervisee",),
            )
        )  # fmt: skip
    await uow.series.keep(all_series)
    await refresh_seats([Turn(series, NOW) for series in all_series], uow, desk)
    ben = await uow.people.get("ben")
    if ben is not None:
        await ensure_feed(ben, uow, desk)
    await rebuild_feeds(["ben"], uow, desk)


def _by_icalendar(all_series: list[SeriesState]) -> bytes:
    calendar = Calendar()
    for series in all_series:
        (only,) = series.occurrences
        event = Event()
        event.add("uid", series.uid)
        event.add("summary", series.title)
        event.add("dtstamp", NOW)
        event.add("dtstart", only.starts_at.astimezone(ZoneInfo(ZONE)))
        event.add("dtend", only.ends_at.astimezone(ZoneInfo(ZONE)))
        event.add("location", series.place)
        event.add("description", series.link)
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _written(all_series: list[SeriesState]) -> bytes:
    names = Names("Bench", {"ada": "Ada"})
    fragments = [feed_fragment(view_of(each, "ben"), names, NOW) for each in all_series]
    return feed(name="Bench", description="Everything", zone=ZONE, fragments=fragments)


def _series(at: int) -> SeriesState:
    start = NOW + timedelta(days=7, hours=at)
    return SeriesState(
        series_id=f"series-{at:04}", version=1, uid=f"series-{at}@bench.example", sequence=0,
        master_sequence=0, group_id="group", title=f"Circle {at}", kind="group", zone=ZONE,
        tzdata="2026.6", duration_minutes=45, place="Room 5", link="https://meet.example/room",
        provider_id="ada", pattern=Pattern(frequency="once", count=1, first_start=start.replace(tzinfo=None)),
        members=(Member(person_id="ben", joined_on=date(2026, 1, 1)),),
        occurrences=(
            Occurrence(
                key=f"{start:%Y%m%dT%H%M}", original_start=start, starts_at=start,
                ends_at=start + timedelta(minutes=45),
            ),
        ),
        created_at=NOW, revised_at=NOW,
    )  # fmt: skip


def _moved(state: SeriesState) -> SeriesState:
    (only,) = state.occurrences
    by = timedelta(minutes=5)
    sequence = state.sequence + 1
    moved = only.model_copy(
        update={
            "starts_at": only.starts_at + by, "ends_at": only.ends_at + by, "moved": True,
            "sequence": sequence,
        }
    )  # fmt: skip
    return state.model_copy(
        update={"version": state.version + 1, "sequence": sequence, "occurrences": (moved,)}
    )
