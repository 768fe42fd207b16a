"""A bus with patience: it gathers what is said and hands each listener all of it at once.

The in-process bus of the product gives every event to every listener in a transaction of its own,
and marks it delivered no earlier. Two years of events do not need that care: they are lived in a
folder that is thrown away if anything goes wrong. One after the other and always in the same
order, they also come out the same every time.
"""

from collections.abc import Collection, Iterable

from alongside.host import Host
from alongside.messaging.envelope import Envelope
from alongside.messaging.local import raw_record
from alongside.messaging.subscription import Consumer
from alongside.settings import ServiceName


class PatientBus:
    """Keeps records until they are handed over."""

    def __init__(self) -> None:
        self._kept: list[Envelope] = []

    async def publish(self, envelope: Envelope) -> None:
        """Keep a record."""
        self._kept.append(envelope)

    async def hand_over(self, consumers: Iterable[Consumer]) -> int:
        """Deliver what was kept, each consumer's in one transaction; return how much it was."""
        kept, self._kept = self._kept, []
        for consumer in consumers:
            topic = consumer.subscription.topic
            await consumer.deliver_batch(
                [(each, raw_record(each)) for each in kept if each.topic == topic]
            )
        return len(kept)


class Carrier:
    """Carries what services said over the bus; asks only those that have done anything since."""

    def __init__(self, host: Host, bus: PatientBus) -> None:
        self._bus = bus
        self._relays = {
            name: (host.relays[name], app.bell.ear()) for name, app in host.services.items()
        }
        self._consumers = [each for listening in host.consumers.values() for each in listening]

    async def carry(self, of: Collection[ServiceName] | None = None) -> None:
        """Carry everything, or everything of some services, until nobody has anything to add."""
        while True:
            for name, (relay, ear) in self._relays.items():
                if ear.rang and (of is None or name in of):
                    ear.forget()
                    await relay.drain()
            if not await self._bus.hand_over(self._consumers):
                return
