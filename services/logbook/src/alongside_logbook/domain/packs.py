"""What a rule pack says: the shape of the files under `rules/`, and what makes one nonsense.

Every number stands beside its sources and how sure they make us. Nothing here knows a number.
"""

from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alongside.contracts import Category, CredentialKind, CredentialStanding

Purpose = Literal["apply"]
Track = Literal["IMH-E", "ECMH-E"]
Confidence = Literal["H", "M", "L"]
SourceId = Annotated[str, Field(pattern=r"^(S[1-9][0-9]{0,2}|house)$")]

_MINUTES_AN_HOUR = 60


class RuleModel(BaseModel):
    """A piece of a pack. An unknown word in a file is a mistake, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(RuleModel):
    """Where a statement was read."""

    name: str = Field(min_length=3)
    address: str | None = Field(default=None, min_length=4)
    """Public address without scheme, as the fact sheet cites it; none for the house's own choices."""


class Sourced(RuleModel):
    """A statement with what it rests on."""

    sources: tuple[SourceId, ...] = Field(min_length=1)
    confidence: Confidence
    note: str | None = None


class Months(Sourced):
    """A length in whole months."""

    months: int = Field(ge=1, le=120)


class Days(Sourced):
    """A length in days."""

    days: int = Field(ge=1, le=3660)


class People(Sourced):
    """A number of people."""

    people: int = Field(ge=1, le=1000)


class Minutes(Sourced):
    """A length in minutes."""

    minutes: int = Field(ge=1, le=1440)


