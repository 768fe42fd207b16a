"""Hearing what the scheduler says about series."""

from collections.abc import Sequence

from alongside.contracts.sessions import SessionsEvent
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.feeds import rebuild_feeds
from alongside_notifier.handlers.hurry import Step
from alongside_notifier.handlers.refresh import refresh_seats
from alongside_notifier.handlers.turns import Turn
from alongside_notifier.store.uow import NotifierUow


async def on_sessions(events: Sequence[SessionsEvent], uow: NotifierUow, desk: Desk) -> None:
    """Keep the newest state of each series, and set in motion what follows from it.

    Of what comes together each series is taken once at a time: what happened between two of its
    states is seen from step to step. Feeds are rebuilt once, after all.
    """
    stale: set[str] = set()
    left = list(events)
    while left:
        first: dict[str, SessionsEvent] = {}
        left = [
            event for event in left if first.setdefault(event.series.series_id, event) is not event
        ]
        stale |= await _on_each(list(first.values()), uow, desk)
    await rebuild_feeds(stale, uow, desk)


async def _on_each(events: Sequence[SessionsEvent], uow: NotifierUow, desk: Desk) -> set[str]:
    """Take in at most one event of each series; return whose feeds are then to be rebuilt."""
    before = await uow.series.by_ids([event.series.series_id for event in events])
    kept = await uow.series.keep([event.series for event in events])
    turns = []
    for event in events:
        known = before.get(event.series.series_id)
        step = Step(known, event.actor_id) if known is not None else None
        if event.series.series_id in kept:
            trace = uow.traces.get(event.id)
            turns.append(Turn(event.series, event.occurred_at, step, traceparent=trace, kept=True))
    return await refresh_seats(turns, uow, desk)
