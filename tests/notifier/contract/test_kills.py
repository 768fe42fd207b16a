"""On PostgreSQL, where others work on while one dies: each change is told once, wherever that was."""

from collections import Counter
from datetime import timedelta

import pytest

from alongside.contracts import SeriesChanged
from alongside_notifier.handlers.send import LEASE, send_mail
from alongside_notifier.handlers.tell import tell_due
from fuse import Fuse, Killed
from notifier.conftest import made
from notifier.sink import Sink

pytestmark = pytest.mark.contract


@pytest.fixture
async def notifier(postgres_url, clock, notifier_settings):
    async for each in made(postgres_url, clock, notifier_settings):
        yield each


async def test_each_change_is_told_once_at_whatever_step_one_dies(notifier):
    life = await notifier.begin()
    fuse = Fuse()
    await send_mail(notifier.app.uow, Sink(fuse), "first")
    fuse.watch(notifier.app.database)
    post, changes = Sink(fuse), 0

    async def work(event, worker):
        await notifier.hear(event)
        notifier.clock.advance(timedelta(minutes=3))
        await tell_due(notifier.app.uow, notifier.desk)
        await send_mail(notifier.app.uow, post, worker)

    while True:
        changes += 1
        event = SeriesChanged(
            id=f"change-{changes}",
            occurred_at=notifier.clock.now(),
            series=life.lengthen(60 if changes % 2 else 90),
        )
        # To die before a transaction is to have died after the one before: every second step will do.
        fuse.light(2 * changes)
        try:
            await work(event, f"one-{changes}")
            break
        except Killed:
            fuse.light(0)
            await notifier.app.database.close()
        # Others go on at once; what the dead one held comes free when its lease is over.
        await work(event, f"two-{changes}")
        notifier.clock.advance(LEASE)
        await work(event, f"two-{changes}")
        told = Counter(parcel.recipient for parcel in post.mails.values())
        assert set(told.values()) == {changes}, changes
    told = Counter(parcel.recipient for parcel in post.mails.values())
    assert set(told.values()) == {changes}
    assert len(told) == 3
    assert changes > 5
