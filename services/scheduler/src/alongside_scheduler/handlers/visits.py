"""A consultant's visits to a site: drafted, then planned. Moving and cancelling is as for any series."""

from alongside.contracts import SeriesScheduled, SeriesState
from alongside.zones import zone
from alongside_scheduler.domain import visits as rules
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers.planning import ScheduleSeries, drafted
from alongside_scheduler.handlers.saying import say
from alongside_scheduler.handlers.sites import said_of
from alongside_scheduler.store.uow import SchedulerUow


async def draft_visits(
    pairing_id: str, command: ScheduleSeries, uow: SchedulerUow, *, for_change: bool = False
) -> SeriesState:
    """Return the visits as they would be: a series without members. Nothing is kept or said."""
    pairing = await uow.visits.pairing(pairing_id)
    need_lead(uow.actor, pairing.consultant_id, ())
    group = await uow.groups.behind(pairing_id, for_change=for_change)
    site = await uow.visits.site(pairing.site_id)
    series = await drafted(group, command, uow)
    at = zone(series.zone)
    return rules.as_visits(
        series,
        said_of(site),
        rules.Stretch(pairing.begins_on, pairing.ends_on),
        (each.starts_at.astimezone(at).date() for each in series.occurrences),
    )


async def plan_visits(pairing_id: str, command: ScheduleSeries, uow: SchedulerUow) -> SeriesState:
    """Plan visits: one or a rhythm, within the days of the pairing. They take the consultant's time."""
    series = await draft_visits(pairing_id, command, uow, for_change=True)
    return await say(series, SeriesScheduled, uow)
