"""What an evaluation says: each requirement's minutes, the span they lie in, and what is lacking.

Whole minutes. "Appears met" is all this ever says: only the association decides.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from alongside_logbook.domain.rules.requirements import RequirementKind
from alongside_logbook.domain.rules.sourced import Enforcement
from alongside_logbook.domain.rules.window import Dated

FrameKind = Literal["window", "cycle", "lookback", "all"]


@dataclass(frozen=True, slots=True)
class Tally:
    """One requirement as it is asked of this person, and its minutes within the frame."""

    id: str
    label: str
    kind: RequirementKind
    of: str | None
    """The whole it is a share of."""
    required: int
    counted: int
    """Never more than `at_most`, and in the whole nothing beyond a share's limit."""
    pending: int
    outside: int
    """Minutes that would count, but lie outside the frame."""
    beyond: int
    """Minutes counted in this frame that a limit keeps out."""
    at_most: int | None
    enforcement: Enforcement
    note: str | None
    """Why it is asked otherwise than of others: prorated, or held for long."""

    @property
    def missing(self) -> int:
        """Still to come after what is counted and pending."""
        return max(0, self.required - self.counted - self.pending)

    @property
    def met(self) -> bool:
        """Whether enough is counted."""
        return self.counted >= self.required


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the counted RSC hours lie: the best window, the cycle, the months gone, or no limit."""

    kind: FrameKind
    first: date
    last: date
    """Of a window the last day that fits, whether or not anything happened on it."""
    first_counted: date | None
    last_counted: date | None
    at_least: int
    """Months the counted hours must span; 0 where nothing is said."""
    at_most: int
    """Months they may span at most; 0 where nothing is said."""
    long_enough: bool
    long_enough_on: date | None
    """The day on or after which a counted meeting completes the shortest span; none if complete."""
    years: int = 0
    """Length of a cycle."""
    opens: date | None = None
    """Of a cycle: first day to renew."""
    due: date | None = None
    """Of a cycle: last day to renew."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Counted minutes of the whole with one provider, within the frame."""

    provider_id: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Where somebody stands under one pack."""

    pack: str
    """The pack's name, its edition included."""
    tallies: tuple[Tally, ...]
    """RSC first, then trainings; of each kind the whole first."""
    frame: Frame | None
    """None where nothing is asked, or nothing lies in any window yet."""
    rsc_met: bool
    """All that is asked of RSC hours: amounts, span, spread and shares."""
    training_met: bool
    met_on: date | None
    """The first day by which the RSC hours were enough and spanned enough; none if they never did."""
    shares: tuple[Shared, ...]
    """Providers, the one with most minutes first."""
    lacking: tuple[str, ...]
    """What stands in the way besides amounts and a span too short (`frame.long_enough_on`)."""
    warnings: tuple[str, ...]
    """What is said and does not stand in the way."""
    spared: str | None
    """Why no RSC is asked of this person although it is of others, in a sentence."""
    days: tuple[Dated, ...]
    """Counted and pending RSC minutes by day, in the order of `tallies`; before any limit."""

    @property
    def appears_met(self) -> bool:
        """Whether everything that is asked appears met, and something is asked at all."""
        return bool(self.tallies) and self.rsc_met and self.training_met

    @property
    def rsc(self) -> tuple[Tally, ...]:
        """The tallies of RSC hours."""
        return tuple(tally for tally in self.tallies if tally.kind == "rsc")

    @property
    def training(self) -> tuple[Tally, ...]:
        """The tallies of trainings."""
        return tuple(tally for tally in self.tallies if tally.kind == "training")
