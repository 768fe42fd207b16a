"""Channels that people turned on, and the queue and record of what goes by them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, delete, func, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.db.claim import claim, fail, release, settle
from alongside_notifier.domain.channels import Wanted
from alongside_notifier.store.channel_tables import CHANNEL_MESSAGES, ChannelRow
from alongside_notifier.store.upsert import insert_into, put, table_of

CODE = "code"
"""The kind of message that goes to an address that is not confirmed."""


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """A short message to be sent. Its id is its identity: the same news is queued once."""

    message_id: str
    kind: str
    why: str
    body: str
    not_after: datetime
    """Nothing is handed over from this moment on."""
    series_id: str | None = None
    occurrence_key: str | None = None
    starts_at: datetime | None = None
    lead_minutes: int | None = None


class Channels:
    """The rows of the channels table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._table = table_of(ChannelRow)

    async def of_person(self, person_id: str) -> dict[str, ChannelRow]:
        """Return the channels that a person turned on or is about to, by key."""
        rows = await self._session.exec(
            select(ChannelRow)
            .where(ChannelRow.person_id == person_id)
            .order_by(col(ChannelRow.channel)),
            execution_options={"populate_existing": True},
        )
        return {row.channel: row for row in rows}

    async def for_reminders(
        self, person_ids: Collection[str], offered: Collection[str]
    ) -> dict[str, list[ChannelRow]]:
        """Return by which channels reminders come to these people, of those that are offered."""
        found: dict[str, list[ChannelRow]] = {}
        if not offered:
            return found
        rows = await self._session.exec(
            select(ChannelRow)
            .where(
                col(ChannelRow.person_id).in_(person_ids),
                col(ChannelRow.channel).in_(offered),
                col(ChannelRow.confirmed_at).is_not(None),
                col(ChannelRow.reminders).is_(True),
            )
            .order_by(col(ChannelRow.channel)),
            execution_options={"populate_existing": True},
        )
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
        return found

    async def take(self, person_id: str, channel: str) -> ChannelRow | None:
        """Return one channel of a person and lock it until the transaction ends."""
        rows = await self._session.exec(
            select(ChannelRow)
            .where(ChannelRow.person_id == person_id, ChannelRow.channel == channel)
            .with_for_update(),
            execution_options={"populate_existing": True},
        )
        return rows.first()

    async def ask(
        self,
        person_id: str,
        channel: str,
        *,
        sealed: str,
        digest: str,
        hint: str,
        wanted: Wanted,
        code_id: str,
        expires_at: datetime,
        now: datetime,
    ) -> None:
        """Keep an address that is yet to be confirmed by a code; it replaces what there was."""
        await put(
            self._session,
            ChannelRow,
            person_id=person_id,
            channel=channel,
            address_sealed=sealed,
            address_digest=digest,
            hint=hint,
            reminders=wanted.reminders,
            changes=wanted.changes,
            asked_at=now,
            confirmed_at=None,
            code_id=code_id,
            code_expires_at=expires_at,
            code_tries=0,
        )

    async def change(self, person_id: str, channel: str, **values: Any) -> None:
        """Set values of one channel of a person."""
        await self._session.execute(
            update(self._table)
            .where(self._table.c.person_id == person_id, self._table.c.channel == channel)
            .values(**values)
        )

    async def off(self, person_id: str, channel: str | None = None) -> bool:
        """Forget one channel of a person, or all; tell whether there was any."""
        which = [] if channel is None else [self._table.c.channel == channel]
        gone = await self._session.execute(
            delete(self._table)
            .where(self._table.c.person_id == person_id, *which)
            .returning(self._table.c.channel)
        )
        return gone.first() is not None

    async def forget_asked(self, before: datetime) -> int:
        """Forget addresses that nobody confirmed; return how many."""
        gone = await self._session.execute(
            delete(self._table)
            .where(self._table.c.confirmed_at.is_(None), self._table.c.asked_at < before)
            .returning(self._table.c.channel)
        )
        return len(gone.all())


