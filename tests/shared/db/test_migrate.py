"""A migration keeps nobody waiting for long, and leaves nothing half-done."""

import asyncio

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from alongside.db import Database, migrate
from alongside_scheduler.store.tables import PLUMBING

pytestmark = [pytest.mark.contract, pytest.mark.needs_postgres]

STEPS = "alongside_scheduler.migrations"
HASTY = migrate.Patience(lock=0.15, tries=2, pause=0.05)


@pytest.fixture
async def before(postgres_url):
    """A database as the first step leaves it."""
    database = Database(postgres_url, PLUMBING)

    def first(connection: Connection) -> None:
        command.upgrade(migrate.config_for(STEPS, connection), "0001")

    async with database.engine.begin() as connection:
        await connection.run_sync(first)
    yield database
    await database.close()


async def tables(database: Database) -> dict[str, list[str]]:
    def look(connection: Connection) -> dict[str, list[str]]:
        looked = inspect(connection)
        return {
            name: [each["name"] for each in looked.get_columns(name)]
            for name in looked.get_table_names()
        }

    async with database.engine.connect() as connection:
        return await connection.run_sync(look)


async def test_a_table_in_use_is_not_waited_for_long(before):
    was = await tables(before)
    async with before.engine.connect() as report:
        await report.execute(text("SELECT count(*) FROM commitments"))  # and thinks it over
        with pytest.raises(migrate.MigrationBlocked, match="Nothing was changed") as blocked:
            await migrate.upgrade(before, STEPS, patience=HASTY)
        assert "2 times" in str(blocked.value)
        assert await tables(before) == was
        assert await migrate.revision_of(before) == "0001"
        # Whoever is patient gets there as soon as the table is free, and two at once do it once.
        patient = migrate.Patience(lock=0.15, tries=100, pause=0.05)
        both = [
            asyncio.create_task(migrate.upgrade(before, STEPS, patience=patient)) for _ in range(2)
        ]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in both)
        await report.rollback()
    assert all(await asyncio.gather(*both))
    assert await migrate.revision_of(before) == migrate.head_of(STEPS)
    # A later version has been here: it only added, so this one serves, and undoes nothing.
    async with before.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert migrate.serves(STEPS, await migrate.revision_of(before))
    assert not migrate.serves(STEPS, "0001")
    assert not migrate.serves(STEPS, None)
    assert not await migrate.upgrade(before, STEPS)


async def test_a_statement_that_takes_too_long_is_undone(before):
    was = await tables(before)
    async with before.engine.connect() as report:
        await report.execute(text("SELECT count(*) FROM commitments"))
        with pytest.raises(migrate.MigrationTooSlow, match="--longest"):
            await migrate.upgrade(before, STEPS, patience=migrate.Patience(statement=0.2))
    assert await tables(before) == was
