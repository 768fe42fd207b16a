"""The second person's word: confirming hours, or returning them with a reason.

The supervisee's, for what was recorded for them; the provider's, for what the supervisee said first.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import HoursConfirmed, HoursReturned
from alongside.errors import Forbidden, NotFound
from alongside_logbook.domain.attended import hand_back, stand_behind
from alongside_logbook.domain.entry import OUTSIDE, Ages, EntryVersion
from alongside_logbook.domain.roster import leaders_of
from alongside_logbook.domain.steps import confirm, only_said, send_back
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import complete, look_up
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow


class Seen(BaseModel):
    """An entry, and the version of it that somebody looked at when they decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry_id: str = Field(min_length=1, max_length=64)
    version: int | None = None
    ages: Annotated[tuple[Ages, ...], Field(max_length=2)] | None = None
    """Whom the supervisee's work concerned, where nobody had said so."""


class ConfirmEntries(BaseModel):
    """Which entries are right: these, or with none named all of my own hours that wait for me."""

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
    """Confirm hours, all of those named or none of them.

    One's own, as they were recorded; or as the provider what a supervisee said first.
    """
    wanted = command.entries
    if wanted is None:
        waiting = await uow.entries.awaiting(actor.person_id)
        wanted = tuple(
            Seen(entry_id=row.entry_id)
            for row in waiting
            if row.supervisee_id == actor.person_id and row.status == "recorded"
        )
    named = {seen.entry_id: seen for seen in wanted}
    results: list[EntryVersion] = []
    steps: list[EntryVersion] = []
    for entry in await _held(named, actor, uow):
        seen = named[entry.entry_id]
        step = await _confirmed(entry, seen, actor, uow)
        results.append(step or entry)
        if step is not None:
            steps.append(step)
    for step in steps:
        await uow.entries.append(step)
        await uow.emit(HoursConfirmed(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    for step in steps:
        if step.supervisee_id != actor.person_id:
            await complete(step, actor, uow)
    for person in sorted({step.supervisee_id for step in steps}):
        await recompute(person, uow)
    return Confirmed(confirmed=len(steps), entries=tuple(results))


async def return_entry(command: ReturnEntry, actor: Actor, uow: LogbookUow) -> EntryVersion:
    """Return an entry to whoever spoke for it first. The reason stays here."""
    seen = Seen(entry_id=command.entry_id, version=command.version)
    (entry,) = await _held({seen.entry_id: seen}, actor, uow)
    by, now = actor.person_id, uow.now
    if entry.supervisee_id == by or not await _speaks_for_provider(entry, actor, uow):
        step = send_back(entry, command.reason, actor_id=by, now=now, seen=seen.version)
    else:
        step = hand_back(entry, command.reason, actor_id=by, now=now, seen=seen.version)
    if step is None:
        return entry
    await uow.entries.append(step)
    await uow.emit(HoursReturned(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    await recompute(step.supervisee_id, uow)
    return step


async def _held(named: Iterable[str], actor: Actor, uow: LogbookUow) -> list[EntryVersion]:
    """Return entries as they are now, held with their sessions against other writers."""
    wanted = tuple(named)
    found = [await _entry(entry_id, uow) for entry_id in wanted]
    # A supervisee touches their own history only; a provider's word may complete a session.
    others = [entry for entry in found if entry.supervisee_id != actor.person_id]
    for place in sorted({(each.series_id, each.occurrence_key) for each in others}):
        if place[1] != OUTSIDE:
            await uow.sessions.lock(*place)
    for person in sorted({actor.person_id, *(entry.supervisee_id for entry in found)}):
        await uow.entries.hold(person)
    return [await _entry(entry_id, uow) for entry_id in wanted]


async def _confirmed(
    entry: EntryVersion, seen: Seen, actor: Actor, uow: LogbookUow
) -> EntryVersion | None:
    by, now = actor.person_id, uow.now
    if entry.supervisee_id == by or not await _speaks_for_provider(entry, actor, uow):
        return confirm(entry, actor_id=by, now=now, seen=seen.version, ages=seen.ages)
    return stand_behind(entry, actor_id=by, now=now, seen=seen.version)


async def _speaks_for_provider(entry: EntryVersion, actor: Actor, uow: LogbookUow) -> bool:
    """Tell whether somebody may give the provider's word: the provider, or who leads it with them."""
    if actor.person_id == entry.provider_id:
        if not only_said(entry) and entry.status != "confirmed":
            raise Forbidden("Only the person whose hours these are can confirm or return them.")
        return True
    if entry.occurrence_key == OUTSIDE:
        return False
    _, series, occurrence = await look_up(entry.series_id, entry.occurrence_key, uow)
    return only_said(entry) and actor.person_id in leaders_of(series, occurrence)


async def _entry(entry_id: str, uow: LogbookUow) -> EntryVersion:
    row = await uow.entries.get(entry_id)
    if row is None:
        raise NotFound("There is no such entry.")
    return row.current
