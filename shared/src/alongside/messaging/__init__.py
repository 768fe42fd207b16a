"""How facts travel: outbox, relay, bus, inbox, dead letters."""

from alongside.messaging.envelope import Envelope, UnreadableRecord
from alongside.messaging.subscription import Consumer, Subscription

__all__ = ["Consumer", "Envelope", "Subscription", "UnreadableRecord"]
