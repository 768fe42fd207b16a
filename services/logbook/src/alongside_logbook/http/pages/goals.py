"""What somebody works toward: choosing a further goal, dropping one, and who did."""

from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alongside.errors import Conflict, Invalid
from alongside.web.auth import CurrentViewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.drawing import Drawing, draw
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration
from alongside_logbook.handlers.choosing import (
    ChooseGoal,
    DropGoal,
    GoalChosen,
    choose_goal,
    drop_goal,
    may_choose,
)
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.progress import GoalView, goals_view

router = APIRouter(include_in_schema=False)

PURPOSES = {
    "apply": "To apply",
    "ers": "Reflective supervisor add-on",
    "renew": "Renewal",
    "reinstate": "Reinstatement",
}
"""How each purpose is called."""


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """A goal as the page draws it."""

    goal: str
    title: str | None
    heading: str
    summary: str
    progress: Progress
    drawn: Drawing | None


def shown_goal(goal: GoalView) -> ShownGoal:
    """Return a goal with its words and its drawing."""
    return replace(line_of(goal), drawn=draw(goal.progress))


def line_of(goal: GoalView) -> ShownGoal:
    """Return a goal with its words alone."""
    heading = heading_of(goal.goal)
    return ShownGoal(
        goal=goal.goal,
        title=goal.title,
        heading=heading,
        summary=_summary(goal.progress),
        progress=goal.progress,
        drawn=None,
    )


def heading_of(goal: str) -> str:
    """Return how a goal is called in a heading: `Toward IFS`, `Renewal of IMHS`."""
    purpose, _, category = goal.partition("/")
    match purpose:
        case "apply":
            return f"Toward {category}"
        case "ers":
            return f"ERS add-on to {category}"
        case _:
            return f"{PURPOSES.get(purpose, purpose)} of {category}" if category else "No goal"


def _summary(progress: Progress) -> str:
    main = progress.main or next(iter(progress.trainings), None)
    if main is None or not main.required:
        return "nothing is asked"
    of = "" if main.kind == "rsc" else " of training"
    said = f"{duration(main.counted)} of {duration(main.required)}{of}"
    if progress.appears_met:
        return f"{said}, appears met"
    return f"{said}, by {say_day(progress.due)}" if progress.due else said


@router.get("/hours/goals")
async def goals_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Show what somebody works toward, and what they may choose."""
    return await _goals(pages, viewer, uow, actor, person or viewer.person_id)


@router.post("/hours/goals")
async def choose_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Choose a goal, or drop one."""
    form = await form_data(request)
    person_id = form.text("person")[:64] or viewer.person_id
    try:
        async with doors.writing() as uow:
            if form.text("drop"):
                dropped = DropGoal(person_id=person_id, goal=form.text("drop")[:80])
                done = await drop_goal(dropped, actor, uow)
            else:
                chosen = ChooseGoal(
                    person_id=person_id,
                    goal=form.text("goal")[:80] or "-",
                    since=_since(form.text("since")),
                )
                done = await choose_goal(chosen, actor, uow)
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _goals(
                pages,
                viewer,
                uow,
                actor,
                person_id,
                errors=FormErrors.of(error),
                status=error.status,
            )
    own = person_id == viewer.person_id
    return redirect(
        "/hours" if own else f"/hours?person={person_id}",
        _said(done, dropped=bool(form.text("drop"))),
    )


async def _goals(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: LogbookUow,
    actor: ActorDep,
    person_id: str,
    *,
    errors: FormErrors | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    may_choose(actor, person_id)
    shown = await goals_view(person_id, actor, uow)
    groups = [
        (
            name,
            [
                (each.goal, f"{each.title} ({each.category})")
                for each in shown.offered
                if each.purpose == purpose
            ],
        )
        for purpose, name in PURPOSES.items()
    ]
    return pages.render(
        "goals.html",
        status=status,
        shown=shown,
        own=person_id == viewer.person_id,
        heading_of=heading_of,
        groups=[group for group in groups if group[1]],
        errors=errors or {},
        counts=await counts(viewer, uow),
    )


def _since(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("This is not a day.", field="since") from None


def _said(done: GoalChosen, *, dropped: bool) -> str:
    heading = heading_of(done.goal)
    if dropped:
        return f"{heading}: no longer shown. Your hours stay as they are."
    return f"{heading}: your hours are counted toward it, too."
