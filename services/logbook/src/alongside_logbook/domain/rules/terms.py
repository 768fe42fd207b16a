"""What a pack asks of one person: conditions looked at, years held counted, first periods prorated."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from alongside.contracts import Credential
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.cycle import (
    Period,
    period_after,
    period_due,
    started_years,
    whole_years,
)
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.periods import FirstPeriod
from alongside_logbook.domain.rules.requirements import Condition, Requirement
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import duration


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement, as it is asked of this person."""

    requirement: Requirement
    minutes: int
    """0: nothing is asked, but what falls in has a limit."""
    note: str | None = None
    peers: bool = False
    """Hours with peers who hold the same category count, too."""

    @property
    def limit(self) -> int | None:
        """Minutes that may count into the whole at most."""
        return self.requirement.at_most.minutes if self.requirement.at_most else None


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a pack asks of this person on a day."""

    rsc: tuple[Need, ...]
    """The whole first; empty where no RSC is asked."""
    training: tuple[Need, ...]
    period: Period | None
    """The cycle that is due, in packs that have cycles."""
    held_years: int
    """Whole years the category has been held when the period ends, or on the day of the application."""
    days: tuple[date, date] | None = None
    """The days that alone count whatever else is so: the cycle that is due, or the months gone."""
    spared: str | None = None
    """Why no RSC is asked of this person although the pack does of others."""

    @property
    def peers(self) -> bool:
        """Whether hours with peers count."""
        return any(need.peers for need in self.rsc)


def terms_of(pack: Pack, applicant: Applicant) -> Terms:
    """Work out what is asked of somebody."""
    period = _period(pack, applicant)
    end = period.last if period else applicant.applies_on
    since = held_since(applicant.credentials, pack.category, end)
    held = whole_years(since, end) if since else 0
    first = _first_period(pack, period, since)
    rsc = _needs(pack.buckets, applicant, held, _share(first, pack, since, period, "rsc"))
    training = _needs(
        pack.training_buckets, applicant, held, _share(first, pack, since, period, "training")
    )
    spared = _spared(pack.required[0], first, held) if pack.required and not rsc else None
    return Terms(rsc, training, period, held, _days(pack, period, applicant), spared)


def _period(pack: Pack, applicant: Applicant) -> Period | None:
    if pack.cycle is None:
        return None
    period = period_due(pack.cycle, applicant.applies_on)
    since = held_since(applicant.credentials, pack.category, applicant.applies_on)
    # Nobody renews for a time before they held it, though others still may.
    return period_after(pack.cycle, period) if since and since > period.last else period


def _spared(whole: Requirement, first: FirstPeriod | None, held: int) -> str:
    if first is not None and first.rsc != "full":
        return "Nothing is asked in the period in which the category was earned."
    if any(held >= other.held_years for other in whole.instead):
        return f"Nothing is asked of those who have held it for {say_count(held, 'year')}."
    return "This is asked of others only."


def _days(pack: Pack, period: Period | None, applicant: Applicant) -> tuple[date, date] | None:
    if period is not None:
        return period.first, period.last
    if pack.lookback is not None:
        day = applicant.applies_on
        return add_months(day, -pack.lookback.months) + timedelta(days=1), day
    return None


def held_since(credentials: Iterable[Credential], category: str, on: date) -> date | None:
    """Return since when a category was held without a gap until a day, if it was at all by then."""
    since: date | None = None
    until: date | None = None
    held = (c for c in credentials if c.kind == category and c.standing != "vetted")
    for credential in sorted(held, key=lambda credential: credential.valid_from):
        if credential.valid_from > on:
            break
        lapsed = until is not None and credential.valid_from > until + timedelta(days=1)
        if since is None or lapsed:
            since, until = credential.valid_from, credential.valid_until or date.max
        elif until is not None:
            until = max(until, credential.valid_until or date.max)
        if until == date.max:
            break
    return since


def holds(condition: Condition | None, applicant: Applicant, held_years: int) -> bool:
    """Tell whether a condition holds of somebody."""
    if condition is None:
        return True
    return not (
        (condition.gives_rsc is not None and condition.gives_rsc != applicant.gives_rsc)
        or (condition.held_years is not None and held_years < condition.held_years)
        or (condition.held_years_under is not None and held_years >= condition.held_years_under)
    )


@dataclass(frozen=True, slots=True)
class _Share:
    years: int
    of: int

    def take(self, minutes: int) -> int:
        return min(minutes, -(-minutes * self.years // self.of))


def _first_period(pack: Pack, period: Period | None, since: date | None) -> FirstPeriod | None:
    if pack.cycle is None or period is None or since is None:
        return None
    return pack.cycle.first_period if period.first < since <= period.last else None


def _share(
    first: FirstPeriod | None, pack: Pack, since: date | None, period: Period | None, kind: str
) -> _Share | None:
    if first is None or since is None or period is None or pack.cycle is None:
        return None
    treatment = first.rsc if kind == "rsc" else first.training
    cycle = pack.cycle.years.years
    if treatment == "full":
        return None
    if treatment == "exempt":
        return _Share(0, cycle)
    count = whole_years if first.years_as == "whole" else started_years
    return _Share(min(cycle, count(since, period.last)), cycle)


def _needs(
    requirements: tuple[Requirement, ...], applicant: Applicant, held: int, share: _Share | None
) -> tuple[Need, ...]:
    needs: list[Need] = []
    for requirement in requirements:
        if not holds(requirement.when, applicant, held):
            if requirement.of is None:
                return ()
            continue
        need = _asked(requirement, held, share)
        if requirement.of is None:
            if not need.minutes:
                return ()
        else:
            need = replace(need, minutes=min(need.minutes, needs[0].minutes))
            if not need.minutes and need.limit is None:
                continue
        needs.append(need)
    return tuple(needs)


def _asked(requirement: Requirement, held: int, share: _Share | None) -> Need:
    minutes, note, peers = requirement.minutes, None, False
    for other in requirement.instead:
        if held >= other.held_years:
            minutes, peers = other.minutes, other.peers
            note = (
                f"Held for {say_count(held, 'year')}: {duration(minutes)} instead of "
                f"{duration(requirement.minutes)}."
            )
            break
    if share is not None:
        full, minutes = minutes, share.take(minutes)
        note = (
            f"Earned within the period, {share.years} of {say_count(share.of, 'year')}: "
            f"{duration(minutes)} of {duration(full)}."
        )
    return Need(requirement, minutes, note, peers)
