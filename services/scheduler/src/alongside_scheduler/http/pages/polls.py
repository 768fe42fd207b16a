"""A poll: everybody says what suits, who leads sees all of it and decides."""

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.web.times import day
from alongside_scheduler.handlers import polls as cases
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.finding import row_words
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views.polls import show_poll

routes = APIRouter(include_in_schema=False)


@routes.get("/polls/{poll_id}")
async def show(poll_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a poll."""
    return await _page(poll_id, viewer, doors, pages)


@routes.post("/polls/{poll_id}")
async def answer(
    poll_id: str, request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Take somebody's answers."""
    typed = Typed(await form_data(request))
    async with doors.reading(viewer) as uow:
        count = len((await uow.polls.get(poll_id)).proposals)
    answers = [typed.text(f"answer-{number}") for number in range(count)]
    try:
        for number, said in enumerate(answers):
            typed.need(f"answer-{number}", said, f"Does time {number + 1} suit you?")
        typed.check()
        async with doors.writing(viewer) as uow:
            await cases.answer_poll(poll_id, cases.AnswerPoll(answers=answers), uow)
    except (Invalid, Conflict) as error:
        return await _page(poll_id, viewer, doors, pages, error=error, typed=answers)
    return redirect(f"/polls/{poll_id}", "Thank you. You can change this until the poll closes.")


@routes.post("/polls/{poll_id}/decide")
async def decide(
    poll_id: str, request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Decide for one of the times, and go on to plan it."""
    typed = Typed(await form_data(request))
    try:
        number = typed.number("proposal")
        typed.check()
        command = cases.DecidePoll(proposal=-1 if number is None else number)
        async with doors.writing(viewer) as uow:
            decided = await cases.decide_poll(poll_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(poll_id, viewer, doors, pages, error=error)
    return redirect(decided.plan_path, "Decided, and everybody is told. Now look at the dates.")


@routes.post("/polls/{poll_id}/withdraw")
async def withdraw(
    poll_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Take a poll back."""
    try:
        async with doors.writing(viewer) as uow:
            await cases.withdraw_poll(poll_id, uow)
    except Conflict as error:
        return await _page(poll_id, viewer, doors, pages, error=error)
    return redirect(f"/polls/{poll_id}", "Taken back. Nobody can answer it any more.")


async def _page(
    poll_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    typed: list[str] | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        poll = await show_poll(poll_id, uow)
    spoken = [
        row_words(each.my_dates, [day(start, viewer.zone) for start in each.starts])
        if each.my_dates
        else ""
        for each in poll.proposals
    ]
    return pages.render(
        "poll.html",
        error.status if error else 200,
        poll=poll,
        spoken=spoken,
        chosen=typed or [each.mine or "" for each in poll.proposals],
        answers=words.POLL_ANSWERS,
        states=words.POLL_STATES,
        errors=FormErrors.of(error) if error else {},
    )
