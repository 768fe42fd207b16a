"""What somebody works toward: the category they pursue, what they hold and renew, what they chose.

A goal is a purpose and a category, such as `apply/IFS` or `renew/IMHS`; a rule pack says what it
asks for. One hour may serve several goals, and counts once within each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from alongside.contracts import Category, Credential
from alongside.errors import Invalid

Act = Literal["chosen", "dropped"]

_RENEWED: frozenset[str] = frozenset(get_args(Category))
"""Kinds of credentials that are renewed by themselves; an add-on is renewed with what it is added to."""

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Goal:
    """A purpose and a category that somebody works toward."""

    purpose: str
    category: str
    since: date | None = None
    """Since when: the qualifying work began, the credential holds, or it was chosen from this day."""
    chosen: bool = False
    """Somebody chose it here; otherwise it follows from what is known of the person."""

    @property
    def name(self) -> str:
        """The goal as it is stored and addressed: `apply/IFS`."""
        return f"{self.purpose}/{self.category}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One step in the history of a person's goals: who chose or dropped what, and when."""

    goal: Goal
    act: Act
    actor_id: str
    at: datetime


def named(name: str) -> tuple[str, str]:
    """Return the purpose and the category of a goal's name; raise `Invalid` if it is none."""
    purpose, slash, category = name.partition("/")
    if not (purpose and slash and category) or "/" in category or len(name) > _LONGEST_NAME:
        raise Invalid("Choose one of the goals that are listed.", field="goal")
    return purpose, category


def automatic(
    pursuing: str | None,
    pursuing_since: date | None,
    credentials: Iterable[Credential],
    today: date,
) -> tuple[Goal, ...]:
    """Return the goals that follow from a person: what they pursue first, then what they renew."""
    found = [Goal("apply", pursuing, pursuing_since)] if pursuing else []
    since: dict[str, date] = {}
    for held in credentials:
        if held.standing != "endorsed" or held.kind not in _RENEWED or held.valid_from > today:
            continue
        if held.valid_until is None or held.valid_until >= today:
            since[held.kind] = min(held.valid_from, since.get(held.kind, held.valid_from))
    return (*found, *(Goal("renew", kind, since[kind]) for kind in sorted(since)))


def standing(choices: Sequence[Choice]) -> tuple[Goal, ...]:
    """Return what is chosen now, oldest first, from the history of choices, oldest first."""
    now: dict[str, Goal] = {}
    for choice in choices:
        now.pop(choice.goal.name, None)
        if choice.act == "chosen":
            now[choice.goal.name] = choice.goal
    return tuple(now.values())


def together(following: Sequence[Goal], chosen: Sequence[Goal]) -> tuple[Goal, ...]:
    """Return all goals, each once: those that follow from the person stand before the chosen."""
    by_name = {goal.name: goal for goal in (*chosen, *following)}
    order = dict.fromkeys(goal.name for goal in (*following, *chosen))
    return tuple(by_name[name] for name in order)
