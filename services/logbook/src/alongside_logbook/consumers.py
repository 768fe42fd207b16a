"""What the logbook hears: people, and sessions."""

from alongside.contracts import PEOPLE, SESSIONS
from alongside.messaging.subscription import Subscription
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.sessions import on_sessions


def subscriptions() -> tuple[Subscription, ...]:
    """Return the logbook's interests."""
    return (
        Subscription(PEOPLE, "logbook-people", on_people),
        Subscription(SESSIONS, "logbook-sessions", handle_all=on_sessions),
    )
