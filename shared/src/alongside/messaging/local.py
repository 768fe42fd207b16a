"""The in-process bus of the embedded mode.

Publishing hands the record to every consumer of its topic and returns only after each of their
transactions committed: an event is marked delivered no earlier than that, so this bus is as
durable as Kafka. A consumer that already had it is a no-op, so a retry after one of several
failed repeats nothing.
"""

from collections import defaultdict
from collections.abc import Iterable

from alongside.messaging.envelope import Envelope
from alongside.messaging.subscription import Consumer, RawRecord


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


def raw_record(envelope: Envelope) -> RawRecord:
    """Return an envelope as it would have come over a wire."""
    return RawRecord(
        topic=envelope.topic,
        position=envelope.event_id,
        key=envelope.key.encode(),
        value=envelope.payload,
        headers=tuple((name, value.encode()) for name, value in envelope.headers().items()),
    )
