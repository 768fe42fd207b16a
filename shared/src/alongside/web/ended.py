"""Sign-ins that were ended before their time, and people who left: refused by every service.

A sign-in has a row of its own. Somebody who left has one for all sign-ins made until then, so
that whoever comes back can sign in again.
"""

import time
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy.event
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from alongside.contracts import Event, PersonLeft, SignedOut
from alongside.db.database import Database
from alongside.db.uow import UnitOfWork
from alongside.web.tokens import LONGEST_LIFETIME, Claims

_TRUST_SECONDS = 2.0
_MOST_REMEMBERED = 10_000


class EndedSessions:
    """Asks the table, and remembers for a moment that a sign-in still runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[str, float] = {}
        self._ended: set[str] = set()
        self._forgot_at = 0.0

    async def has_ended(self, claims: Claims) -> bool:
        """Tell whether this sign-in was ended, or the person left after it."""
        if claims.session_id in self._ended:
            return True
        checked = self._running.get(claims.session_id)
        if checked is not None and time.monotonic() - checked < _TRUST_SECONDS:
            return False
        return await self._ask(claims)

    async def _ask(self, claims: Claims) -> bool:
        asked_at = time.monotonic()
        table = self._database.plumbing.ended_sessions
        everything = _of_person(claims.person_id)
        async with self._database.read() as session:
            rows = await session.execute(
                select(table.c.session_id, table.c.expires_at).where(
                    table.c.session_id.in_([claims.session_id, everything])
                )
            )
            ended = any(
                row.session_id == claims.session_id
                or claims.issued_at <= row.expires_at - LONGEST_LIFETIME
                for row in rows
            )
        if len(self._running) + len(self._ended) >= _MOST_REMEMBERED:
            self._running.clear()
            self._ended.clear()
        if ended:
            self._ended.add(claims.session_id)
        elif asked_at > self._forgot_at:
            self._running[claims.session_id] = asked_at
        return ended

    def forget(self) -> None:
        """Ask the table again for everybody."""
        self._forgot_at = time.monotonic()
        self._running.clear()


def ended_sessions_of(database: Database) -> EndedSessions:
    """Return the one memory of this database's ended sign-ins."""
    found = _MEMORIES.get(database)
    if found is None:
        found = _MEMORIES[database] = EndedSessions(database)
    return found


async def end_session(uow: UnitOfWork, session_id: str, expires_at: datetime) -> None:
    """Refuse a sign-in from now on, in this unit of work. Saying it twice changes nothing."""
    table = uow.database.plumbing.ended_sessions
    insert = sqlite.insert if uow.database.dialect == "sqlite" else postgresql.insert
    statement = insert(table).values(session_id=session_id, expires_at=expires_at)
    later = {"expires_at": statement.excluded.expires_at}
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.session_id],
            set_=later,
            where=table.c.expires_at < statement.excluded.expires_at,
        )
    )
    memory = ended_sessions_of(uow.database)
    sqlalchemy.event.listen(
        uow.session.sync_session, "after_commit", lambda _session: memory.forget(), once=True
    )


async def on_signed_out(event: Event, uow: UnitOfWork) -> None:
    """Hear that a sign-in was ended or a person left. Each service's people consumer calls this."""
    match event:
        case SignedOut():
            await end_session(uow, event.session_id, event.expires_at)
        case PersonLeft():
            left_at = event.person.left_at or event.occurred_at
            await end_session(uow, _of_person(event.person.person_id), left_at + LONGEST_LIFETIME)
        case _:
            pass


async def forget_ended(uow: UnitOfWork) -> int:
    """Delete the refusals of what has ended by itself by now; return how many."""
    table = uow.database.plumbing.ended_sessions
    result: Any = await uow.session.execute(delete(table).where(table.c.expires_at < uow.now))
    return int(result.rowcount)


def _of_person(person_id: str) -> str:
    return f"person:{person_id}"


_MEMORIES: WeakKeyDictionary[Database, EndedSessions] = WeakKeyDictionary()
