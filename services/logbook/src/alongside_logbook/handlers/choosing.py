"""Choosing a further goal, and dropping one: by the person, or by a coordinator for them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Forbidden, Invalid
from alongside_logbook.domain.goals import Choice, Goal, named, standing
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.goals import following, pack_of
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow

_MOST = 12


class ChooseGoal(BaseModel):
    """A further goal for somebody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: str = Field(min_length=1, max_length=64)
    goal: str = Field(min_length=1, max_length=80)
    """Purpose and category, such as `ers/IFS`."""
    since: date | None = None
    """When the qualifying work for it began, where that is known."""


class DropGoal(BaseModel):
    """A goal that was chosen, and is worked toward no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: str = Field(min_length=1, max_length=64)
    goal: str = Field(min_length=1, max_length=80)


class GoalChosen(BaseModel):
    """What choosing, or dropping, came to."""

    model_config = ConfigDict(frozen=True)

    person_id: str
    goal: str
    changed: bool
    """False when it was so before."""


async def choose_goal(command: ChooseGoal, actor: Actor, uow: LogbookUow) -> GoalChosen:
    """Add a goal, and count hours toward it. Only for oneself, or as a coordinator.

    Raises `Invalid` where there are no rules for it, `Conflict` where it is there by itself.
    """
    may_choose(actor, command.person_id)
    purpose, category = named(command.goal)
    await uow.entries.hold(command.person_id)
    goal = Goal(purpose, category, command.since, chosen=True)
    if await pack_of(goal, uow) is None:
        raise Invalid(
            "There are no rules here for that goal. Choose one that is listed.", field="goal"
        )
    if command.since is not None and command.since > uow.now.date():
        raise Invalid("This day is still to come.", field="since")
    chosen = standing(await uow.goals.choices(command.person_id))
    if goal in chosen:
        return _done(command, changed=False)
    person = await uow.people.get(command.person_id)
    if goal.name in {each.name for each in following(person, uow.now.date())}:
        raise Conflict("This goal is there already: it follows from what is known of the person.")
    if len(chosen) >= _MOST:
        raise Conflict(f"At most {_MOST} further goals can be chosen. Drop one first.")
    await uow.goals.append(command.person_id, Choice(goal, "chosen", actor.person_id, uow.now))
    await recompute(command.person_id, uow)
    return _done(command, changed=True)


async def drop_goal(command: DropGoal, actor: Actor, uow: LogbookUow) -> GoalChosen:
    """Take a goal back that was chosen. Hours stay as they are."""
    may_choose(actor, command.person_id)
    purpose, category = named(command.goal)
    await uow.entries.hold(command.person_id)
    chosen = standing(await uow.goals.choices(command.person_id))
    if command.goal not in {goal.name for goal in chosen}:
        return _done(command, changed=False)
    goal = Goal(purpose, category, chosen=True)
    await uow.goals.append(command.person_id, Choice(goal, "dropped", actor.person_id, uow.now))
    await recompute(command.person_id, uow)
    return _done(command, changed=True)


def may_choose(actor: Actor, person_id: str) -> None:
    """Refuse whoever is neither that person nor coordinates."""
    if not actor.coordinator and actor.person_id != person_id:
        raise Forbidden(
            "Only they themselves, or a coordinator, choose what somebody works toward."
        )


def _done(command: ChooseGoal | DropGoal, *, changed: bool) -> GoalChosen:
    return GoalChosen(person_id=command.person_id, goal=command.goal, changed=changed)
