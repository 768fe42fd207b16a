"""The second person's word: confirming hours, or returning them with a reason."""

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import HoursConfirmed, HoursReturned
from alongside.errors import NotFound
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.steps import confirm, send_back
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow


class Seen(BaseModel):
    """An entry, and the version of it that somebody looked at when they decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry_id: str = Field(min_length=1, max_length=64)
    version: int | None = None


class ConfirmEntries(BaseModel):
    """Which entries are right: these, or with none named all that wait for me."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: tuple[Seen, ...] | None = Field(default=None, max_length=1000)


class ReturnEntry(BaseModel):
    """Which entry is not right, and why."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    reason: str
    version: int | None = None


class Confirmed(BaseModel):
    """What confirming came to."""

    model_config = ConfigDict(frozen=True)

    confirmed: int
    """How many were confirmed now; those that were before are not counted again."""
    entries: tuple[EntryVersion, ...]


async def confirm_entries(command: ConfirmEntries, actor: Actor, uow: LogbookUow) -> Confirmed:
    """Confirm one's own hours, all of those named or none of them."""
    await uow.entries.hold(actor.person_id)
    wanted = command.entries
    if wanted is None:
        waiting = await uow.entries.awaiting(actor.person_id)
        wanted = tuple(
            Seen(entry_id=row.entry_id) for row in waiting if row.supervisee_id == actor.person_id
        )
    results: list[EntryVersion] = []
    steps: list[EntryVersion] = []
    for seen in {seen.entry_id: seen for seen in wanted}.values():
        entry = await _entry(seen.entry_id, uow)
        step = confirm(entry, actor_id=actor.person_id, now=uow.now, seen=seen.version)
        results.append(step or entry)
        if step is not None:
            steps.append(step)
    for step in steps:
        await uow.entries.append(step)
        await uow.emit(HoursConfirmed(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    if steps:
        await recompute(actor.person_id, uow)
    return Confirmed(confirmed=len(steps), entries=tuple(results))


async def return_entry(command: ReturnEntry, actor: Actor, uow: LogbookUow) -> EntryVersion:
    """Return one of one's own entries to the provider. The reason stays here."""
    await uow.entries.hold(actor.person_id)
    entry = await _entry(command.entry_id, uow)
    step = send_back(
        entry, command.reason, actor_id=actor.person_id, now=uow.now, seen=command.version
    )
    if step is None:
        return entry
    await uow.entries.append(step)
    await uow.emit(HoursReturned(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    await recompute(actor.person_id, uow)
    return step


async def _entry(entry_id: str, uow: LogbookUow) -> EntryVersion:
    row = await uow.entries.get(entry_id)
    if row is None:
        raise NotFound("There is no such entry.")
    return row.current
