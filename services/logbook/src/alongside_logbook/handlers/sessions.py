"""Hearing about series: the copy is brought up to date. Nothing planned ever becomes an hour by itself."""

from alongside.contracts import Event
from alongside.contracts.sessions import SessionsEvent
from alongside_logbook.store.uow import LogbookUow


async def on_sessions(event: Event, uow: LogbookUow) -> None:
    """Keep the newest of each series.

    A consultant's visits are no sessions: they go into a table of their own, so that no attendance
    can be recorded of one, and no minute of it can ever count.
    """
    if not isinstance(event, SessionsEvent):
        return
    series = event.series
    if await uow.sessions.keep_state(series):
        if series.purpose == "consultation":
            await uow.visits.keep(series)
        else:
            await uow.sessions.keep(series)
            # When hours appear to be met is told by the sessions ahead; who leads any gives RSC.
            concerned = {member.person_id for member in series.members}
            await uow.progress.make_stale(concerned | {series.provider_id, *series.co_provider_ids})
