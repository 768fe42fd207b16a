"""Providers from elsewhere: named by a supervisee, looked up by a coordinator, reached by mail."""

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import AttendanceRecorded
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside.secrets import BrokenSeal
from alongside_logbook.domain.providers import (
    Claim,
    ProviderStep,
    checked_address,
    checked_agency,
    checked_claims,
    checked_name,
)
from alongside_logbook.domain.steps import step
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.people import digest
from alongside_logbook.store.tables import OutsideProviderRow
from alongside_logbook.store.uow import LogbookUow

SEAL = "outside-provider"
"""What addresses are sealed for."""

_AT_ONCE = 20
"""How many supervisees of a provider are worked out in the transaction itself; the clock does more."""


class NameProvider(BaseModel):
    """Who gives hours elsewhere, and what they are said to hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=500)
    email: str = Field(max_length=500)
    agency: str | None = Field(default=None, max_length=500)
    claims: tuple[Claim, ...] = Field(default=(), max_length=20)


class ChangeProvider(BaseModel):
    """A provider as they should have been named."""

    model_config = ConfigDict(frozen=True)

    provider_id: str
    name: str
    agency: str | None = None
    claims: tuple[Claim, ...] = ()


class CheckProvider(BaseModel):
    """What a coordinator found in the registry."""

    model_config = ConfigDict(frozen=True)

    provider_id: str
    found: bool
    claims: tuple[Claim, ...] | None = None
    """As the registry says; null: just as it was claimed."""


class CorrectAddress(BaseModel):
    """The address that a provider is really reached at."""

    model_config = ConfigDict(frozen=True)

    provider_id: str
    email: str


class Named(BaseModel):
    """Whom an address stands for."""

    model_config = ConfigDict(frozen=True)

    provider_id: str
    name: str
    registered: bool
    """They have an account here: they confirm in the app, and get no link."""


async def name_provider(command: NameProvider, actor: Actor, uow: LogbookUow) -> Named:
    """Name a provider from elsewhere; the same address is always the same provider.

    If it is a registered person's, they are the provider. What somebody else said of a provider
    before stays as it is.
    """
    email = checked_address(command.email)
    person = await uow.people.by_email(email)
    if person is not None and person.left_at is None:
        if person.person_id == actor.person_id:
            raise Invalid("Nobody provides reflective supervision to themselves.", field="email")
        return Named(provider_id=person.person_id, name=person.name, registered=True)
    name, claims = checked_name(command.name), checked_claims(command.claims)
    row = await uow.outside.add(
        OutsideProviderRow(
            provider_id=uow.new_id(),
            name=name,
            email_sealed=uow.secrets.seal(SEAL, email),
            email_digest=digest(email),
            agency=checked_agency(command.agency),
            claims=claims,
            registry_state="unchecked",
            created_by=actor.person_id,
            created_at=uow.now,
            history=(ProviderStep(at=uow.now, by=actor.person_id, act="named", claims=claims),),
        )
    )
    return Named(provider_id=row.provider_id, name=row.name, registered=False)


async def change_provider(
    command: ChangeProvider, actor: Actor, uow: LogbookUow
) -> OutsideProviderRow:
    """Change what is said of a provider: by who named them, until they or a coordinator spoke."""
    row = await provider_row(command.provider_id, uow)
    if not may_change(row, actor):
        raise Forbidden(
            "Only a coordinator can change this: the provider, or a coordinator, has spoken."
        )
    claims = checked_claims(command.claims)
    changed = claims != row.claims
    row.name, row.agency = checked_name(command.name), checked_agency(command.agency)
    row.claims = claims
    row.history = (
        *row.history,
        ProviderStep(at=uow.now, by=actor.person_id, act="changed", claims=claims),
    )
    await uow.outside.keep(row)
    if changed:
        await follow_claims(row.provider_id, uow)
    return row


async def check_provider(
    command: CheckProvider, actor: Actor, uow: LogbookUow
) -> OutsideProviderRow:
    """Note that a coordinator looked a provider up: as claimed, corrected, or not found."""
    if not actor.coordinator:
        raise Forbidden("Only a coordinator looks providers up.")
    row = await provider_row(command.provider_id, uow)
    claims = row.claims if command.claims is None else checked_claims(command.claims)
    if command.found and not claims:
        raise Invalid("Say what the registry says they hold.", field="kind")
    row.claims = claims
    row.registry_state = "checked" if command.found else "refused"
    row.checked_by, row.checked_at = actor.person_id, uow.now
    row.history = (
        *row.history,
        ProviderStep(
            at=uow.now,
            by=actor.person_id,
            act="checked" if command.found else "refused",
            claims=claims,
        ),
    )
    await uow.outside.keep(row)
    await follow_claims(row.provider_id, uow)
    return row


async def correct_address(command: CorrectAddress, actor: Actor, uow: LogbookUow) -> Named:
    """Reach a provider at another address; links to the one before are dead from now on.

    Whoever named a provider that never answered may; after that, a coordinator. A supervisee whose
    new address belongs to somebody known has their waiting entries moved to that one.
    """
    row = await provider_row(command.provider_id, uow)
    email = checked_address(command.email)
    if digest(email) == row.email_digest:
        if address_of(row, uow) is None:
            row.email_sealed = uow.secrets.seal(SEAL, email)
            await uow.outside.keep(row)
        return Named(provider_id=row.provider_id, name=row.name, registered=False)
    theirs = set(await uow.entries.supervisees_of(row.provider_id))
    alone = row.created_by == actor.person_id and theirs <= {actor.person_id}
    if not actor.coordinator and (row.answered_at is not None or not alone):
        raise Conflict("Others reach this provider at this address. Ask your coordinator.")
    person = await uow.people.by_email(email)
    other = await uow.outside.by_email(email)
    if (person is not None and person.left_at is None) or other is not None:
        if actor.coordinator and actor.person_id not in theirs:
            raise Conflict("Somebody is known with this address already.", field="email")
        return await _move(row, email, actor, uow)
    for supervisee_id in sorted(theirs | {actor.person_id}):
        await uow.outside.replace_open(supervisee_id, row.provider_id)
    row.email_sealed, row.email_digest = uow.secrets.seal(SEAL, email), digest(email)
    row.history = (
        *row.history,
        ProviderStep(at=uow.now, by=actor.person_id, act="address", claims=row.claims),
    )
    await uow.outside.keep(row)
    return Named(provider_id=row.provider_id, name=row.name, registered=False)


def may_change(row: OutsideProviderRow, actor: Actor) -> bool:
    """Tell whether somebody may change what is said of a provider."""
    if actor.coordinator:
        return True
    spoken = row.registry_state != "unchecked" or row.answered_at is not None
    return row.created_by == actor.person_id and not spoken


async def provider_row(provider_id: str, uow: LogbookUow) -> OutsideProviderRow:
    """Return a provider from elsewhere."""
    row = await uow.outside.get(provider_id)
    if row is None:
        raise NotFound("There is no such provider.")
    return row


def address_of(row: OutsideProviderRow, uow: LogbookUow) -> str | None:
    """Return where a provider is reached; none if it was removed, or sealed with another key."""
    return opened(row.email_sealed, uow)


def opened(sealed: str, uow: LogbookUow) -> str | None:
    """Return a sealed address; none if it was removed, or sealed with another key."""
    try:
        return uow.secrets.unseal(SEAL, sealed)
    except BrokenSeal:
        return None


async def follow_claims(provider_id: str, uow: LogbookUow) -> None:
    """Work out anew what hours with a provider count for, after what they hold changed."""
    affected = sorted(await uow.entries.supervisees_of(provider_id))
    for supervisee_id in affected[:_AT_ONCE]:
        await recompute(supervisee_id, uow)
    later = affected[_AT_ONCE:]
    if later:
        await uow.progress.make_stale(set(later))


async def _move(row: OutsideProviderRow, email: str, actor: Actor, uow: LogbookUow) -> Named:
    command = NameProvider(name=row.name, email=email, agency=row.agency, claims=row.claims)
    named = await name_provider(command, actor, uow)
    await uow.entries.hold(actor.person_id)
    await uow.outside.replace_open(actor.person_id, row.provider_id)
    for waiting in await uow.outside.awaiting(actor.person_id, row.provider_id):
        moved = step(
            waiting.current,
            {"provider_id": named.provider_id},
            status="recorded",
            awaits=named.provider_id,
            act="submitted",
            actor_id=actor.person_id,
            now=uow.now,
        )
        await uow.entries.append(moved)
        await uow.emit(
            AttendanceRecorded(id=uow.new_id(), occurred_at=uow.now, entry=moved.state())
        )
    await recompute(actor.person_id, uow)
    return named
