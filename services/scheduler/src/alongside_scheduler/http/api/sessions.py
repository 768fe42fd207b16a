"""The list of sessions as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from alongside.web.auth import CurrentViewer
from alongside_scheduler.http.doors import DoorsDep
from alongside_scheduler.views import sessions as views

routes = APIRouter(tags=["sessions"])


@routes.get("/sessions")
async def list_sessions(
    viewer: CurrentViewer,
    doors: DoorsDep,
    begins: Annotated[
        AwareDatetime | None, Query(alias="from", description="Default: now.")
    ] = None,
    ends: Annotated[AwareDatetime | None, Query(alias="until")] = None,
    group_id: str | None = None,
    everybody: Annotated[bool, Query(description="For coordinators: not only one's own.")] = False,
    cancelled: Annotated[bool, Query(description="Cancelled ones, too.")] = False,
    limit: Annotated[int, Query(ge=1, le=views.MOST)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> list[views.SessionItem]:
    """Return sessions in order of time."""
    async with doors.reading(viewer) as uow:
        return await views.list_sessions(
            uow,
            begins=begins,
            ends=ends,
            group_id=group_id,
            everybody=everybody,
            with_cancelled=cancelled,
            limit=limit,
            offset=offset,
        )
