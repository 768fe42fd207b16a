"""Importing people from a table: shown first, registered only after a yes."""

from datetime import timedelta

from pydantic import BaseModel, Field

from alongside.contracts import PersonState
from alongside.errors import Gone, Invalid
from alongside_scheduler.domain import csv_import
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.domain.csv_import import ImportedPerson, ImportPreview
from alongside_scheduler.domain.people import AddressTaken
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.people import (
    PutCredential,
    RegisterPerson,
    add_credential,
    register_person,
)
from alongside_scheduler.store.tables import ImportRow
from alongside_scheduler.store.uow import SchedulerUow

STAGED_FOR = timedelta(days=1)


class ImportOver(Gone):
    """This import was confirmed already, or waited for more than a day. Start a new one."""

    code = "import_over"


class StageImport(Command):
    """A table of people, as text."""

    text: str = Field(description="CSV with a line of headings; comma, semicolon or tab.")


class StagedImport(BaseModel):
    """What an import would do; nothing is registered yet."""

    import_id: str
    preview: ImportPreview


class ImportDone(BaseModel):
    """Whom an import registered."""

    import_id: str
    registered: list[str]


async def stage_import(command: StageImport, uow: SchedulerUow) -> StagedImport:
    """Sort a table into good and bad rows and keep it, to be confirmed."""
    need_coordinator(uow.actor)
    zone = await uow.association.zone()
    preview = csv_import.read(command.text, default_zone=zone)
    taken = await uow.people.taken(each.email for each in preview.good)
    if taken:
        preview = csv_import.read(command.text, default_zone=zone, taken=taken)
    row = ImportRow(
        id=uow.new_id(), staged_by=uow.actor.person_id, staged_at=uow.now, preview=preview
    )
    await uow.imports.keep(row)
    return StagedImport(import_id=row.id, preview=preview)


async def show_import(import_id: str, uow: SchedulerUow) -> StagedImport:
    """Return a staged import that still waits for a yes."""
    need_coordinator(uow.actor)
    row = await uow.imports.get(import_id)
    _still_waits(row, uow)
    return StagedImport(import_id=row.id, preview=row.preview)


async def confirm_import(import_id: str, uow: SchedulerUow) -> ImportDone:
    """Register every good row of a staged import, or none of them."""
    need_coordinator(uow.actor)
    row = await uow.imports.get(import_id, for_change=True)
    _still_waits(row, uow)
    if not row.preview.good:
        raise Invalid("There is no good row to import.")
    taken = await uow.people.taken(each.email for each in row.preview.good)
    if taken:
        raise AddressTaken(f"Registered since you looked: {', '.join(sorted(taken))}.")
    registered = [(await _register(person, uow)).person_id for person in row.preview.good]
    row.confirmed_at = uow.now
    await uow.imports.keep(row)
    return ImportDone(import_id=import_id, registered=registered)


def _still_waits(row: ImportRow, uow: SchedulerUow) -> None:
    if row.confirmed_at is not None or row.staged_at + STAGED_FOR < uow.now:
        raise ImportOver


async def _register(person: ImportedPerson, uow: SchedulerUow) -> PersonState:
    state = await register_person(
        RegisterPerson(
            name=person.name,
            email=person.email,
            zone=person.zone,
            roles=list(person.roles),
            pursuing=person.pursuing,
            pursuing_since=person.pursuing_since,
        ),
        uow,
    )
    if person.kind is None or person.valid_from is None:
        return state
    credential = PutCredential(
        kind=person.kind,
        standing=person.standing,
        valid_from=person.valid_from,
        valid_until=person.valid_until,
        registry_number=person.registry_number,
    )
    return await add_credential(state.person_id, credential, uow)
