"""Keeping the coordinator's board: in the transaction that worked progress out, or heard of a person."""

from collections.abc import Sequence

from alongside.contracts import Credential
from alongside_logbook.domain.board import endings, place_of, tallies
from alongside_logbook.domain.facts import EntryFacts
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.handlers.goals import rules_here
from alongside_logbook.store.uow import LogbookUow

_AT_ONCE = 500


async def show_on_board(
    supervisee_id: str,
    goals: Sequence[tuple[str, Progress]],
    entries: Sequence[EntryFacts],
    uow: LogbookUow,
) -> None:
    """Put somebody where they belong toward each goal, the main one first, and add up their hours.

    Whoever pursues nothing and attended nothing has no place on it.
    """
    today = uow.now.date()
    places = [
        (goal, progress, place_of(progress, today))
        for goal, progress in goals
        if progress.category is not None or progress.attended
    ]
    await uow.board.place(supervisee_id, places)
    await uow.board.tally(supervisee_id, tallies(entries))


async def note_endings(
    person_id: str, credentials: tuple[Credential, ...], uow: LogbookUow
) -> None:
    """Keep which credentials of somebody end."""
    await uow.board.end({person_id: endings(credentials, await _packs(uow))})


async def note_all_endings(uow: LogbookUow) -> int:
    """Keep which credentials of anybody end, as the rules of today have it; return for how many."""
    people = [person for person in await uow.people.everybody() if person.credentials]
    packs = await _packs(uow)
    for at in range(0, len(people), _AT_ONCE):
        batch = people[at : at + _AT_ONCE]
        await uow.board.end(
            {person.person_id: endings(person.credentials, packs) for person in batch}
        )
    return len(people)


async def _packs(uow: LogbookUow) -> tuple[Pack, ...]:
    return uow.rules.of(uow.rules.association(await rules_here(uow)).association)
