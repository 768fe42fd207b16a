"""Proving the record: chains hold, the newest versions are the last of the chain, totals add up."""

from pydantic import BaseModel, ConfigDict

from alongside_logbook.domain.chain import Link, broken
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.proof import contradictions
from alongside_logbook.handlers.documents import prove_documents
from alongside_logbook.handlers.training_proof import prove_trainings
from alongside_logbook.handlers.working_out import work_out
from alongside_logbook.store.tables import EntryRow
from alongside_logbook.store.uow import LogbookUow


class Verification(BaseModel):
    """What was looked at, and what is wrong, a line each."""

    model_config = ConfigDict(frozen=True)

    people: int
    versions: int
    problems: tuple[str, ...]


async def verify(uow: LogbookUow, supervisee_id: str | None = None) -> Verification:
    """Check the history of one person, or of everybody."""
    everybody = {*await uow.entries.chained(), *await uow.trainings.chained()}
    people = [supervisee_id] if supervisee_id else sorted(everybody)
    versions = 0
    problems: list[str] = []
    for person in people:
        links, head = await uow.entries.chain(person)
        number, found = await prove_trainings(person, uow)
        versions += len(links) + number
        problems += [f"{person}: {problem}" for problem in found]
        problems += [f"{person}: {each}" for each in await prove_documents(person, uow)]
        wrong = broken(links, head)
        if wrong is not None:
            problems.append(f"{person}: {wrong}")
            continue
        problems += [f"{person}: {problem}" for problem in await _pointers(person, links, uow)]
        problems += [f"{person}: {problem}" for problem in await _totals(person, uow)]
    return Verification(people=len(people), versions=versions, problems=tuple(problems))


async def _pointers(person: str, links: list[Link], uow: LogbookUow) -> list[str]:
    versions = [EntryVersion.model_validate_json(link.body) for link in links]
    newest = {entry.entry_id: entry for entry in versions}
    rows = {row.entry_id: row for row in await uow.entries.of_person(person)}
    return [
        *contradictions(person, versions),
        *(
            f"entry {entry_id} is not shown as its history says"
            for entry_id in sorted(newest.keys() | rows.keys())
            if not _shown_as(rows.get(entry_id), newest.get(entry_id))
        ),
    ]


def _shown_as(row: EntryRow | None, entry: EntryVersion | None) -> bool:
    """Tell whether a row is the newest version, and its columns say what that says."""
    if row is None or entry is None or row.current != entry:
        return False
    return all(
        getattr(row, name) == getattr(entry, name)
        for name in ("version", "status", "awaits", "minutes", "provider_id", "held_on")
    )


async def _totals(person: str, uow: LogbookUow) -> list[str]:
    """Return what differs from the entries worked out anew: the totals, of each goal, and verdicts."""
    row = await uow.progress.get(person)
    if row is None or row.stale:
        return []
    found = await work_out(person, uow, on=row.as_of)
    if not _same(found.progress, row.body):
        return ["the totals shown differ from those of the entries"]
    kept = {each.goal: each for each in await uow.goals.progress(person)}
    differing = [
        f"the totals shown toward {goal} differ from those of the entries"
        for goal, progress in found.further.items()
        if goal in kept and kept[goal].as_of == row.as_of and not _same(progress, kept[goal].body)
    ]
    return differing or [
        f"entry {entry_id} is shown to count otherwise than it does"
        for entry_id, _, _ in found.changed
    ]


def _same(found: Progress, kept: Progress) -> bool:
    return found.buckets == kept.buckets and found.attended == kept.attended
