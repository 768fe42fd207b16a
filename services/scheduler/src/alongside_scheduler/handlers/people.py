"""People: register, change, remove; their credentials."""

from datetime import date

from pydantic import Field

from alongside.contracts import (
    CredentialChanged,
    PersonChanged,
    PersonLeft,
    PersonRegistered,
    PersonState,
)
from alongside.errors import Forbidden, Invalid, NotFound
from alongside.web.ended import on_signed_out
from alongside_scheduler.domain import people as rules
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.rosters import take_off_every_roster
from alongside_scheduler.store.tables import PersonRow
from alongside_scheduler.store.uow import SchedulerUow

_OWN = {"name", "zone"}


class RegisterPerson(Command):
    """A person to be added."""

    name: str = Field(examples=["Ada Sample"])
    email: str = Field(examples=["ada@example.org"])
    zone: str | None = Field(
        default=None,
        description="IANA time zone; default: the association's.",
        examples=["America/Chicago"],
    )
    roles: list[str] = Field(
        default=["supervisee"], description="Any of: supervisee, supervisor, coordinator."
    )
    pursuing: str | None = Field(
        default=None, description="Endorsement category pursued.", examples=["IFS"]
    )
    pursuing_since: date | None = Field(
        default=None, description="When the qualifying work began, where that is known."
    )


class ChangePerson(Command):
    """What is to be different; what is left out stays."""

    name: str | None = None
    email: str | None = None
    zone: str | None = None
    roles: list[str] | None = None
    pursuing: str | None = None
    pursuing_since: date | None = None


class PutCredential(Command):
    """A credential as it is to stand."""

    kind: str = Field(examples=["IMHM-C"])
    standing: str = "endorsed"
    valid_from: date
    valid_until: date | None = None
    registry_number: str | None = None


class EndCredential(Command):
    """The last day on which a credential holds."""

    valid_until: date


async def register_person(command: RegisterPerson, uow: SchedulerUow) -> PersonState:
    """Add a person, and say so."""
    need_coordinator(uow.actor)
    facts = rules.person_facts(
        name=command.name,
        email=command.email,
        zone=command.zone or await uow.association.zone(),
        roles=command.roles,
        pursuing=command.pursuing,
        pursuing_since=command.pursuing_since,
    )
    row = PersonRow(
        id=uow.new_id(),
        version=1,
        name=facts.name,
        email=facts.email,
        zone=facts.zone,
        roles=facts.roles,
        pursuing=facts.pursuing,
        pursuing_since=facts.pursuing_since,
        registered_at=uow.now,
    )
    await uow.people.keep(row)
    state = await uow.people.state(row)
    await uow.emit(PersonRegistered(id=uow.new_id(), occurred_at=uow.now, person=state))
    return state


async def change_person(person_id: str, command: ChangePerson, uow: SchedulerUow) -> PersonState:
    """Change what is known about a person. People may change their own name and time zone."""
    asked = command.model_fields_set
    if not uow.actor.is_coordinator:
        if uow.actor.person_id != person_id:
            raise NotFound("There is no such person.")
        if asked - _OWN:
            raise Forbidden("You may change your name and time zone; a coordinator does the rest.")
    row = await uow.people.get(person_id, for_change=True)
    new = command.model_dump(include=asked)
    for field in {"name", "email", "zone", "roles"} & asked:
        if new[field] is None:
            raise Invalid("This is needed.", field=field)
    of_a_newer_version = [role for role in row.roles if role not in rules.ROLES]
    facts = rules.person_facts(
        name=new.get("name", row.name),
        email=new.get("email", row.email),
        zone=new.get("zone", row.zone),
        roles=[*new.get("roles", row.roles), *of_a_newer_version],
        pursuing=new.get("pursuing", row.pursuing),
        pursuing_since=new.get("pursuing_since", row.pursuing_since),
        carried=[*of_a_newer_version, *([row.pursuing] if row.pursuing else ())],
    )
    if "coordinator" in row.roles and "coordinator" not in facts.roles:
        await _keep_a_coordinator(person_id, uow)
    if "supervisor" in row.roles and "supervisor" not in facts.roles:
        await _need_no_lead(person_id, uow)
    changed = {field: value for field, value in vars(facts).items() if getattr(row, field) != value}
    if not changed:
        return await uow.people.state(row)
    for field, value in changed.items():
        setattr(row, field, value)
    row.version += 1
    await uow.people.keep(row)
    state = await uow.people.state(row)
    await uow.emit(PersonChanged(id=uow.new_id(), occurred_at=uow.now, person=state))
    return state


