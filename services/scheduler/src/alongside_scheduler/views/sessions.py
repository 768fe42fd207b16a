"""Sessions: the list of what is ahead, and one session with who comes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel

from alongside.contracts import Occurrence, SeriesState
from alongside.errors import NotFound
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.store.sessions import Session
from alongside_scheduler.store.tables import AnswerRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of

Coming = Literal["accepted", "tentative", "declined", "proposed", "waiting"]
_ANSWERS: tuple[Coming, ...] = get_args(Coming)


def coming_of(answer: str) -> Coming:
    """Return an answer as it is shown; one that only a newer version knows says nothing yet."""
    return next((each for each in _ANSWERS if each == answer), "waiting")


MOST = 500


class SessionItem(BaseModel):
    """One session in a list."""

    series_id: str
    key: str
    group_id: str
    title: str
    kind: str
    purpose: str = "rsc"
    """rsc, or consultation for a visit to a site."""
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    moved: bool
    place: str | None
    link: str | None
    provider_id: str
    provider: str
    path: str

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @classmethod
    def of(cls, series: SeriesState, occurrence: Occurrence, provider: str) -> "SessionItem":
        """Return the item of an occurrence."""
        session = Session(series=series, occurrence=occurrence)
        return cls(
            series_id=series.series_id,
            key=occurrence.key,
            group_id=series.group_id,
            title=series.title,
            kind=series.kind,
            purpose=series.purpose,
            starts_at=occurrence.starts_at,
            ends_at=occurrence.ends_at,
            zone=series.zone,
            status=occurrence.status,
            moved=occurrence.moved,
            place=session.place,
            link=session.link,
            provider_id=occurrence.provider_id or series.provider_id,
            provider=provider,
            path=session.path,
        )


class Attendee(BaseModel):
    """Somebody a session is for, and what they answered."""

    person_id: str
    name: str
    answer: Coming = "waiting"
    answered_at: datetime | None = None
    proposed_start: datetime | None = None


class SessionDetail(BaseModel):
    """One session. Names are shown to who leads it, and to members where the group shows its roster."""

    session: SessionItem
    series_version: int
    co_providers: list[str]
    leads: bool
    shows_names: bool
    counts: dict[str, int]
    attendees: list[Attendee]
    mine: Attendee | None = None


async def list_sessions(
    uow: SchedulerUow,
    *,
    begins: datetime | None = None,
    ends: datetime | None = None,
    group_id: str | None = None,
    everybody: bool = False,
    with_cancelled: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[SessionItem]:
    """Return sessions in order of time: one's own, or for a coordinator everybody's."""
    actor = uow.actor
    if actor.person_id is None and not actor.is_coordinator:
        return []
    mine = None if everybody and actor.is_coordinator else actor.person_id
    found = await uow.sessions.between(
        begins or uow.now,
        ends,
        person_id=mine,
        group_id=group_id,
        with_cancelled=with_cancelled,
        limit=min(max(limit, 1), MOST),
        offset=max(offset, 0),
    )
    return await items_of([(each.series, each.occurrence) for each in found], uow)


async def items_of(
    found: Sequence[tuple[SeriesState, Occurrence]], uow: SchedulerUow
) -> list[SessionItem]:
    """Return list items, with the names of who leads."""
    names = await names_of(
        {occurrence.provider_id or series.provider_id for series, occurrence in found}, uow
    )
    return [
        SessionItem.of(
            series, occurrence, names.get(occurrence.provider_id or series.provider_id, "")
        )
        for series, occurrence in found
    ]


async def show_session(series_id: str, key: str, uow: SchedulerUow) -> SessionDetail:
    """Return one session, in the measure of who asks."""
    series = await uow.series.get(series_id)
    occurrence = life.find(series, key)
    actor = uow.actor
    leads = actor.is_coordinator or (
        actor.person_id is not None
        and actor.person_id in {*life.leaders(series, occurrence), series.provider_id}
    )
    wanted = life.expected(series, occurrence, zone(series.zone))
    if not leads and actor.person_id not in wanted:
        raise NotFound("This series has no such session.")
    names = await names_of({*wanted, *life.leaders(series, occurrence), series.provider_id}, uow)
    answers = await uow.copies.answers(series_id)
    attendees = [_attendee(person, names.get(person, ""), occurrence, answers) for person in wanted]
    attendees.sort(key=lambda each: each.name.lower())
    shows_names = leads or series.show_roster
    lead = occurrence.provider_id or series.provider_id
    return SessionDetail(
        session=SessionItem.of(series, occurrence, names.get(lead, "")),
        series_version=series.version,
        co_providers=[names.get(each, "") for each in series.co_provider_ids],
        leads=leads,
        shows_names=shows_names,
        counts=counted(attendees) if leads or shows_names else {"invited": len(attendees)},
        attendees=[_seen(each, leads=leads) for each in attendees] if shows_names else [],
        mine=next((each for each in attendees if each.person_id == actor.person_id), None),
    )


def counted(attendees: Iterable[Attendee]) -> dict[str, int]:
    """Return how many gave which answer."""
    counts = {
        "invited": 0,
        "accepted": 0,
        "tentative": 0,
        "declined": 0,
        "proposed": 0,
        "waiting": 0,
    }
    for each in attendees:
        counts["invited"] += 1
        counts[each.answer] += 1
    return counts


def attendees_of(
    series: SeriesState,
    occurrence: Occurrence,
    names: dict[str, str],
    answers: Sequence[AnswerRow],
) -> list[Attendee]:
    """Return whom an occurrence is for, with what they answered."""
    return [
        _attendee(person, names.get(person, ""), occurrence, answers)
        for person in life.expected(series, occurrence, zone(series.zone))
    ]


def _attendee(
    person_id: str, name: str, occurrence: Occurrence, answers: Sequence[AnswerRow]
) -> Attendee:
    """Return the newest answer that was given for the time the meeting has now."""
    asked_at = occurrence.changed_at
    mine = [
        each
        for each in answers
        if each.person_id == person_id
        and each.key in {"", occurrence.key}
        and (asked_at is None or each.answered_at >= asked_at)
    ]
    if not mine:
        return Attendee(person_id=person_id, name=name)
    newest = max(mine, key=lambda each: each.answered_at)
    return Attendee.model_validate(
        {
            "person_id": person_id,
            "name": name,
            "answer": coming_of(newest.answer),
            "answered_at": newest.answered_at,
            "proposed_start": newest.proposed_start,
        }
    )


def _seen(each: Attendee, *, leads: bool) -> Attendee:
    """Return an attendee as a fellow member may see them: by name, not by answer."""
    return each if leads else Attendee(person_id=each.person_id, name=each.name)
