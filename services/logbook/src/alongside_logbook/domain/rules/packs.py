"""What a rule pack says: the shape of the files under `rules/`, and what makes one nonsense.

Every number stands beside its sources and how sure they make us. Nothing here knows a number.

A file is `association/purpose/CATEGORY.yaml`, or `CATEGORY@EDITION.yaml` where there are several
of one id. An edition that begins with a digit (`@2028-01-01`) only tells files apart: of those in
force on a day the one with the latest `effective_from` holds. An edition that is a word (`@yearly`)
is a choice: it holds where the association's head says so (`editions: {renew: yearly}`), and only
on days on which it is in force; else the others do.
"""

from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, Field, model_validator

from alongside.contracts import Category
from alongside_logbook.domain.rules.crediting import Credit
from alongside_logbook.domain.rules.periods import (
    CycleRule,
    Evidence,
    LookbackRule,
    SpreadRule,
    WindowRule,
)
from alongside_logbook.domain.rules.providing import (
    AgesRule,
    Excludable,
    Exclusion,
    ProviderRow,
    ProviderRule,
    SharesRule,
    WorkRule,
)
from alongside_logbook.domain.rules.requirements import Requirement, problems_of
from alongside_logbook.domain.rules.sourced import (
    Days,
    Minutes,
    People,
    RuleModel,
    Source,
    Sourced,
    SourceId,
)

__all__ = [
    "CATEGORIES",
    "Association",
    "Notices",
    "Pack",
    "ProviderRow",
    "ProviderRule",
    "Purpose",
    "Requirement",
    "Source",
    "SourceId",
    "Sourced",
    "Track",
]

Purpose = Literal["apply", "ers", "renew", "reinstate"]
"""apply: the category itself. ers: the reflective supervisor add-on, a pack per base category.
renew: keep it. reinstate: take it up again after a lapse."""

Track = Literal["IMH-E", "ECMH-E", "none"]
"""none: a credential of the association's own."""

CATEGORIES: frozenset[str] = frozenset(get_args(Category))
"""The endorsement categories; any other is an association's own, with track none."""

