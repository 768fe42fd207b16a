"""What the scheduler hears: answers to invitations, and progress."""

from alongside.contracts import ANSWERS, HOURS
from alongside.messaging.subscription import Subscription
from alongside_scheduler.handlers.copies import hear_hours, on_answers


def subscriptions() -> tuple[Subscription, ...]:
    """Return the scheduler's interests."""
    return (
        Subscription(ANSWERS, "scheduler-answers", on_answers),
        Subscription(HOURS, "scheduler-hours", handle_all=hear_hours),
    )
