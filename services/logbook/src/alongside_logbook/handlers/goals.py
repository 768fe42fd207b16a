"""What somebody works toward: what follows from the person, and what was chosen, by whom."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Forbidden, Invalid
from alongside_logbook.domain.goals import Choice, Goal, automatic, named, standing, together
from alongside_logbook.domain.packs import Pack, Purpose
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.tables import PersonRow
from alongside_logbook.store.uow import LogbookUow

_DEFAULT_RULES = "alliance"
_PURPOSES: dict[str, Purpose] = {
    "apply": "apply",
    "ers": "ers",
    "renew": "renew",
    "reinstate": "reinstate",
}
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
    """Add a goal. Only for oneself, or as a coordinator; there must be a rule pack for it.

    The caller works progress out anew if something changed.
    """
    _may_choose(actor, command.person_id)
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
    if goal.name in {each.name for each in await _following(command.person_id, uow)}:
        raise Conflict("This goal is there already: it follows from what is known of the person.")
    if len(chosen) >= _MOST:
        raise Conflict(f"At most {_MOST} further goals can be chosen. Drop one first.")
    await uow.goals.append(command.person_id, Choice(goal, "chosen", actor.person_id, uow.now))
    return _done(command, changed=True)


async def drop_goal(command: DropGoal, actor: Actor, uow: LogbookUow) -> GoalChosen:
    """Take a goal back that was chosen. Hours stay as they are."""
    _may_choose(actor, command.person_id)
    purpose, category = named(command.goal)
    await uow.entries.hold(command.person_id)
    chosen = standing(await uow.goals.choices(command.person_id))
    if command.goal not in {goal.name for goal in chosen}:
        return _done(command, changed=False)
    goal = Goal(purpose, category, chosen=True)
    await uow.goals.append(command.person_id, Choice(goal, "dropped", actor.person_id, uow.now))
    return _done(command, changed=True)


async def goals_of(
    person: PersonRow | None, uow: LogbookUow, *, person_id: str | None = None
) -> tuple[tuple[Goal, Pack], ...]:
    """Return what somebody works toward, with the rules in force today; the pursued category first.

    Goals for which there are no rules are left out.
    """
    known = person.person_id if person else person_id
    following = _of_person(person, uow.now.date())
    chosen = standing(await uow.goals.choices(known)) if known else ()
    found = []
    rules = await rules_here(uow)
    for goal in together(following, chosen):
        pack = _find(goal, rules, uow)
        if pack is not None:
            found.append((goal, pack))
    return tuple(found)


async def pack_for(person: PersonRow | None, uow: LogbookUow) -> Pack | None:
    """Return the rules in force today of the category somebody pursues, or none."""
    if person is None or person.pursuing is None:
        return None
    return await pack_of(Goal("apply", person.pursuing), uow)


async def pack_of(goal: Goal, uow: LogbookUow) -> Pack | None:
    """Return the rules in force today for a goal, or none."""
    return _find(goal, await rules_here(uow), uow)


async def offered(person: PersonRow | None, uow: LogbookUow) -> tuple[Pack, ...]:
    """Return the rules of goals that somebody may choose besides what they have, in order."""
    rules = uow.rules.association(await rules_here(uow)).association
    today = uow.now.date()
    known = person.person_id if person else None
    have = {goal.name for goal in _of_person(person, today)}
    if known is not None:
        have |= {goal.name for goal in standing(await uow.goals.choices(known))}
    names = dict.fromkeys(f"{pack.purpose}/{pack.category}" for pack in uow.rules.of(rules))
    found = []
    for name in names:
        pack = None if name in have else _find(Goal(*named(name)), rules, uow)
        if pack is not None:
            found.append(pack)
    return tuple(found)


async def rules_here(uow: LogbookUow) -> str:
    """Return by whose rules people here are endorsed."""
    association = await uow.people.association()
    return association.rules if association else _DEFAULT_RULES


def _find(goal: Goal, rules: str, uow: LogbookUow) -> Pack | None:
    purpose = _PURPOSES.get(goal.purpose)
    if purpose is None:
        return None
    return uow.rules.find(rules, purpose, goal.category, uow.now.date())


def _of_person(person: PersonRow | None, today: date) -> tuple[Goal, ...]:
    if person is None:
        return ()
    return automatic(person.pursuing, person.pursuing_since, person.credentials, today)


async def _following(person_id: str, uow: LogbookUow) -> tuple[Goal, ...]:
    return _of_person(await uow.people.get(person_id), uow.now.date())


def _may_choose(actor: Actor, person_id: str) -> None:
    if not actor.coordinator and actor.person_id != person_id:
        raise Forbidden(
            "Only they themselves, or a coordinator, choose what somebody works toward."
        )


def _done(command: ChooseGoal | DropGoal, *, changed: bool) -> GoalChosen:
    return GoalChosen(person_id=command.person_id, goal=command.goal, changed=changed)
