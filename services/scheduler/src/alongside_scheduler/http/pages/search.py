"""The search."""

from fastapi import APIRouter, Response

from alongside.web.auth import CurrentViewer
from alongside.web.pages import PagesDep
from alongside_scheduler.domain.search import LONGEST_QUERY
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import DoorsDep
from alongside_scheduler.views.search import find

routes = APIRouter(include_in_schema=False)


@routes.get("/search")
async def search(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep, q: str = "") -> Response:
    """Show people, groups and sessions that fit."""
    asked = " ".join(q.split())[:LONGEST_QUERY]
    async with doors.reading(viewer) as uow:
        found = await find(uow, asked, viewer.zone)
    return pages.render(
        "search.html", found=found, q=asked, answers=words.ANSWERS, longest=LONGEST_QUERY
    )
