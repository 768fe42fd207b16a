"""A group lives for two hundred steps, through everything that can happen to it, on the real notifier.

For everybody, what their calendar has from the mails is what their feed says, and every instant is
that of the wall time that was agreed on, by the clocks as they are then.
"""

import os
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from alongside.contracts import EntryState, HoursConfirmed, SeriesScheduled
from alongside.errors import AlongsideError
from alongside.zones import tzdata_version, zone
from alongside_notifier.domain.recurrence import wall_of
from alongside_notifier.handlers.answers import answer_on_page
from alongside_notifier.handlers.feeds import ensure_feed, rotate_feed
from alongside_notifier.handlers.intake import take_mail
from alongside_notifier.handlers.more_feeds import Wanted, add_feed, choose_feed
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.tables import MAILS
from alongside_scheduler.domain import continuation, surgery
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.clocks import by_new_clocks
from alongside_scheduler.domain.recurrence import Rhythm, plan
from alongside_scheduler.domain.series import Where
from notifier import corpus
from notifier.client import Client, shown_by
from notifier.corpus import as_sent
from notifier.making import person
from other_clocks import other_clocks

pytestmark = [pytest.mark.unit, pytest.mark.timeout(300)]

VANCOUVER = "America/Vancouver"
STEPS = 200
MOST_SERIES = 4
LEADS, MEMBERS = ("ada", "eli"), ("ben", "cleo", "dora")
EVERYBODY = (*LEADS, *MEMBERS)
CALENDAR_MAILS = {"invitation", "changed", "cancelled_occurrence", "cancelled", "removed"}
ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}
SAYS_NOTHING = {"answer_by_mail", "answer_on_page", "rotate", "detail", "marks"}
"""What tells nobody anything by a calendar mail."""


