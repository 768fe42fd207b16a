"""Within which time hours must lie: a best window, a fixed cycle, or the months just gone."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from alongside_logbook.domain.rules.requirements import Condition
from alongside_logbook.domain.rules.sourced import Firm, Months, RuleModel, Sourced, Years

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
"""A day of every year as MM-DD. 29 February is none."""


class WindowRule(RuleModel):
    """Between which lengths the span of the counted hours must lie; the best such span is looked for."""

    at_least: Months
    """0: no least span."""
    at_most: Months

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least.months > self.at_most.months:
            message = (
                f"the window is at least {self.at_least.months} and at most {self.at_most.months} "
                "months: the first must not be the longer"
            )
            raise ValueError(message)
        if self.at_most.months < 1:
            message = "the window is at most 0 months: no hour could ever count"
            raise ValueError(message)
        return self


class SpreadRule(WindowRule):
    """Within a cycle: over how many months the counted hours must be spread."""

    enforcement: Literal["refuse", "warn"] = "refuse"
    when: Condition | None = None


class LookbackRule(Sourced):
    """Only hours of so many months before the day of the application count; for reinstatement."""

    months: int = Field(ge=1, le=120)


class YearDay(Sourced):
    """A day of the year."""

    day: MonthDay

    @model_validator(mode="after")
    def _exists(self) -> Self:
        date(2001, *map(int, self.day.split("-")))
        return self

    def of(self, year: int) -> date:
        """Return that day of a year."""
        month, day = map(int, self.day.split("-"))
        return date(year, month, day)


class Anchor(Sourced):
    """A year in which a cycle ends; the others lie whole cycles before and after."""

    year: int = Field(ge=2000, le=2100)


Treatment = Literal["full", "exempt", "prorated"]


class FirstPeriod(Sourced):
    """What is asked in the cycle in which the category was earned, if not from its first day on.

    prorated: hours times years endorsed divided by years of the cycle, rounded up to the whole minute, and never
    more than the hours. `years_as: whole` counts the whole years from the day it was earned to the
    end of the cycle; `started` counts begun years. With 0 years nothing is asked.
    """

    rsc: Treatment = "full"
    training: Treatment = "full"
    years_as: Literal["whole", "started"] = "whole"


class CycleRule(RuleModel):
    """Fixed periods, one after the other: only hours from within the period count."""

    years: Years
    ends: YearDay
    """The last day whose hours count."""
    anchor: Anchor | None = None
    """Needed where a cycle is longer than a year."""
    opens: YearDay | None = None
    """The first day to renew: the last such day on or before the due day."""
    due: YearDay | None = None
    """The last day to renew, on or after `ends`; none: `ends` itself."""
    first_period: FirstPeriod | None = None
    """None: everybody is asked for everything."""

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if self.years.years > 1 and self.anchor is None:
            message = (
                f"a cycle of {self.years.years} years needs an anchor: a year in which one ends"
            )
            raise ValueError(message)
        return self


class Evidence(Firm):
    """How hours are shown: entered one by one, or attested with a random audit. Words in `note`."""

    how: Literal["entered", "attested"] = "entered"
