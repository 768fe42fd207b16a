"""The migrations make what the tables say, on both databases; the database itself guards history."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from alongside.db import Database, migrate
from alongside_logbook.store.tables import METADATA, PLUMBING

pytestmark = pytest.mark.contract


def shape(connection: Connection) -> dict[str, object]:
    """Everything a database says of its tables."""
    looked = inspect(connection)
    tables = [name for name in looked.get_table_names() if name != "alembic_version"]
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in looked.get_columns(table)
            },
            "key": looked.get_pk_constraint(table),
            "indexes": sorted(
                (index["name"], tuple(index["column_names"]), bool(index["unique"]))
                for index in looked.get_indexes(table)
            ),
            "unique": sorted(str(each["name"]) for each in looked.get_unique_constraints(table)),
        }
        for table in tables
    }


def triggers(connection: Connection) -> list[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.dialect.name]
    return sorted(connection.execute(text(query)).scalars())


async def test_the_migrations_make_what_the_tables_say(database_url: str, tmp_path: Path):
    migrated = Database(database_url, PLUMBING)
    try:
        assert await migrate.upgrade(migrated, "alongside_logbook.migrations")
        assert not await migrate.upgrade(migrated, "alongside_logbook.migrations")
        async with migrated.engine.connect() as connection:
            one = await connection.run_sync(shape)
            guards = await connection.run_sync(triggers)
        async with migrated.engine.begin() as connection:
            await connection.run_sync(METADATA.drop_all)
            if migrated.dialect == "postgresql":
                await connection.execute(text("DROP FUNCTION entry_versions_append_only()"))
            await connection.run_sync(METADATA.create_all)
        async with migrated.engine.connect() as connection:
            assert await connection.run_sync(shape) == one
            assert await connection.run_sync(triggers) == guards
        assert len(guards) >= 2
    finally:
        await migrated.close()


ATTACKS = {
    "UPDATE entry_versions SET body = 'x'": {"sqlite", "postgresql"},
    "UPDATE entry_versions SET position = position": {"sqlite", "postgresql"},
    "DELETE FROM entry_versions": {"sqlite", "postgresql"},
    "TRUNCATE entry_versions": {"postgresql"},
    "REPLACE INTO entry_versions SELECT supervisee_id, position, entry_id, version, 'x', "
    "prev_hash, hash FROM entry_versions": {"sqlite"},
}


async def test_history_cannot_be_changed_or_removed(circle):
    await circle.record("20260210T1000")
    for statement, dialects in ATTACKS.items():
        if circle.app.database.dialect in dialects:
            async with circle.app.database.write() as session:
                with pytest.raises(DBAPIError, match="append-only"):
                    await session.execute(text(statement))
    async with circle.app.database.read() as session:
        count = await session.execute(text("SELECT count(*) FROM entry_versions"))
        assert count.scalar_one() == 2
