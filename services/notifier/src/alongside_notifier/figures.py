"""What the operator of the notifier watches: reminders, tellings and mails that are late."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.clock import Clock
from alongside.db import Database
from alongside.observability import metrics
from alongside.observability.figure import Figure
from alongside_notifier.store.tables import MAILS, REMINDERS, TellingRow
from alongside_notifier.store.upsert import table_of

LATELY = timedelta(days=7)
_GRACE = timedelta(minutes=1)
LATE = 300
"""Seconds from which on a mail or a telling that is due is worth a look."""


async def figures(database: Database, clock: Clock) -> tuple[Figure, ...]:
    """Return the figures of the notifier's own work."""
    now = clock.now()
    async with database.read() as session:
        late = await _count_late_reminders(session, now)
        telling = await session.scalar(select(func.min(table_of(TellingRow).c.due_at)))
        waiting, since = await _due_mails(session, now)
        failed = await session.scalar(
            select(func.count())
            .select_from(MAILS)
            .where(MAILS.c.outcome == "failed", MAILS.c.done_at > now - LATELY)
        )
    return (
        Figure(
            metrics.REMINDERS_LATE,
            "Reminders that are late",
            late,
            most=0,
            advice="Is the ticker of the notifier running? Late ones go out as soon as it does.",
        ),
        Figure(
            metrics.TELLINGS_LATE_SECONDS,
            "A change waits to be told for",
            age(telling, now),
            most=LATE,
            unit="s",
            advice="Is the ticker of the notifier running? Its log says why a change cannot be told.",
        ),
        Figure(metrics.MAIL_WAITING, "Mails to hand over now", waiting),
        Figure(
            metrics.MAIL_OLDEST_SECONDS,
            "The oldest mail waits for",
            age(since, now),
            most=LATE,
            unit="s",
            advice="Does the mail server answer, and does it take our mail? Each is tried for three days.",
        ),
        Figure(
            metrics.MAIL_FAILED_LATELY,
            "Mails given up within seven days",
            failed or 0,
            most=0,
            advice="Mend the cause, then have them tried once more under Operations, Notifier.",
        ),
    )


async def _count_late_reminders(session: AsyncSession, now: datetime) -> int:
    due = REMINDERS.c.due_at < now - _GRACE
    count = select(func.count()).select_from(REMINDERS).where(REMINDERS.c.done_at.is_(None), due)
    return int(await session.scalar(count) or 0)


async def _due_mails(session: AsyncSession, now: datetime) -> tuple[int, datetime | None]:
    """Return how many mails are due, and since when; what waits for the end of quiet hours is not."""
    waiting, since = 0, None
    for moment, wanted in (
        (MAILS.c.next_attempt_at, (MAILS.c.attempts == 0, MAILS.c.next_attempt_at <= now)),
        (MAILS.c.queued_at, (MAILS.c.attempts > 0,)),
    ):
        found = await session.execute(
            select(func.count(), func.min(moment))
            .select_from(MAILS)
            .where(MAILS.c.done_at.is_(None), *wanted)
        )
        count, oldest = found.one()
        waiting += count
        since = min((each for each in (since, oldest) if each is not None), default=None)
    return waiting, since


def age(since: datetime | None, now: datetime) -> float:
    """Return for how many seconds something waits."""
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