class Town:
    """The group's series as the scheduler has them, and what everybody's calendar app shows."""

    def __init__(self, notifier, chance: Random) -> None:
        self.notifier, self.chance = notifier, chance
        self.series, self.walls = {}, {}
        self.clients = {each: Client() for each in EVERYBODY}
        self.read = 0
        self.is_old, self.moved = True, 0
        self.pending = False
        self.more = {}
        self.full = dict.fromkeys(EVERYBODY, True)
        self.done = {}

    @property
    def now(self) -> datetime:
        return self.notifier.clock.now()

    async def keep(self, series, kind=None) -> None:
        """Say a series, with the wall time of what moved as the scheduler notes it."""
        before = self.series.get(series.series_id)
        starts = {o.key: o.starts_at for o in before.occurrences} if before else {}
        walls = self.walls.setdefault(series.series_id, {})
        at = zone(series.zone)
        for each in series.occurrences:
            if starts.get(each.key) != each.starts_at:
                walls[each.key] = f"{each.starts_at.astimezone(at):%Y%m%dT%H%M}"
        self.series[series.series_id] = series
        await self.notifier.hear_series(series, **({"kind": kind} if kind else {}))
        self.pending = True

    async def change(self, how) -> None:
        """Take a step on one of the series; the domain may refuse it."""
        before = self.one()
        try:
            after = how(before)
        except AlongsideError:
            return
        if after is not before:
            await self.keep(after)

    def one(self):
        return self.chance.choice(list(self.series.values()))

    def key(self, series) -> str:
        return self.chance.choice([each.key for each in series.occurrences])

    def day(self, most: int) -> date:
        return (self.now + timedelta(days=self.chance.randint(0, most))).date()

    async def schedule(self, *, surely: bool = False) -> None:
        if len(self.series) >= MOST_SERIES and not surely:
            return
        frequency = self.chance.choice(["weekly", "weekly", "monthly_by_weekday", "once"])
        starts_on = self.now.date() + timedelta(days=5) if surely else self.day(9)
        count = None if frequency == "once" else self.chance.randint(2, 6)
        at = time(self.chance.choice([9, 10, 17]))
        pattern, walls = plan(
            Rhythm(frequency=frequency, starts_on=starts_on, at=at, count=count,
                   week_of_month=2 if frequency == "monthly_by_weekday" else None)
        )  # fmt: skip
        number = len(self.series) + 1
        zone_name = self.chance.choice([VANCOUVER, VANCOUVER, "Europe/Berlin"])
        zone_name = VANCOUVER if surely else zone_name
        await self.keep(
            life.schedule(
                series_id=f"series-{number}",
                group_id="group-1",
                title="Tuesday Circle",
                kind="group",
                zone=zone(zone_name),
                tzdata=tzdata_version(),
                pattern=pattern,
                walls=walls,
                duration_minutes=90,
                where=Where("Room 5"),
                provider_id="ada",
                co_provider_ids=(),
                member_ids=self.chance.sample(MEMBERS, 2),
                now=self.now,
            ),
            SeriesScheduled,
        )

    async def move(self) -> None:
        def step(series):
            key = self.key(series)
            at = zone(series.zone)
            start = life.find(series, key).starts_at.astimezone(at).replace(tzinfo=None)
            start += timedelta(days=self.chance.randint(-2, 4), hours=self.chance.randint(-2, 2))
            return life.move(
                series, key, start=start, duration_minutes=None, where=None, zone=at, now=self.now
            )

        await self.change(step)

    async def elsewhere(self) -> None:
        def step(series):
            key, at = self.key(series), zone(series.zone)
            start = life.find(series, key).starts_at.astimezone(at).replace(tzinfo=None)
            where = Where(self.chance.choice(["The barn", "Upstairs"]))
            return life.move(
                series, key, start=start, duration_minutes=None, where=where, zone=at, now=self.now
            )

        await self.change(step)

    async def cancel(self) -> None:
        if self.chance.random() < 0.5:
            await self.change(lambda series: life.cancel(series, self.key(series), now=self.now))

    async def restore(self) -> None:
        """What was cancelled takes place after all."""

        def step(series):
            gone = [o for o in series.occurrences if o.status == "cancelled"]
            if not gone or series.status == "cancelled":
                return series
            facts = {"status": "planned", "sequence": series.sequence + 1, "changed_at": self.now}
            back = self.chance.choice(gone).model_copy(update=facts)
            return life.step(
                series, self.now, series.sequence + 1, occurrences=life.replaced(series, back)
            )

        await self.change(step)

    async def skip(self) -> None:
        first, days = self.day(20), timedelta(days=self.chance.randint(0, 9))
        if self.chance.random() < 0.3:
            await self.change(
                lambda series: surgery.skip(
                    series, first, first + days, zone=zone(series.zone), now=self.now
                )
            )

    async def substitute(self) -> None:
        who = self.chance.choice(["eli", None])
        await self.change(
            lambda series: surgery.stand_in(series, self.key(series), who, now=self.now)
        )

    async def hand_over(self) -> None:
        who, on = self.chance.choice(LEADS), self.day(20)
        await self.change(
            lambda series: surgery.hand_over(series, who, on, zone=zone(series.zone), now=self.now)
        )

    async def revise(self) -> None:
        minutes = self.chance.choice([90, 90, 60])
        place = self.chance.choice(["Room 1", "Room 2"])
        title = self.chance.choice(["Tuesday Circle", "Evening Circle"])
        await self.change(
            lambda series: surgery.revise(
                series,
                title=title,
                where=Where(place, series.link),
                duration_minutes=minutes,
                provider_id=series.provider_id,
                co_provider_ids=series.co_provider_ids,
                now=self.now,
            )
        )

    async def join(self) -> None:
        who, on = self.chance.choice(MEMBERS), self.day(20)
        await self.change(lambda series: life.join(series, who, on, now=self.now))

    async def leave(self) -> None:
        who, on = self.chance.choice(MEMBERS), self.day(20)
        await self.change(lambda series: life.leave(series, who, on, now=self.now))

    async def split(self) -> None:
        """This and all later sessions, at other times: a series that carries this one on."""
        before = self.one()
        if len(self.series) >= MOST_SERIES + 2:
            return
        key = self.key(before)
        on = wall_of(key).date() + timedelta(days=self.chance.randint(-2, 5))
        at = time(self.chance.choice([11, 14]))
        pattern, walls = plan(
            Rhythm(frequency="weekly", starts_on=on, at=at, count=self.chance.randint(1, 5))
        )
        later = continuation.Later(
            pattern=pattern,
            walls=walls,
            title=before.title,
            where=Where(before.place, before.link),
            duration_minutes=before.duration_minutes,
            provider_id=before.provider_id,
            co_provider_ids=before.co_provider_ids,
        )
        try:
            done = continuation.carry_on(
                before,
                key,
                later,
                series_id=f"series-{len(self.series) + 1}",
                zone=zone(before.zone),
                tzdata=tzdata_version(),
                now=self.now,
            )
        except AlongsideError:
            return
        await self.keep(done.series)
        if done.later is not None:
            await self.keep(done.later, SeriesScheduled)

    async def new_clocks(self) -> None:
        """Vancouver stops changing its clocks; feeds may be drawn anew before anything is moved."""
        await self.schedule(surely=True)
        self.is_old = False
        self.clocks.close()
        if self.chance.random() < 0.5:
            await self.notifier.tick("clocks")
        for series in list(self.series.values()):
            after = by_new_clocks(
                series,
                zone(series.zone),
                tzdata=tzdata_version(),
                walls=self.walls[series.series_id],
                now=self.now,
            )
            if after is not series:
                assert series.zone == VANCOUVER
                self.moved += 1
                await self.keep(after)
        await self.notifier.tick("clocks")

    async def answer_on_page(self) -> None:
        series, who = self.one(), self.chance.choice(MEMBERS)
        key = self.chance.choice([None, self.key(series)])
        async with self.notifier.app.uow() as uow:
            try:
                answer = self.chance.choice(list(ANSWERS))
                await answer_on_page(who, series.series_id, key, answer, uow, self.notifier.desk)
            except AlongsideError:
                return
            await uow.commit()

    async def answer_by_mail(self) -> None:
        series, who = self.one(), self.chance.choice(MEMBERS)
        token = self.notifier.desk.reply_token(who)
        lines = f"RECURRENCE-ID:{self.key(series)}00" if self.chance.random() < 0.5 else ""
        async with self.notifier.app.uow() as uow:
            seat = await uow.seats.get(who, series.series_id)
            mail = corpus.plain(
                token,
                lines=lines,
                answer=self.chance.choice(list(ANSWERS.values())),
                attendee=f"{who}@people.example",
            )
            mail = (
                mail.replace(corpus.UID, series.uid)
                .replace("SEQUENCE:0", f"SEQUENCE:{max(0, seat.told.sequence) if seat else 0}")
                .replace("20270104T161500Z", f"{self.now:%Y%m%dT%H%M%SZ}")
            )
            taken = await take_mail(as_sent(mail), uow, self.notifier.desk)
            await uow.commit()
        assert taken.outcome in {"taken", "unchanged", "refused", "seen"}

    async def rotate(self) -> None:
        who = self.chance.choice(EVERYBODY)
        async with self.notifier.app.uow() as uow:
            old = await uow.feeds.current(who)
            new = await rotate_feed(old, uow, self.notifier.desk)
            assert (new.body, new.etag) == (old.body, old.etag)
            await uow.commit()

    async def detail(self) -> None:
        """Another feed, or this one with more or less in it."""
        who = self.chance.choice(MEMBERS)
        async with self.notifier.app.uow() as uow:
            reader = await uow.people.get(who)
            wanted = Wanted(detail=self.chance.choice(["full", "titles", "busy"]))
            if who not in self.more:
                row = await add_feed(reader, wanted, uow, self.notifier.desk)
                self.more[who] = row.id
            else:
                feed = await uow.feeds.get(self.more[who])
                await choose_feed(feed, reader, wanted, uow, self.notifier.desk)
            await uow.commit()

    async def marks(self) -> None:
        """Their calendar says what was confirmed of a past session."""
        who = self.chance.choice(MEMBERS)
        async with self.notifier.app.uow() as uow:
            reader = await uow.people.get(who)
            feed = await ensure_feed(reader, uow, self.notifier.desk)
            await choose_feed(feed, reader, Wanted(kind="own", hours=True), uow, self.notifier.desk)
            await uow.commit()
        series = self.one()
        past = [o for o in series.occurrences if o.ends_at < self.now]
        if not past:
            return
        session = self.chance.choice(past)
        entry = EntryState(
            entry_id=f"{series.series_id}-{session.key}-{who}",
            version=self.done.get("marks", 0) + 1,
            supervisee_id=who,
            provider_id="ada",
            series_id=series.series_id,
            occurrence_key=session.key,
            title=series.title,
            started_at=session.starts_at,
            zone=series.zone,
            scheduled_minutes=90,
            minutes=90,
            status="confirmed",
            awaits=None,
        )
        await self.notifier.hear(
            HoursConfirmed(id=self.notifier.ids(), occurred_at=self.now, entry=entry)
        )

    async def language(self) -> None:
        who = self.chance.choice(MEMBERS)
        async with self.notifier.app.uow() as uow:
            chosen = Preferences(language=self.chance.choice(["es", "en"]))
            await choose(await uow.people.get(who), chosen, uow, self.notifier.desk)
            await uow.commit()

    async def time_passes(self) -> None:
        await self.tell()
        self.notifier.clock.advance(timedelta(hours=self.chance.randint(3, 40)))
        await self.notifier.tick("remind")
        await self.notifier.tick("stale feeds")

    async def tell(self) -> None:
        await self.notifier.tell()
        await self.file_mails()
        self.pending = False

    async def file_mails(self) -> int:
        """Have everybody's calendar app read what came; return how many calendar mails that were."""
        async with self.notifier.app.database.read() as session:
            rows = await session.execute(MAILS.select().where(MAILS.c.id > self.read))
            new = [(row.id, row.person_id, row.kind, row.raw) for row in rows]
        for number, who, kind, raw in sorted(new):
            self.read = number
            if kind in CALENDAR_MAILS:
                self.clients[who].receive(raw)
        return sum(kind in CALENDAR_MAILS for _, _, kind, _ in new)

    async def feeds(self) -> dict:
        """Return (kind, etag, body) of every feed in force, by its owner and id."""
        async with self.notifier.app.uow() as uow:
            found = {}
            for channel in await uow.feeds.channels(EVERYBODY):
                row = await uow.feeds.get(channel.feed_id)
                found[channel.person_id, channel.feed_id] = (channel.kind, row.etag, row.body)
        return found

    async def check(self) -> None:
        feeds = await self.feeds()
        for (who, _), (kind, _, body) in feeds.items():
            if kind == "lead":
                continue
            fed, mailed = self.ahead(shown_by(body)), self.ahead(self.clients[who].shows())
            whole = kind == "own"
            assert short(fed, whole=whole) == short(mailed, whole=whole), (who, kind)
        for series in self.series.values():
            at, walls = zone(series.zone), self.walls[series.series_id]
            for each in series.occurrences if series.status == "planned" else ():
                if min(each.starts_at, each.original_start) > self.now:
                    truly = wall_of(walls[each.key]).replace(tzinfo=at).astimezone(UTC)
                    assert each.starts_at == truly
                    assert each.original_start == wall_of(each.key).replace(tzinfo=at)

    def ahead(self, shown):
        return {each for each in shown if each[1] > self.now}


