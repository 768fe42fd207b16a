"""Waiting for a seat, and saying yes or no to one that is offered."""

from typing import Literal

from pydantic import BaseModel, Field

from alongside.errors import NotFound
from alongside_scheduler.domain import groups as group_rules
from alongside_scheduler.domain import seats as rules
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers import seating
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import GroupRow, OfferRow
from alongside_scheduler.store.uow import SchedulerUow


class WaitForSeat(Command):
    """Somebody who wants a seat of a group."""

    person_id: str | None = Field(default=None, description="Default: who asks.")


class Standing(BaseModel):
    """Whether somebody waits, or a seat is offered to them already."""

    person_id: str
    standing: Literal["waiting", "offered"]
    waiting_number: int = Field(description="Rises in the order of asking.")
    offer_id: str | None = None


class OfferDone(BaseModel):
    """What became of an offer, and which running series the person is in now."""

    offer_id: str
    group_id: str
    state: str
    series_ids: list[str] = []


async def wait_for_seat(group_id: str, command: WaitForSeat, uow: SchedulerUow) -> Standing:
    """Put somebody at the end of the line; if a seat is free and theirs, it is offered at once.

    Who leads the group may ask for anybody; people for themselves only where the group takes that.
    """
    person_id = command.person_id or uow.actor.person_id or ""
    await uow.seats.hold_people([person_id])
    group = await uow.groups.get(group_id, for_change=True)
    if not (group.takes_asks and person_id == uow.actor.person_id):
        need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    return await _wait(group, person_id, uow)


async def ask_again(offer_id: str, uow: SchedulerUow) -> Standing:
    """Let somebody wait once more who let an offer go."""
    offer = await _own(offer_id, uow)
    await uow.seats.hold_people([offer.person_id])
    group = await uow.groups.get(offer.group_id, for_change=True)
    return await _wait(group, offer.person_id, uow)


async def wait_no_more(group_id: str, person_id: str, uow: SchedulerUow) -> None:
    """Take somebody off the waiting list: themselves, or who leads the group."""
    group = await uow.groups.get(group_id, for_change=True)
    if person_id != uow.actor.person_id:
        need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    if not await uow.seats.wait_no_more(group_id, person_id):
        raise NotFound("This person is not on the waiting list.")


async def accept_offer(offer_id: str, uow: SchedulerUow) -> OfferDone:
    """Take an offered seat: onto the roster from the day it is free, and into running series.

    Doing it again changes nothing. Raises `OfferOver` if it has run out, was declined or taken
    back, and `AlreadyBooked` if the person is taken at the time of a series; the offer then stays.
    """
    offer, group = await _mine(offer_id, uow)
    if offer.state == "accepted":
        return OfferDone(offer_id=offer.id, group_id=group.id, state=offer.state)
    _check_open(offer, uow)
    await seating.settle(offer, "accepted", uow)
    on = max(offer.from_day, seating.today_in(group.zone, uow))
    changed = await seating.come(group, offer.person_id, on, uow)
    return OfferDone(offer_id=offer.id, group_id=group.id, state=offer.state, series_ids=changed)


async def decline_offer(offer_id: str, uow: SchedulerUow) -> OfferDone:
    """Let an offered seat go; it is offered to the next person at once. Again changes nothing."""
    offer, group = await _mine(offer_id, uow)
    if offer.state != "declined":
        _check_open(offer, uow)
        await seating.settle(offer, "declined", uow)
        await seating.tidy_seats(group, uow)
    return OfferDone(offer_id=offer.id, group_id=group.id, state=offer.state)


async def withdraw_offer(offer_id: str, uow: SchedulerUow) -> OfferDone:
    """Take an open offer back: who leads the group, or a coordinator. The person waits no more."""
    offer = await uow.seats.offer(offer_id)
    group = await uow.groups.get(offer.group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    offer = await uow.seats.offer(offer_id)
    if offer.state != "withdrawn":
        await seating.settle(offer, "withdrawn", uow)
        await seating.tidy_seats(group, uow)
    return OfferDone(offer_id=offer.id, group_id=group.id, state=offer.state)


async def look_after(group_id: str, uow: SchedulerUow) -> int:
    """Let the offers of a group run out in time and offer its free seats; return how many new ones."""
    group = await uow.groups.get(group_id, for_change=True)
    return len(await seating.tidy_seats(group, uow))


async def _wait(group: GroupRow, person_id: str, uow: SchedulerUow) -> Standing:
    person = await uow.people.get(person_id)
    seats = await seating.seats_of(group, uow)
    if seats.stay_of(person.id) is not None:
        raise group_rules.OnRoster(field="person_id")
    life.check_parts(
        group.provider_id, [group.co_provider_id] if group.co_provider_id else [], [person.id]
    )
    if await uow.seats.wait_of(group.id, person.id) is not None:
        raise rules.OnWaitlist(field="person_id")
    if seats.offer_to(person.id) is not None:
        raise rules.OnWaitlist("A seat is offered to this person already.", field="person_id")
    wait = await uow.seats.wait(group.id, person.id, uow.now)
    number = wait.number
    offers = await seating.tidy_seats(group, uow)
    mine = next((each for each in offers if each.person_id == person.id), None)
    return Standing(
        person_id=person.id,
        standing="offered" if mine else "waiting",
        waiting_number=number,
        offer_id=mine.id if mine else None,
    )


async def _own(offer_id: str, uow: SchedulerUow) -> OfferRow:
    offer = await uow.seats.offer(offer_id)
    if offer.person_id != uow.actor.person_id:
        raise NotFound("There is no such offer.")
    return offer


async def _mine(offer_id: str, uow: SchedulerUow) -> tuple[OfferRow, GroupRow]:
    """Return an offer to who asks, and its group, as they are once nobody else works on them."""
    offer = await _own(offer_id, uow)
    await uow.seats.hold_people([offer.person_id])
    group = await uow.groups.get(offer.group_id, for_change=True)
    return await uow.seats.offer(offer_id), group


def _check_open(offer: OfferRow, uow: SchedulerUow) -> None:
    """Refuse what has run out, also before the clock's tick has noticed."""
    rules.settled(offer.state, "accepted")
    if offer.expires_at <= uow.now:
        rules.settled("expired", "accepted")
