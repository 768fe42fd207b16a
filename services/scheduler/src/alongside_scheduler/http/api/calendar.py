"""The calendar as JSON."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from alongside.errors import Invalid
from alongside.web.auth import CurrentViewer
from alongside.zones import zone
from alongside_scheduler.http.doors import DoorsDep
from alongside_scheduler.views import calendar as views

routes = APIRouter(tags=["sessions"])

_A_MONTH = timedelta(days=30)


@routes.get("/schedule")
async def schedule(
    viewer: CurrentViewer,
    doors: DoorsDep,
    first: Annotated[
        date | None, Query(alias="from", description="A day in your own zone. Default: today.")
    ] = None,
    last: Annotated[
        date | None,
        Query(alias="to", description="That day included. Default: 30 days after the first."),
    ] = None,
    group_id: Annotated[str | None, Query(description="Only of this group.")] = None,
    provider_id: Annotated[str | None, Query(description="Only led by this person.")] = None,
    everybody: Annotated[bool, Query(description="For coordinators: not only one's own.")] = False,
) -> list[views.ScheduleItem]:
    """Return sessions of days in your own zone, in order of time, cancelled ones included.

    One's own, or with `group_id` all of a group that one leads; a coordinator may see everything.
    """
    if sum(map(bool, (group_id, provider_id, everybody))) > 1:
        raise Invalid("Give one of group_id, provider_id and everybody.", field="group_id")
    show = views.Show("all" if everybody else "mine")
    if group_id:
        show = views.Show("group", group_id)
    elif provider_id:
        show = views.Show("provider", provider_id)
    at = zone(viewer.zone)
    async with doors.reading(viewer) as uow:
        begin = first or uow.now.astimezone(at).date()
        return await views.list_schedule(uow, begin, last or begin + _A_MONTH, at, show)