def short(shown, *, whole):
    """Times, and where that is told too, the place. Titles are words: they wait for the next message."""
    return {(start, end, where if whole else "") for start, end, _, where in shown}


KINDS = (
    "schedule", "move", "move", "move", "elsewhere", "cancel", "restore", "skip", "substitute",
    "hand_over", "revise", "join", "leave", "split", "answer_on_page",
    "answer_by_mail", "answer_by_mail", "rotate", "detail", "marks", "language", "time_passes",
    "time_passes", "tell",
)  # fmt: skip


async def test_two_hundred_steps_of_a_group(notifier, clock, tmp_path):
    fixed = "1" if os.environ.get("CI") == "true" else Random().randrange(10**6)
    seed = int(os.environ.get("LIFE_SEED") or fixed)
    print(f"LIFE_SEED={seed}")
    town = Town(notifier, Random(seed))
    clock.set(datetime(2026, 11, 9, 15, tzinfo=UTC))
    with ExitStack() as town.clocks:
        town.clocks.enter_context(other_clocks(tmp_path, "2025.2", Vancouver="Los_Angeles"))
        await notifier.meet(
            *(person(each, roles=("supervisor",)) for each in LEADS),
            *(person(each) for each in MEMBERS),
        )
        await town.schedule()
        async with notifier.app.uow() as uow:
            lead = await uow.people.get("ada")
            await add_feed(lead, Wanted(kind="lead", group_id="group-1"), uow, notifier.desk)
            await uow.commit()
        await town.tell()
        for number in range(STEPS):
            kind = town.chance.choice(KINDS)
            if number == STEPS // 2:
                kind = "new_clocks"
            before = await town.feeds() if kind.startswith("answer") else {}
            told = town.pending
            await getattr(town, kind)()
            town.done[kind] = town.done.get(kind, 0) + 1
            if before:
                after = await town.feeds()
                differ = [before[at][0] for at in before if before[at][1] != after[at][1]]
                assert set(differ) <= {"lead"}, (kind, differ)
            if kind in SAYS_NOTHING and not told:
                assert not town.pending
                await town.notifier.tick("tell")
                assert await town.file_mails() == 0, kind
            if town.pending and town.chance.random() < 0.6:
                await town.tell()
                await town.notifier.tick("tell")
                assert await town.file_mails() == 0, kind
            if not town.pending and not kind.startswith("answer"):
                await town.check()
    assert town.is_old is False
    assert town.moved, "no session moved with the clocks"
