"""The small pieces that rules are made of: every number stands beside what it rests on."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["H", "M", "L"]
SourceId = Annotated[str, Field(pattern=r"^(S[1-9][0-9]{0,2}|house)$")]
Enforcement = Literal["refuse", "warn"]
"""refuse: without it the rules do not appear met. warn: said, and nothing else."""

MINUTES_AN_HOUR = 60


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

    months: int = Field(ge=0, le=120)


class Years(Sourced):
    """A length in whole years."""

    years: int = Field(ge=1, le=10)


class Days(Sourced):
    """A length in days."""

    days: int = Field(ge=1, le=3660)


class People(Sourced):
    """A number of people."""

    people: int = Field(ge=1, le=1000)


class Minutes(Sourced):
    """A length in minutes."""

    minutes: int = Field(ge=1, le=1440)


class Hours(Sourced):
    """A number of whole hours."""

    hours: int = Field(ge=0, le=10_000)

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return self.hours * MINUTES_AN_HOUR


class Firm(Sourced):
    """A statement that is either a condition or only a warning."""

    enforcement: Enforcement = "refuse"
