"""Migrations: Alembic, inside each service's package, so that an installed service can migrate itself.

The version before still serves while a database is migrated. So a step only ever adds what that
version need not know (expand), waits for no lock longer than a request would, and runs within a
bounded time; whatever fails is undone whole. Rows are filled in by the new version as it goes
(migrate), and what nobody uses any more is taken away one version later (contract).
"""

import asyncio
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from typing import Any

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

from alongside.db.database import Database
from alongside.errors import Unavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a migration may keep others waiting on PostgreSQL.

    While it waits for a table, everybody who comes after it waits as well: so it gives up soon, and
    comes back.
    """

    lock: float = 4
    """Seconds to wait for a table that somebody uses."""
    statement: float = 60
    """Seconds that one statement may take."""
    tries: int = 5
    pause: float = 5
    """Seconds between two tries."""


class MigrationBlocked(Unavailable):
    """Somebody kept a table that a migration needs. Nothing was changed."""

    code = "migration_blocked"


class MigrationTooSlow(Unavailable):
    """A step of a migration took too long. Nothing was changed."""

    code = "migration_too_slow"


def run_env(metadata: MetaData) -> None:
    """Run what Alembic asked for, on the connection handed over. The body of each `env.py`."""
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        patience: Patience = context.config.attributes.get("patience", Patience())
        for name, seconds in (
            ("lock_timeout", patience.lock), ("statement_timeout", patience.statement)
        ):  # fmt: skip
            connection.execute(text(f"SET LOCAL {name} = {int(seconds * 1000)}"))
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


def serves(migrations: str, revision: str | None) -> bool:
    """Tell whether a program with these migrations can serve a database at that revision.

    It can at its own newest, and at one that it has never heard of: that is a later version's, which
    only added to what this one knows. So while a version replaces another, or is taken back, the older
    goes on, and starts again.
    """
    steps = ScriptDirectory.from_config(config_for(migrations))
    if revision is None or revision == steps.get_current_head():
        return revision is not None
    return revision not in {each.revision for each in steps.walk_revisions()}


async def revision_of(database: Database) -> str | None:
    """Return the revision the database is at; None before the first migration."""

    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(current)


async def upgrade(database: Database, migrations: str, *, patience: Patience | None = None) -> bool:
    """Bring the database to the newest revision; False when it was there already, or beyond.

    Safe to call from several processes: on PostgreSQL one migrates while the others wait. All
    steps are one transaction. Raises `MigrationBlocked` where a table stayed locked however often
    it was tried, and `MigrationTooSlow` where a statement took too long; then nothing was changed.
    """
    patience = patience or Patience()
    if await asyncio.to_thread(serves, migrations, await revision_of(database)):
        return False
    for tried in range(1, patience.tries + 1):
        try:
            await _upgrade(database, migrations, patience)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state == _TOO_SLOW:
                raise MigrationTooSlow(
                    f"A step of {migrations} took longer than {patience.statement:g} s. Nothing was "
                    "changed. Give it longer: alongside migrate --longest 600"
                ) from error
            if state != _LOCKED:
                raise
            log.warning("migration_waits", migrations=migrations, tried=tried)
            if tried == patience.tries:
                raise MigrationBlocked(
                    f"A table that {migrations} needs stayed in use, {tried} times for "
                    f"{patience.lock:g} s. Nothing was changed. Try again when nobody holds it; "
                    "pg_stat_activity shows who has a transaction open, and since when."
                ) from error
            await asyncio.sleep(patience.pause)
        else:
            break
    return True


async def _upgrade(database: Database, migrations: str, patience: Patience) -> None:
    def migrate(connection: Any) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('alongside:migrate'))"))
        config = config_for(migrations, connection)
        config.attributes["patience"] = patience
        command.upgrade(config, "head")

    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)


_LOCKED, _TOO_SLOW = "55P03", "57014"
"""What PostgreSQL says at the end of its patience: for a lock, for a statement."""
