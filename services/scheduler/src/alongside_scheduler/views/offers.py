"""Offers of a seat, and asking for one, as the person sees it whom they concern."""

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from alongside.errors import NotFound
from alongside_scheduler.domain import seats as rules
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers import seating
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of
from alongside_scheduler.views.sessions import SessionItem, items_of

_SESSIONS = 4
_AHEAD = timedelta(days=400)


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
