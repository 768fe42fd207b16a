"""Migrations: Alembic, inside each service's package, so that an installed service can migrate itself."""

import asyncio
from importlib import import_module
from importlib.resources import files
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from alongside.db.database import Database

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"


def run_env(metadata: MetaData) -> None:
    """Run what Alembic asked for, on the connection handed over. The body of each `env.py`."""
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def config_for(migrations: str, connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for a migrations package such as `alongside_logbook.migrations`."""
    package = import_module(migrations.rpartition(".")[0])
    config = Config()
    config.set_main_option("script_location", str(files(package) / migrations.rpartition(".")[2]))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head_of(migrations: str) -> str | None:
    """Return the newest revision of a migrations package."""
    return ScriptDirectory.from_config(config_for(migrations)).get_current_head()


async def revision_of(database: Database) -> str | None:
    """Return the revision the database is at; None before the first migration."""

    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(current)


async def upgrade(database: Database, migrations: str) -> bool:
    """Bring the database to the newest revision; False when it was there already.

    Safe to call from several processes: on PostgreSQL one migrates while the others wait.
    """
    head = await asyncio.to_thread(head_of, migrations)
    if await revision_of(database) == head:
        return False

    def migrate(connection: Any) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('alongside:migrate'))"))
        command.upgrade(config_for(migrations, connection), "head")

    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)
    return True
