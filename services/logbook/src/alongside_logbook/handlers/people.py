"""Hearing about people: the copy is brought up to date, and with it whatever hours rest on it."""

from alongside.contracts import AssociationDescribed, Event, PersonState
from alongside.contracts.people import PersonEvent
from alongside.web.ended import on_signed_out
from alongside_logbook.domain.goals import automatic
from alongside_logbook.handlers.board import note_endings
from alongside_logbook.handlers.leaving import on_left
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.tables import PersonRow
from alongside_logbook.store.uow import LogbookUow

_AT_ONCE = 20
"""How many supervisees of a provider are worked out in the transaction itself; the clock does more."""


async def on_people(event: Event, uow: LogbookUow) -> None:
    """Keep the newest of each person and of the association; refuse sign-ins that were ended."""
    await on_signed_out(event, uow)
    match event:
        case AssociationDescribed():
            if await uow.people.keep_association(event):
                await uow.progress.make_stale()
        case PersonEvent():
            before = await uow.people.keep(event.person)
            if before is None or before.version < event.person.version:
                await _follow(before, event.person, uow)
                await on_left(event.person, uow)
        case _:
            pass


async def _follow(before: PersonRow | None, person: PersonState, uow: LogbookUow) -> None:
    affected: set[str] = set()
    if _works_toward(before) != _works_toward(person) and (
        person.pursuing
        or (before is not None and before.pursuing)
        or await uow.progress.matters_to(person.person_id)
        or await uow.entries.have_any(person.person_id)
        or automatic(None, None, person.credentials, uow.now.date())
    ):
        affected.add(person.person_id)
    if (before.credentials if before else ()) != person.credentials:
        await note_endings(person.person_id, person.credentials, uow)
        affected.update(await uow.entries.supervisees_of(person.person_id))
    at_once = sorted(affected)[:_AT_ONCE]
    for supervisee_id in at_once:
        await recompute(supervisee_id, uow)
    later = affected - set(at_once)
    if later:
        await uow.progress.make_stale(later)


def _works_toward(person: PersonRow | PersonState | None) -> tuple[object, ...]:
    """Return what a person's goals follow from; nobody is not the same as somebody without any."""
    if person is None:
        return ()
    return (person.pursuing, person.pursuing_since, tuple(person.credentials))
