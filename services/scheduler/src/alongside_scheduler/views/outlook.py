"""Where a running series leads, for who leads it: hours of its members, and credentials on its dates."""

from pydantic import BaseModel

from alongside.contracts import SeriesState
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.credentials import Cover, cover_of
from alongside_scheduler.views.forecasts import MemberForecast, forecasts


class SeriesOutlook(BaseModel):
    """Each member's forecast, and who covers which of the dates ahead."""

    forecasts: list[MemberForecast]
    cover: Cover


async def series_outlook(series_id: str, uow: SchedulerUow) -> SeriesOutlook:
    """Return the outlook of a kept series, to who leads it and to coordinators."""
    series = await uow.series.get(series_id)
    need_lead(uow.actor, series.provider_id, series.co_provider_ids)
    return await outlook_of(series, uow)


async def outlook_of(series: SeriesState, uow: SchedulerUow) -> SeriesOutlook:
    """Return the outlook of a series; of one that is cancelled or is not RSC received, an empty one."""
    if series.status != "planned" or series.purpose != "rsc":
        return SeriesOutlook(forecasts=[], cover=Cover(leaders=[], warnings=[], notes=[]))
    today = today_in(series.zone, uow.now)
    here = [each for each in series.members if each.left_on is None or today <= each.left_on]
    return SeriesOutlook(
        forecasts=await forecasts([series.model_copy(update={"members": tuple(here)})], uow),
        cover=await cover_of(series, uow, ahead_only=True),
    )
