"""Series, in the measure of who asks."""

from alongside.contracts import Occurrence, SeriesState
from alongside.errors import NotFound
from alongside.zones import zone
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.series import expected
from alongside_scheduler.handlers.seating import today_in
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.groups import leads_group


async def show_series(series_id: str, uow: SchedulerUow) -> SeriesState:
    """Return a series: whole to who leads it, without the others to a member."""
    series = await uow.series.get(series_id)
    actor = uow.actor
    if actor.is_coordinator or actor.leads(series.provider_id, series.co_provider_ids):
        return series
    mine = tuple(each for each in series.members if each.person_id == actor.person_id)
    led = any(each.provider_id == actor.person_id for each in series.occurrences)
    if actor.person_id is None or not (mine or led):
        raise NotFound("There is no such series.")
    return series.model_copy(update={"members": mine})


def seen_sessions(series: SeriesState, actor: Actor) -> list[Occurrence]:
    """Return the sessions of a series that are for who asks: all of them for who leads it."""
    everything = actor.is_coordinator or actor.leads(series.provider_id, series.co_provider_ids)
    at = zone(series.zone)
    return [
        each
        for each in sorted(series.occurrences, key=lambda each: each.starts_at)
        if everything
        or each.provider_id == actor.person_id
        or actor.person_id in expected(series, each, at)
    ]


async def sees_group(series: SeriesState, uow: SchedulerUow) -> bool:
    """Tell whether who asks may see the group's own page, too; a consultant's visits have none."""
    if series.purpose == "consultation":
        return False
    row = await uow.groups.get(series.group_id)
    roster = await uow.seats.stays(series.group_id, today_in(series.zone, uow))
    return leads_group(uow.actor, row) or uow.actor.person_id in {each.person_id for each in roster}
