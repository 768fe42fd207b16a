"""Recording who was there, and correcting it: one session or many, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from alongside.contracts import AttendanceRecorded, HoursConfirmed, Occurrence, SeriesState
from alongside.contracts.hours import EntryEvent
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_logbook.domain.attendance import CorrectionReason, Departure, Mark, Mode, mark_all
from alongside_logbook.domain.defaults import ages_of, mode_of
from alongside_logbook.domain.entry import OUTSIDE, Ages, EntryVersion, Sitting
from alongside_logbook.domain.override import InPlace, in_place
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
    mode: Mode | None = None
    """How they met; null: as was said before, or as place and link tell."""
    in_place: InPlace | None = None
    """Why a coordinator records it in the place of who led it; marked in every version from then on."""
    roster: frozenset[str] | None = None
    """Whom the recorder saw; refused if others are asked about by now. Null: whoever it is."""


class Recorded(BaseModel):
    """What recording came to."""

    model_config = ConfigDict(frozen=True)

    series_id: str
    key: str
    changed: int
    """How many entries are new or corrected: 0 when the same was recorded before."""
    entries: tuple[EntryVersion, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A session with its series, and whose attendance is asked."""

    session: SessionRow
    series: SeriesState
    occurrence: Occurrence
    people: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from every other."""
        return self.session.series_id, self.session.key

    def sitting(self, mode: Mode | None = None) -> Sitting:
        """Return it as entries know it."""
        session = self.session
        return Sitting(
            series_id=session.series_id,
            occurrence_key=session.key,
            title=session.title,
            kind="individual" if session.kind == "individual" else "group",
            provider_id=session.provider_id,
            starts_at=session.starts_at,
            zone=session.zone,
            held_on=session.held_on,
            scheduled_minutes=session.scheduled_minutes,
            mode=mode,
        )

    @property
    def usual_mode(self) -> Mode | None:
        """How they met, as far as place and link tell."""
        return mode_of(self.series, self.occurrence)


async def record_attendance(command: RecordAttendance, actor: Actor, uow: LogbookUow) -> Recorded:
    """Record, or correct, a session's attendance. Recording the same again changes nothing.

    Only whoever leads the session, or a coordinator, and nobody about themselves; only once it has
    begun; never if cancelled.
    """
    (held,) = await hold_sessions([(command.series_id, command.key)], uow)
    may_record(actor, held.series, held.occurrence)
    has_happened(held.session, uow.now)
    steps = await steps_of(command, held, await usual_ages(held.people, uow), actor, uow)
    await keep_steps(held, steps, actor, uow)
    for step in steps:
        await recompute(step.supervisee_id, uow)
    return await outcome(held, len(steps), uow)


async def hold_sessions(places: Iterable[tuple[str, str]], uow: LogbookUow) -> tuple[Held, ...]:
    """Return sessions, held together with everybody's history against other writers, in order.

    Every writer takes sessions first, then people, each in their order: nobody waits in a circle.
    """
    found = [await _held(*place, uow) for place in sorted(set(places))]
    held = [
        Held(session, series, occurrence, await people_of(session, series, occurrence, uow))
        for session, series, occurrence in found
    ]
    for person in sorted({person for each in held for person in each.people}):
        await uow.entries.hold(person)
    return tuple(held)


async def steps_of(
    command: RecordAttendance,
    held: Held,
    usual: Mapping[str, tuple[Ages, ...]],
    actor: Actor,
    uow: LogbookUow,
) -> list[EntryVersion]:
    """Return the versions that recording a session adds. Raises `Invalid` by person."""
    if not held.people:
        raise Invalid("Nobody was on the roster on that day, so there is nothing to record.")
    if command.roster is not None and command.roster != set(held.people):
        raise Conflict("The roster of that day changed since you looked. Please look again.")
    marks = mark_all(held.people, held.session.scheduled_minutes, command.exceptions)
    known = await uow.entries.of_session(*held.place)
    there = sum(1 for mark in marks.values() if mark.minutes)
    by, now = actor.person_id, uow.now
    leads = by in leaders_of(held.series, held.occurrence)
    if leads and command.in_place is not None:
        raise Invalid("You led this session yourself: just record it.", field="why")
    steps: list[EntryVersion] = []
    for person in sorted(marks):
        row = known.get(person)
        if row is None:
            mark = _with_ages(marks[person], usual.get(person, ()))
            first = held.sitting(command.mode or held.usual_mode)
            step: EntryVersion | None = record(
                uow.new_id(), first, mark, there, actor_id=by, now=now
            )
        else:
            step = correct(
                row.current, held.sitting(command.mode), marks[person], there,
                actor_id=by, now=now, reason=command.reason_code,
            )  # fmt: skip
        if step is None:
            continue
        if not leads:
            step = in_place(step, command.in_place)
        if person == by:
            raise Forbidden(
                "You were there as one of them: somebody else has to record your own hours."
            )
        steps.append(step)
    return steps


async def keep_steps(
    held: Held, steps: Sequence[EntryVersion], actor: Actor, uow: LogbookUow
) -> None:
    """Add versions to the record, say so, and remember that the session was recorded."""
    for step in steps:
        await uow.entries.append(step)
        await uow.emit(said_of(step, uow))
    if steps or held.session.recorded_at is None:
        await uow.sessions.mark_recorded(held.session, actor.person_id, uow.now)


def said_of(step: EntryVersion, uow: LogbookUow) -> EntryEvent:
    """Return what other services hear of a step that recorded, submitted or confirmed an entry."""
    kind = HoursConfirmed if step.status == "confirmed" else AttendanceRecorded
    return kind(id=uow.new_id(), occurred_at=uow.now, entry=step.state())


async def outcome(held: Held, changed: int, uow: LogbookUow) -> Recorded:
    """Return what a session's attendance is now."""
    entries = await uow.entries.of_session(*held.place)
    series_id, key = held.place
    return Recorded(
        series_id=series_id,
        key=key,
        changed=changed,
        entries=tuple(entries[person].current for person in held.people),
    )


async def complete(entry: EntryVersion, actor: Actor, uow: LogbookUow) -> None:
    """Remember an entry's session as recorded, once two people stand behind everybody's attendance."""
    if entry.occurrence_key == OUTSIDE:
        return
    session, series, occurrence = await look_up(entry.series_id, entry.occurrence_key, uow)
    entries = await uow.entries.of_session(session.series_id, session.key)
    people = await people_of(session, series, occurrence, uow)
    done = all(person in entries and entries[person].status == "confirmed" for person in people)
    if done and session.recorded_at is None:
        await uow.sessions.mark_recorded(session, actor.person_id, uow.now)


async def usual_ages(people: Iterable[str], uow: LogbookUow) -> dict[str, tuple[Ages, ...]]:
    """Return whom everybody's work concerns: as they last said, or as what they pursue says."""
    asked = set(people)
    known = await uow.people.many(asked)
    said = await uow.waiting.ages_said(asked)
    return {
        person: said.get(person) or ages_of(known[person].pursuing if person in known else None)
        for person in asked
    }


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


def _with_ages(mark: Mark, usual: tuple[Ages, ...]) -> Mark:
    if mark.ages is not None or not mark.minutes:
        return mark
    return mark.model_copy(update={"ages": usual})
