"""What a pack asks for: buckets of hours, when they are asked for, and what stands in their place."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from alongside_logbook.domain.rules.sourced import (
    MINUTES_AN_HOUR,
    Enforcement,
    Hours,
    Sourced,
)

RequirementKind = Literal["rsc", "training"]

Counts = Literal[
    "received",
    "about_rsc",
    "individual",
    "group",
    "all",
    "core",
    "dei",
    "reviewer",
]
"""Which minutes fall into a requirement. Of RSC: received (all reflective minutes attended),
about_rsc (those about the RSC one gives), individual, group. Of trainings: all, core (all but those
about giving RSC), about_rsc, dei, reviewer (work as reviewer or advisor)."""

_OF_RSC = frozenset({"received", "about_rsc", "individual", "group"})
_OF_TRAINING = frozenset({"all", "core", "about_rsc", "dei", "reviewer"})


class Condition(Sourced):
    """Of whom a requirement is asked. All that is said must hold."""

    gives_rsc: bool | None = None
    """true: only of those who give RSC; false: only of those who do not."""
    held_years: int | None = Field(default=None, ge=0, le=50)
    """Only of those who have held the category for at least so many whole years when the period ends."""
    held_years_under: int | None = Field(default=None, ge=1, le=50)
    """Only of those who have held it for fewer."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.gives_rsc is None and self.held_years is None and self.held_years_under is None:
            message = "says no condition: name gives_rsc, held_years or held_years_under"
            raise ValueError(message)
        return self


class Instead(Sourced):
    """Other hours for those who have held the category for long. The first that fits is taken."""

    held_years: int = Field(ge=1, le=50)
    """Whole years held when the period ends."""
    hours: int = Field(ge=0, le=10_000)
    """0: nothing is asked."""
    peers: bool = False
    """Hours with peers who held the same category that day count, too, as do peer groups."""

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return self.hours * MINUTES_AN_HOUR


class Requirement(Sourced):
    """Hours that are asked for, into which minutes are counted: a bucket."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    label: str = Field(min_length=3, max_length=160)
    kind: RequirementKind = "rsc"
    """rsc: filled by hour entries. training: filled by trainings; then say `counts`, too."""
    hours: int = Field(ge=0, le=10_000)
    """0: encouraged, not required; or a part that only has a limit (`at_most`)."""
    counts: Counts = "received"
    """Which minutes fall into it."""
    of: str | None = None
    """The requirement (of the same kind) this one is a share of, so that no minute is added twice."""
    at_most: Hours | None = None
    """Of a share: how many hours of it may count into the whole."""
    when: Condition | None = None
    """Of whom it is asked; none: of everybody."""
    instead: tuple[Instead, ...] = ()
    """Other hours for those who have held the category for long; longest first."""
    enforcement: Enforcement = "refuse"
    """warn: what is missing is said, but does not stand in the way."""

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return self.hours * MINUTES_AN_HOUR


def problems_of(requirements: tuple[Requirement, ...]) -> list[str]:
    """Return what is nonsense about requirements, in sentences."""
    found: list[str] = []
    ids = [requirement.id for requirement in requirements]
    if len(set(ids)) < len(ids):
        found.append(f"two requirements share an id: {', '.join(sorted(ids))}")
    for kind in dict.fromkeys(requirement.kind for requirement in requirements):
        found += _problems_of_kind(kind, [each for each in requirements if each.kind == kind])
    return found


def _problems_of_kind(kind: RequirementKind, requirements: list[Requirement]) -> list[str]:
    found: list[str] = []
    wholes = {each.id: each for each in requirements if each.of is None}
    if len(wholes) != 1:
        found.append(
            f"exactly one requirement must stand for the whole (no `of`) of {kind}; here are "
            f"{len(wholes)}"
        )
    limited = [each.counts for each in requirements if each.at_most is not None]
    if len(limited) > 1 and sorted(limited) != ["group", "individual"]:
        found.append(
            "more than one share has a limit (`at_most`): that can be told apart only of individual "
            "and group hours"
        )
    for each in requirements:
        if each.counts not in (_OF_RSC if kind == "rsc" else _OF_TRAINING):
            found.append(f"{each.id}: `counts: {each.counts}` makes no sense of {kind}")
        found += [f"{each.id}: {problem}" for problem in _problems_of(each, wholes)]
    return found


def _problems_of(each: Requirement, wholes: dict[str, Requirement]) -> Iterator[str]:
    years = [other.held_years for other in each.instead]
    if years != sorted(set(years), reverse=True):
        yield "`instead` begins with the most years held, each but once"
    if each.at_most is not None:
        if each.of is None:
            yield "only a share (`of`) can have a limit (`at_most`)"
        elif each.hours > each.at_most.hours:
            yield f"asks for {each.hours} h and limits them to fewer"
    if each.of is None:
        return
    if each.of not in wholes:
        yield f"there is no requirement {each.of!r} it could be a share of"
    elif each.hours > wholes[each.of].hours:
        yield f"{each.hours} h cannot be a share of {wholes[each.of].hours} h"
