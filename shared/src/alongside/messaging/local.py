"""The in-process bus of the embedded mode.

Publishing hands the record to every consumer of its topic and returns only after each of their
transactions committed: an event is marked delivered no earlier than that, so this bus is as
durable as Kafka. A consumer that already had it is a no-op, so a retry after one of several
failed repeats nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from alongside.messaging.envelope import Envelope
from alongside.messaging.subscription import Consumer, RawRecord

_TOGETHER = 50
"""So many records at most are one transaction of a consumer: pages wait for it."""


class LocalBus:
    """Hands records to the consumers in this process."""

    def __init__(self, consumers: Iterable[Consumer]) -> None:
        self._by_topic: dict[str, list[Consumer]] = defaultdict(list)
        for consumer in consumers:
            self._by_topic[consumer.subscription.topic].append(consumer)

    async def publish(self, envelope: Envelope) -> None:
        """Deliver a record to each consumer in turn; raise when one of them is away."""
        raw = raw_record(envelope)
        for consumer in self._by_topic.get(envelope.topic, ()):
            await consumer.deliver_or_park(envelope, raw)

    async def publish_all(
        self, envelopes: Sequence[Envelope], *, within: float
    ) -> Sequence[BaseException | None]:
        """Deliver records of different keys, some at a time; return what went wrong with each, in order.

        Those that time did not suffice for have failed: they come again.
        """
        errors: list[BaseException | None] = []
        until = asyncio.get_running_loop().time() + within
        for first in range(0, len(envelopes), _TOGETHER):
            some = envelopes[first : first + _TOGETHER]
            failed: BaseException | None = None
            try:
                async with asyncio.timeout_at(until):
                    await self._deliver(some)
            except Exception as error:  # noqa: BLE001  # any fault means: not delivered
                failed = error
            errors += [failed] * len(some)
        return errors

    async def _deliver(self, envelopes: Sequence[Envelope]) -> None:
        batches: dict[Consumer, list[tuple[Envelope, RawRecord]]] = defaultdict(list)
        for envelope in envelopes:
            for consumer in self._by_topic.get(envelope.topic, ()):
                batches[consumer].append((envelope, raw_record(envelope)))
        for consumer, batch in batches.items():
            await consumer.deliver_batch(batch)


def raw_record(envelope: Envelope) -> RawRecord:
    """Return an envelope as it would have come over a wire."""
    return RawRecord(
        topic=envelope.topic,
        position=envelope.event_id,
        key=envelope.key.encode(),
        value=envelope.payload,
        headers=tuple((name, value.encode()) for name, value in envelope.headers().items()),
    )
