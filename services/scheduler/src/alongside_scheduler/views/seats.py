"""Seats of a group as who leads it sees them, and an offer as whom it is made to sees it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from alongside.errors import NotFound
from alongside_scheduler.domain import seats as rules
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers import seating
from alongside_scheduler.store.tables import GroupRow, OfferRow, ProgressRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of
from alongside_scheduler.views.sessions import SessionItem, items_of

_PAST_OFFERS = 10
_SESSIONS = 4
_AHEAD = timedelta(days=400)


class ProgressView(BaseModel):
    """Where somebody stands, as the logbook last said."""

    category: str
    required_minutes: int
    counted_minutes: int
    pending_minutes: int
    appears_met: bool

    @classmethod
    def of(cls, row: ProgressRow) -> "ProgressView":
        """Return the view of a row."""
        return cls(**row.model_dump(exclude={"supervisee_id", "version"}))


MarkState = Literal["taken", "leaving", "coming", "kept", "free", "over"]


class Mark(BaseModel):
    """One seat as it is drawn: who has it, who has it next, and that in words."""

    state: MarkState
    words: str
    names: list[str] = []


class WaitingView(BaseModel):
    """Somebody who waits for a seat."""

    person_id: str
    name: str
    place: int = Field(description="1 is who is offered the next seat.")
    waiting_number: int = Field(description="Rises in the order of asking.")
    since: datetime
    progress: ProgressView | None


class OfferListed(BaseModel):
    """An offer of a seat, as who leads the group sees it."""

    offer_id: str
    person_id: str
    name: str
    state: str
    from_day: date
    offered_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class SeatsView(BaseModel):
    """The seats of a group: who has one, for whom one is kept, and who waits."""

    seat_limit: int | None
    seat_policy: str
    taken: int = Field(description="On the fullest day ahead, without those kept.")
    kept: int = Field(description="For open offers.")
    free_from: date | None = Field(description="First day from which a seat stays free.")
    marks: list[Mark]
    waiting: list[WaitingView]
    offers: list[OfferListed]
    past_offers: list[OfferListed]


class OfferView(BaseModel):
    """A seat that is offered, and what comes with it."""

    offer_id: str
    state: str
    person_id: str
    person: str
    mine: bool
    group_id: str
    group: str
    kind: str
    provider: str
    co_provider: str | None
    place: str | None
    zone: str
    from_day: date
    offered_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    rhythms: list[str]
    sessions: list[SessionItem]


async def show_seats(group_id: str, uow: SchedulerUow) -> SeatsView:
    """Return the seats of a group; for who leads it."""
    group = await uow.groups.get(group_id)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    return await seats_view(group, uow)


async def seats_view(group: GroupRow, uow: SchedulerUow) -> SeatsView:
    """Return the seats of a group."""
    seats = await seating.seats_of(group, uow)
    ordered = await seating.line(group, uow)
    since = {each.person_id: each.since for each in await uow.seats.waiting(group.id)}
    past = await uow.seats.settled_offers(group.id, most=_PAST_OFFERS)
    people = {each.person_id for each in seats.rows} | since.keys()
    people |= {each.person_id for each in (*seats.offers, *past)}
    names = await names_of(people, uow)
    progress = await uow.copies.progress(each.person_id for each in ordered)
    return SeatsView(
        seat_limit=group.seat_limit,
        seat_policy=group.seat_policy,
        taken=rules.peak(seats.stays, [], seats.today),
        kept=len(seats.offers),
        free_from=rules.free_from(group.seat_limit, seats.stays, seats.holds, seats.today),
        marks=_marks(group.seat_limit, seats, names),
        waiting=[
            WaitingView(
                person_id=each.person_id,
                name=names.get(each.person_id, ""),
                place=place,
                waiting_number=each.number,
                since=since[each.person_id],
                progress=ProgressView.of(progress[each.person_id])
                if each.person_id in progress
                else None,
            )
            for place, each in enumerate(ordered, 1)
        ],
        offers=[_listed(each, names) for each in seats.offers],
        past_offers=[_listed(each, names) for each in past],
    )


async def show_offer(offer_id: str, uow: SchedulerUow) -> OfferView:
    """Return an offer: to whom it is made, and to who leads the group."""
    offer = await uow.seats.offer(offer_id)
    group = await uow.groups.get(offer.group_id)
    mine = offer.person_id == uow.actor.person_id
    if not mine:
        need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    names = await names_of({offer.person_id, group.provider_id, group.co_provider_id or ""}, uow)
    from_day = max(offer.from_day, seating.today_in(group.zone, uow))
    found = await uow.sessions.between(uow.now, uow.now + _AHEAD, group_id=group.id, limit=50)
    theirs = [
        (each.series, each.occurrence)
        for each in found
        if seating.wall_day(each.occurrence.starts_at, each.series.zone) >= from_day
    ]
    state = offer.state
    if state == "open" and offer.expires_at <= uow.now:
        state = "expired"
    return OfferView(
        offer_id=offer.id,
        state=state,
        person_id=offer.person_id,
        person=names.get(offer.person_id, ""),
        mine=mine,
        group_id=group.id,
        group=group.name,
        kind=group.kind,
        provider=names.get(group.provider_id, ""),
        co_provider=names.get(group.co_provider_id or ""),
        place=group.place or ("online" if group.link else None),
        zone=group.zone,
        from_day=from_day if state == "open" else offer.from_day,
        offered_at=offer.offered_at,
        expires_at=offer.expires_at,
        settled_at=offer.settled_at,
        rhythms=await _rhythms(group.id, uow),
        sessions=await items_of(theirs[:_SESSIONS], uow),
    )


def _marks(limit: int | None, seats: seating.Seats, names: dict[str, str]) -> list[Mark]:
    """Return one mark for each seat, in the order of time: who follows somebody has the same seat."""
    if limit is None:
        return []
    spans = [
        _Span(each.joined_on, each.left_on, names.get(each.person_id, ""), offered=False)
        for each in seats.rows
    ]
    spans += [
        _Span(each.from_day, None, names.get(each.person_id, ""), offered=True)
        for each in seats.offers
    ]
    lanes: list[list[_Span]] = []
    for span in sorted(spans, key=lambda span: (span.begins, span.offered, span.name.lower())):
        lane = next((lane for lane in lanes if lane[-1].is_over_before(span.begins)), None)
        if lane is None:
            lanes.append([span])
        else:
            lane.append(span)
    drawn = [_mark(lane, seats.today) for lane in lanes]
    order: dict[MarkState, int] = {"taken": 0, "leaving": 1, "coming": 2, "kept": 3}
    drawn.sort(key=lambda mark: order[mark.state])
    drawn += [Mark(state="free", words="Free")] * (limit - len(drawn))
    return [
        mark.model_copy(update={"state": "over", "words": f"{mark.words}, over the limit"})
        if place >= limit
        else mark
        for place, mark in enumerate(drawn)
    ]


@dataclass(frozen=True)
class _Span:
    """A time in which a seat is somebody's."""

    begins: date
    ends: date | None
    name: str
    offered: bool

    def is_over_before(self, day: date) -> bool:
        return self.ends is not None and self.ends < day

    def words(self, today: date) -> str:
        if self.offered:
            return f"offered to {self.name} from {_day(self.begins)}"
        begins = f" from {_day(self.begins)}" if self.begins > today else ""
        return self.name + begins + (f" until {_day(self.ends)}" if self.ends else "")


