"""Migrations and table definitions give one and the same database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from alongside.db import migrate
from alongside_scheduler.store.tables import METADATA

pytestmark = pytest.mark.contract


async def test_the_migrated_database_is_the_defined_one(office):
    def differences(connection: Connection) -> list:
        return compare_metadata(MigrationContext.configure(connection), METADATA)

    async with office.app.database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    assert found == []
    assert await migrate.revision_of(office.app.database) == migrate.head_of(office.app.migrations)
    assert not await migrate.upgrade(office.app.database, office.app.migrations)


async def test_the_guard_is_there(office):
    async with office.app.database.engine.connect() as connection:
        if office.app.database.dialect == "sqlite":
            rows = await connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
            )
        else:
            rows = await connection.execute(
                text("SELECT conname FROM pg_constraint WHERE contype = 'x'")
            )
        names = [row[0] for row in rows]
    assert names
    assert all(name.startswith("ex_commitments_no_overlap") for name in names)


async def test_down_and_up_again(office):
    from alembic import command

    def down_and_up(connection: Connection) -> set[str]:
        config = migrate.config_for(office.app.migrations, connection)
        command.downgrade(config, "base")
        left = set(inspect(connection).get_table_names())
        command.upgrade(config, "head")
        return left

    async with office.app.database.engine.begin() as connection:
        left = await connection.run_sync(down_and_up)
    assert left <= {"alembic_version"}
