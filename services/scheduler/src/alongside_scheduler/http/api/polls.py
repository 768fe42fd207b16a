"""Times for a group, and polls about them, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import polls as cases
from alongside_scheduler.handlers.finding import FindTime
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views.finding import FoundTimes, find_times
from alongside_scheduler.views.groups import show_group
from alongside_scheduler.views.polls import PollListed, PollView, polls_of, show_poll

routes = APIRouter(tags=["times and polls"])


@routes.get("/groups/{group_id}/times")
async def find(
    group_id: str, asked: Annotated[FindTime, Query()], viewer: CurrentViewer, doors: DoorsDep
) -> FoundTimes:
    """Return the best times for everybody in a group, for who leads it."""
    async with doors.reading(viewer) as uow:
        return await find_times(group_id, asked, uow)


@routes.get("/groups/{group_id}/polls")
async def of_group(group_id: str, viewer: CurrentViewer, doors: DoorsDep) -> list[PollListed]:
    """Return the polls of a group, newest first."""
    async with doors.reading(viewer) as uow:
        await show_group(group_id, uow)
        return await polls_of(group_id, uow)


@routes.post("/groups/{group_id}/polls", status_code=201, response_model=cases.PollOpened)
async def open_poll(
    group_id: str, command: cases.OpenPoll, viewer: CurrentViewer, write: Write
) -> Response:
    """Ask everybody in a group which of a few times suits them."""
    return await write(by(viewer, lambda uow: cases.open_poll(group_id, command, uow)), status=201)


@routes.get("/polls/{poll_id}")
async def show(poll_id: str, viewer: CurrentViewer, doors: DoorsDep) -> PollView:
    """Return a poll: counts for everybody in the group, names for who leads it."""
    async with doors.reading(viewer) as uow:
        return await show_poll(poll_id, uow)


@routes.put("/polls/{poll_id}/answers", status_code=204)
async def answer(
    poll_id: str, command: cases.AnswerPoll, viewer: CurrentViewer, write: Write
) -> Response:
    """Answer each of the times, or say something else than before."""
    return await write(by(viewer, lambda uow: cases.answer_poll(poll_id, command, uow)))


@routes.post("/polls/{poll_id}/decide", response_model=cases.PollDecided)
async def decide(
    poll_id: str, command: cases.DecidePoll, viewer: CurrentViewer, write: Write
) -> Response:
    """Decide for one of the times, and tell everybody."""
    return await write(by(viewer, lambda uow: cases.decide_poll(poll_id, command, uow)))


@routes.delete("/polls/{poll_id}", status_code=204)
async def withdraw(poll_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Take a poll back."""
    return await write(by(viewer, lambda uow: cases.withdraw_poll(poll_id, uow)))
