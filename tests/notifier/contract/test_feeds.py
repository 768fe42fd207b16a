"""Feeds of every kind on SQLite and on PostgreSQL: the same bytes under each address in force."""

from datetime import date, timedelta

import pytest

from alongside.contracts import AttendanceRecorded, EntryState, ProgressChanged
from alongside_notifier.handlers.feeds import rotate_feed
from alongside_notifier.handlers.more_feeds import Wanted, add_feed, choose_feed
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.store.people import Preferences
from notifier.conftest import made
from notifier.making import person

pytestmark = pytest.mark.contract


@pytest.fixture
async def notifier(database_url, clock, notifier_settings):
    async for each in made(database_url, clock, notifier_settings):
        yield each


async def test_feeds_of_every_kind(notifier):
    life = await notifier.begin()
    mia = person("mia", roles=("coordinator",))
    await notifier.meet(mia)
    now = notifier.clock.now()
    progress = ProgressChanged(
        id=notifier.ids(),
        occurred_at=now,
        supervisee_id="ben",
        version=1,
        category="IFS",
        required_minutes=1440,
        counted_minutes=0,
        pending_minutes=0,
        window_end=date(2027, 3, 31),
    )
    await notifier.hear(progress)
    entry = EntryState(
        entry_id="entry-1",
        version=1,
        supervisee_id="ben",
        provider_id="ada",
        title="Tuesday Circle",
        started_at=now,
        zone="America/Chicago",
        scheduled_minutes=90,
        minutes=90,
        status="recorded",
        awaits="ben",
    )
    await notifier.hear(AttendanceRecorded(id=notifier.ids(), occurred_at=now, entry=entry))
    async with notifier.app.uow() as uow:
        people = await uow.people.by_ids(["ada", "ben"])
        group = Wanted("titles", hours=True, group_id="group-1")
        more = await add_feed(people["ben"], group, uow, notifier.desk)
        lead = await add_feed(
            people["ada"], Wanted(group_id="group-1", kind="lead"), uow, notifier.desk
        )
        office = await add_feed(mia, Wanted(kind="office"), uow, notifier.desk)
        fresh = await rotate_feed(more, uow, notifier.desk)
        await uow.commit()
    assert (fresh.generation, fresh.body) == (2, more.body)
    assert b"(0 of 2 accepted)" in lead.body
    assert office.body.count(b"BEGIN:VEVENT") == 2
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=1)))
    async with notifier.app.uow() as uow:
        (old,) = await uow.feeds.replaced(more.id, uow.now)
        new = await uow.feeds.get(more.id)
        assert (old.body, old.etag) == (new.body, new.etag)
        assert new.body != fresh.body
    # The installation speaks Spanish from now on; Cleo chose English, Mia's feed has its own.
    async with notifier.app.uow() as uow:
        await choose(await uow.people.get("cleo"), Preferences(language="en"), uow, notifier.desk)
        spoken = Wanted(kind="office", language="en")
        await choose_feed(office, mia, spoken, uow, notifier.desk)
        await uow.commit()
    object.__setattr__(notifier.desk, "language", "es")
    await notifier.tick("stale feeds")
    async with notifier.app.uow() as uow:
        assert await uow.feeds.written_else("es") == []
        assert b"(0 de 2 aceptaron)" in (await uow.feeds.get(lead.id)).body
        assert (await uow.feeds.get(office.id)).written_in == "en"
        assert (await uow.feeds.current("cleo")).written_in == "en"
        assert await uow.feeds.written_else("en") == ["ada", "ben", "dora", "mia"]
    async with notifier.app.uow() as uow:
        assert await uow.feeds.end_replaced(uow.now + timedelta(days=30)) == 1
        assert await uow.parts.end_office(uow.now + timedelta(days=200)) == (2, {"mia"})
        assert await uow.feeds.revoke(more.id, uow.now) == 1
        assert await uow.parts.of_feeds([more.id]) == {}
