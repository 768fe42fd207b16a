"""The facts of an entry that rules look at, and what is said of it: verdicts, with the reason in words."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from alongside.contracts import GroupKind
from alongside_logbook.domain.rules.packs import Requirement

State = Literal["counted", "pending", "not_counted"]


def _counts_as_known(state: object) -> object:
    return state if state in get_args(State) else "not_counted"


KnownState = Annotated[State, BeforeValidator(_counts_as_known)]
"""What a later version calls otherwise counts for nothing here: verdicts are worked out, not recorded."""

ReasonCode = Literal[
    "counted",
    "awaits_confirmation",
    "returned",
    "series_incomplete",
    "absent",
    "withdrawn",
    "own_session",
    "own_group",
    "peer",
    "administrative",
    "not_about_rsc",
    "wrong_ages",
    "before_work",
    "outside_period",
    "no_credit",
    "provider_refused",
    "ask_association",
    "nothing_required",
    "no_category",
    "education",
    "reviewer_work",
]


@dataclass(frozen=True, slots=True)
class Hour:
    """The facts of an entry that rules look at."""

    entry_id: str
    supervisee_id: str
    provider_id: str
    held_on: date
    """The day of the session where it was held."""
    minutes: int
    about_rsc_minutes: int
    status: Literal["recorded", "confirmed", "returned", "withdrawn"]
    head_count: int = 1
    scheduled_minutes: int = 0
    other_minutes: int = 0
    """Of the minutes, administrative or clinical: they qualify for nothing."""
    kind: GroupKind = "group"
    ages: tuple[str, ...] = ()
    """Whom the work concerned: `0-3`, `3-6`; empty where nobody said."""
    peer: bool = False
    series_id: str = ""
    override: bool = False
    """A coordinator stood in for the provider."""
    awaits: str | None = None
    """Whose word is awaited, where that is known."""


class Verdict(BaseModel):
    """What an entry, or a training, counts for under one pack."""

    model_config = ConfigDict(frozen=True)

    state: KnownState
    code: str
    """A `ReasonCode`, or in a row that a later version wrote, one that only that version knows."""
    reason: str
    buckets: dict[str, int] = Field(default_factory=dict)
    """Minutes per requirement: counted, or to be counted once confirmed; empty if they never will be."""
    held: str | None = None
    """The provider's credential on the day that decides."""
    warnings: tuple[str, ...] = ()

    def minutes(self, requirement: Requirement, state: State) -> int:
        """Return the minutes in a requirement's bucket, if the verdict is of that state."""
        return self.buckets.get(requirement.id, 0) if self.state == state else 0
