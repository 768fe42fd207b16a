"""Engines and transactions.

SQLite: WAL, and every write transaction begins with BEGIN IMMEDIATE, so that what it read
cannot be changed under it before it writes (a plain BEGIN fails or overwrites under two
writers). Reads use a second engine that begins deferred, so that a report never waits for,
or blocks, a writer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import sqlmodel
from sqlalchemy import event, orm, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext import asyncio as sqlalchemy_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.db import direct, sqlite
from alongside.db.plumbing import Plumbing


class _SyncSession(sqlmodel.Session):
    # SQLModel deprecates `execute` to steer towards `exec`; Core statements need it.
    execute = orm.Session.execute


direct.keep_connection(_SyncSession)


class Session(AsyncSession):
    """A session for both worlds: `exec()` for SQLModel queries, `execute()` for Core statements."""

    sync_session_class = _SyncSession
    execute = sqlalchemy_asyncio.AsyncSession.execute


class Database:
    """One service's database. `write()` and `read()` open sessions; the caller commits."""

    def __init__(self, url: str, plumbing: Plumbing, *, pool: int = 10) -> None:
        self.url = make_url(url)
        self.plumbing = plumbing
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self._writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(url, begin="BEGIN")
        else:
            self._writer = create_async_engine(
                url,
                pool_size=pool,
                max_overflow=0,
                pool_timeout=10,
                hide_parameters=True,
            )
            _ask_after_rest(self._writer)
            self._reader = self._writer

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a session that may write. Leaving it without a commit rolls back."""
        session = Session(self._writer, expire_on_commit=False)
        try:
            yield session
        finally:
            if session.in_transaction():
                await asyncio.shield(asyncio.create_task(session.close()))
            else:
                session.sync_session.close()  # after a commit nothing is left to wait for

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading only."""
        async with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @property
    def engine(self) -> AsyncEngine:
        """The writing engine, for migrations and benchmarks."""
        return self._writer

    async def ping(self) -> None:
        """Ask the database for a sign of life; raise what the driver raises if there is none."""
        async with self._reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def wait_until_reachable(self, *, longest: float = 60, pause: float = 0.5) -> None:
        """Return as soon as the database answers; raise the last error after `longest` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + longest
        while True:
            try:
                return await self.ping()
            except (OSError, DBAPIError):
                if loop.time() >= deadline:
                    raise
                await asyncio.sleep(pause)

    async def close(self) -> None:
        """Give every connection back."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


_REST_SECONDS = 1.0
_LOST_RACES = frozenset({"40001", "40P01"})  # cannot be put in one order; a ring of waiting
_PASSING = _LOST_RACES | {"53300", "55P03", "57P01", "57P02", "57P03"}  # full, locked, going, gone
_NO_CONNECTION = "08"  # the class of codes; also of one that was lost while it was being made


def is_lost_race(error: BaseException) -> bool:
    """Tell whether PostgreSQL undid this transaction in favour of another that ran beside it.

    Nothing of it was kept: the same from the beginning is safe, and the other is through by then.
    """
    return isinstance(error, DBAPIError) and _state(error) in _LOST_RACES


def is_transient(error: BaseException) -> bool:
    """Tell whether trying again may help: the database is away or busy, not the data wrong."""
    if isinstance(error, (OperationalError, PoolTimeout)):
        return True
    if isinstance(error, DBAPIError):
        state = _state(error) or ""
        return error.connection_invalidated or state in _PASSING or state.startswith(_NO_CONNECTION)
    # A template that is not there is an OSError by name only, and a mistake of ours.
    return isinstance(error, (OSError, TimeoutError)) and not isinstance(error, LookupError)


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _ask_after_rest(engine: AsyncEngine) -> None:
    """Ask a connection for a sign of life before it is used again, if it has rested meanwhile.

    As `pool_pre_ping` does each time: a server that was restarted is met by a fresh connection. One
    that was used a moment ago is not asked, for that costs as much as a statement.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _is_used_again(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get("rests_since", monotonic()) < _REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, OSError) as error:
            # The others of the pool rest as well: they are made anew, too.
            raise InvalidatePoolError from error


def _sqlite_engine(url: str, *, begin: str) -> AsyncEngine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=5,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"async_creator_fn": sqlite.connect},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: the `begin` hook below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=10000",
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
