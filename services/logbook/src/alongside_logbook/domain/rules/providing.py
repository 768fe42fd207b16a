"""With whom hours count: the provider matrix, how hours are shared, what is excluded, which ages."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from alongside.contracts import CredentialKind, CredentialStanding
from alongside_logbook.domain.rules.sourced import Firm, Months, RuleModel, Sourced


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
    """First day that decides on which the row holds. Also for vetted providers with an end: `until`."""
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
        if self.verdict == "counts" and not self.kinds and self.standing == ("endorsed",):
            message = (
                "must name the kinds that count; only a row about another standing, or with "
                "verdict ask, may leave them out"
            )
            raise ValueError(message)
        if self.verdict == "ask" and not self.note:
            message = "with verdict ask must say in `note` what has to be asked"
            raise ValueError(message)
        return self


class ProviderRule(RuleModel):
    """Whose hours count. The first row that fits decides; rows that count go before rows that ask."""

    judged_on: Literal["session", "application"]
    """The day whose status decides: the session's, or that of the application."""
    rows: tuple[ProviderRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _somebody_counts(self) -> Self:
        if not any(row.verdict == "counts" for row in self.rows):
            message = "no row counts: nobody could ever provide an hour"
            raise ValueError(message)
        return self


class MostProviders(Firm):
    """From how many providers the required hours may come."""

    providers: int = Field(ge=1, le=20)


class SharesRule(RuleModel):
    """How the counted hours of the whole are spread over providers."""

    majority: Firm | None = None
    """More than half of the counted hours come from one provider; of the required, once there are more."""
    at_most: MostProviders | None = None
    """The required hours come from at most so many providers; hours beyond the required do not matter."""


Excludable = Literal["peer", "other_minutes", "own_group", "own_session"]
"""peer: peers among themselves, with no designated provider. other_minutes: the administrative or
clinical part of a session. own_group: a session of a series that one leads oneself, whoever wrote it
down. own_session: oneself is the provider."""


class Exclusion(Sourced):
    """What qualifies for nothing. A pack that does not name one of the four excludes it all the same."""

    what: Excludable
    verdict: Literal["excluded", "warn", "counts"] = "excluded"
    """warn: it counts, and is marked. Nobody can let their own session count."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.what == "own_session" and self.verdict != "excluded":
            message = "nobody earns received hours from a session they lead themselves"
            raise ValueError(message)
        return self


class AgesRule(Firm):
    """Whom the work must concern. An hour that names the other age only is refused, or marked."""

    must: Literal["0-3", "3-6"]
    both: Literal["counts", "warn", "ask"] = "counts"
    """An hour that names both ages: counts in full for each track, counts and is marked, or waits."""
    unsaid: Literal["counts", "warn"] = "counts"
    """An hour of which nobody said whom it concerned."""


class WorkRule(Firm):
    """Hours must coincide with the qualifying work: those before it began are refused, or marked."""
