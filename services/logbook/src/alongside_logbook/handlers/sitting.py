"""Recording many sessions in one sitting: all of them in one transaction, or none."""

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import (
    RecordAttendance,
    Recorded,
    has_happened,
    hold_sessions,
    keep_steps,
    may_record,
    outcome,
    steps_of,
    usual_ages,
)
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.uow import LogbookUow

MOST = 60
"""Sessions in one sitting."""


class RecordSitting(BaseModel):
    """What was attendance at several sessions."""

    model_config = ConfigDict(frozen=True)

    sessions: tuple[RecordAttendance, ...] = Field(min_length=1, max_length=MOST)


class SittingRecorded(BaseModel):
    """What a sitting came to."""

    model_config = ConfigDict(frozen=True)

    changed: int
    """How many entries are new or corrected, over all."""
    sessions: tuple[Recorded, ...]


async def record_sitting(command: RecordSitting, actor: Actor, uow: LogbookUow) -> SittingRecorded:
    """Record all of these sessions, or none of them.

    Raises `Invalid` with every message beside its session and person: `series/key` or
    `series/key/person`.
    """
    commands = {(each.series_id, each.key): each for each in command.sessions}
    if len(commands) != len(command.sessions):
        raise Invalid("A session is named twice.", field="sessions")
    all_held = await hold_sessions(commands, uow)
    usual = await usual_ages({person for held in all_held for person in held.people}, uow)
    problems: dict[str, str] = {}
    done: list[tuple[int, list[EntryVersion]]] = []
    for number, held in enumerate(all_held):
        try:
            may_record(actor, held.series, held.occurrence)
            has_happened(held.session, uow.now)
            done.append((number, await steps_of(commands[held.place], held, usual, actor, uow)))
        except (Invalid, Conflict) as error:
            problems |= _beside("/".join(held.place), error)
    if problems:
        raise Invalid.many(problems)
    for number, steps in done:
        await keep_steps(all_held[number], steps, actor, uow)
    for person in sorted({step.supervisee_id for _, steps in done for step in steps}):
        await recompute(person, uow)
    return SittingRecorded(
        changed=sum(len(steps) for _, steps in done),
        sessions=tuple([await outcome(all_held[at], len(steps), uow) for at, steps in done]),
    )


def _beside(place: str, error: AlongsideError) -> dict[str, str]:
    if not error.fields:
        return {place: error.detail}
    return {f"{place}/{name}": message for name, message in error.fields.items()}
