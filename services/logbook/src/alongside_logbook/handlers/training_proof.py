"""Proving trainings: chains hold, what is shown is the last of the chain, files are those put there."""

import hashlib

from alongside_logbook.domain.chain import Link, broken
from alongside_logbook.domain.training import TrainingVersion
from alongside_logbook.store.uow import LogbookUow


async def prove_trainings(person_id: str, uow: LogbookUow) -> tuple[int, list[str]]:
    """Return how many versions a person's history has, and what is wrong with it, a line each."""
    links, head = await uow.trainings.chain(person_id)
    wrong = broken(links, head)
    if wrong is not None:
        return len(links), [f"trainings: {wrong}"]
    problems = await _pointers(person_id, links, uow)
    async for sha256, content in uow.trainings.each_file(person_id):
        if hashlib.sha256(content).hexdigest() != sha256:
            problems.append(f"certificate {sha256} was changed after it was put there")
    return len(links), problems


async def _pointers(person_id: str, links: list[Link], uow: LogbookUow) -> list[str]:
    newest: dict[str, TrainingVersion] = {}
    for link in links:
        version = TrainingVersion.model_validate_json(link.body, extra="ignore")
        newest[version.training_id] = version
    rows = await uow.trainings.of_person(person_id, withdrawn=True)
    shown = {row.training_id: row.current for row in rows}
    return [
        f"training {training_id} is not shown as its history says"
        for training_id in sorted(newest.keys() | shown.keys())
        if newest.get(training_id) != shown.get(training_id)
    ]
