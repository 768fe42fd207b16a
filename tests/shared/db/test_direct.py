"""Statements that go straight to the driver: in the session's transaction, with its errors."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, String, Table, bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from alongside.db import Database, Plumbing, UtcDateTime, service_metadata
from alongside.db.database import is_transient
from alongside.db.direct import Direct
from alongside.db.rows import insert_rows

pytestmark = pytest.mark.contract

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
METADATA = service_metadata()
PLUMBING = Plumbing(METADATA)
THINGS = Table(
    "things",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(5), nullable=False),
    Column("at", UtcDateTime),
)
PARTS = Table("parts", METADATA, Column("id", Integer, primary_key=True), Column("of", String(5)))
NAMED = Direct(select(THINGS.c.id, THINGS.c.at).where(THINGS.c.name == bindparam("name")))


@pytest.fixture
async def database(database_url):
    made = Database(database_url, PLUMBING)
    async with made.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield made
    await made.close()


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        return list((await session.execute(select(THINGS.c.name).order_by(THINGS.c.id))).scalars())


def things(*names: str) -> list[dict]:
    return [{"id": number, "name": name, "at": NOW} for number, name in enumerate(names)]


async def test_rows_of_several_tables_and_what_is_read_back(database):
    async with database.write() as session:
        await insert_rows(
            session, (THINGS, things("a", "b", "a")), (PARTS, [{"id": 1, "of": None}]), (THINGS, [])
        )
        assert [list(row) for row in await NAMED.rows(session, {"name": "a"})] == [
            [0, NOW],
            [2, NOW],
        ]
        await session.commit()
    assert await names(database) == ["a", "b", "a"]


async def test_leaving_without_a_commit_undoes_what_went_straight(database):
    async with database.write() as session:
        await insert_rows(session, (THINGS, things("a")))
    async with database.write() as session:
        await insert_rows(session, (THINGS, things("b")))
        await session.rollback()
        await insert_rows(session, (THINGS, things("c")))
        await session.commit()
    assert await names(database) == ["c"]


async def test_one_transaction_whoever_says_a_statement(database):
    async with database.write() as session:
        await session.execute(text("INSERT INTO things (id, name) VALUES (7, 'first')"))
        assert len(await NAMED.rows(session, {"name": "first"})) == 1
        await insert_rows(session, (PARTS, [{"id": 1, "of": "x"}]))
        found = await session.execute(text("SELECT count(*) FROM parts"))
        assert found.scalar_one() == 1
    assert await names(database) == []


async def test_what_is_refused_is_an_integrity_error(database):
    async with database.write() as session:
        await insert_rows(session, (THINGS, things("a")))
        await session.commit()
    async with database.write() as session:
        with pytest.raises(IntegrityError) as refused:
            await insert_rows(session, (THINGS, things("b")))
    assert not is_transient(refused.value)
    assert await names(database) == ["a"]


async def test_nothing_is_cut_to_fit(postgres_url):
    database = Database(postgres_url, PLUMBING)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    for rows in (things("too long"), things("a", "too long")):
        async with database.write() as session:
            with pytest.raises(DBAPIError):
                await insert_rows(session, (THINGS, rows))
    await database.close()


async def test_a_connection_that_is_gone_is_waited_out_and_never_used_again(postgres_url):
    database = Database(postgres_url, PLUMBING, pool=1)
    other = Database(postgres_url, PLUMBING, pool=1)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)

    others = (
        "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )

    async def end_all() -> None:
        async with other.read() as session, asyncio.timeout(30):
            await session.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
            while (await session.execute(text(f"SELECT count(*) {others}"))).scalar_one():
                await session.rollback()
                await asyncio.sleep(0.02)

    for begun in (True, False):
        async with database.write() as session:
            if begun:
                await insert_rows(session, (THINGS, things("a")))
            else:
                await session.connection()
            await end_all()
            with pytest.raises(DBAPIError) as gone:
                await insert_rows(session, (PARTS, [{"id": 1, "of": None}]))
        assert is_transient(gone.value)
        async with database.write() as session:
            await insert_rows(session, (THINGS, things("b")))
            await session.rollback()
    assert await names(database) == []
    await database.close()
    await other.close()
