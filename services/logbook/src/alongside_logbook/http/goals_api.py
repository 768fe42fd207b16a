"""JSON routes of what people work toward, under `/api/logbook/v1/goals`."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict

from alongside.web.writes import Write
from alongside_logbook.handlers.choosing import (
    ChooseGoal,
    DropGoal,
    GoalChosen,
    choose_goal,
    drop_goal,
)
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.views.progress import GoalsView, goals_view

router = APIRouter(prefix="/api/logbook/v1/goals", tags=["hours"])

Purpose = Annotated[str, Path(max_length=16)]
Category = Annotated[str, Path(max_length=48)]
Person = Annotated[str | None, Query(max_length=64)]


class Since(BaseModel):
    """When the work for a goal began, where that is known."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = None


@router.get("")
async def list_goals(uow: Reading, actor: ActorDep, person: Person = None) -> GoalsView:
    """List what I work toward, what I may choose besides, and who chose what; or a person's."""
    return await goals_view(person or actor.person_id, actor, uow)


@router.put("/{purpose}/{category}", response_model=GoalChosen)
async def put_goal(
    purpose: Purpose,
    category: Category,
    actor: ActorDep,
    write: Write,
    sent: Since | None = None,
    person: Person = None,
) -> Response:
    """Count hours toward a further goal: for myself, or as a coordinator for a person."""
    command = ChooseGoal(
        person_id=person or actor.person_id,
        goal=f"{purpose}/{category}",
        since=sent.since if sent else None,
    )
    return await write(lambda uow: choose_goal(command, actor, uow))


@router.delete("/{purpose}/{category}", response_model=GoalChosen)
async def delete_goal(
    purpose: Purpose, category: Category, actor: ActorDep, write: Write, person: Person = None
) -> Response:
    """Take back a goal that was chosen. Hours stay as they are."""
    command = DropGoal(person_id=person or actor.person_id, goal=f"{purpose}/{category}")
    return await write(lambda uow: drop_goal(command, actor, uow))