def _mark(lane: list[_Span], today: date) -> Mark:
    first = lane[0]
    state: MarkState = "taken"
    if first.offered:
        state = "kept"
    elif first.begins > today:
        state = "coming"
    elif first.ends is not None:
        state = "leaving"
    words = ", then ".join(each.words(today) for each in lane)
    return Mark(state=state, words=words[0].upper() + words[1:], names=[each.name for each in lane])


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _listed(offer: OfferRow, names: dict[str, str]) -> OfferListed:
    return OfferListed(
        offer_id=offer.id,
        name=names.get(offer.person_id, ""),
        **offer.model_dump(exclude={"id", "group_id", "number", "since"}),
    )


class WaitedFor(BaseModel):
    """A group that somebody waits for."""

    group_id: str
    group: str
    since: datetime


class OfferedToMe(BaseModel):
    """A seat that is offered to who asks."""

    offer_id: str
    group_id: str
    group: str
    from_day: date
    expires_at: datetime


class OwnSeats(BaseModel):
    """What is offered to somebody, and what they wait for."""

    offers: list[OfferedToMe]
    waiting: list[WaitedFor]


class AskView(BaseModel):
    """A group that takes people who ask, as somebody sees it who may ask."""

    group_id: str
    group: str
    kind: str
    provider: str
    co_provider: str | None
    place: str | None
    rhythms: list[str]
    full: bool
    standing: Literal["none", "here", "leads", "waiting", "offered"]
    since: datetime | None = None
    offer_id: str | None = None


