"""One way to take work from a table: the outbox, reminders and the mail queue all use it.

A claim is a short transaction that marks rows as taken by one worker until a moment (the
lease). The work itself is done with no transaction open. Then the row is settled, or failed
with the moment of the next try; both only where the claim is still this worker's, so a slow
worker cannot settle what another has taken over. A worker that dies loses its claim when the
lease ends.
"""

import os
import socket
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    MetaData,
    Row,
    Table,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

LONGEST_ERROR = 2000


async def claim(
    session: AsyncSession,
    table: Table,
    *,
    now: datetime,
    worker: str,
    limit: int,
    lease: timedelta,
    order_key: str | None = None,
    returning: Sequence[ColumnElement[Any]] = (),
) -> Sequence[Row[Any]]:
    """Take at most `limit` due rows for `worker`, oldest first. The caller commits.

    Returns the whole rows, or of each the columns in `returning`, which name its id.

    With `order_key`, no row is taken while an earlier unfinished row of the same key waits for
    its next try or is taken by somebody: what belongs together stays in order. Claims of one
    table are serialised on PostgreSQL, because SKIP LOCKED alone would hide such a row.
    """
    due = or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
    conditions: list[ColumnElement[bool]] = [
        table.c.done_at.is_(None),
        table.c.next_attempt_at <= now,
        due,
    ]
    if order_key is not None:
        earlier = table.alias("earlier")
        conditions.append(
            ~exists().where(
                earlier.c[order_key] == table.c[order_key],
                earlier.c.id < table.c.id,
                earlier.c.done_at.is_(None),
                or_(earlier.c.next_attempt_at > now, earlier.c.claimed_until > now),
            )
        )
    chosen = select(table.c.id).where(*conditions).order_by(table.c.id).limit(limit)
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"claim:{table.name}"}
        )
        chosen = chosen.with_for_update(skip_locked=True)
    taken = await session.execute(
        update(table)
        .where(table.c.id.in_(chosen))
        .values(claimed_by=worker, claimed_until=now + lease, attempts=table.c.attempts + 1)
        .returning(*(returning or table.c))
    )
    return sorted(taken.all(), key=lambda row: row.id)


async def settle(
    session: AsyncSession,
    table: Table,
    ids: Collection[int],
    *,
    worker: str,
    now: datetime,
    **also: Any,
) -> int:
    """Mark rows as done, and what else is set with it; return how many still were this worker's."""
    if not ids:
        return 0
    done = await session.execute(
        update(table)
        .where(_among(session, table, ids), table.c.claimed_by == worker, table.c.done_at.is_(None))
        .values(done_at=now, claimed_by=None, claimed_until=None, last_error=None, **also)
    )
    return int(getattr(done, "rowcount", 0))


async def fail(
    session: AsyncSession, table: Table, row_id: int, *, worker: str, error: str, retry_at: datetime
) -> None:
    """Give a row back with what went wrong, to be tried again at `retry_at`."""
    await session.execute(
        update(table)
        .where(table.c.id == row_id, table.c.claimed_by == worker)
        .values(
            claimed_by=None,
            claimed_until=None,
            next_attempt_at=retry_at,
            last_error=error[:LONGEST_ERROR],
        )
    )


async def release(
    session: AsyncSession, table: Table, ids: Collection[int], *, worker: str
) -> None:
    """Give untouched rows back: the claim does not count as an attempt."""
    if not ids:
        return
    await session.execute(
        update(table)
        .where(_among(session, table, ids), table.c.claimed_by == worker)
        .values(claimed_by=None, claimed_until=None, attempts=table.c.attempts - 1)
    )


def _among(session: AsyncSession, table: Table, ids: Collection[int]) -> ColumnElement[bool]:
    """Return that a row is one of these: on PostgreSQL as one value, however many there are."""
    if session.get_bind().dialect.name == "postgresql":
        return table.c.id == any_(cast(list(ids), ARRAY(BigInteger)))
    return table.c.id.in_(ids)


async def pending(session: AsyncSession, table: Table) -> tuple[int, datetime | None]:
    """Return how many rows are unfinished, and since when the oldest waits."""
    moment = table.c.occurred_at if "occurred_at" in table.c else table.c.next_attempt_at
    row = (
        await session.execute(
            select(func.count(), func.min(moment))
            .select_from(table)
            .where(table.c.done_at.is_(None))
        )
    ).one()
    return int(row[0]), row[1]


def this_worker() -> str:
    """Return the name under which this process claims: its machine, and its number there."""
    return f"{_here()}:{os.getpid()}"


def _here() -> str:
    """Return the name of the place in which a process number means one process.

    Containers of one machine may share its name, and each counts its processes for itself.
    """
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        namespace = 0
    return f"{socket.gethostname()[:40]}:{namespace}"


async def take_over_from_the_dead(session: AsyncSession, metadata: MetaData) -> int:
    """Give back what processes of this place held that no longer live; return how many rows.

    A lease would end by itself. After a crash nobody needs to wait for that where it is plain
    that the holder is gone.
    """
    given_back = 0
    for table in (each for each in metadata.sorted_tables if "claimed_by" in each.c):
        held = table.c.claimed_by.startswith(f"{_here()}:", autoescape=True)
        holders = (
            await session.execute(select(table.c.claimed_by).where(held).distinct())
        ).scalars()
        dead = [name for name in holders if not _lives(int(name.rpartition(":")[2]))]
        if dead:
            freed = await session.execute(
                update(table)
                .where(table.c.claimed_by.in_(dead), table.c.done_at.is_(None))
                .values(claimed_by=None, claimed_until=None)
            )
            given_back += int(getattr(freed, "rowcount", 0))
    return given_back


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def backoff(attempts: int, *, first: float = 1, longest: float = 60) -> timedelta:
    """Return the pause before the next try: doubling from `first` seconds to `longest`."""
    return timedelta(seconds=min(longest, first * 2 ** max(0, min(attempts, 20) - 1)))
