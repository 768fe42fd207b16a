"""What the notifier hears."""

from functools import partial

from alongside.contracts import HOURS, PEOPLE, SESSIONS
from alongside.messaging.subscription import Subscription
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.hours import on_hours
from alongside_notifier.handlers.people import hold_seats, on_people
from alongside_notifier.handlers.sessions import on_sessions


def subscriptions(desk: Desk) -> tuple[Subscription, ...]:
    """Return the topics it listens to, and what it does about them."""
    return (
        Subscription(PEOPLE, "notifier-people", partial(on_people, desk=desk), prepare=hold_seats),
        Subscription(SESSIONS, "notifier-sessions", handle_all=partial(on_sessions, desk=desk)),
        Subscription(HOURS, "notifier-hours", partial(on_hours, desk=desk)),
    )
