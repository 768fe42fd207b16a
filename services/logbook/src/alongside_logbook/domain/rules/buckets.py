"""Into which requirements the minutes of an hour fall. No share holds more than its whole."""

from collections.abc import Sequence

from alongside_logbook.domain.rules.hour import Hour
from alongside_logbook.domain.rules.requirements import Requirement
from alongside_logbook.domain.rules.terms import Need
from alongside_logbook.domain.words import duration


def buckets_of(hour: Hour, reflective: int, credit: int, needs: Sequence[Need]) -> dict[str, int]:
    """Return minutes per requirement of an hour with so many qualifying minutes and so much credit.

    Where less is credited than was attended, what is about the RSC one gives shrinks in proportion.
    """
    about = min(hour.about_rsc_minutes, reflective)
    if credit < reflective:
        about = about * credit // reflective
    buckets: dict[str, int] = {}
    most = credit
    for need in needs:
        requirement = need.requirement
        minutes = min(most, _falls(requirement, hour, credit, about))
        buckets[requirement.id] = minutes
        if requirement.of is None:
            most = minutes
    return buckets


def shares_said(needs: Sequence[Need], buckets: dict[str, int]) -> str:
    """Say what falls into the shares, in sentences that each begin with a space."""
    return "".join(_share(need, buckets[need.requirement.id]) for need in needs[1:])


def _falls(requirement: Requirement, hour: Hour, credit: int, about: int) -> int:
    if requirement.counts == "about_rsc":
        return about
    if requirement.counts in {"individual", "group"}:
        return credit if hour.kind == requirement.counts else 0
    return credit


def _share(need: Need, minutes: int) -> str:
    if need.requirement.counts == "about_rsc":
        return f" {duration(minutes)} of it about the RSC one gives."
    if minutes and need.limit is not None:
        return f" Of {need.requirement.counts} hours at most {duration(need.limit)} count."
    return ""
