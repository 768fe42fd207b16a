"""What a service hears, and how a record becomes its effect exactly once.

A handler is `async def handle(event, uow)`. It is called inside a transaction that also holds the
inbox mark; it must survive being cancelled at any await, and being asked again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite

from alongside.contracts import Event
from alongside.db.database import Database, is_transient
from alongside.db.direct import flushed
from alongside.db.uow import UnitOfWork
from alongside.messaging.envelope import Envelope, UnreadableRecord
from alongside.messaging.inbox import claim_new
from alongside.observability import metrics
from alongside.observability.tracing import continued

log = structlog.get_logger(__name__)

RETRIES = (0.05, 0.25, 1.0)
"""Pauses in seconds before a record that raises is tried again in place; then it is parked."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A service's interest in one topic. `consumer` names the inbox and the Kafka group."""

    topic: str
    consumer: str
    handle: Callable[[Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it came, kept so that a broken one can be parked with everything it had."""

    topic: str
    position: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    """A header may be null."""


class Consumer:
    """Turns the records of one subscription into effects of one service."""

    def __init__(
        self,
        subscription: Subscription,
        database: Database,
        uow: Callable[[], AbstractAsyncContextManager[Any]],
        *,
        retries: Sequence[float] = RETRIES,
    ) -> None:
        self.subscription = subscription
        self._database = database
        self._uow = uow
        self._retries = retries

    @property
    def name(self) -> str:
        """The consumer's name: inbox key and Kafka group."""
        return self.subscription.consumer

    async def deliver(self, envelope: Envelope) -> None:
        """Have one record take effect, once. Raises what the handler raises."""
        await self._deliver_together([envelope])

    async def deliver_or_park(self, envelope: Envelope, raw: RawRecord) -> None:
        """Have one record take effect; park it after some tries unless the fault is a passing one.

        Raises only for transient faults (the database is away): whoever carries the record keeps
        it and comes back. A poison record goes to `dead_letters` and never blocks its key.
        """
        for pause in (*self._retries, None):
            try:
                return await self.deliver(envelope)
            except UnreadableRecord as error:
                return await self.park(raw, error)
            except Exception as error:
                if is_transient(error):
                    raise
                if pause is None:
                    return await self.park(raw, error)
                metrics.CONSUMER_RETRIES.labels(self.name).inc()
            await asyncio.sleep(pause)
        return None

    async def deliver_batch(self, batch: Sequence[tuple[Envelope, RawRecord]]) -> None:
        """Have a batch take effect in one transaction; fall back to one by one when any of it fails."""
        if not batch:
            return
        try:
            await self._deliver_together([envelope for envelope, _ in batch])
        except Exception as error:
            if is_transient(error):
                raise
            for envelope, raw in batch:
                await self.deliver_or_park(envelope, raw)

    async def _deliver_together(self, envelopes: Sequence[Envelope]) -> None:
        heard: list[tuple[Envelope, Event]] = []
        unknown: list[str] = []
        for envelope in envelopes:
            event = envelope.event()
            if event is None:
                unknown.append(envelope.type)
            else:
                heard.append((envelope, event))
        known = await self._take_in(heard) if heard else 0
        # Counted once it is done: a batch that fails is gone through again, one by one.
        for kind in unknown:
            metrics.CONSUMER_UNKNOWN.labels(self.name).inc()
            log.info("unknown_event_skipped", consumer=self.name, type=kind)
        metrics.CONSUMER_DUPLICATES.labels(self.name).inc(known)
        metrics.CONSUMER_HANDLED.labels(self.name).inc(len(heard))

    async def _take_in(self, heard: Sequence[tuple[Envelope, Event]]) -> int:
        """Have events take effect in one transaction; return how many had done so before."""
        known = 0
        async with self._uow() as uow:
            new = await claim_new(
                uow.session,
                self._database.plumbing.inbox,
                consumer=self.name,
                event_ids=[envelope.event_id for envelope, _ in heard],
                now=uow.now,
            )
            for envelope, event in heard:
                if envelope.event_id in new:
                    new.remove(envelope.event_id)  # a batch may hold the same event twice
                    await self._handle(envelope, event, uow)
                else:
                    known += 1
            await uow.commit()
        return known

    async def _handle(self, envelope: Envelope, event: Event, uow: UnitOfWork) -> None:
        with (
            continued(
                envelope.traceparent,
                f"take in {envelope.type}",
                attributes={
                    "messaging.system": "alongside",
                    "messaging.operation.type": "process",
                    "messaging.destination.name": envelope.topic,
                    "messaging.consumer.group.name": self.name,
                    "messaging.message.id": envelope.event_id,
                },
            ),
            structlog.contextvars.bound_contextvars(event_id=envelope.event_id),
        ):
            await self.subscription.handle(event, uow)
            await flushed(uow.session)

    async def park(self, raw: RawRecord, error: BaseException) -> None:
        """Put a record aside, with everything it had and why; parking it again changes nothing."""
        table = self._database.plumbing.dead_letters
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        async with self._uow() as uow:
            await uow.session.execute(
                insert(table)
                .values(
                    consumer=self.name,
                    topic=raw.topic,
                    position=raw.position,
                    key=raw.key,
                    headers=json.dumps(
                        [
                            [name, None if value is None else value.hex()]
                            for name, value in raw.headers
                        ]
                    ),
                    payload=raw.value,
                    error=f"{type(error).__name__}: {error}"[:4000],
                    parked_at=uow.now,
                )
                .on_conflict_do_nothing()
            )
            await uow.commit()
        metrics.DEAD_LETTERS.labels(self.name).inc()
        log.error("record_parked", consumer=self.name, topic=raw.topic, position=raw.position)
