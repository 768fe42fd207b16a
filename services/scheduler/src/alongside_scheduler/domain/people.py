"""People: what is known about them, and what must be right before it is kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from alongside.contracts import Category, Credential, CredentialKind, CredentialStanding, Open, Role
from alongside.errors import Conflict, Invalid, NotFound
from alongside.zones import zone as checked_zone
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.words import checked_email, checked_text

ROLES: tuple[Role, ...] = get_args(Role)
CATEGORIES: tuple[Category, ...] = get_args(Category)
CREDENTIAL_KINDS: tuple[CredentialKind, ...] = get_args(CredentialKind)
STANDINGS: tuple[CredentialStanding, ...] = get_args(CredentialStanding)

LONGEST_NAME = 100
LONGEST_REGISTRY_NUMBER = 40
EARLIEST = date(1950, 1, 1)
LATEST = date(2099, 12, 31)


class AddressTaken(Conflict):
    """Somebody with this e-mail address is registered already."""

    code = "address_taken"


class LastCoordinator(Conflict):
    """Somebody has to stay coordinator. Give the role to another person first."""

    code = "last_coordinator"


class StillLeads(Conflict):
    """This person leads sessions ahead. Hand those over or cancel them first."""

    code = "still_leads"

    @classmethod
    def groups(cls, names: Sequence[str]) -> "StillLeads":
        """Return the error that says which groups have to be led by somebody else first."""
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004
        return cls(f"This person leads {shown}. Give that to another supervisor first.")


@dataclass(frozen=True)
class PersonFacts:
    """What is known about a person, checked."""

    name: str
    email: str
    zone: str
    roles: tuple[Open[Role], ...]
    pursuing: Open[Category] | None = None
    pursuing_since: date | None = None


def person_facts(
    *,
    name: str,
    email: str,
    zone: str,
    roles: Iterable[str],
    pursuing: str | None = None,
    pursuing_since: date | None = None,
    carried: Collection[str] = (),
) -> PersonFacts:
    """Check what was typed about a person; raise one `Invalid` that names every fault.

    `carried` are words that stand there already, though only a newer version knows them: kept as
    they are, while both run.
    """
    problems = Problems()
    with problems.noting():
        name = checked_text("name", name, LONGEST_NAME)
    with problems.noting():
        email = checked_email("email", email)
    with problems.noting():
        checked_zone(zone)
    asked = set(roles)
    for unknown in sorted(asked.difference(ROLES, carried)):
        problems.add("roles", f"There is no role {unknown[:40]!r}. Roles: {', '.join(ROLES)}.")
    if not asked:
        problems.add("roles", "Choose at least one role.")
    pursued = pursuing or None
    if pursued is not None and pursued not in {*CATEGORIES, *carried}:
        problems.add("pursuing", f"There is no endorsement category {pursued[:40]!r}.")
    if pursuing_since is not None:
        _check_date(problems, "pursuing_since", pursuing_since)
    problems.raise_any()
    return PersonFacts(
        name=name,
        email=email,
        zone=zone,
        roles=tuple(role for role in (*ROLES, *carried) if role in asked),
        pursuing=pursued,
        pursuing_since=pursuing_since,
    )


def credential(
    *,
    credential_id: str,
    kind: str,
    standing: str,
    valid_from: date,
    valid_until: date | None,
    registry_number: str | None,
) -> Credential:
    """Check what was typed about a credential; raise one `Invalid` that names every fault."""
    problems = Problems()
    if kind not in CREDENTIAL_KINDS:
        problems.add("kind", f"There is no credential {kind[:40]!r}.")
    if standing not in STANDINGS:
        problems.add("standing", f"Choose one of: {', '.join(STANDINGS)}.")
    _check_date(problems, "valid_from", valid_from)
    if valid_until is not None:
        _check_date(problems, "valid_until", valid_until)
        if valid_until < valid_from:
            problems.add("valid_until", "The last day is before the first.")
    number = ""
    with problems.noting():
        number = checked_text(
            "registry_number", registry_number or "", LONGEST_REGISTRY_NUMBER, required=False
        )
    problems.raise_any()
    return Credential.model_validate(
        {
            "credential_id": credential_id,
            "kind": kind,
            "standing": standing,
            "valid_from": valid_from,
            "valid_until": valid_until,
            "registry_number": number or None,
        }
    )


def ended(credentials: Sequence[Credential], credential_id: str, last_day: date) -> Credential:
    """Return a credential that holds until `last_day` and no longer."""
    for each in credentials:
        if each.credential_id == credential_id:
            if last_day < each.valid_from:
                raise Invalid("The last day is before the first.", field="valid_until")
            return each.model_copy(update={"valid_until": last_day})
    raise NotFound("This person has no such credential.")


def holds_on(credentials: Iterable[Credential], day: date) -> bool:
    """Tell whether any credential is valid on a day. What it is good for, the logbook judges."""
    return any(
        each.valid_from <= day and (each.valid_until is None or day <= each.valid_until)
        for each in credentials
    )


def uncovered(credentials: Sequence[Credential], days: Iterable[date]) -> tuple[date, ...]:
    """Return the days on which no credential is valid."""
    return tuple(day for day in days if not holds_on(credentials, day))


def _check_date(problems: Problems, field: str, day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        problems.add(field, f"Choose a date between {EARLIEST.year} and {LATEST.year}.")
