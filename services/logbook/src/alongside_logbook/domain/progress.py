"""Where somebody stands: counted, pending and with whom, missing, about to age out, month by month.

"Appears met" is all this ever says: only the association decides.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from alongside_logbook.domain.foreseen import Forecast
from alongside_logbook.domain.rules.evaluation import FrameKind
from alongside_logbook.domain.rules.requirements import RequirementKind

Status = Literal[
    "no_category",
    "nothing_required",
    "not_started",
    "not_counting",
    "on_track",
    "drifting",
    "appears_met",
]


class ProgressPiece(BaseModel):
    """A part of the picture; stored as it was worked out."""

    model_config = ConfigDict(frozen=True)


class Bucket(ProgressPiece):
    """One requirement, within the best window."""

    id: str
    label: str
    required: int
    counted: int
    pending: int
    missing: int
    """Still to come after what is counted and pending."""
    kind: RequirementKind = "rsc"
    of: str | None = None
    """The requirement this one is a share of."""
    outside: int = 0
    """Minutes that would count, but lie outside the window or the cycle."""
    at_most: int | None = None
    """No more than so many count."""
    optional: bool = False
    """What is missing is said, but does not stand in the way."""
    note: str | None = None
    """Why it is asked otherwise than of others: prorated, or held for long."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def percent(self) -> int:
        """Counted share in whole percent, rounded down: 99 is not yet 100."""
        return 100 if not self.required else min(100, self.counted * 100 // self.required)


class Month(ProgressPiece):
    """One month of the strip."""

    month: str
    counted: int
    pending: int
    in_window: bool


class Span(ProgressPiece):
    """The best window, or the cycle, and what the counted hours in it span."""

    first: date
    last: date
    first_counted: date | None
    last_counted: date | None
    months: int
    """Whole months from the first counted day to the last."""
    at_least: int
    at_most: int
    long_enough: bool
    kind: FrameKind = "window"
    opens: date | None = None
    """Of a cycle: the first day to renew."""
    due: date | None = None
    """Of a cycle: the last day to renew."""


class Awaited(ProgressPiece):
    """Minutes that wait for somebody."""

    person_id: str
    minutes: int
    entries: int
    since: date


class Share(ProgressPiece):
    """Counted minutes with one provider, within the window or the cycle."""

    person_id: str
    minutes: int


class Ageing(ProgressPiece):
    """Hours that soon leave the window of somebody who has not got all of them yet."""

    minutes: int
    entries: int
    first_leaves_on: date


class Progress(ProgressPiece):
    """Where somebody stands under one pack, on a day."""

    as_of: date
    category: str | None
    pack: str | None
    title: str | None
    status: Status
    goal: str | None = None
    """The purpose and the category, such as `renew/IMHS`."""
    appears_met: bool = False
    """Whether the hours appear to be met; where only trainings are asked for, the trainings."""
    training_met: bool = True
    """Whether the trainings that are asked for appear to be met."""
    buckets: tuple[Bucket, ...] = ()
    """The requirements that ask for hours, the whole first."""
    trainings: tuple[Bucket, ...] = ()
    """The requirements that ask for trainings, the whole first."""
    span: Span | None = None
    months: tuple[Month, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    ageing: Ageing | None = None
    outside: int = 0
    """Minutes that would count, but lie outside the best window."""
    not_counted: int = 0
    """Attended minutes that do not count."""
    attended: int = 0
    """All attended minutes, whatever they count for."""
    entries: int | None = None
    """How many entries there are, taken back or not; unknown where it was not counted yet."""
    met_on: date | None = None
    """The first day by which everything appears met."""
    long_enough_on: date | None = None
    """The day on or after which a counted meeting completes the shortest span."""
    missing: tuple[str, ...] = ()
    """What is missing of the hours, in sentences."""
    missing_trainings: tuple[str, ...] = ()
    """What is missing of the trainings, in sentences."""
    warnings: tuple[str, ...] = ()
    """What is said and does not stand in the way."""
    shares: tuple[Share, ...] = ()
    """With whom the counted hours were, the most first."""
    forecast: Forecast | None = None
    """When it appears to be met, going on as until now; none where no hours are asked for."""

    @property
    def main(self) -> Bucket | None:
        """The bucket of the whole."""
        return self.buckets[0] if self.buckets else None

    @property
    def due(self) -> date | None:
        """The last day to renew, where there is one."""
        return self.span.due if self.span else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def percent(self) -> int:
        """The share of the least filled requirement."""
        asked = [bucket for bucket in self.buckets or self.trainings if not bucket.optional]
        return min((bucket.percent for bucket in asked), default=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unconfirmed(self) -> int:
        """How many entries wait for somebody."""
        return sum(awaited.entries for awaited in self.awaited)