Edition = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
_FALLS_OUT = "hours are required, but "


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
    category: str = Field(pattern=r"^[A-Z][A-Za-z0-9-]{1,40}$")
    """An endorsement category, or with track none the association's own name for its credential.
    For `ers` the base category: IFS, IMHS, ECFS or ECMHS."""
    title: str = Field(min_length=3, max_length=120)
    track: Track
    purpose: Purpose
    edition: Edition | None = None
    """What follows the `@` in the file's name."""
    effective_from: date
    """First day on which the pack can be the one in force. The day asked for is today's for progress."""
    effective_until: date | None = None
    summary: str = Field(min_length=10)
    age_range: Sourced | None = None
    """Whom the work must concern; its words are in `note`."""
    ages: AgesRule | None = None
    """The same for the engine; none: it does not look at ages."""
    work: WorkRule | None = None
    """Hours must coincide with the work; none: not looked at."""
    requirements: tuple[Requirement, ...] = Field(min_length=1)
    window: WindowRule | None = None
    """For apply, and whatever else has a floating span."""
    cycle: CycleRule | None = None
    """For renewals: fixed periods. A pack has a window, a cycle, a lookback, or (ers, reinstate) none."""
    lookback: LookbackRule | None = None
    spread: SpreadRule | None = None
    """Only beside a cycle: over how many months of it the RSC hours must be spread."""
    providers: ProviderRule | None = None
    """Needed where RSC hours are required."""
    shares: SharesRule | None = None
    exclusions: tuple[Exclusion, ...] = ()
    """What qualifies for nothing, with sources; what is not named is excluded all the same."""
    credit: Credit | None = None
    """What group sessions give; none: as attended."""
    evidence: Evidence | None = None
    """How hours are shown to the association."""
    notices: Notices
    unsettled: tuple[str, ...] = ()
    """What no source answers, for whoever has to ask."""

    @property
    def id(self) -> str:
        """The rules' name in addresses and commands: association/purpose/category."""
        return f"{self.association}/{self.purpose}/{self.category}"

    @property
    def name(self) -> str:
        """The name of this one of several of an id: `id`, or `id@edition`."""
        return f"{self.id}@{self.edition}" if self.edition else self.id

    @cached_property
    def main(self) -> Requirement:
        """The requirement that the drawing shows first: the whole of the RSC hours, or of training."""
        wholes = [each for each in self.requirements if each.of is None]
        return next((whole for whole in wholes if whole.kind == "rsc"), wholes[0])

    @cached_property
    def required(self) -> tuple[Requirement, ...]:
        """The requirements that ask for RSC hours, the whole first."""
        return self._asked("rsc")

    @cached_property
    def training(self) -> tuple[Requirement, ...]:
        """The requirements that ask for trainings, the whole first."""
        return self._asked("training")

    def _asked(self, kind: str) -> tuple[Requirement, ...]:
        asked = (each for each in self.requirements if each.hours and each.kind == kind)
        return tuple(sorted(asked, key=lambda requirement: requirement.of is not None))

    @cached_property
    def buckets(self) -> tuple[Requirement, ...]:
        """Where RSC minutes are counted: what is required, and what only has a limit; whole first."""
        return self._filled("rsc")

    @cached_property
    def training_buckets(self) -> tuple[Requirement, ...]:
        """Where minutes of trainings are counted; whole first."""
        return self._filled("training")

    def _filled(self, kind: str) -> tuple[Requirement, ...]:
        filled = (
            each
            for each in self.requirements
            if each.kind == kind and (each.hours or each.at_most is not None)
        )
        return tuple(sorted(filled, key=lambda requirement: requirement.of is not None))

    def requirement(self, name: str) -> Requirement:
        """Return the requirement of that id."""
        return next(requirement for requirement in self.requirements if requirement.id == name)

    def excludes(self, what: Excludable) -> Literal["excluded", "warn", "counts"]:
        """Tell how something is taken that qualifies for nothing unless the pack says otherwise."""
        return self._exclusions.get(what, "excluded")

    @cached_property
    def _exclusions(self) -> dict[Excludable, Literal["excluded", "warn", "counts"]]:
        return {exclusion.what: exclusion.verdict for exclusion in self.exclusions}

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
    found = problems_of(pack.requirements)
    if pack.effective_until and pack.effective_until < pack.effective_from:
        found.append(f"ends on {pack.effective_until}, before it begins on {pack.effective_from}")
    if pack.required and pack.providers is None:
        found.append(f"{_FALLS_OUT}`providers` does not say with whom they count")
    found += _problems_of_time(pack)
    if pack.category in CATEGORIES:
        wrong = pack.track != ("ECMH-E" if pack.category.startswith("EC") else "IMH-E")
    else:
        wrong = pack.track != "none"
    if wrong:
        found.append(f"{pack.category} is not a category of the track {pack.track}")
    return found


def _problems_of_time(pack: Pack) -> list[str]:
    found: list[str] = []
    frames = [name for name in ("window", "cycle", "lookback") if getattr(pack, name) is not None]
    if len(frames) > 1:
        found.append(f"says {' and '.join(frames)}: hours can lie within one of them only")
    if not frames and pack.required and pack.purpose == "apply":
        found.append(f"{_FALLS_OUT}`window` does not say within which span")
    if pack.purpose == "renew" and pack.cycle is None:
        found.append("is for renewal, but `cycle` does not say which periods are renewed")
    if pack.spread is not None and pack.cycle is None:
        found.append("`spread` is said of a cycle; beside a window it makes no sense")
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
    editions: dict[Purpose, Edition] = Field(default_factory=dict)
    """Which of several editions named by a word it goes by: `{renew: yearly}`."""
    sources: dict[SourceId, Source] = Field(default_factory=dict)
    unsettled: tuple[str, ...] = ()
