"""Sessions that need attendance, all on one page: people by dates."""

from datetime import date, datetime

from alongside.errors import NotFound
from alongside_logbook.domain.attendance import Mode, Presence
from alongside_logbook.domain.entry import Ages
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import Held, look_up, people_of, usual_ages
from alongside_logbook.handlers.progress import pack_for
from alongside_logbook.store.tables import SessionRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View

MOST = 26
"""Sessions shown at once: half a year of weekly meetings."""


class Seat(View):
    """One person at one session: present for all of it, unless they said otherwise themselves."""

    person: PersonRef
    presence: Presence = "present"
    minutes: int
    about_rsc_minutes: int = 0
    other_minutes: int = 0
    ages: tuple[Ages, ...]
    asks_about_rsc: bool
    """Whether what they pursue asks for minutes about the RSC they give."""
    said: bool
    """Whether this is what the person said themselves, and the provider's word is awaited."""


class SittingSession(View):
    """One session to record."""

    series_id: str
    key: str
    title: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    held_on: date
    scheduled_minutes: int
    mode: Mode | None
    seats: tuple[Seat, ...]


class SittingSeries(View):
    """The sessions of one series that need attendance, oldest first."""

    series_id: str
    title: str
    provider: PersonRef
    sessions: tuple[SittingSession, ...]


class SittingView(View):
    """What one sitting can record."""

    series: tuple[SittingSeries, ...]
    shown: int
    total: int


async def sitting_view(
    actor: Actor, uow: LogbookUow, *, series_id: str | None = None, everybody: bool = False
) -> SittingView:
    """Return what somebody led that has begun and needs attendance; for a coordinator, everybody's."""
    leader = None if everybody and actor.coordinator else actor.person_id
    rows, total = await uow.sessions.awaiting(leader, uow.now, limit=1000 if series_id else MOST)
    if series_id is not None:
        rows = [row for row in rows if row.series_id == series_id]
        total, rows = len(rows), rows[:MOST]
        if not rows and await uow.sessions.state(series_id) is None:
            raise NotFound
    held = [await _held(row, uow) for row in rows]
    people = {person for each in held for person in each.people}
    names = await Names.of(uow, people | {each.series.provider_id for each in held})
    usual = await usual_ages(people, uow)
    asks = await _who_asks(people, uow)
    by_series: dict[str, list[SittingSession]] = {}
    for each in held:
        seats = await _seats(each, names, usual, asks, uow)
        by_series.setdefault(each.session.series_id, []).append(_session(each, seats))
    providers = {each.session.series_id: each.series.provider_id for each in held}
    return SittingView(
        series=tuple(
            SittingSeries(
                series_id=series,
                title=sessions[0].title,
                provider=names(providers[series]),
                sessions=tuple(sessions),
            )
            for series, sessions in by_series.items()
        ),
        shown=len(held),
        total=total,
    )


async def _held(row: SessionRow, uow: LogbookUow) -> Held:
    session, series, occurrence = await look_up(row.series_id, row.key, uow)
    return Held(session, series, occurrence, await people_of(session, series, occurrence, uow))


def _session(held: Held, seats: tuple[Seat, ...]) -> SittingSession:
    shared = set(SittingSession.model_fields) - {"mode", "seats"}
    return SittingSession(
        **held.session.model_dump(include=shared), mode=held.usual_mode, seats=seats
    )


async def _seats(
    held: Held,
    names: Names,
    usual: dict[str, tuple[Ages, ...]],
    asks: set[str],
    uow: LogbookUow,
) -> tuple[Seat, ...]:
    entries = await uow.entries.of_session(*held.place)
    seats = []
    for person in held.people:
        row = entries.get(person)
        entry = row.current if row and row.status != "withdrawn" else None
        seats.append(
            Seat(
                person=names(person),
                presence=entry.presence if entry else "present",
                minutes=entry.minutes if entry else held.session.scheduled_minutes,
                about_rsc_minutes=entry.about_rsc_minutes if entry else 0,
                other_minutes=entry.other_minutes if entry else 0,
                ages=entry.ages if entry else usual.get(person, ()),
                asks_about_rsc=person in asks or bool(entry and entry.about_rsc_minutes),
                said=entry is not None,
            )
        )
    return tuple(sorted(seats, key=lambda seat: seat.person.name.casefold()))


async def _who_asks(people: set[str], uow: LogbookUow) -> set[str]:
    known = await uow.people.many(people)
    asking = set()
    for person in people:
        pack = await pack_for(known.get(person), uow)
        if pack is not None and any(each.counts == "about_rsc" for each in pack.required):
            asking.add(person)
    return asking
