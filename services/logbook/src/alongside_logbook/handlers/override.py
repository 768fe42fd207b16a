"""A coordinator in the place of a provider who cannot be reached, refuses, has left or died."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Forbidden, NotFound
from alongside_logbook.domain.attendance import Departure, Mark, mark_all
from alongside_logbook.domain.entry import OUTSIDE, EntryVersion, Override
from alongside_logbook.domain.override import stand_in
from alongside_logbook.domain.signatures import signatures
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import complete, said_of
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow


class StandIn(BaseModel):
    """For which entry a coordinator stands in, why, and on what evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Override
    evidence: Annotated[str, Field(max_length=2000)]
    """What shows that it took place, in words. It stays in the logbook: no event carries it."""
    attendance: Departure | None = None
    """What was the case; null: as it stands in the entry."""
    version: int | None = None
    """The version that was looked at; null to take whatever is newest."""


async def override_entry(
    entry_id: str, command: StandIn, actor: Actor, uow: LogbookUow
) -> EntryVersion:
    """Let a coordinator's word stand for the provider's. It is marked as such for ever.

    Where the supervisee had said just this, it is confirmed; otherwise they are asked. Nobody does
    this about their own hours, and never is one person both words.
    """
    if not actor.coordinator:
        raise Forbidden("Only a coordinator can stand in for a provider.")
    found = await uow.entries.get(entry_id)
    if found is None:
        raise NotFound("There is no such entry.")
    if found.occurrence_key != OUTSIDE:
        await uow.sessions.lock(found.series_id, found.occurrence_key)
    await uow.entries.hold(found.supervisee_id)
    row = await uow.entries.get(entry_id)
    entry = row.current if row else found.current
    step = stand_in(
        entry,
        _mark(entry, command.attendance),
        command.why,
        command.evidence,
        actor_id=actor.person_id,
        now=uow.now,
        seen=command.version,
    )
    if step.status == "confirmed":
        kept = await uow.entries.history(entry_id)
        history = [EntryVersion.model_validate_json(version.body) for version in kept]
        if not signatures([*history, step]).complete:
            raise Forbidden("You brought these hours in yourself. Ask another coordinator.")
    await uow.entries.append(step)
    await uow.emit(said_of(step, uow))
    await complete(step, actor, uow)
    await recompute(step.supervisee_id, uow)
    return step


def _mark(entry: EntryVersion, said: Departure | None) -> Mark | None:
    if said is None:
        return None
    own = said.model_copy(update={"person_id": entry.supervisee_id})
    return mark_all([entry.supervisee_id], entry.scheduled_minutes, [own])[entry.supervisee_id]
