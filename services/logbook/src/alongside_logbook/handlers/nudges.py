"""Reminding people, gently and seldom, of what waits for their word."""

from collections.abc import Sequence

from alongside.contracts import WordAwaited
from alongside.contracts.hours import AwaitedFor
from alongside.zones import zone
from alongside_logbook.domain.nudges import PATIENCE, Waiting, due
from alongside_logbook.store.tables import PersonRow
from alongside_logbook.store.uow import LogbookUow

_KINDS: tuple[AwaitedFor, ...] = ("confirm", "look_again", "record")


async def nudge(uow: LogbookUow, *, after: str = "", limit: int = 50) -> tuple[int, str | None]:
    """Remind whoever is due among some people; return how often, and the last one looked at.

    Each reminder is said once, in the transaction that remembers it. Whoever has no account here,
    or has left, is not reminded.
    """
    people = await uow.waiting.awaited(after, uow.now - PATIENCE, limit=limit)
    known = await uow.people.many(people)
    number = 0
    for person_id in people:
        person = known.get(person_id)
        if person is not None and person.left_at is None:
            number += await _nudge(person, uow)
    return number, people[-1] if people else None


async def _nudge(person: PersonRow, uow: LogbookUow) -> int:
    before = await uow.waiting.nudged(person.person_id)
    waiting = await _waiting_for(person.person_id, uow)
    number = 0
    for about in _KINDS:
        these = [each for each in waiting if each.about == about]
        found = due(these, before.get(about), uow.now)
        if found is None:
            continue
        nudge_id = uow.new_id()
        if not await uow.waiting.keep_nudge(person.person_id, nudge_id, found, before.get(about)):
            continue
        await uow.emit(
            WordAwaited(
                id=uow.new_id(),
                occurred_at=uow.now,
                nudge_id=nudge_id,
                person_id=person.person_id,
                about=about,
                number=len(these),
                minutes=sum(each.minutes for each in these),
                since=found.since.astimezone(zone(person.zone)).date(),
            )
        )
        number += 1
    return number


async def _waiting_for(person_id: str, uow: LogbookUow) -> Sequence[Waiting]:
    entries = [row.current for row in await uow.entries.awaiting(person_id)]
    sessions = await uow.waiting.unrecorded_by(person_id, uow.now)
    return [
        *(
            Waiting(
                "look_again" if entry.status == "returned" else "confirm",
                entry.at,
                entry.minutes,
                entry.origin,
            )
            for entry in entries
        ),
        *(Waiting("record", each.ends_at, each.scheduled_minutes) for each in sessions),
    ]
