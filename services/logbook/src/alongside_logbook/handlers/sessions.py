"""Hearing about series: copies are brought up to date. Nothing planned ever becomes an hour by itself."""

from collections.abc import Sequence

from alongside.contracts import Event
from alongside.contracts.sessions import SessionsEvent
from alongside_logbook.store.uow import LogbookUow


async def on_sessions(events: Sequence[Event], uow: LogbookUow) -> None:
    """Keep the newest of each series; what lay between does not matter here.

    A consultant's visits are no sessions: they go into a table of their own, so that no attendance
    can be recorded of one, and no minute of it can ever count.
    """
    said = [event.series for event in events if isinstance(event, SessionsEvent)]
    kept = await uow.sessions.keep_states(said)
    for series in kept.newer:
        if series.purpose == "consultation":
            await uow.visits.keep(series)
    sessions = [series for series in kept.newer if series.purpose != "consultation"]
    await uow.sessions.keep(sessions, kept.before)
    # When hours appear to be met is told by the sessions ahead; who leads any gives RSC.
    members = {member.person_id for series in sessions for member in series.members}
    leaders = {who for each in sessions for who in (each.provider_id, *each.co_provider_ids)}
    await uow.progress.make_stale(members | leaders)
