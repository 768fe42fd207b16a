"""A statement on SQLite makes one trip to the connection's thread, and does what it did before."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from alongside.db import Database, Plumbing, service_metadata
from alongside.db.sqlite import WholeConnection

pytestmark = pytest.mark.unit


@pytest.fixture
async def connection(sqlite_url):
    database = Database(sqlite_url, Plumbing(service_metadata()))
    async with database.engine.connect() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT UNIQUE)"))
        yield connection
    await database.close()


async def _driver(connection: AsyncConnection) -> WholeConnection:
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, WholeConnection)
    return driver


async def test_a_statement_is_one_trip(connection, monkeypatch):
    driver = await _driver(connection)
    trips = []

    queue = driver._execute

    async def execute(call, *arguments, **named):
        trips.append(call)
        return await queue(call, *arguments, **named)

    monkeypatch.setattr(driver, "_execute", execute)
    found = await connection.execute(text("SELECT 1 UNION SELECT 2"))
    assert found.scalars().all() == [1, 2]
    assert len(trips) == 1


async def test_rows_counts_and_identities_come_back(connection):
    added = await connection.execute(text("INSERT INTO t (word) VALUES ('a') RETURNING n, word"))
    assert added.all() == [(1, "a")]
    many = [{"word": word} for word in "bcd"]
    await connection.execute(text("INSERT INTO t (word) VALUES (:word)"), many)
    changed = await connection.execute(text("UPDATE t SET word = upper(word) WHERE n > 1"))
    assert changed.rowcount == 3
    found = await connection.execute(text("SELECT word FROM t ORDER BY n"))
    assert found.scalars().all() == ["a", "B", "C", "D"]
    assert (await connection.execute(text("SELECT 1 WHERE 0"))).all() == []


async def test_a_stream_gives_the_same_rows(connection):
    query = text("SELECT 1 UNION SELECT 2 UNION SELECT 3")
    assert [row[0] async for row in await connection.stream(query)] == [1, 2, 3]


async def test_what_the_database_refuses_is_said_and_leaves_nothing_open(connection):
    await connection.execute(text("INSERT INTO t (word) VALUES ('a')"))
    with pytest.raises(IntegrityError):
        await connection.execute(text("INSERT INTO t (word) VALUES ('a')"))
    assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar_one() == 1
