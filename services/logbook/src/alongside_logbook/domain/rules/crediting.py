"""How many minutes of credit a group session gives: data, one formula a pack. None: as attended."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from alongside_logbook.domain.rules.sourced import Sourced


class HeadCount(Sourced):
    """Groups larger than this give no credit."""

    formula: Literal["head_count"]
    people: int = Field(ge=1, le=1000)
    """How many may be there, the provider not counted."""


class Prorate(Sourced):
    """Larger groups give less: minutes times people divided by head-count, rounded down to the whole minute."""

    formula: Literal["prorate"]
    people: int = Field(ge=1, le=1000)
    """Up to so many there is no discount."""


class Tier(Sourced):
    """A share of the attended minutes for groups of up to so many."""

    up_to: int | None = Field(default=None, ge=1, le=1000)
    """None: any size; the last tier."""
    share: tuple[int, int]
    """Numerator and denominator, such as [1, 2] for half; [0, 1] for nothing."""

    @model_validator(mode="after")
    def _a_share(self) -> Self:
        if not 0 <= self.share[0] <= self.share[1] or self.share[1] < 1:
            message = f"{self.share[0]}/{self.share[1]} is no share between nothing and all"
            raise ValueError(message)
        return self


class Tiers(Sourced):
    """A share of the minutes by size, rounded down to the whole minute; beyond the last tier nothing."""

    formula: Literal["tiers"]
    tiers: tuple[Tier, ...] = Field(min_length=1)


class SeriesCredit(Sourced):
    """A whole group series gives a fixed credit, less for each absence, none after too many.

    Sessions of one series are taken in blocks of `sessions`, in the order of their days; absences
    are sessions of 0 minutes. Until a block is complete and confirmed its credit is pending; it is
    never more than what was attended, and is spread over the block's sessions by their minutes.
    """

    formula: Literal["series"]
    sessions: int = Field(ge=1, le=200)
    """How many sessions make the series."""
    minutes: int = Field(ge=1, le=1440)
    """How long each is; only said."""
    yields_hours: int = Field(ge=0, le=1000)
    """Credit for the whole series without an absence."""
    absence_costs_minutes: int = Field(ge=0, le=10_000)
    """Taken off for each absence."""
    most_absences: int = Field(ge=0, le=200)
    """With more there is no credit."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.most_absences >= self.sessions:
            message = "somebody could be absent every time: most_absences must be below sessions"
            raise ValueError(message)
        return self


Credit = Annotated[HeadCount | Prorate | Tiers | SeriesCredit, Field(discriminator="formula")]
"""For entries of kind `group`; individual sessions always give what was attended."""
