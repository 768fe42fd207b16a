"""What somebody works toward, with the rules of each goal that are in force here today."""

from datetime import date

from alongside_logbook.domain.goals import Goal, automatic, named, standing, together
from alongside_logbook.domain.rules.packs import Pack, Purpose
from alongside_logbook.store.tables import PersonRow
from alongside_logbook.store.uow import LogbookUow

_DEFAULT_RULES = "alliance"
_PURPOSES: dict[str, Purpose] = {
    "apply": "apply",
    "ers": "ers",
    "renew": "renew",
    "reinstate": "reinstate",
}


async def goals_of(
    person: PersonRow | None, uow: LogbookUow, *, person_id: str | None = None
) -> tuple[tuple[Goal, Pack], ...]:
    """Return what somebody works toward, with the rules in force today; the pursued category first.

    Goals for which there are no rules are left out.
    """
    known = person.person_id if person else person_id
    chosen = standing(await uow.goals.choices(known)) if known else ()
    found = []
    rules = await rules_here(uow)
    for goal in together(following(person, uow.now.date()), chosen):
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
    have = {goal.name for goal in following(person, today)}
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


def following(person: PersonRow | None, today: date) -> tuple[Goal, ...]:
    """Return the goals that follow from what is known of a person."""
    if person is None:
        return ()
    return automatic(person.pursuing, person.pursuing_since, person.credentials, today)
