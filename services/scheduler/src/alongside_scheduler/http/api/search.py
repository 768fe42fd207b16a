"""The search as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from alongside.web.auth import CurrentViewer
from alongside_scheduler.domain.search import LONGEST_QUERY
from alongside_scheduler.http.doors import DoorsDep
from alongside_scheduler.views import search as views

routes = APIRouter(tags=["search"])


@routes.get("/search")
async def search(
    viewer: CurrentViewer,
    doors: DoorsDep,
    q: Annotated[
        str,
        Query(
            max_length=LONGEST_QUERY,
            description="Beginnings of words, without accents if you like; and days: nov 12, tuesday.",
        ),
    ],
) -> views.Found:
    """Return people, groups and sessions that fit, as far as you may see them."""
    async with doors.reading(viewer) as uow:
        return await views.find(uow, q, viewer.zone)
