"""Proving the record: chains hold, the newest versions are the last of the chain, totals add up."""

from pydantic import BaseModel, ConfigDict

from alongside_logbook.domain.chain import Link, broken
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.handlers.training_proof import prove_trainings
from alongside_logbook.handlers.working_out import work_out
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
        wrong = broken(links, head)
        if wrong is not None:
            problems.append(f"{person}: {wrong}")
            continue
        problems += [f"{person}: {problem}" for problem in await _pointers(person, links, uow)]
        problems += [f"{person}: {problem}" for problem in await _totals(person, uow)]
    return Verification(people=len(people), versions=versions, problems=tuple(problems))


async def _pointers(person: str, links: list[Link], uow: LogbookUow) -> list[str]:
    newest: dict[str, EntryVersion] = {}
    for link in links:
        entry = EntryVersion.model_validate_json(link.body)
        newest[entry.entry_id] = entry
    shown = {row.entry_id: row.current for row in await uow.entries.of_person(person)}
    return [
        f"entry {entry_id} is not shown as its history says"
        for entry_id in sorted(newest.keys() | shown.keys())
        if newest.get(entry_id) != shown.get(entry_id)
    ]


async def _totals(person: str, uow: LogbookUow) -> list[str]:
    row = await uow.progress.get(person)
    if row is None or row.stale:
        return []
    again = (await work_out(person, uow, on=row.as_of)).progress
    same = again.buckets == row.body.buckets and again.attended == row.body.attended
    return [] if same else ["the totals shown differ from those of the entries"]
