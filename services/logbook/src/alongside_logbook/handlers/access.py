"""Who may see whose hours: oneself, whoever leads one's sessions, coordinators."""

from alongside.errors import NotFound
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.uow import LogbookUow


async def may_see_hours(actor: Actor, person_id: str, uow: LogbookUow) -> None:
    """Refuse, as if there were nothing, whoever has no part in a person's hours."""
    if actor.coordinator or actor.person_id == person_id:
        return
    if not await uow.sessions.leads_for(actor.person_id, person_id):
        raise NotFound
