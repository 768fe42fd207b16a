"""Recording who was there, and correcting it: one transaction a session."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from alongside.contracts import AttendanceRecorded, Occurrence, SeriesState
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_logbook.domain.attendance import CorrectionReason, Departure, Mark, mark_all
from alongside_logbook.domain.entry import EntryVersion, Sitting
from alongside_logbook.domain.roster import leaders_of, roster_on
from alongside_logbook.domain.steps import correct, record
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.tables import SessionRow
from alongside_logbook.store.uow import LogbookUow


class RecordAttendance(BaseModel):
    """What was attendance at a session: everybody, whole, but for the exceptions."""

    model_config = ConfigDict(frozen=True)

    series_id: str
    key: str
    exceptions: tuple[Departure, ...] = ()
    reason_code: CorrectionReason | None = None
    """Why it changes, where it was recorded before."""


class Recorded(BaseModel):
    """What recording came to."""

    model_config = ConfigDict(frozen=True)

    series_id: str
    key: str
    changed: int
    """How many entries are new or corrected: 0 when the same was recorded before."""
    entries: tuple[EntryVersion, ...]


async def record_attendance(command: RecordAttendance, actor: Actor, uow: LogbookUow) -> Recorded:
    """Record, or correct, a session's attendance. Recording the same again changes nothing.

    Only whoever leads the session, or a coordinator; only once it has begun; never if cancelled.
    """
    session, series, occurrence = await _held(command.series_id, command.key, uow)
    may_record(actor, series, occurrence)
    has_happened(session, uow.now)
    people = await people_of(session, series, occurrence, uow)
    if not people:
        raise Invalid("Nobody was on the roster on that day, so there is nothing to record.")
    marks = mark_all(people, session.scheduled_minutes, command.exceptions)
    for person in sorted(marks):
        await uow.entries.hold(person)
    known = await uow.entries.of_session(session.series_id, session.key)
    before = {person: row.current for person, row in known.items()}
    steps = _steps(session, marks, before, command.reason_code, actor, uow)
    for step in steps:
        await uow.entries.append(step)
        await uow.emit(AttendanceRecorded(id=uow.new_id(), occurred_at=uow.now, entry=step.state()))
    if steps or session.recorded_at is None:
        await uow.sessions.mark_recorded(session, actor.person_id, uow.now)
    for step in steps:
        await recompute(step.supervisee_id, uow)
    entries = {**before, **{step.supervisee_id: step for step in steps}}
    return Recorded(
        series_id=session.series_id,
        key=session.key,
        changed=len(steps),
        entries=tuple(entries[person] for person in people),
    )


async def people_of(
    session: SessionRow, series: SeriesState, occurrence: Occurrence, uow: LogbookUow
) -> tuple[str, ...]:
    """Return whose attendance is asked: the roster of that day, and whoever was recorded before."""
    roster = roster_on(series, occurrence, session.held_on)
    recorded = await uow.entries.of_session(session.series_id, session.key)
    return tuple(dict.fromkeys((*roster, *sorted(recorded))))


def may_record(actor: Actor, series: SeriesState, occurrence: Occurrence) -> None:
    """Refuse whoever neither leads this session nor coordinates."""
    if not actor.coordinator and actor.person_id not in leaders_of(series, occurrence):
        raise Forbidden("Only whoever led this session, or a coordinator, can record attendance.")


def has_happened(session: SessionRow, now: datetime) -> None:
    """Refuse what was cancelled or has not begun: what is planned is not yet an hour."""
    if session.status == "cancelled" and session.recorded_at is None:
        raise Conflict("This session was cancelled, so nobody attended it.")
    if session.starts_at > now:
        raise Conflict("This session has not begun yet. Attendance can be recorded once it has.")


async def look_up(
    series_id: str, key: str, uow: LogbookUow
) -> tuple[SessionRow, SeriesState, Occurrence]:
    """Return a session with its series."""
    return await _complete(await uow.sessions.get(series_id, key), uow)


async def _held(
    series_id: str, key: str, uow: LogbookUow
) -> tuple[SessionRow, SeriesState, Occurrence]:
    return await _complete(await uow.sessions.lock(series_id, key), uow)


async def _complete(
    session: SessionRow | None, uow: LogbookUow
) -> tuple[SessionRow, SeriesState, Occurrence]:
    series = await uow.sessions.state(session.series_id) if session else None
    if session is None or series is None:
        raise NotFound("There is no such session.")
    for occurrence in series.occurrences:
        if occurrence.key == session.key:
            return session, series, occurrence
    # The occurrence was taken out of the series after it was recorded; its row tells what it was.
    occurrence = Occurrence(
        key=session.key,
        original_start=session.starts_at,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        status="cancelled",
        provider_id=session.provider_id,
    )
    return session, series, occurrence


def _steps(
    session: SessionRow,
    marks: dict[str, Mark],
    before: dict[str, EntryVersion],
    reason: CorrectionReason | None,
    actor: Actor,
    uow: LogbookUow,
) -> list[EntryVersion]:
    sitting = Sitting(
        series_id=session.series_id,
        occurrence_key=session.key,
        title=session.title,
        kind="individual" if session.kind == "individual" else "group",
        provider_id=session.provider_id,
        starts_at=session.starts_at,
        zone=session.zone,
        held_on=session.held_on,
        scheduled_minutes=session.scheduled_minutes,
    )
    there = sum(1 for mark in marks.values() if mark.minutes)
    by, now = actor.person_id, uow.now
    steps: list[EntryVersion] = []
    for person in sorted(marks):
        mark, known = marks[person], before.get(person)
        if known is None:
            steps.append(record(uow.new_id(), sitting, mark, there, actor_id=by, now=now))
            continue
        step = correct(known, sitting, mark, there, actor_id=by, now=now, reason=reason)
        if step is not None:
            steps.append(step)
    return steps
