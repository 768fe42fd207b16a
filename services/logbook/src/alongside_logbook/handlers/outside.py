"""Hours from elsewhere: written down by the supervisee, changed, taken back. Each step a version."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import AttendanceRecorded, GroupKind, HoursWithdrawn
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside.zones import zone
from alongside_logbook.domain.entry import OUTSIDE, Ages, EntryVersion, Mode
from alongside_logbook.domain.logs.overlaps import Clash, Stretch, clashes, stretch
from alongside_logbook.domain.outside import (
    OutsideHour,
    day_start,
    problems,
    revise,
    submit,
    withdraw,
)
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.tables import EntryRow
from alongside_logbook.store.uow import LogbookUow

MOST_AT_ONCE = 60
"""Sessions that are written down in one go; a longer log is imported."""


class HourSaid(BaseModel):
    """One session held elsewhere, as its supervisee says it. Minutes; wall time in the person's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held_on: date
    start: time | None = None
    """When it began; null where nobody noted it."""
    minutes: int
    about_rsc_minutes: int = 0
    other_minutes: int = 0
    kind: GroupKind = "individual"
    head_count: int = 1
    mode: Mode | None = None
    ages: tuple[Ages, ...] = Field(default=(), max_length=2)
    peer: bool = False
    title: str = Field(default="", max_length=200)


class WriteDown(BaseModel):
    """Sessions with one provider: all of them are written down, or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider_id: str = Field(min_length=1, max_length=64)
    sessions: tuple[HourSaid, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)
    zone: str | None = Field(default=None, max_length=64)
    """Where the clock stood; the person's own zone if nothing is said."""
    anyway: bool = False
    """Written down although it looks like something that is there already."""


class ChangeHour(BaseModel):
    """One entry as it should have been said."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    said: HourSaid
    provider_id: str | None = None
    """Null: with whom it was."""
    version: int | None = None
    anyway: bool = False


class TakeBack(BaseModel):
    """An entry that should not be there."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    version: int | None = None


class Written(BaseModel):
    """What is written down now."""

    model_config = ConfigDict(frozen=True)

    entries: tuple[EntryVersion, ...]


class LooksTwice(Conflict):
    """Some of this seems to be here already. Look again, or say that it is meant."""

    code = "looks_twice"
    title = "Is this here already?"


async def write_down(command: WriteDown, actor: Actor, uow: LogbookUow) -> Written:
    """Write sessions down for oneself: they await the provider.

    Raises `Invalid` with `field-number` (from 0) for what cannot be right, and `LooksTwice` with
    the number of each session that is there already or overlaps, unless it is meant.
    """
    await uow.entries.hold(actor.person_id)
    await _known(command.provider_id, actor, uow)
    where = await _zone(command.zone, actor, uow)
    facts = [_facts(said, command.provider_id, where, actor) for said in command.sessions]
    wrong = {
        f"{field}-{number}": words
        for number, each in enumerate(facts)
        for field, words in problems(each, uow.now).items()
    }
    if wrong:
        raise Invalid.many(wrong)
    entries = [submit(uow.new_id(), each, actor.person_id, uow.now) for each in facts]
    if not command.anyway:
        await _refuse_twice(entries, actor.person_id, uow)
    for entry in entries:
        await uow.entries.append(entry)
        await uow.emit(
            AttendanceRecorded(id=uow.new_id(), occurred_at=uow.now, entry=entry.state())
        )
    await recompute(actor.person_id, uow)
    return Written(entries=tuple(entries))


async def change_hour(command: ChangeHour, actor: Actor, uow: LogbookUow) -> EntryVersion:
    """Change what one said of an entry from elsewhere; the provider is awaited anew."""
    await uow.entries.hold(actor.person_id)
    entry = (await own_entry(command.entry_id, actor, uow)).current
    provider_id = command.provider_id or entry.provider_id
    await _known(provider_id, actor, uow)
    facts = _facts(command.said, provider_id, entry.zone, actor).model_copy(
        update={"batch_id": entry.batch_id, "origin": entry.origin}
    )
    step = revise(entry, facts, actor.person_id, uow.now, seen=command.version)
    if step is None:
        return entry
    if not command.anyway:
        await _refuse_twice([step], actor.person_id, uow)
    await uow.entries.append(step)
    await uow.emit(AttendanceRecorded(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    await recompute(actor.person_id, uow)
    return step


async def take_back(command: TakeBack, actor: Actor, uow: LogbookUow) -> EntryVersion:
    """Take one of one's own entries from elsewhere back; what it said stays in the record."""
    await uow.entries.hold(actor.person_id)
    entry = (await own_entry(command.entry_id, actor, uow)).current
    step = withdraw(entry, actor.person_id, uow.now, seen=command.version)
    if step is None:
        return entry
    await uow.entries.append(step)
    await uow.emit(HoursWithdrawn(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    await recompute(actor.person_id, uow)
    return step


async def own_entry(entry_id: str, actor: Actor, uow: LogbookUow) -> EntryRow:
    """Return one of one's own entries from elsewhere."""
    row = await uow.entries.get(entry_id)
    if row is None or row.supervisee_id != actor.person_id:
        raise NotFound("There is no such entry.")
    if row.occurrence_key != OUTSIDE:
        raise Conflict("Attendance at a session planned here is corrected by who led it.")
    return row


def _facts(said: HourSaid, provider_id: str, where: str, actor: Actor) -> OutsideHour:
    started = (
        day_start(said.held_on, where)
        if said.start is None
        else datetime.combine(
            said.held_on, said.start.replace(tzinfo=None), zone(where)
        ).astimezone(UTC)
    )
    return OutsideHour(
        supervisee_id=actor.person_id,
        provider_id=provider_id,
        started_at=started,
        zone=where,
        **said.model_dump(exclude={"start"}),
    )


async def _zone(given: str | None, actor: Actor, uow: LogbookUow) -> str:
    if given:
        return zone(given).key
    person = await uow.people.get(actor.person_id)
    association = None if person else await uow.people.association()
    found = person or association
    return found.zone if found else "UTC"


async def _known(provider_id: str, actor: Actor, uow: LogbookUow) -> None:
    if provider_id == actor.person_id:
        raise Forbidden("Nobody provides reflective supervision to themselves.")
    if await uow.people.get(provider_id) is None and await uow.outside.get(provider_id) is None:
        raise Invalid("Say with whom it was.", field="provider")


async def _refuse_twice(entries: Sequence[EntryVersion], person_id: str, uow: LogbookUow) -> None:
    days = [entry.held_on for entry in entries]
    around = await uow.entries.around([person_id], min(days), max(days))
    known = {row.entry_id: row.current for row in around}
    for entry in entries:
        known.pop(entry.entry_id, None)
    found = clashes(_stretches(entries), _stretches(known.values()))
    if not found:
        return
    there = known | {entry.entry_id: entry for entry in entries}
    error = LooksTwice()
    error.fields = {
        f"held_on-{number}": _twice(found[entry.entry_id], there)
        for number, entry in enumerate(entries)
        if entry.entry_id in found
    }
    raise error


def _stretches(entries: Iterable[EntryVersion]) -> list[Stretch]:
    return [found for entry in entries if (found := stretch(entry)) is not None]


def _twice(clash: Clash, there: dict[str, EntryVersion]) -> str:
    other = there[clash.key]
    what = f"{other.title}, {say_day(other.held_on)}, {duration(other.minutes)}"
    return f"Is here already: {what}." if clash.kind == "duplicate" else f"Overlaps {what}."
