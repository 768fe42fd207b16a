"""The relay: carries committed events from a service's outbox to the bus, in order per key.

A round is a short claim, then publishing with no transaction open, then a short settling. Keys
travel side by side, the events of one key strictly one after the other. When one fails, the rest
of its key is given back and waits with it: a "cancelled" must never overtake its "booked". What
was published but not settled, because the process died, is published again; the inboxes of the
consumers absorb it.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

import structlog
from sqlalchemy import Row, delete, select

from alongside.clock import Clock
from alongside.db import claim
from alongside.db.database import Database
from alongside.db.insist import insist
from alongside.db.uow import Bell
from alongside.messaging.envelope import Envelope
from alongside.observability import metrics
from alongside.observability.pulse import Pulse
from alongside.observability.tracing import (
    SpanKind,
    continued,
    current_traceparent,
    is_exported,
)

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 5
"""Seconds between tries while the bus or the database is away: soon after it is back, events flow."""

PACE = 0.1
"""Seconds from one round to the next while events keep coming, unless a round was full.

The first after a pause goes at once. What is said in a tenth of a second goes together, and stays
together behind the bus: there a consumer takes in many in the statements of one.
"""

_CARRIED = (
    "id", "event_id", "topic", "key", "type", "payload", "traceparent", "occurred_at", "attempts",
)  # fmt: skip


class Publisher(Protocol):
    """Puts a record on the bus. Returning means it is there for good; anything else raises."""

    async def publish(self, envelope: Envelope) -> None:
        """Publish one record and wait until the bus has it."""
        ...


@runtime_checkable
class PublisherOfMany(Publisher, Protocol):
    """Puts many records on the bus at once: what each of them costs by itself is paid once."""

    async def publish_all(
        self, envelopes: Sequence[Envelope], *, within: float
    ) -> Sequence[BaseException | None]:
        """Put records of different keys on the bus; return what went wrong with each, in order.

        Takes hardly longer than `within` seconds: what is not known to be there by then has failed.
        """
        ...


@dataclass
class _Done:
    """What became of the events of a round, by their rows."""

    published: list[int] = field(default_factory=list)
    failed: list[list[tuple[Row[Any], str]]] = field(default_factory=list)
    """Of each key at which it failed: the event, and those behind it."""
    left: list[int] = field(default_factory=list)
    """Not tried: the round took too long."""


class Relay:
    """One service's relay. Several may run side by side; the claim decides."""

    def __init__(
        self,
        service: str,
        database: Database,
        publisher: Publisher,
        clock: Clock,
        *,
        worker: str,
        bell: Bell | None = None,
        batch: int = 200,
        side_by_side: int = 50,
        publish_timeout: float = 10,
        lease: timedelta = timedelta(seconds=120),
        poll: float = 1.0,
        pace: float = PACE,
    ) -> None:
        if math.ceil(batch / side_by_side) * publish_timeout >= lease.total_seconds():
            message = "the slowest round must end before the lease does"
            raise ValueError(message)
        self._service = service
        self._database = database
        self._outbox = database.plumbing.outbox
        self._publisher = publisher
        self._clock = clock
        self._worker = worker
        self._ear = (bell or Bell()).ear()
        self._batch = batch
        self._gate = asyncio.Semaphore(side_by_side)
        self._timeout = publish_timeout
        # Beside a bus that is away, each event of a round may wait for its time-out.
        self.pulse = Pulse(f"relay {service}", 2 * lease.total_seconds())
        self._lease = lease
        self._poll = poll
        self._pace = pace

    async def run(self) -> None:
        """Carry events until cancelled; faults are logged and waited out."""
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            if not getattr(self._publisher, "connected", True):
                # Nothing is taken up only to be put down again; the bus says itself that it is away.
                self._beat()
                await asyncio.sleep(self._poll)
                continue
            began = loop.time()
            try:
                carried = await self.round()
                failures = 0
                self._beat()
            except Exception as error:  # noqa: BLE001  # the loop must outlive every fault
                failures += 1
                log.warning("relay_round_failed", service=self._service, error=repr(error))
                await asyncio.sleep(min(LONGEST_PAUSE, 0.5 * 2 ** min(failures, 6)))
                continue
            if carried < self._batch:
                if carried:
                    await asyncio.sleep(began + self._pace - loop.time())
                await self._ear.wait(self._poll)

    def _beat(self) -> None:
        self.pulse.beat()
        metrics.RELAY_LAST_ROUND.labels(self._service).set_to_current_time()

    async def drain(self) -> int:
        """Carry everything that is due now; return how many events were published."""
        total = 0
        while carried := await self.round():
            total += carried
        return total

    async def round(self) -> int:
        """Claim, publish and settle one batch; return how many events were published."""
        async with self._database.write() as session:
            rows = await claim.claim(
                session,
                self._outbox,
                now=self._clock.now(),
                worker=self._worker,
                limit=self._batch,
                lease=self._lease,
                order_key="key",
                returning=[self._outbox.c[name] for name in _CARRIED],
            )
            await session.commit()
        if not rows:
            return 0
        by_key: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        for row in rows:
            by_key[row.topic, row.key].append(row)
        done = await self._carry(list(by_key.values()))

        async def settle() -> None:
            async with self._database.write() as session:
                await claim.settle(
                    session, self._outbox, done.published, worker=self._worker,
                    now=self._clock.now(),
                )  # fmt: skip
                for failed in done.failed:
                    await self._give_back(session, failed)
                await claim.release(session, self._outbox, done.left, worker=self._worker)
                await session.commit()

        published = done.published
        await insist(settle, longest=self._lease.total_seconds() / 2)
        metrics.RELAY_PUBLISHED.labels(self._service).inc(len(published))
        return len(published)

    async def _carry(self, keys: list[list[Row[Any]]]) -> "_Done":
        """Publish the first of each key, then the second of each that has one, and so on."""
        done = _Done()
        until = asyncio.get_running_loop().time() + self._lease.total_seconds() / 3
        turn = 0
        while keys and asyncio.get_running_loop().time() < until:
            errors = await self._publish_all([rows[turn] for rows in keys])
            further = []
            for rows, error in zip(keys, errors, strict=True):
                if error is not None:
                    done.failed.append([(later, repr(error)) for later in rows[turn:]])
                    continue
                done.published.append(rows[turn].id)
                if turn + 1 < len(rows):
                    further.append(rows)
            keys, turn = further, turn + 1
        if done.failed:
            # Once for all of them: while the bus is away, there may be a thousand each time.
            first, why = done.failed[0][0]
            log.warning(
                "publish_failed",
                service=self._service,
                keys=len(done.failed),
                type=first.type,
                error=why,
            )
        done.left = [row.id for rows in keys for row in rows[turn:]]
        return done

    async def _publish_all(self, rows: Sequence[Row[Any]]) -> Sequence[BaseException | None]:
        """Publish events of different keys side by side; return what went wrong with each."""
        envelopes = [_envelope(row, self._service) for row in rows]
        if isinstance(self._publisher, PublisherOfMany) and not is_exported():
            return await self._publisher.publish_all(envelopes, within=self._timeout)
        return await asyncio.gather(*(self._publish_in_turn(each) for each in envelopes))

    async def _publish_in_turn(self, envelope: Envelope) -> BaseException | None:
        async with self._gate:
            try:
                async with asyncio.timeout(self._timeout):
                    await self._publish(envelope)
            except Exception as error:  # noqa: BLE001  # any fault means: not published
                return error
        return None

    async def _publish(self, envelope: Envelope) -> None:
        if not is_exported():
            return await self._publisher.publish(envelope)
        about = {
            "messaging.operation.type": "send",
            "messaging.destination.name": envelope.topic,
            "messaging.message.id": envelope.event_id,
        }
        kind = SpanKind.PRODUCER
        with continued(envelope.traceparent, f"publish {envelope.type}", kind, about):
            onward = replace(envelope, traceparent=current_traceparent())
            return await self._publisher.publish(onward)

    async def _give_back(self, session: Any, failed: Sequence[tuple[Row[Any], str]]) -> None:
        if not failed:
            return
        (first, error), *rest = failed
        await claim.fail(
            session,
            self._outbox,
            first.id,
            worker=self._worker,
            error=error,
            retry_at=self._clock.now()
            + claim.backoff(first.attempts, first=0.5, longest=LONGEST_PAUSE),
        )
        await claim.release(session, self._outbox, [row.id for row, _ in rest], worker=self._worker)

    async def forget(self, older_than: timedelta, *, at_a_time: int = 1000) -> int:
        """Delete events published longer ago than `older_than`, in small transactions."""
        table, before, total = self._outbox, self._clock.now() - older_than, 0
        while True:
            async with self._database.write() as session:
                old = select(table.c.id).where(table.c.done_at < before).limit(at_a_time)
                gone = await session.execute(delete(table).where(table.c.id.in_(old)))
                await session.commit()
            count = int(getattr(gone, "rowcount", 0))
            total += count
            if count < at_a_time:
                return total


def _envelope(row: Row[Any], service: str) -> Envelope:
    return Envelope(
        event_id=row.event_id,
        topic=row.topic,
        key=row.key,
        type=row.type,
        payload=bytes(row.payload),
        occurred_at=row.occurred_at,
        traceparent=row.traceparent,
        source=service,
    )