class ChannelMessages:
    """The rows of the channel_messages table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def queue(self, message: ShortMessage, to: ChannelRow, now: datetime) -> bool:
        """Queue a message by a channel of a person; False if it was queued before."""
        queued = await self._session.execute(
            insert_into(self._session, CHANNEL_MESSAGES)
            .values(
                message_id=f"{message.message_id}.{to.channel}"[:255],
                person_id=to.person_id,
                channel=to.channel,
                kind=message.kind,
                why=message.why,
                address_digest=to.address_digest,
                hint=to.hint,
                body=message.body,
                series_id=message.series_id,
                occurrence_key=message.occurrence_key,
                starts_at=message.starts_at,
                lead_minutes=message.lead_minutes,
                not_after=message.not_after,
                queued_at=now,
                next_attempt_at=now,
            )
            .on_conflict_do_nothing()
            .returning(CHANNEL_MESSAGES.c.id)
        )
        return queued.first() is not None

    async def claim(
        self, *, now: datetime, worker: str, limit: int, lease: timedelta
    ) -> Sequence[Row[Any]]:
        """Take messages to send."""
        return await claim(
            self._session, CHANNEL_MESSAGES, now=now, worker=worker, limit=limit, lease=lease
        )

    async def handing(self, message_id: int, *, worker: str, body: str) -> bool:
        """Note that a message is about to be handed over; False if it is no longer this worker's."""
        noted = await self._session.execute(
            update(CHANNEL_MESSAGES)
            .where(*self._mine(message_id, worker))
            .values(handed=CHANNEL_MESSAGES.c.handed + 1, body=body)
            .returning(CHANNEL_MESSAGES.c.id)
        )
        return noted.first() is not None

    async def sent(self, message_id: int, *, worker: str, now: datetime) -> None:
        """Settle what was handed over."""
        await settle(
            self._session, CHANNEL_MESSAGES, [message_id], worker=worker, now=now, outcome="sent"
        )

    async def ended(
        self, message_id: int, *, worker: str, now: datetime, outcome: str, reason: str
    ) -> None:
        """Settle what will not be handed over any more, with the reason for people to read."""
        await self._session.execute(
            update(CHANNEL_MESSAGES)
            .where(*self._mine(message_id, worker))
            .values(
                outcome=outcome,
                last_error=reason[:2000],
                done_at=now,
                claimed_by=None,
                claimed_until=None,
            )
        )

    async def again(
        self, message_id: int, *, worker: str, reason: str, retry_at: datetime, unclear: bool
    ) -> None:
        """Try a message again later; unless that is unclear, it was not taken."""
        if not unclear:
            await self._session.execute(
                update(CHANNEL_MESSAGES).where(*self._mine(message_id, worker)).values(handed=0)
            )
        await fail(
            self._session,
            CHANNEL_MESSAGES,
            message_id,
            worker=worker,
            error=reason,
            retry_at=retry_at,
        )

    async def release(self, ids: Collection[int], *, worker: str) -> None:
        """Give messages back that were not tried."""
        await release(self._session, CHANNEL_MESSAGES, ids, worker=worker)

    async def withdraw(
        self, person_id: str, now: datetime, reason: str, *, channel: str | None = None
    ) -> None:
        """Take back what waits for a person, by one channel or by all."""
        which = [] if channel is None else [CHANNEL_MESSAGES.c.channel == channel]
        await self._session.execute(
            update(CHANNEL_MESSAGES)
            .where(
                CHANNEL_MESSAGES.c.person_id == person_id,
                CHANNEL_MESSAGES.c.done_at.is_(None),
                *which,
            )
            .values(outcome="withdrawn", done_at=now, last_error=reason)
        )

    async def codes(self, person_id: str, digest: str, now: datetime) -> tuple[int, int]:
        """Return how many codes a person or an address was sent: within the hour, within the day."""
        table = CHANNEL_MESSAGES
        hour_ago = now - timedelta(hours=1)
        row = (
            await self._session.execute(
                sa_select(
                    func.coalesce(func.sum(case((table.c.queued_at > hour_ago, 1), else_=0)), 0),
                    func.count(),
                ).where(
                    and_(table.c.kind == CODE, table.c.queued_at > now - timedelta(days=1)),
                    or_(table.c.person_id == person_id, table.c.address_digest == digest),
                )
            )
        ).one()
        return int(row[0]), int(row[1])

    async def listed(
        self, person_id: str | None, *, limit: int, offset: int = 0
    ) -> tuple[Sequence[Row[Any]], int]:
        """Return messages, the newest first, and how many there are in all."""
        wanted = [] if person_id is None else [CHANNEL_MESSAGES.c.person_id == person_id]
        rows = await self._session.execute(
            sa_select(CHANNEL_MESSAGES)
            .where(*wanted)
            .order_by(CHANNEL_MESSAGES.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        number = await self._session.execute(
            sa_select(func.count()).select_from(CHANNEL_MESSAGES).where(*wanted)
        )
        return rows.all(), int(number.scalar_one())

    async def pending(self, person_id: str, limit: int) -> Sequence[Row[Any]]:
        """Return what waits to be sent to a person, the next one first."""
        rows = await self._session.execute(
            sa_select(CHANNEL_MESSAGES)
            .where(CHANNEL_MESSAGES.c.person_id == person_id, CHANNEL_MESSAGES.c.done_at.is_(None))
            .order_by(CHANNEL_MESSAGES.c.next_attempt_at, CHANNEL_MESSAGES.c.id)
            .limit(limit)
        )
        return rows.all()

    @staticmethod
    def _mine(message_id: int, worker: str) -> tuple[Any, ...]:
        return (
            CHANNEL_MESSAGES.c.id == message_id,
            CHANNEL_MESSAGES.c.claimed_by == worker,
            CHANNEL_MESSAGES.c.done_at.is_(None),
        )
