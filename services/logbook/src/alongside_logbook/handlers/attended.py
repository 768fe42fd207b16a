"""The supervisee speaks first about sessions that nobody recorded, or takes that back."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import HoursWithdrawn
from alongside.errors import Conflict, Forbidden, NotFound
from alongside_logbook.domain.attendance import Ages, Departure, Mode, Presence, mark_all
from alongside_logbook.domain.attended import say, say_again, take_back
from alongside_logbook.domain.entry import OUTSIDE, EntryVersion
from alongside_logbook.domain.roster import leaders_of, roster_on
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import hold_sessions, said_of, usual_ages
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow


class SayAttended(BaseModel):
    """That somebody attended a session: all of it, unless they say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series_id: Annotated[str, Field(min_length=1, max_length=64)]
    key: Annotated[str, Field(min_length=1, max_length=16)]
    presence: Presence = "present"
    minutes: int | None = None
    about_rsc_minutes: int = 0
    other_minutes: int = 0
    ages: Annotated[tuple[Ages, ...], Field(max_length=2)] | None = None
    mode: Mode | None = None


async def say_attended(command: SayAttended, actor: Actor, uow: LogbookUow) -> EntryVersion:
    """Submit what oneself attended; the provider is awaited. Saying the same again changes nothing.

    Where the provider recorded the same meanwhile, this confirms it: one entry a person and session.
    """
    (held,) = await hold_sessions([(command.series_id, command.key)], uow)
    me, session = actor.person_id, held.session
    await uow.entries.hold(me)
    if me in leaders_of(held.series, held.occurrence):
        raise Forbidden("You led this session: what one leads is no hour of one's own.")
    if me not in roster_on(held.series, held.occurrence, session.held_on):
        raise NotFound("There is no such session.")
    if session.status == "cancelled" and session.recorded_at is None:
        raise Conflict("This session was cancelled, so nobody attended it.")
    if session.ends_at > uow.now:
        raise Conflict("This session is not over yet. Say it once it is.")
    exception = Departure(person_id=me, **command.model_dump(exclude={"series_id", "key", "mode"}))
    mark = mark_all([me], session.scheduled_minutes, [exception])[me]
    row = (await uow.entries.of_session(*held.place)).get(me)
    step: EntryVersion | None
    if row is None:
        usual = (await usual_ages([me], uow))[me] if mark.minutes else ()
        mark = mark if mark.ages is not None else mark.model_copy(update={"ages": usual})
        sitting = held.sitting(command.mode or held.usual_mode)
        step = say(uow.new_id(), sitting, mark, session.roster_size, now=uow.now)
    else:
        step = say_again(row.current, held.sitting(command.mode), mark, now=uow.now)
        if step is None:
            return row.current
    await uow.entries.append(step)
    await uow.emit(said_of(step, uow))
    await recompute(me, uow)
    return step


class TakeBack(BaseModel):
    """Which entry somebody takes back, as they saw it."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    version: int | None = None


async def take_back_entry(command: TakeBack, actor: Actor, uow: LogbookUow) -> EntryVersion:
    """Take back what oneself said of a session, while no provider stands behind it."""
    await uow.entries.hold(actor.person_id)
    row = await uow.entries.get(command.entry_id)
    if row is None or row.occurrence_key == OUTSIDE:
        raise NotFound("There is no such entry.")
    step = take_back(row.current, actor_id=actor.person_id, now=uow.now, seen=command.version)
    if step is None:
        return row.current
    await uow.entries.append(step)
    await uow.emit(HoursWithdrawn(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    await recompute(actor.person_id, uow)
    return step
