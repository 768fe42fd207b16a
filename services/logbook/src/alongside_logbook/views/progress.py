"""Where somebody stands, with names."""

from datetime import date

from alongside.errors import NotFound
from alongside_logbook.domain.progress import Awaited, Progress, progress_of
from alongside_logbook.handlers.access import may_see_hours
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import pack_for
from alongside_logbook.store.tables import PersonRow, ProgressRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View


class AwaitedView(View):
    """Whom hours wait for, and since when."""

    person: PersonRef
    minutes: int
    entries: int
    since: date


class ProgressView(View):
    """Where a person stands toward what they pursue. Only their association decides."""

    person: PersonRef
    version: int
    progress: Progress
    awaited: tuple[AwaitedView, ...]


class CohortLine(View):
    """One person of the cohort."""

    person: PersonRef
    progress: Progress


class Cohort(View):
    """Everybody, and how many there are of each state."""

    lines: tuple[CohortLine, ...]
    by_status: dict[str, int]
    unconfirmed: int
    """How many people have entries that wait for somebody."""


async def progress_view(person_id: str, actor: Actor, uow: LogbookUow) -> ProgressView:
    """Return where somebody stands, from the row that is kept ready."""
    await may_see_hours(actor, person_id, uow)
    row = await uow.progress.get(person_id)
    person = await uow.people.get(person_id)
    if person is None and row is None and person_id != actor.person_id:
        raise NotFound
    progress = await _progress(person, row, uow)
    if not progress.attended and not progress.awaited:
        # Nothing to read yet, so it is told by the meetings that are planned.
        usual = await uow.sessions.usual_minutes(person_id)
        pack = await pack_for(person, uow)
        progress = progress_of([], {}, pack, uow.now.date(), usual_minutes=usual)
    names = await Names.of(uow, [person_id, *(each.person_id for each in progress.awaited)])
    return ProgressView(
        person=names(person_id),
        version=row.version if row else 0,
        progress=progress,
        awaited=tuple(_awaited(each, names) for each in progress.awaited),
    )


async def cohort(actor: Actor, uow: LogbookUow) -> Cohort:
    """Return everybody for a coordinator, and for others whoever is in the sessions they lead."""
    rows = await uow.progress.cohort(None if actor.coordinator else actor.person_id)
    lines = [
        CohortLine(
            person=PersonRef(person_id=person.person_id, name=person.name),
            progress=await _progress(person, row, uow),
        )
        for person, row in rows
    ]
    by_status: dict[str, int] = {}
    for line in lines:
        by_status[line.progress.status] = by_status.get(line.progress.status, 0) + 1
    return Cohort(
        lines=tuple(lines),
        by_status=by_status,
        unconfirmed=sum(1 for line in lines if line.progress.unconfirmed),
    )


async def _progress(person: PersonRow | None, row: ProgressRow | None, uow: LogbookUow) -> Progress:
    if row is not None:
        return row.body
    return progress_of([], {}, await pack_for(person, uow), uow.now.date())


def _awaited(each: Awaited, names: Names) -> AwaitedView:
    return AwaitedView(
        person=names(each.person_id),
        minutes=each.minutes,
        entries=each.entries,
        since=each.since,
    )
