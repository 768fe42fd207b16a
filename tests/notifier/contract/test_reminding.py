"""What is told, and when, on SQLite and on PostgreSQL, by two workers at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from alongside_notifier.domain.quiet import HEADROOM, Quiet
from alongside_notifier.handlers.digest import send_digests
from alongside_notifier.handlers.groups import choose_for_group
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.handlers.short_notice import remind_unseen
from alongside_notifier.store.people import Preferences
from notifier.conftest import made

pytestmark = pytest.mark.contract

FIRST = "20270112T1000"
MONDAY = datetime(2027, 1, 11, 13, 0, tzinfo=UTC)


@pytest.fixture
async def notifier(database_url, clock, notifier_settings):
    async for each in made(database_url, clock, notifier_settings):
        yield each


async def twice(notifier, use_case):
    """Two workers do it at the same moment."""
    await asyncio.gather(*(use_case(notifier.app.uow, notifier.desk) for _ in range(2)))


async def kinds(notifier, who, kind):
    return [row for row in await notifier.mails(who) if row.kind == kind]


async def test_quiet_hours_group_times_digest_and_short_notice(notifier):
    life = await notifier.begin()
    start = life.occurrence(FIRST).starts_at
    async with notifier.app.uow() as uow:
        await choose_for_group("ada", "group-1", (60, 720), uow, notifier.desk)
        ben = await uow.people.get("ben")
        quiet = Quiet(22 * 60, 7 * 60)
        await choose(ben, Preferences(digest=True, quiet=quiet), uow, notifier.desk)
        await uow.commit()
    async with notifier.app.uow() as uow:
        dues = {row.due_at for row in await uow.reminders.of_person("ben", 2)}
        others = {row.due_at for row in await uow.reminders.of_person("cleo", 2)}
    assert others == {start - timedelta(hours=12), start - timedelta(hours=1)}
    assert dues == {start - timedelta(hours=12) - HEADROOM, start - timedelta(hours=1)}
    notifier.clock.set(MONDAY)
    await twice(notifier, send_digests)
    assert len(await kinds(notifier, "ben", "digest")) == 1

    notifier.clock.set(start - timedelta(hours=5))
    life.now = notifier.clock.now()
    await notifier.hear_series(life.move(FIRST, timedelta(hours=1)), actor_id="ada")
    await notifier.tell(wait=False)
    notifier.clock.advance(timedelta(hours=1))
    async with notifier.app.uow() as uow:
        now = notifier.clock.now()
        await uow.short_notice.seen("cleo", "series-1", now, key=None, at=now)
        await uow.commit()
    await twice(notifier, remind_unseen)
    assert len(await kinds(notifier, "ben", "unseen")) == 1
    assert await kinds(notifier, "cleo", "unseen") == []