async def remove_person(person_id: str, uow: SchedulerUow) -> PersonState:
    """Let a person go: off every roster from tomorrow on, signed out everywhere, told nothing more."""
    need_coordinator(uow.actor)
    row = await uow.people.get(person_id, for_change=True)
    if "coordinator" in row.roles:
        await _keep_a_coordinator(person_id, uow)
    if await uow.series.led_ahead(person_id, uow.now):
        raise rules.StillLeads
    await take_off_every_roster(person_id, uow)
    row.left_at = uow.now
    row.version += 1
    await uow.people.keep(row)
    state = await uow.people.state(row)
    left = PersonLeft(id=uow.new_id(), occurred_at=uow.now, person=state)
    await uow.emit(left)
    await on_signed_out(left, uow)
    return state


async def add_credential(person_id: str, command: PutCredential, uow: SchedulerUow) -> PersonState:
    """Note that a person holds a credential."""
    return await _put_credential(person_id, uow.new_id(), command, uow)


async def change_credential(
    person_id: str, credential_id: str, command: PutCredential, uow: SchedulerUow
) -> PersonState:
    """Correct a credential."""
    held = await uow.people.credentials([person_id])
    if credential_id not in {each.credential_id for each in held[person_id]}:
        raise NotFound("This person has no such credential.")
    return await _put_credential(person_id, credential_id, command, uow)


async def end_credential(
    person_id: str, credential_id: str, command: EndCredential, uow: SchedulerUow
) -> PersonState:
    """Note the last day on which a credential holds."""
    need_coordinator(uow.actor)
    row = await uow.people.get(person_id, for_change=True)
    held = (await uow.people.credentials([person_id]))[person_id]
    await uow.people.keep_credential(
        person_id, rules.ended(held, credential_id, command.valid_until)
    )
    return await _credential_changed(row, uow)


async def drop_credential(person_id: str, credential_id: str, uow: SchedulerUow) -> PersonState:
    """Take back a credential that was entered by mistake."""
    need_coordinator(uow.actor)
    row = await uow.people.get(person_id, for_change=True)
    held = (await uow.people.credentials([person_id]))[person_id]
    if credential_id not in {each.credential_id for each in held}:
        raise NotFound("This person has no such credential.")
    await uow.people.drop_credential(person_id, credential_id)
    return await _credential_changed(row, uow)


async def _put_credential(
    person_id: str, credential_id: str, command: PutCredential, uow: SchedulerUow
) -> PersonState:
    need_coordinator(uow.actor)
    row = await uow.people.get(person_id, for_change=True)
    held = rules.credential(credential_id=credential_id, **command.model_dump())
    await uow.people.keep_credential(person_id, held)
    return await _credential_changed(row, uow)


async def _credential_changed(row: PersonRow, uow: SchedulerUow) -> PersonState:
    row.version += 1
    await uow.people.keep(row)
    state = await uow.people.state(row)
    await uow.emit(CredentialChanged(id=uow.new_id(), occurred_at=uow.now, person=state))
    return state


async def _need_no_lead(person_id: str, uow: SchedulerUow) -> None:
    """Refuse to leave a group, or sessions ahead, without anybody who may lead them."""
    groups = await uow.groups.led_by(person_id)
    if groups:
        raise rules.StillLeads.groups([group.name for group in groups])
    if await uow.series.led_ahead(person_id, uow.now):
        raise rules.StillLeads


async def _keep_a_coordinator(person_id: str, uow: SchedulerUow) -> None:
    if await uow.people.other_coordinators(person_id) == 0:
        raise rules.LastCoordinator
