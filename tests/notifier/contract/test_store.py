"""The store on SQLite and on PostgreSQL: the same promises."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import inspect

from alongside.contracts import SignInLinkRequested
from alongside.db import Database, migrate
from alongside_notifier.domain.reminders import Due
from alongside_notifier.domain.told import Told
from alongside_notifier.domain.view import view_of
from alongside_notifier.handlers.remind import send_reminders
from alongside_notifier.handlers.tell import tell_due
from alongside_notifier.store.mails import QueuedMail
from alongside_notifier.store.tables import METADATA, PLUMBING, AnswerRow
from notifier.conftest import made
from notifier.making import make_series, person

pytestmark = pytest.mark.contract


@pytest.fixture
async def notifier(database_url, clock, notifier_settings):
    async for each in made(database_url, clock, notifier_settings):
        yield each


def mail(message_id="<a@x.example>", **facts):
    return QueuedMail(
        **{
            "message_id": message_id,
            "person_id": "ben",
            "kind": "invitation",
            "why": "because",
            "sender": "s@x.example",
            "recipient": "r@x.example",
            "subject": "Hello",
            "raw": b"\x00\xffraw\r\n",
            **facts,
        }
    )


async def test_only_the_newest_version_of_a_copy_stays(notifier):
    series = make_series()
    async with notifier.app.uow() as uow:
        newer = series.model_copy(update={"version": 2, "title": "New"})
        other = series.model_copy(update={"series_id": "other", "uid": "other@x.example"})
        assert await uow.series.keep([newer]) == {series.series_id}
        assert await uow.series.keep([series, other]) == {"other"}
        assert not await uow.series.keep([series.model_copy(update={"version": 2}), other])
        assert await uow.people.keep(person("ben", version=3))
        assert not await uow.people.keep(person("ben", version=2))
        await uow.commit()
    async with notifier.app.uow() as uow:
        assert (await uow.series.get(series.series_id)).title == "New"
        assert (await uow.series.by_uid(series.uid)).version == 2
        assert (await uow.people.by_email("BEN@People.example ")).version == 3


async def test_a_message_is_queued_once_and_keeps_its_bytes(notifier):
    async with notifier.app.uow() as uow:
        assert await uow.mails.queue(mail(), uow.now)
        assert not await uow.mails.queue(mail(), uow.now)
        await uow.commit()
    (row,) = await notifier.mails()
    assert row.raw == b"\x00\xffraw\r\n"
    assert row.queued_at == notifier.clock.now()


async def test_mails_of_one_person_are_claimed_in_order(notifier):
    async with notifier.app.uow() as uow:
        for number in range(3):
            await uow.mails.queue(mail(f"<{number}@x.example>"), uow.now)
        await uow.mails.queue(mail("<o@x.example>", person_id="cleo"), uow.now)
        await uow.commit()
    lease = timedelta(minutes=1)
    async with notifier.app.uow() as uow:
        first = await uow.mails.claim(now=uow.now, worker="one", limit=1, lease=lease)
        await uow.commit()
        rest = await uow.mails.claim(now=uow.now, worker="two", limit=9, lease=lease)
        await uow.commit()
    assert [row.message_id for row in first] == ["<0@x.example>"]
    assert [row.message_id for row in rest] == ["<o@x.example>"]


async def test_tellings_gather_and_do_not_wait_for_ever(notifier):
    wait = timedelta(minutes=2)
    async with notifier.app.uow() as uow:
        begun = uow.now
        for minute in range(0, 12, 1):
            moment = begun + timedelta(minutes=minute)
            await uow.tellings.soon({("ben", "series-1"): wait}, moment)
        await uow.commit()
        assert await uow.tellings.due(begun + timedelta(minutes=7), 10) == []
        assert len(await uow.tellings.due(begun + timedelta(minutes=8), 10)) == 1


async def test_reminders_are_planned_once_and_sent_ones_stay(notifier):
    now = notifier.clock.now()
    start = now + timedelta(days=2)
    dues = [Due(start - timedelta(minutes=lead), "k", start, lead) for lead in (60, 1440)]
    async with notifier.app.uow() as uow:
        await uow.reminders.plan({("ben", "s"): dues})
        await uow.reminders.plan({("ben", "s"): dues})
        rows = await uow.reminders.of_person("ben", 9)
        assert [row.lead_minutes for row in rows] == [1440, 60]
        await uow.reminders.done([rows[0].id], now=now, outcome="sent")
        await uow.reminders.plan({("ben", "s"): dues})
        assert [row.lead_minutes for row in await uow.reminders.of_person("ben", 9)] == [60]
        await uow.reminders.plan({("ben", "s"): []})
        assert list(await uow.reminders.of_person("ben", 9)) == []
        await uow.commit()


async def test_what_was_told_survives_what_is_shown(notifier):
    await notifier.begin()
    async with notifier.app.uow() as uow:
        seat = await uow.seats.get("ben", "series-1")
        assert seat.told.standing == "invited"
        await uow.seats.set_told({("ben", "series-1"): Told(standing="removed", sequence=9)})
        await uow.commit()
    async with notifier.app.uow() as uow:
        seat = await uow.seats.get("ben", "series-1")
        assert (seat.told.sequence, seat.fragment[:13]) == (9, "BEGIN:VEVENT\r")


async def test_concurrent_tellers_and_reminders_tell_once(notifier):
    await notifier.begin(make_series(members=("ben", "cleo", "dora")))
    life_rows = await notifier.mails()
    assert len(life_rows) == 4
    series = make_series(members=("ben", "cleo", "dora"), version=2, sequence=1, master_sequence=1)
    await notifier.hear_series(series.model_copy(update={"place": "The barn"}))
    notifier.clock.advance(timedelta(minutes=3))
    desk = notifier.desk
    await asyncio.gather(*(tell_due(notifier.app.uow, desk) for _ in range(4)))
    assert len(await notifier.mails()) == 8
    # Two are due for everybody: of these the one just before it begins is enough.
    notifier.clock.advance(timedelta(days=8, minutes=30))
    numbers = await asyncio.gather(*(send_reminders(notifier.app.uow, desk) for _ in range(4)))
    assert sum(numbers) == 4
    rows = [row for row in await notifier.mails() if row.kind == "reminder"]
    assert len(rows) == 4


async def test_a_change_heard_while_telling_is_not_lost(notifier):
    life = await notifier.begin()
    for minutes in (60, 120, 60, 120):
        change = life.lengthen(minutes)
        notifier.clock.advance(timedelta(minutes=3))
        await asyncio.gather(
            notifier.hear_series(change), tell_due(notifier.app.uow, notifier.desk)
        )
    await notifier.tell()
    async with notifier.app.uow() as uow:
        seat = await uow.seats.get("ben", "series-1")
        assert seat.told.times == view_of(life.series, "ben").recurrence.fingerprint()
        assert list(await uow.tellings.of_person("ben")) == []


async def test_answers_and_fetches_are_kept_in_place(notifier):
    now = notifier.clock.now()
    async with notifier.app.uow() as uow:
        for times in (1, 2):
            await uow.feeds.note_fetches({("hash", "Agent/1"): (now, times)})
        (fetch,) = await uow.feeds.fetches("hash")
        assert (fetch.times, fetch.fetched_at) == (3, now)
        uow.session.add(
            AnswerRow(
                person_id="ben",
                series_id="s",
                answer="accepted",
                sequence=0,
                stamp=now,
                answered_at=now,
                channel="web",
            )
        )
        await uow.commit()
        assert (await uow.answers.given("ben", "s", None)).answer == "accepted"
        assert await uow.answers.given("ben", "s", "k") is None


async def test_a_sign_in_link_for_somebody_unknown_or_too_late_is_not_sent(notifier):
    await notifier.begin()
    for request, who, minutes in (("r1", "nobody", 15), ("r2", "ben", -1)):
        await notifier.hear(
            SignInLinkRequested(
                id=notifier.ids(),
                occurred_at=notifier.clock.now(),
                request_id=request,
                person_id=who,
                expires_at=notifier.clock.now() + timedelta(minutes=minutes),
            )
        )
    assert "sign_in" not in {row.kind for row in await notifier.mails()}


async def test_the_migrations_make_exactly_the_tables_of_the_code(notifier, database_url):
    def schema(connection):
        look = inspect(connection)
        return {
            name: (
                {
                    column["name"]: (str(column["type"]), column["nullable"])
                    for column in look.get_columns(name)
                },
                sorted(look.get_pk_constraint(name)["constrained_columns"]),
                sorted(
                    (index["name"], tuple(index["column_names"]), bool(index["unique"]))
                    for index in look.get_indexes(name)
                ),
                sorted(
                    (unique["name"], tuple(unique["column_names"]))
                    for unique in look.get_unique_constraints(name)
                ),
            )
            for name in look.get_table_names()
            if name != "alembic_version"
        }

    database = notifier.app.database
    async with database.engine.begin() as connection:
        migrated = await connection.run_sync(schema)
        await connection.run_sync(METADATA.drop_all)
        await connection.run_sync(METADATA.create_all)
        created = await connection.run_sync(schema)
    assert migrated == created


async def test_the_migration_can_be_taken_back(database_url):
    database = Database(database_url, PLUMBING)
    try:
        assert await migrate.upgrade(database, "alongside_notifier.migrations")
        assert not await migrate.upgrade(database, "alongside_notifier.migrations")
        from alembic import command

        def down(connection):
            config = migrate.config_for("alongside_notifier.migrations", connection)
            command.downgrade(config, "base")

        async with database.engine.begin() as connection:
            await connection.run_sync(down)
            tables = await connection.run_sync(lambda each: inspect(each).get_table_names())
        assert tables == ["alembic_version"]
    finally:
        await database.close()
