"""Hearing about series: the copy is brought up to date. Nothing planned ever becomes an hour by itself."""

from alongside.contracts import Event
from alongside.contracts.sessions import SessionsEvent
from alongside_logbook.store.uow import LogbookUow


async def on_sessions(event: Event, uow: LogbookUow) -> None:
    """Keep the newest of each series."""
    if isinstance(event, SessionsEvent):
        await uow.sessions.keep(event.series)
