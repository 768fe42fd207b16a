"""Sessions that need attendance, and the attendance of one."""

from collections.abc import Sequence
from datetime import date, datetime

from alongside.contracts import GroupKind
from alongside.contracts.hours import EntryStatus
from alongside.errors import NotFound
from alongside_logbook.domain.attendance import Ages, Mode, Presence
from alongside_logbook.domain.roster import leaders_of
from alongside_logbook.domain.steps import only_said
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import (
    Held,
    look_up,
    may_record,
    people_of,
    usual_ages,
)
from alongside_logbook.handlers.goals import pack_for
from alongside_logbook.store.tables import SessionRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View


class SessionView(View):
    """A session, and whether attendance was recorded."""

    series_id: str
    key: str
    title: str
    kind: GroupKind
    zone: str
    provider: PersonRef
    starts_at: datetime
    ends_at: datetime
    held_on: date
    scheduled_minutes: int
    status: str
    roster_size: int
    recorded_at: datetime | None
    recorded_by: PersonRef | None
    waiting: int = 0
    """How many of its entries wait for somebody."""
    spoken: int = 0
    """Before it is recorded: of how many people something stands already."""


class SessionsPage(View):
    """Some sessions, and how many there are."""

    sessions: tuple[SessionView, ...]
    total: int


class AttendanceLine(View):
    """One person's attendance, or what it will be if nobody says otherwise."""

    person: PersonRef
    presence: Presence
    minutes: int
    about_rsc_minutes: int
    other_minutes: int = 0
    """Of these, administrative or clinical."""
    ages: tuple[Ages, ...] = ()
    """Whom the work concerned, or is taken to concern if nobody says otherwise."""
    said: bool = False
    """Whether the person said this themselves, and the word of whoever led it is awaited."""
    asks_about_rsc: bool
    """Whether what they pursue asks for minutes about the RSC they give."""
    entry_id: str | None = None
    version: int | None = None
    status: EntryStatus | None = None
    awaits: PersonRef | None = None
    returned_because: str | None = None


class AttendanceView(View):
    """Who was there, person by person."""

    session: SessionView
    can_record: bool
    """False while it has not begun, or when it was cancelled."""
    leads: bool = True
    """Whether whoever looks led it; a coordinator who did not may have to say why they record it."""
    mode: Mode | None = None
    """How they met, as was said, or as place and link tell."""
    lines: tuple[AttendanceLine, ...]


async def sessions_awaiting(
    leader: str | None, uow: LogbookUow, *, limit: int = 100, offset: int = 0
) -> SessionsPage:
    """Return what has begun and needs attendance, oldest first; with no leader, everybody's."""
    rows, total = await uow.sessions.awaiting(leader, uow.now, limit=limit, offset=offset)
    return SessionsPage(sessions=await _views(rows, uow), total=total)


async def sessions_recorded(
    leader: str | None, uow: LogbookUow, *, limit: int = 20, offset: int = 0
) -> SessionsPage:
    """Return what has attendance, newest first."""
    rows, total = await uow.sessions.recorded(leader, limit=limit, offset=offset)
    return SessionsPage(sessions=await _views(rows, uow), total=total)


async def next_session(leader: str, uow: LogbookUow) -> SessionView | None:
    """Return the next meeting somebody leads."""
    row = await uow.sessions.upcoming(leader, uow.now)
    return (await _views([row], uow))[0] if row else None


async def attendance_of(series_id: str, key: str, actor: Actor, uow: LogbookUow) -> AttendanceView:
    """Return a session's attendance, for whoever may record it."""
    session, series, occurrence = await look_up(series_id, key, uow)
    if not actor.coordinator and not await uow.sessions.is_leader(actor.person_id, series_id):
        raise NotFound
    may_record(actor, series, occurrence)
    people = await people_of(session, series, occurrence, uow)
    entries = await uow.entries.of_session(series_id, key)
    names = await Names.of(uow, [*people, *(row.awaits for row in entries.values())])
    known = await uow.people.many(people)
    usual = await usual_ages(people, uow)
    held = Held(session, series, occurrence, people)
    lines = []
    for person in people:
        pack = await pack_for(known.get(person), uow)
        asks = pack is not None and any(
            requirement.counts == "about_rsc" for requirement in pack.required
        )
        row = entries.get(person)
        entry = row.current if row and row.status != "withdrawn" else None
        lines.append(
            AttendanceLine(
                person=names(person),
                presence=entry.presence if entry else "present",
                minutes=entry.minutes if entry else session.scheduled_minutes,
                about_rsc_minutes=entry.about_rsc_minutes if entry else 0,
                other_minutes=entry.other_minutes if entry else 0,
                ages=entry.ages if entry else usual[person],
                said=entry is not None and only_said(entry),
                asks_about_rsc=asks or bool(entry and entry.about_rsc_minutes),
                entry_id=entry.entry_id if entry else None,
                version=entry.version if entry else None,
                status=entry.status if entry else None,
                awaits=names.maybe(entry.awaits) if entry else None,
                returned_because=entry.returned_because if entry else None,
            )
        )
    begun = session.starts_at <= uow.now
    off = session.status == "cancelled" and session.recorded_at is None
    return AttendanceView(
        session=(await _views([session], uow))[0],
        can_record=begun and not off,
        leads=actor.person_id in leaders_of(series, occurrence),
        mode=next((row.current.mode for row in entries.values() if row.current.mode), None)
        or held.usual_mode,
        lines=tuple(sorted(lines, key=lambda line: line.person.name.casefold())),
    )


async def _views(rows: Sequence[SessionRow], uow: LogbookUow) -> tuple[SessionView, ...]:
    names = await Names.of(
        uow, {row.provider_id for row in rows} | {row.recorded_by for row in rows}
    )
    waiting = await uow.entries.unconfirmed_in({row.series_id for row in rows if row.recorded_at})
    spoken = await uow.waiting.spoken_in(
        (row.series_id, row.key) for row in rows if row.recorded_at is None
    )
    return tuple(
        SessionView(
            **row.model_dump(include=set(SessionView.model_fields) - {"recorded_by"}),
            provider=names(row.provider_id),
            recorded_by=names.maybe(row.recorded_by),
            waiting=waiting.get((row.series_id, row.key), 0),
            spoken=spoken.get((row.series_id, row.key), 0),
        )
        for row in rows
    )
