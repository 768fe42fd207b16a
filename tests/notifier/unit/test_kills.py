"""Killed at every step and started anew: nothing is lost, nothing comes twice, nothing comes too late."""

import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alongside.contracts import ANSWERS, SeriesChanged
from alongside_notifier.domain.quiet import Quiet
from alongside_notifier.handlers.digest import send_digests
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.handlers.remind import send_reminders
from alongside_notifier.handlers.send import LEASE, send_mail
from alongside_notifier.handlers.short_notice import remind_unseen
from alongside_notifier.handlers.tell import tell_due
from alongside_notifier.mailbox import read_mailbox
from alongside_notifier.store.people import Preferences
from fuse import Fuse, Killed
from notifier import corpus
from notifier.conftest import made
from notifier.corpus import as_sent
from notifier.making import make_series
from notifier.sink import Letterbox, Sink

pytestmark = pytest.mark.unit

FIRST, SECOND = "20270112T1000", "20270126T1000"
AGAIN = LEASE + timedelta(minutes=1)
"""So long after a death a mail that was being sent is free for others."""


class Office:
    """A notifier whose process may die, and what its mail server and its mailbox see."""

    def __init__(self, notifier, life) -> None:
        self.notifier = notifier
        self.life = life
        self.begun_at = notifier.clock.now()
        self.fuse = Fuse()
        self.fuse.watch(notifier.app.database)
        self.post = Sink(self.fuse)
        self.mailbox = Letterbox(self.fuse, [])
        self.event = None

    @property
    def open(self):
        return self.notifier.app.uow

    @property
    def desk(self):
        return self.notifier.desk

    async def send(self) -> None:
        await send_mail(self.open, self.post, "worker")

    def to_come(self, moment: datetime) -> None:
        """Let time pass up to a moment; after a death it may be later than that already."""
        self.notifier.clock.set(max(moment, self.notifier.clock.now()))

    async def commit(self, *handled) -> None:
        async with self.open() as uow:
            for each in handled:
                await each(uow)
            await uow.commit()


async def changed(office):
    """A change is heard, told and sent."""
    await office.notifier.hear(office.event)
    office.notifier.clock.advance(timedelta(minutes=3))
    await tell_due(office.open, office.desk)
    await office.send()


async def change_ready(office):
    series = office.life.lengthen(60)
    now = office.notifier.clock.now()
    office.event = SeriesChanged(id="change-1", occurred_at=now, series=series)


async def reminded(office):
    """Reminders of the first session are due; that of the second, cancelled one never comes."""
    office.to_come(office.life.occurrence(FIRST).starts_at - timedelta(hours=1))
    await send_reminders(office.open, office.desk)
    await office.send()


async def reminders_ready(office):
    await office.notifier.hear_series(office.life.cancel(SECOND))
    await office.notifier.tell()
    # A day ahead was missed: of the two that are due, the newest is worth sending.
    await office.notifier.tick("send")


async def digested(office):
    """The week's digest."""
    office.to_come(datetime(2027, 1, 11, 13, tzinfo=UTC))
    await send_digests(office.open, office.desk)
    await office.send()


async def digests_ready(office):
    quiet = Quiet(22 * 60, 6 * 60)

    async def both(uow):
        for who in ("ben", "cleo"):
            await choose(
                await uow.people.get(who), Preferences(digest=True, quiet=quiet), uow, office.desk
            )

    await office.commit(both)


async def hurried(office):
    """A change at short notice that nobody has seen: one more word, an hour after."""
    office.to_come(office.life.occurrence(FIRST).starts_at - timedelta(hours=2))
    await remind_unseen(office.open, office.desk)
    await office.send()


async def hurry_ready(office):
    notifier = office.notifier
    notifier.clock.set(office.life.occurrence(FIRST).starts_at - timedelta(hours=5))
    office.life.now = notifier.clock.now()
    await notifier.hear_series(office.life.move(FIRST, timedelta(hours=1)), actor_id="ada")
    await notifier.tell(wait=False)
    await notifier.tick("send")


async def answered(office):
    """Answers lie in the mailbox, one of them twice."""
    await read_mailbox(office.open, office.desk, office.mailbox)


async def answers_ready(office):
    token = office.desk.reply_token("ben")
    office.notifier.clock.advance(timedelta(hours=2))
    mails = [corpus.google(token), corpus.exchange(token), corpus.google(token)]
    office.mailbox = Letterbox(office.fuse, [as_sent(each) for each in mails])


STORIES = {
    "change": (change_ready, changed, {"changed": 3}, 0),
    "reminders": (reminders_ready, reminded, {"reminder": 3}, 0),
    "digest": (digests_ready, digested, {"digest": 2}, 0),
    "short notice": (hurry_ready, hurried, {"unseen": 2}, 0),
    "mailbox": (answers_ready, answered, {}, 2),
}


class Story:
    """A beginning, and the way back to it."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.mails = [raw for _, raw in office.mailbox.unseen()]
        self.folder = folder

    async def begin(self) -> Office:
        await self.office.notifier.app.database.close()
        for each in self.folder.glob("test.db*"):
            each.unlink()
        shutil.copy(self.folder / "ready.db", self.folder / "test.db")
        self.office.notifier.clock.set(self.office.begun_at)
        self.office.post = Sink(self.office.fuse)
        self.office.mailbox = Letterbox(self.office.fuse, self.mails)
        return self.office


@pytest.fixture
async def story(migrated_file, tmp_path, clock, notifier_settings, request):
    file = tmp_path / "test.db"
    shutil.copy(migrated_file, file)
    async for notifier in made(f"sqlite+aiosqlite:///{file}", clock, notifier_settings):
        office = Office(notifier, await notifier.begin(make_series()))
        await notifier.tick("send")
        await STORIES[request.param][0](office)
        office.begun_at = clock.now()
        await notifier.app.database.close()
        shutil.copy(file, tmp_path / "ready.db")
        yield Story(office, tmp_path)


@pytest.mark.parametrize(("story", "name"), [(name, name) for name in STORIES], indirect=["story"])
async def test_killed_at_every_step(story, name):
    _, work, expected, answers = STORIES[name]
    died = 0
    while True:
        office = await story.begin()
        office.fuse.light(died + 1)
        try:
            await work(office)
        except Killed:
            died += 1
        else:
            break
        # Another process begins where this one left, and once more, for good measure.
        office.fuse.light(0)
        await office.notifier.app.database.close()
        office.notifier.clock.advance(AGAIN)
        await work(office)
        sent = office.post.taken
        await work(office)
        assert office.post.taken == sent, died
        await told_once(office, expected, answers, died)
    office.fuse.light(0)
    await told_once(office, expected, answers, "never")
    assert office.post.taken == sum(expected.values())
    assert died >= 6


async def told_once(office, expected, answers, died):
    kinds = Counter(parcel.kind for parcel in office.post.mails.values())
    assert kinds == expected, died
    who = Counter((parcel.kind, parcel.recipient) for parcel in office.post.mails.values())
    assert set(who.values()) <= {1}, died
    outbox = office.notifier.app.database.plumbing.outbox
    async with office.notifier.app.database.read() as session:
        rows = (await session.execute(outbox.select())).all()
    assert len([row for row in rows if row.topic == ANSWERS]) == answers, died
