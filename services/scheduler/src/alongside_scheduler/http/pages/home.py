"""The first page: what is next, and what awaits whoever looks."""

from fastapi import APIRouter, Response

from alongside.web.auth import CurrentViewer
from alongside.web.pages import PagesDep
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import DoorsDep
from alongside_scheduler.views.home import show_home
from alongside_scheduler.views.offers import own_seats
from alongside_scheduler.views.polls import polls_waiting
from alongside_scheduler.views.visits import list_visits

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def home(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show the first page, by role."""
    async with doors.reading(viewer) as uow:
        shown = await show_home(uow)
        polls = await polls_waiting(uow)
        offered = (await own_seats(uow)).offers
        visits = await list_visits(uow, ends=uow.now)
    to_log = [each for each in visits if each.standing == "to_log"]
    return pages.render(
        "home.html",
        home=shown,
        polls=polls,
        offered=offered,
        visits_to_log=to_log,
        standings=words.STANDINGS_OF_VISITS,
    )