async def own_seats(uow: SchedulerUow) -> OwnSeats:
    """Return the open offers to who asks, and the groups they wait for."""
    person_id = uow.actor.person_id or ""
    offers = [
        each for each in await uow.seats.open_offers_to(person_id) if each.expires_at > uow.now
    ]
    waits = await uow.seats.waits_of(person_id)
    names = await uow.seats.group_names(
        {each.group_id for each in offers} | {each.group_id for each in waits}
    )
    return OwnSeats(
        offers=[
            OfferedToMe(
                offer_id=each.id,
                group_id=each.group_id,
                group=names[each.group_id],
                from_day=each.from_day,
                expires_at=each.expires_at,
            )
            for each in offers
        ],
        waiting=[
            WaitedFor(group_id=each.group_id, group=names[each.group_id], since=each.since)
            for each in waits
        ],
    )


async def show_ask(group_id: str, uow: SchedulerUow) -> AskView:
    """Return a group that takes people who ask; any other is not there for them."""
    group = await uow.groups.get(group_id)
    leads = uow.actor.is_coordinator or uow.actor.leads(group.provider_id, [group.co_provider_id])
    if not group.takes_asks and not leads:
        raise NotFound("There is no such page, or it is no longer open.")
    person_id = uow.actor.person_id or ""
    seats = await seating.seats_of(group, uow)
    names = await names_of({group.provider_id, group.co_provider_id or ""}, uow)
    wait = await uow.seats.wait_of(group_id, person_id)
    offer = seats.offer_to(person_id)
    standing: Literal["none", "here", "leads", "waiting", "offered"] = "none"
    if seats.stay_of(person_id):
        standing = "here"
    elif uow.actor.leads(group.provider_id, [group.co_provider_id]):
        standing = "leads"
    elif offer is not None:
        standing = "offered"
    elif wait is not None:
        standing = "waiting"
    free = rules.free_from(group.seat_limit, seats.stays, seats.holds, seats.today)
    return AskView(
        group_id=group.id,
        group=group.name,
        kind=group.kind,
        provider=names.get(group.provider_id, ""),
        co_provider=names.get(group.co_provider_id or ""),
        place=group.place or ("online" if group.link else None),
        rhythms=await _rhythms(group.id, uow),
        full=free is None or free > seats.today,
        standing=standing,
        since=wait.since if wait else None,
        offer_id=offer.id if offer else None,
    )


async def _rhythms(group_id: str, uow: SchedulerUow) -> list[str]:
    return [
        wording.whole(each.pattern)
        for each in await uow.series.of_group(group_id)
        if each.status == "planned" and any(one.ends_at > uow.now for one in each.occurrences)
    ]
