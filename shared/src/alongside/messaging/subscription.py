"""What a service hears, and how a record becomes its effect exactly once.

A handler is `async def handle(event, uow)`. It is called inside a transaction that also holds the
inbox mark; it must survive being cancelled at any await, and being asked again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite

from alongside.contracts import Event
from alongside.db.database import Database, is_lost_race, is_transient
from alongside.db.direct import flushed
from alongside.db.halves import in_halves
from alongside.db.uow import UnitOfWork
from alongside.messaging.envelope import Envelope, UnreadableRecord
from alongside.messaging.inbox import claim_new
from alongside.observability import metrics
from alongside.observability.tracing import continued, current_traceparent, is_exported

log = structlog.get_logger(__name__)

RETRIES = (0.05, 0.25, 1.0)
"""Pauses in seconds before a record that raises is tried again in place; then it is parked."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A service's interest in one topic. `consumer` names the inbox and the Kafka group.

    Who can take in many events in a few statements has `handle_all`: it gets what came together,
    in order, and is called in place of `handle`, be it for one event. `prepare` is called before the
    first of several is handled one by one: what they lock, it locks in one order.
    """

    topic: str
    consumer: str
    handle: Callable[[Any, Any], Awaitable[None]] | None = None
    handle_all: Callable[[Sequence[Any], Any], Awaitable[None]] | None = None
    prepare: Callable[[Sequence[Any], Any], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        """Raise `TypeError` where nobody, or two, would handle what comes."""
        if (self.handle is None) == (self.handle_all is None):
            message = f"{self.consumer}: either handle or handle_all"
            raise TypeError(message)


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
        event = envelope.event()
        if event is None:
            self._skip(envelope)
        else:
            await self._take_in([(envelope, event)])

    async def deliver_or_park(self, envelope: Envelope, raw: RawRecord) -> None:
        """Have one record take effect; park it after some tries unless the fault is a passing one.

        Raises only for transient faults (the database is away): whoever carries the record keeps
        it and comes back. A poison record goes to `dead_letters` and never blocks its key.
        """
        await self.deliver_batch([(envelope, raw)])

    async def deliver_batch(self, batch: Sequence[tuple[Envelope, RawRecord]]) -> None:
        """Have a batch take effect in one transaction, and what fails of it be parked, as one does.

        When it fails, each half of it is tried, and so on: what is poison is found among many in a
        few transactions, and everything keeps its order. Also where it lost a race: two batches that
        touch the same rows in another order would wait for each other again and again, where short
        transactions pass.
        """
        heard: list[tuple[Envelope, Event]] = []
        raws: dict[str, RawRecord] = {}
        unknown: list[Envelope] = []
        for envelope, raw in batch:
            try:
                event = envelope.event()
            except UnreadableRecord as error:
                await self.park(raw, error)
                continue
            if event is None:
                unknown.append(envelope)
            else:
                heard.append((envelope, event))
                raws.setdefault(envelope.event_id, raw)

        async def alone(one: tuple[Envelope, Event], error: Exception) -> None:
            await self._retry([one], raws[one[0].event_id], error)

        await in_halves(heard, self._take_in, alone)
        # Counted once it is done: a batch that cannot be taken in now comes again.
        for envelope in unknown:
            self._skip(envelope)

    async def _retry(
        self, alone: Sequence[tuple[Envelope, Event]], raw: RawRecord, error: Exception
    ) -> None:
        for pause in self._retries:
            metrics.CONSUMER_RETRIES.labels(self.name).inc()
            await asyncio.sleep(pause)
            try:
                return await self._take_in(alone)
            except Exception as again:
                if is_transient(again) and not is_lost_race(again):
                    raise
                error = again
        if is_lost_race(error):
            raise error
        return await self.park(raw, error)

    def _skip(self, envelope: Envelope) -> None:
        metrics.CONSUMER_UNKNOWN.labels(self.name).inc()
        log.info("unknown_event_skipped", consumer=self.name, type=envelope.type)

    async def _take_in(self, heard: Sequence[tuple[Envelope, Event]]) -> None:
        """Have events take effect in one transaction."""
        async with self._uow() as uow:
            new = await claim_new(
                uow.session,
                self._database.plumbing.inbox,
                consumer=self.name,
                event_ids=[envelope.event_id for envelope, _ in heard],
                now=uow.now,
            )
            fresh = []
            for envelope, event in heard:
                if envelope.event_id in new:
                    new.remove(envelope.event_id)  # a batch may hold the same event twice
                    fresh.append((envelope, event))
            if fresh:
                await self._handle(fresh, uow)
                await uow.commit()
        metrics.CONSUMER_DUPLICATES.labels(self.name).inc(len(heard) - len(fresh))
        metrics.CONSUMER_HANDLED.labels(self.name).inc(len(heard))

    async def _handle(self, fresh: Sequence[tuple[Envelope, Event]], uow: UnitOfWork) -> None:
        handle, handle_all = self.subscription.handle, self.subscription.handle_all
        if handle is not None:
            if self.subscription.prepare is not None:
                await self.subscription.prepare([event for _, event in fresh], uow)
            for envelope, event in fresh:
                with self._within(envelope):
                    await handle(event, uow)
                    await flushed(uow.session)
        elif handle_all is not None:
            with ExitStack() as traces:
                # Where spans go nowhere, each event is still followed by the trace it came with.
                uow.traces = {envelope.event_id: envelope.traceparent for envelope, _ in fresh}
                for envelope, _ in fresh if is_exported() else fresh[:1]:
                    traces.enter_context(self._within(envelope))
                    uow.traces[envelope.event_id] = current_traceparent()
                await handle_all([event for _, event in fresh], uow)
                await flushed(uow.session)

    @contextmanager
    def _within(self, envelope: Envelope) -> Iterator[None]:
        """Continue the trace of a record, and name it in what is logged."""
        about = {
            "messaging.system": "alongside",
            "messaging.operation.type": "process",
            "messaging.destination.name": envelope.topic,
            "messaging.consumer.group.name": self.name,
            "messaging.message.id": envelope.event_id,
        }
        with (
            continued(envelope.traceparent, f"take in {envelope.type}", attributes=about),
            structlog.contextvars.bound_contextvars(event_id=envelope.event_id),
        ):
            yield

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
