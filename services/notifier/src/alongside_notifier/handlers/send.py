"""Sending the queue: claimed, handed over, settled. A crash in between repeats Message-IDs.

What a quick server takes within a moment is settled together: a transaction for each mail would
take longer than the mail.
"""

from asyncio import get_running_loop
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row

from alongside.db.claim import backoff
from alongside.db.insist import insist
from alongside.observability import metrics
from alongside.observability.tracing import SpanKind, continued
from alongside_notifier.delivery import Away, Counter, NotNow, Parcel, Post, Refused
from alongside_notifier.domain.bounces import failure_of
from alongside_notifier.handlers.intake import refused_for_good
from alongside_notifier.handlers.tell import OpenUow

log = structlog.get_logger(__name__)

GIVE_UP = timedelta(days=3)
LEASE = timedelta(minutes=10)
_BATCH = 20
_TOGETHER = 10
_SETTLE_AFTER = 0.25
"""Seconds: so much, or so many mails, are repeated at most where a worker dies."""
_PATIENCE = LEASE.total_seconds() / 2
"""Seconds for which what was handed over is kept in mind while the database is away."""


async def send_mail(open_uow: OpenUow, post: Post, worker: str) -> int:
    """Send what is due; return how many mails were handed over."""
    number = 0
    while True:
        async with open_uow() as uow:
            rows = await uow.mails.claim(now=uow.now, worker=worker, limit=_BATCH, lease=LEASE)
            if not rows:
                return number
            await uow.session.commit()
        sent = await _Round(open_uow, post, worker).send(rows)
        number += sent
        if sent < len(rows):
            return number


class _Round:
    """One batch over one connection."""

    def __init__(self, open_uow: OpenUow, post: Post, worker: str) -> None:
        self._open_uow = open_uow
        self._post = post
        self._worker = worker
        self._handed: list[Row[Any]] = []
        self._settled_at = get_running_loop().time()

    async def send(self, rows: Sequence[Row[Any]]) -> int:
        left = list(rows)
        sent = 0
        blocked: set[str] = set()
        try:
            async with self._post.open() as counter:
                while left:
                    row = left[0]
                    if row.order_key in blocked:
                        await self._release([row.id])
                    elif await self._hand(counter, row):
                        sent += 1
                    else:
                        blocked.add(row.order_key)
                    left.pop(0)
        except Away as error:
            log.warning("post_away", error=str(error), waiting=len(left))
            metrics.MAIL_FAILED.labels("away").inc()
            for row in left:
                await self._later(row, str(error))
        finally:
            await self._settle()
        return sent

    async def _hand(self, counter: Counter, row: Row[Any]) -> bool:
        """Hand one mail over; tell whether the next one to this person may follow."""
        parcel = Parcel(row.id, row.kind, row.queued_at, row.sender, row.recipient, row.raw)
        about = {"alongside.mail.kind": row.kind, "alongside.mail.number": row.id}
        try:
            with continued(row.traceparent, "hand over mail", SpanKind.CLIENT, about):
                await counter.hand(parcel)
        except Refused as error:
            async with self._open_uow() as uow:
                reason = f"The mail server refused it: {error}"
                await uow.mails.gave_up(row.id, worker=self._worker, now=uow.now, reason=reason)
                await refused_for_good(row.recipient, failure_of(str(error)), str(error), uow)
                await uow.session.commit()
            log.warning("mail_refused", mail=row.id, kind=row.kind, error=str(error))
            return True
        except NotNow as error:
            metrics.MAIL_FAILED.labels("not_now").inc()
            return await self._later(row, str(error))
        self._handed.append(row)
        since = get_running_loop().time() - self._settled_at
        if len(self._handed) >= _TOGETHER or since > _SETTLE_AFTER:
            await self._settle()
        return True

    async def _settle(self) -> None:
        """Note what was handed over."""
        self._settled_at = get_running_loop().time()
        if not self._handed:
            return
        handed, self._handed = self._handed, []

        async def sent() -> None:
            async with self._open_uow() as uow:
                await uow.mails.sent([row.id for row in handed], worker=self._worker, now=uow.now)
                await uow.session.commit()

        await insist(sent, longest=_PATIENCE)
        for row in handed:
            metrics.MAIL_SENT.labels(row.kind).inc()

    async def _later(self, row: Row[Any], reason: str) -> bool:
        """Put a mail off, or give it up after days; tell whether the next one may follow."""
        return await insist(lambda: self._put_off(row, reason), longest=_PATIENCE)

    async def _put_off(self, row: Row[Any], reason: str) -> bool:
        async with self._open_uow() as uow:
            gives_up = bool(row.queued_at + GIVE_UP <= uow.now)
            if gives_up:
                metrics.MAIL_FAILED.labels("given_up").inc()
                reason = f"Given up after {GIVE_UP.days} days. The last reason: {reason}"
                await uow.mails.gave_up(row.id, worker=self._worker, now=uow.now, reason=reason)
            else:
                pause = backoff(row.attempts, first=5, longest=1800)
                await uow.mails.again(
                    row.id, worker=self._worker, reason=reason, retry_at=uow.now + pause
                )
            await uow.session.commit()
        return gives_up

    async def _release(self, ids: Sequence[int]) -> None:
        async def released() -> None:
            async with self._open_uow() as uow:
                await uow.mails.release(ids, worker=self._worker)
                await uow.session.commit()

        await insist(released, longest=_PATIENCE)
