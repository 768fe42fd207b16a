"""The association: whose installation this is."""

from pydantic import BaseModel

from alongside.contracts import AssociationDescribed
from alongside.errors import NotFound
from alongside.zones import zone as checked_zone
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.words import checked_text
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import AssociationRow
from alongside_scheduler.store.uow import SchedulerUow

LONGEST_NAME = 120


class DescribeAssociation(Command):
    """What an association is called, and where it keeps its clock."""

    name: str
    zone: str


class AssociationView(BaseModel):
    """Whose installation this is."""

    association_id: str
    version: int
    name: str
    zone: str
    rules: str

    @classmethod
    def of(cls, row: AssociationRow) -> "AssociationView":
        """Return the view of a row."""
        return cls(association_id=row.id, **row.model_dump(exclude={"id"}))


async def show_association(uow: SchedulerUow) -> AssociationView:
    """Return whose installation this is."""
    row = await uow.association.get()
    if row is None:
        raise NotFound("Nothing is set up yet.")
    return AssociationView.of(row)


async def describe_association(command: DescribeAssociation, uow: SchedulerUow) -> AssociationView:
    """Say whose installation this is."""
    need_coordinator(uow.actor)
    problems = Problems()
    name = command.name
    with problems.noting():
        name = checked_text("association", command.name, LONGEST_NAME)
    with problems.noting():
        checked_zone(command.zone)
    problems.raise_any()
    row = await uow.association.get(for_change=True)
    if row is None:
        row = AssociationRow(
            id=uow.new_id(), version=1, name=name, zone=command.zone, rules="alliance"
        )
        uow.association.add(row)
    elif (row.name, row.zone) == (name, command.zone):
        return AssociationView.of(row)
    else:
        row.name, row.zone, row.version = name, command.zone, row.version + 1
    await uow.emit(
        AssociationDescribed(
            id=uow.new_id(),
            occurred_at=uow.now,
            association_id=row.id,
            version=row.version,
            name=row.name,
            zone=row.zone,
            rules=row.rules,
        )
    )
    return AssociationView.of(row)
