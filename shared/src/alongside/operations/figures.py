"""The figures of a service, read from its database: for Prometheus, the page and the doctor alike."""

from sqlalchemy import func, select

from alongside.db import claim
from alongside.observability import metrics
from alongside.observability.figure import Figure
from alongside.service import ServiceApp

OLD_SECONDS = 60
"""From this age on, an event that is not on the bus yet is worth a look."""


async def figures_of(app: ServiceApp) -> tuple[Figure, ...]:
    """Return the figures that every service has, and those of its own."""
    outbox, parked = app.database.plumbing.outbox, app.database.plumbing.dead_letters
    async with app.database.read() as session:
        waiting, oldest = await claim.pending(session, outbox)
        letters = await session.scalar(
            select(func.count()).select_from(parked).where(parked.c.replayed_at.is_(None))
        )
    age = (app.clock.now() - oldest).total_seconds() if oldest else 0
    own = await app.figures() if app.figures is not None else ()
    return (
        Figure(
            metrics.OUTBOX_PENDING,
            "Events waiting to be published",
            waiting,
            labels=(app.name,),
        ),
        Figure(
            metrics.OUTBOX_OLDEST_SECONDS,
            "The oldest event waits for",
            max(0, age),
            most=OLD_SECONDS,
            unit="s",
            advice=f"Is the relay of the {app.name} running, and does Kafka answer? Nothing is lost: "
            "what waits leaves as soon as they do.",
            labels=(app.name,),
        ),
        Figure(
            metrics.DEAD_LETTERS_WAITING,
            "Records parked",
            letters or 0,
            most=0,
            advice="Read why: alongside dead-letters list. Mend the cause, then have them tried again "
            f"under Operations, or by: alongside dead-letters replay {app.name}. What is no record of "
            f"ours: alongside dead-letters put-away {app.name} NUMBER.",
            labels=(app.name,),
        ),
        *own,
    )


async def measure(app: ServiceApp) -> None:
    """Have Prometheus see what the database says."""
    for figure in await figures_of(app):
        figure.publish()
