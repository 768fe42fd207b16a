"""Leaving: asking for removal, thinking again, and what the clock then removes and forgets.

The record itself stays: its versions name ids only, and others' hours rest on it. What is removed is
what proves nothing about others; what is forgotten, years later, is who the ids were.
"""

from pydantic import BaseModel, ConfigDict

from alongside.contracts import PersonState
from alongside.errors import Conflict
from alongside_logbook.domain.leaving import GRACE, forget_on
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.tables import DepartureRow
from alongside_logbook.store.uow import LogbookUow


class Removed(BaseModel):
    """What was removed of somebody."""

    model_config = ConfigDict(frozen=True)

    certificates: int
    addresses: int
    imports: int


async def ask_removal(actor: Actor, uow: LogbookUow) -> DepartureRow:
    """Have what need not be kept of oneself removed after the grace. Asking again changes nothing."""
    row = await uow.departures.get(actor.person_id)
    if row is not None and row.removed_at is None:
        return row
    asked = DepartureRow(person_id=actor.person_id, asked_at=uow.now, due_at=uow.now + GRACE)
    await uow.departures.keep(asked)
    return asked


async def think_again(actor: Actor, uow: LogbookUow) -> None:
    """Take back what was asked, as long as nothing was removed."""
    row = await uow.departures.get(actor.person_id)
    if row is None:
        return
    if row.removed_at is not None:
        raise Conflict("It was removed already. What is logged from now on is kept.")
    await uow.departures.drop(actor.person_id)


async def on_left(person: PersonState, uow: LogbookUow) -> None:
    """Note that somebody left: removal after the grace, and a day for forgetting the name."""
    row = await uow.departures.get(person.person_id)
    if person.left_at is None:
        if row is not None and row.left_at is not None and row.removed_at is None:
            await uow.departures.drop(person.person_id)
        return
    if row is not None and row.left_at == person.left_at:
        return
    due_at = person.left_at + GRACE
    leaving = DepartureRow(
        person_id=person.person_id,
        asked_at=row.asked_at if row else person.left_at,
        due_at=min(row.due_at, due_at) if row and row.removed_at is None else due_at,
        left_at=person.left_at,
        forget_at=forget_on(person.left_at),
    )
    await uow.departures.keep(leaving)


async def remove_due(uow: LogbookUow, *, limit: int = 20) -> int:
    """Remove what is due; return of how many people."""
    rows = await uow.departures.due(uow.now, limit=limit)
    for row in rows:
        await _remove(row.person_id, uow)
        row.removed_at = uow.now
        await uow.departures.keep(row)
    return len(rows)


async def forget_due(uow: LogbookUow, *, limit: int = 20) -> int:
    """Forget the names of those who left long enough ago; return how many."""
    rows = await uow.departures.to_forget(uow.now, limit=limit)
    for row in rows:
        await uow.departures.forget(row.person_id)
        row.forgotten_at = uow.now
        await uow.departures.keep(row)
    return len(rows)


async def _remove(person_id: str, uow: LogbookUow) -> Removed:
    await uow.trainings.hold(person_id)
    certificates = await uow.trainings.drop_files(person_id)
    providers = await uow.departures.named_alone(person_id)
    for provider in providers:
        await uow.departures.drop_address(provider.provider_id)
    imports = await uow.departures.drop_sheets(person_id)
    return Removed(certificates=certificates, addresses=len(providers), imports=imports)
