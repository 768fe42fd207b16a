"""The association: whose installation this is, and when it is closed."""

import re
from datetime import date

from pydantic import BaseModel, Field

from alongside.contracts import AssociationDescribed
from alongside.errors import NotFound
from alongside.zones import zone as checked_zone
from alongside_scheduler.domain import days_off
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.words import checked_text
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import AssociationRow, ClosureRow
from alongside_scheduler.store.uow import SchedulerUow

LONGEST_NAME = 120

_SHARED_RULES = "alliance"
_RULES = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
"""How rule packs name an association; which there are is for the logbook to know."""


class DescribeAssociation(Command):
    """What an association is called, where it keeps its clock, and by whose rules hours count."""

    name: str
    zone: str
    holidays: str | None = Field(
        default=None,
        description=(
            "Which public holidays hold: empty for none, US for the federal ones, or a state such "
            "as US-MN. Left out: as before, and at first those of the country of the zone."
        ),
    )
    rules: str | None = Field(
        default=None,
        description=(
            "By whose rule packs hours count, such as first5-alabama. Left out: as before, and at "
            "first the pattern that the associations share."
        ),
    )


class AddClosure(Command):
    """Days on which the association is closed. Series that run already stay as they are."""

    name: str = Field(examples=["Winter break"])
    first_day: date
    last_day: date | None = Field(default=None, description="Default: the first day.")


class AssociationView(BaseModel):
    """Whose installation this is."""

    association_id: str
    version: int
    name: str
    zone: str
    rules: str
    holidays: str

    @classmethod
    def of(cls, row: AssociationRow) -> "AssociationView":
        """Return the view of a row."""
        return cls(association_id=row.id, **row.model_dump(exclude={"id"}))


class ClosureView(BaseModel):
    """Days on which the association is closed; both ends included."""

    closure_id: str
    name: str
    first_day: date
    last_day: date

    @classmethod
    def of(cls, row: ClosureRow) -> "ClosureView":
        """Return the view of a row."""
        return cls(closure_id=row.id, **row.model_dump(exclude={"id", "added_at"}))


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
    if command.holidays is not None:
        with problems.noting():
            days_off.checked_region("holidays", command.holidays)
    if command.rules is not None and not _RULES.fullmatch(command.rules):
        problems.add(
            "rules", "Name the rules by their folder: lower-case letters, digits and hyphens."
        )
    problems.raise_any()
    row = await uow.association.get(for_change=True)
    if row is None:
        region = command.holidays
        row = AssociationRow(
            id=uow.new_id(),
            version=1,
            name=name,
            zone=command.zone,
            rules=command.rules or _SHARED_RULES,
            holidays=days_off.usual_region(command.zone) if region is None else region,
        )
        uow.association.add(row)
    else:
        # Holidays are for planning; nobody else needs to hear of them.
        row.holidays = row.holidays if command.holidays is None else command.holidays
        rules = command.rules or row.rules
        if (row.name, row.zone, row.rules) == (name, command.zone, rules):
            return AssociationView.of(row)
        row.name, row.zone, row.rules, row.version = name, command.zone, rules, row.version + 1
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


async def list_closures(uow: SchedulerUow) -> list[ClosureView]:
    """Return the days on which the association is closed, in order."""
    return [ClosureView.of(row) for row in await uow.association.closures()]


async def add_closure(command: AddClosure, uow: SchedulerUow) -> ClosureView:
    """Close the association on some days: for what is planned from now on."""
    need_coordinator(uow.actor)
    checked = days_off.closure(
        name=command.name, first_day=command.first_day, last_day=command.last_day
    )
    if len(await uow.association.closures()) >= days_off.MOST_CLOSURES:
        raise days_off.TooManyClosures
    row = ClosureRow(
        id=uow.new_id(),
        name=checked.name,
        first_day=checked.first_day,
        last_day=checked.last_day,
        added_at=uow.now,
    )
    await uow.association.add_closure(row)
    return ClosureView.of(row)


async def remove_closure(closure_id: str, uow: SchedulerUow) -> None:
    """Open again on days that were closed. Nothing that was planned changes."""
    need_coordinator(uow.actor)
    await uow.association.remove_closure(await uow.association.closure(closure_id))