class Requirement(Sourced):
    """Hours that the category asks for, into which minutes are counted: a bucket."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    label: str = Field(min_length=3, max_length=160)
    hours: int = Field(ge=0, le=10_000)
    """0: encouraged, not required."""
    counts: Literal["received", "about_rsc"] = "received"
    """Which minutes of an entry fall into it: all that were attended, or those about the RSC one gives."""
    of: str | None = None
    """The requirement this one is a share of, so that no minute is added twice."""

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return self.hours * _MINUTES_AN_HOUR


class WindowRule(RuleModel):
    """Between which lengths the span of the counted hours must lie."""

    at_least: Months
    at_most: Months

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least.months > self.at_most.months:
            message = (
                f"the window is at least {self.at_least.months} and at most {self.at_most.months} "
                "months: the first must not be the longer"
            )
            raise ValueError(message)
        return self


class Warn(RuleModel):
    """Something to say where the sources leave a doubt; it never changes a number."""

    say: str = Field(min_length=10)
    unless_also: tuple[CredentialKind, ...] = ()
    """Say nothing if the provider holds one of these on that day, too."""


class ProviderRow(Sourced):
    """One line of the provider matrix: which credentials, in which standing, between which days."""

    verdict: Literal["counts", "ask"]
    """counts: hours with such a provider count. ask: no source settles it; they wait for the association."""
    kinds: tuple[CredentialKind, ...] = ()
    """Empty: whatever the kind, for rows about a standing."""
    standing: tuple[CredentialStanding, ...] = ("endorsed",)
    since: date | None = None
    until: date | None = None
    at_most: Months | None = None
    """How long after it was given such a credential counts."""
    warn: Warn | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.since and self.until and self.since > self.until:
            message = f"begins on {self.since} and ends before that, on {self.until}"
            raise ValueError(message)
        if not self.standing:
            message = "needs at least one standing"
            raise ValueError(message)
        if self.verdict == "counts" and not self.kinds:
            message = (
                "must name the kinds that count; only a row with verdict ask may leave them out"
            )
            raise ValueError(message)
        if self.verdict == "ask" and not self.note:
            message = "with verdict ask must say in `note` what has to be asked"
            raise ValueError(message)
        return self


class ProviderRule(RuleModel):
    """Whose hours count."""

    judged_on: Literal["session", "application"]
    """The day whose status decides: the session's, or that of the application."""
    rows: tuple[ProviderRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _somebody_counts(self) -> Self:
        if not any(row.verdict == "counts" for row in self.rows):
            message = "no row counts: nobody could ever provide an hour"
            raise ValueError(message)
        return self


class Notices(RuleModel):
    """When to warn. None of these changes what counts."""

    group_size: People | None = None
    shortest_session: Minutes | None = None
    ages_out_within: Days
    """How early to say that hours are about to leave the window."""
    quiet_after: Days
    """After how many days without a meeting somebody counts as drifting."""


class Pack(RuleModel):
    """The rules of one association for one category and one purpose, from a day on."""

    association: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")
    category: Category
    title: str = Field(min_length=3, max_length=120)
    track: Track
    purpose: Purpose
    effective_from: date
    effective_until: date | None = None
    summary: str = Field(min_length=10)
    age_range: Sourced | None = None
    """Whom the work must concern; its words are in `note`."""
    requirements: tuple[Requirement, ...] = Field(min_length=1)
    window: WindowRule | None = None
    providers: ProviderRule | None = None
    notices: Notices
    unsettled: tuple[str, ...] = ()
    """What no source answers, for whoever has to ask."""

    @property
    def id(self) -> str:
        """The name of the pack in addresses and commands: association/purpose/category."""
        return f"{self.association}/{self.purpose}/{self.category}"

    @cached_property
    def main(self) -> Requirement:
        """The requirement that the drawing shows first: the whole of the hours."""
        return next(requirement for requirement in self.requirements if requirement.of is None)

    @cached_property
    def required(self) -> tuple[Requirement, ...]:
        """The requirements that ask for something, the whole first."""
        asked = (requirement for requirement in self.requirements if requirement.hours)
        return tuple(sorted(asked, key=lambda requirement: requirement.of is not None))

    def requirement(self, name: str) -> Requirement:
        """Return the requirement of that id."""
        return next(requirement for requirement in self.requirements if requirement.id == name)

    def in_force(self, day: date) -> bool:
        """Tell whether the pack holds on a day."""
        until = self.effective_until
        return self.effective_from <= day and (until is None or day <= until)

    def cited(self) -> frozenset[str]:
        """Return the ids of all sources the pack names."""
        return frozenset(_sources_in(self))

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for problem in _problems(self):
            raise ValueError(problem)
        return self


def _problems(pack: Pack) -> list[str]:
    found = _problems_of_requirements(pack.requirements)
    if pack.effective_until and pack.effective_until < pack.effective_from:
        found.append(f"ends on {pack.effective_until}, before it begins on {pack.effective_from}")
    if pack.required and pack.providers is None:
        found.append("hours are required, but `providers` does not say with whom they count")
    if pack.required and pack.window is None:
        found.append("hours are required, but `window` does not say within which span")
    if (pack.track == "ECMH-E") != pack.category.startswith("EC"):
        found.append(f"{pack.category} is not a category of the track {pack.track}")
    return found


def _problems_of_requirements(requirements: tuple[Requirement, ...]) -> list[str]:
    found: list[str] = []
    ids = [requirement.id for requirement in requirements]
    if len(set(ids)) < len(ids):
        found.append(f"two requirements share an id: {', '.join(sorted(ids))}")
    wholes = {requirement.id: requirement for requirement in requirements if requirement.of is None}
    if len(wholes) != 1:
        found.append("exactly one requirement must stand for the whole (no `of`)")
    for part in requirements:
        if part.of is None:
            continue
        if part.of not in wholes:
            found.append(f"{part.id}: there is no requirement {part.of!r} it could be a share of")
        elif part.hours > wholes[part.of].hours:
            found.append(
                f"{part.id}: {part.hours} h cannot be a share of {wholes[part.of].hours} h"
            )
    return found


def _sources_in(piece: object) -> list[str]:
    own = list(piece.sources) if isinstance(piece, Sourced) else []
    if isinstance(piece, BaseModel):
        for name in type(piece).model_fields:
            own += _sources_in(getattr(piece, name))
    elif isinstance(piece, tuple):
        for part in piece:
            own += _sources_in(part)
    return own


class Association(RuleModel):
    """The head of an association's folder: who it is, and what all its packs share."""

    association: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")
    name: str = Field(min_length=3)
    address: str | None = None
    about: str = Field(min_length=10)
    extends: str | None = None
    """The association whose packs hold where this one says nothing else."""
    sources: dict[SourceId, Source] = Field(default_factory=dict)
    unsettled: tuple[str, ...] = ()
