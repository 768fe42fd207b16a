"""Statements that go straight to PostgreSQL's driver: for the few that a booking waits for.

Between a session and its driver, a statement passes through more Python than it costs the database.
A `Direct` is compiled once; from then on its text and its values are handed to the driver of the
session's own connection, inside the session's transaction. On SQLite it takes the usual way. Column
types treat values as they always do, and errors are those of SQLAlchemy.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, cached_property
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Select, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

_CONNECTION = "alongside.connection"
Processor = Callable[[Any], Any] | None


@cache
def dialect() -> Dialect:
    """Return how PostgreSQL is spoken to. An office on SQLite never loads what that needs."""
    found: Dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
    return found


@cache
def _errors() -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """Return the driver's errors about what rows may be, and all of its errors."""
    import asyncpg  # noqa: PLC0415  # only who uses PostgreSQL waits for it

    adapted = dialect().import_dbapi().Error  # as SQLAlchemy's adapter says the same
    every = (asyncpg.PostgresError, asyncpg.InterfaceError, adapted, OSError)
    return (asyncpg.IntegrityConstraintViolationError,), every


def bind(kind: Any) -> Processor:
    """Return what a column type does with a value on its way to PostgreSQL."""
    found: Processor = kind.dialect_impl(dialect()).bind_processor(dialect())
    return found


def keep_connection(session: type[Session]) -> None:
    """Let sessions of this class know their connection to PostgreSQL while a transaction is open."""

    @event.listens_for(session, "after_begin")
    def _begun(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            session.info[_CONNECTION] = connection

    @event.listens_for(session, "after_transaction_end")
    def _over(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            session.info.pop(_CONNECTION, None)


async def flushed(session: AsyncSession) -> None:
    """Send what the session still keeps to itself: what goes past it must find that there."""
    if session.new or session.dirty or session.deleted:
        await session.flush()


async def is_postgresql(session: AsyncSession) -> bool:
    """Tell whether a statement can go straight to the driver; the session has its connection then."""
    info = session.sync_session.info
    if _CONNECTION not in info:
        await session.connection()
    return _CONNECTION in info


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """Undo what is done inside if it raises, and no more than that; also what went past SQLAlchemy.

    By itself a session begins a savepoint with the first statement that it sees.
    """
    async with session.begin_nested():
        await session.connection()
        yield


async def say(session: AsyncSession, text: str, values: Sequence[Any]) -> list[Any]:
    """Have PostgreSQL's driver execute a statement in the session's transaction.

    Raises what SQLAlchemy would raise; a connection that is gone is never used again.
    """
    connection: Connection = session.sync_session.info[_CONNECTION]
    pooled = connection.connection
    driver: Any = pooled.driver_connection
    try:
        if not driver.is_in_transaction():
            # SQLAlchemy begins with the first statement it sees; it may not see any of ours.
            await cast("Any", pooled.dbapi_connection)._start_transaction()  # noqa: SLF001
        rows: list[Any] = await driver.fetch(text, *values)
    except Exception as error:
        refusals, every = _errors()
        if isinstance(error, refusals):
            raise IntegrityError(text, None, error) from error
        if not isinstance(error, every):
            raise
        away = driver.is_closed()
        if away:
            connection.invalidate(error)
        raise DBAPIError(text, None, error, connection_invalidated=away) from error
    return rows


class Direct:
    """A query that is made once. Its rows unpack into the selected columns."""

    def __init__(self, query: Select[Any] | Any) -> None:
        self._query = query

    @cached_property
    def _prepared(self) -> tuple[str, list[tuple[str, Any, Processor]], list[Processor]]:
        compiled = self._query.compile(dialect=dialect())
        values = [
            (name, compiled.params[name], bind(compiled.binds[name].type))
            for name in compiled.positiontup or ()
        ]
        results = [_result(column.type) for column in self._query.selected_columns]
        return compiled.string, values, results

    async def rows(
        self, session: AsyncSession, values: Mapping[str, Any]
    ) -> Sequence[Sequence[Any]]:
        """Return the rows for these values of the query's parameters."""
        await flushed(session)
        if not await is_postgresql(session):
            return (await session.execute(self._query, dict(values))).all()
        text, places, results = self._prepared
        found = await say(
            session,
            text,
            [_processed(process, values.get(name, default)) for name, default, process in places],
        )
        if not any(results):
            return found
        return [[_processed(*each) for each in zip(results, row, strict=True)] for row in found]


def _processed(process: Processor, value: Any) -> Any:
    return value if process is None else process(value)


def _result(kind: Any) -> Processor:
    found: Processor = kind.dialect_impl(dialect()).result_processor(dialect(), None)
    return found
