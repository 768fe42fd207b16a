"""One's own individual sessions ahead, and which of them can still be changed."""

from pydantic import BaseModel

from alongside_scheduler.domain.availability import may_change
from alongside_scheduler.store.availability import rules_of
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.sessions import SessionItem, list_sessions

_MOST = 200
_SHOWN = 12


class OwnBooking(BaseModel):
    """A session of one's own, and whether it may still be moved or cancelled here."""

    session: SessionItem
    may_change: bool

    @property
    def path(self) -> str:
        """Where it is moved or cancelled."""
        return f"/book/change/{self.session.series_id}/{self.session.key}"


async def own_bookings(uow: SchedulerUow) -> list[OwnBooking]:
    """Return the individual sessions ahead in which who asks is the one supervised."""
    items = [
        each
        for each in await list_sessions(uow, limit=_MOST)
        if each.kind == "individual" and each.provider_id != uow.actor.person_id
    ][:_SHOWN]
    rows = {
        provider: await uow.availability.find(provider)
        for provider in {each.provider_id for each in items}
    }
    found = []
    for each in items:
        row = rows[each.provider_id]
        in_time = row is not None and may_change(rules_of(row), each.starts_at, uow.now)
        found.append(OwnBooking(session=each, may_change=in_time))
    return found
