"""Hearing what the scheduler says about series."""

from alongside.contracts.sessions import SessionsEvent
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.hurry import Step
from alongside_notifier.handlers.refresh import refresh_series
from alongside_notifier.store.uow import NotifierUow


async def on_sessions(event: SessionsEvent, uow: NotifierUow, desk: Desk) -> None:
    """Keep the newest state of a series, and set in motion what follows from it."""
    before = await uow.series.get(event.series.series_id)
    if await uow.series.keep(event.series):
        change = Step(before, event.actor_id) if before is not None else None
        await refresh_series(event.series, uow, desk, at=event.occurred_at, step=change)
