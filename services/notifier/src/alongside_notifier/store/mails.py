"""The mail queue, and the record of everything that was sent and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.db.claim import claim, fail, release, settle
from alongside.observability.tracing import current_traceparent
from alongside_notifier.store.tables import MAILS
from alongside_notifier.store.upsert import insert_into


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail to be sent. Its Message-ID is its identity: the same news is queued once."""

    message_id: str
    person_id: str
    kind: str
    why: str
    sender: str
    recipient: str
    subject: str
    raw: bytes
    series_id: str | None = None
    order_key: str | None = None
    """Mails of one key arrive in order; the default is the person."""
    not_before: datetime | None = None
    """Until when it waits; at once, if not at all."""
    withheld: str | None = None
    """Why it is only kept, for whoever asks why nothing came; None for what is sent."""
    asked_by: str | None = None
    """Who is told if it does not arrive."""
    traceparent: str | None = None
    """The trace of what it says, if that is another than what runs now."""


class Mails:
    """The rows of the mails table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def queue(self, mail: QueuedMail, now: datetime) -> bool:
        """Queue a mail; False if it was queued before."""
        return await self.queue_all([mail], now) == 1

    async def queue_all(self, mails: Sequence[QueuedMail], now: datetime) -> int:
        """Queue mails in this order; return how many were not queued before."""
        if not mails:
            return 0
        running = current_traceparent()
        rows = [
            {
                "message_id": mail.message_id,
                "order_key": mail.order_key or mail.person_id,
                "person_id": mail.person_id,
                "kind": mail.kind,
                "why": mail.why,
                "sender": mail.sender,
                "recipient": mail.recipient,
                "subject": mail.subject,
                "raw": mail.raw,
                "series_id": mail.series_id,
                "queued_at": now,
                "next_attempt_at": mail.not_before or now,
                "outcome": None if mail.withheld is None else "withheld",
                "last_error": mail.withheld,
                "done_at": None if mail.withheld is None else now,
                "traceparent": mail.traceparent or running,
                "asked_by": mail.asked_by,
            }
            for mail in mails
        ]
        insert = insert_into(self._session, MAILS).on_conflict_do_nothing()
        queued = await self._session.execute(insert.returning(MAILS.c.id), rows)
        return len(queued.all())

    async def claim(
        self, *, now: datetime, worker: str, limit: int, lease: timedelta
    ) -> Sequence[Row[Any]]:
        """Take mails to send, in order for each person."""
        return await claim(
            self._session,
            MAILS,
            now=now,
            worker=worker,
            limit=limit,
            lease=lease,
            order_key="order_key",
        )

    async def sent(self, ids: Collection[int], *, worker: str, now: datetime) -> None:
        """Settle what was handed over."""
        await settle(self._session, MAILS, ids, worker=worker, now=now, outcome="sent")

    async def gave_up(self, mail_id: int, *, worker: str, now: datetime, reason: str) -> None:
        """Settle a mail that will never be taken, with the reason for people to read."""
        await self._session.execute(
            update(MAILS)
            .where(MAILS.c.id == mail_id, MAILS.c.claimed_by == worker)
            .values(
                outcome="failed",
                last_error=reason[:2000],
                done_at=now,
                claimed_by=None,
                claimed_until=None,
            )
        )

    async def again(self, mail_id: int, *, worker: str, reason: str, retry_at: datetime) -> None:
        """Try a mail again later."""
        await fail(self._session, MAILS, mail_id, worker=worker, error=reason, retry_at=retry_at)

    async def release(self, ids: Collection[int], *, worker: str) -> None:
        """Give mails back that were not tried."""
        await release(self._session, MAILS, ids, worker=worker)

    async def wait_until(self, order_key: str, moment: datetime) -> None:
        """Have mails of one key that were not tried yet wait until then, longer or shorter."""
        await self._session.execute(
            update(MAILS)
            .where(
                MAILS.c.order_key == order_key,
                MAILS.c.done_at.is_(None),
                MAILS.c.claimed_by.is_(None),
                MAILS.c.attempts == 0,
            )
            .values(next_attempt_at=moment)
        )

    async def withdraw(self, person_id: str, now: datetime, reason: str) -> None:
        """Take back what waits for a person."""
        await self._session.execute(
            update(MAILS)
            .where(MAILS.c.person_id == person_id, MAILS.c.done_at.is_(None))
            .values(outcome="withdrawn", done_at=now, last_error=reason)
        )

    async def withhold(self, address: str, now: datetime, reason: str, *, but: str) -> None:
        """Take back what waits for an address, except mails of one kind."""
        await self._session.execute(
            update(MAILS)
            .where(
                func.lower(MAILS.c.recipient) == address.lower(),
                MAILS.c.done_at.is_(None),
                MAILS.c.claimed_by.is_(None),
                MAILS.c.kind != but,
            )
            .values(outcome="withheld", done_at=now, last_error=reason)
        )

    async def came_back(self, message_id: str, reason: str) -> Row[Any] | None:
        """Note that a mail that was sent came back; return which, or none if it is not ours."""
        found = await self._session.execute(
            update(MAILS)
            .where(MAILS.c.message_id == message_id, MAILS.c.outcome.in_(("sent", "bounced")))
            .values(outcome="bounced", last_error=reason[:2000])
            .returning(MAILS.c.id, MAILS.c.person_id, MAILS.c.recipient, MAILS.c.kind)
        )
        return found.first()

    async def sent_as(self, message_id: str) -> Row[Any] | None:
        """Return to whom a mail went."""
        rows = await self._session.execute(
            select(MAILS.c.id, MAILS.c.person_id, MAILS.c.recipient).where(
                MAILS.c.message_id == message_id
            )
        )
        return rows.first()

    async def take_unreached(self, limit: int) -> Sequence[Row[Any]]:
        """Lock mails that did not arrive, and whose asker is yet to be told, until the transaction ends."""
        rows = await self._session.execute(
            select(MAILS)
            .where(
                MAILS.c.asked_by.is_not(None),
                MAILS.c.outcome.in_(("failed", "bounced", "withheld")),
            )
            .order_by(MAILS.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return rows.all()

    async def asker_told(self, mail_id: int) -> None:
        """Note that whoever asked for a mail was told that it did not arrive."""
        await self._session.execute(
            update(MAILS).where(MAILS.c.id == mail_id).values(asked_by=None)
        )

    async def listed(
        self, *, person_id: str | None, limit: int, offset: int = 0
    ) -> tuple[Sequence[Row[Any]], int]:
        """Return mails without their content, newest first, and how many there are in all."""
        wanted = [] if person_id is None else [MAILS.c.person_id == person_id]
        columns = [column for column in MAILS.c if column.name != "raw"]
        rows = await self._session.execute(
            select(*columns).where(*wanted).order_by(MAILS.c.id.desc()).limit(limit).offset(offset)
        )
        number = await self._session.execute(select(func.count()).select_from(MAILS).where(*wanted))
        return rows.all(), int(number.scalar_one())

    async def pending(self, person_id: str, limit: int) -> Sequence[Row[Any]]:
        """Return what waits to be sent to a person, without its content, the next one first."""
        columns = [column for column in MAILS.c if column.name != "raw"]
        rows = await self._session.execute(
            select(*columns)
            .where(MAILS.c.person_id == person_id, MAILS.c.done_at.is_(None))
            .order_by(MAILS.c.next_attempt_at, MAILS.c.id)
            .limit(limit)
        )
        return rows.all()

    async def get(self, mail_id: int) -> Row[Any] | None:
        """Return a mail with its content."""
        rows = await self._session.execute(select(MAILS).where(MAILS.c.id == mail_id))
        return rows.first()
