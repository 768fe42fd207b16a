"""Waiting for a seat: offers in order of need, with an end, and never more than there are seats."""

import asyncio
import random
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from alongside.contracts import PersonAsked, ProgressChanged
from alongside.errors import Conflict, Forbidden, NotFound
from alongside_scheduler.domain import seats as rules
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.groups import OnRoster
from alongside_scheduler.domain.seats import OfferOver, OnWaitlist
from alongside_scheduler.handlers.copies import hear_hours
from alongside_scheduler.handlers.groups import ChangeGroup, change_group
from alongside_scheduler.handlers.people import remove_person
from alongside_scheduler.handlers.rosters import (
    JoinRoster,
    LeaveRoster,
    join_roster,
    leave_roster,
)
from alongside_scheduler.handlers.seating import line, seats_of
from alongside_scheduler.handlers.waitlist import (
    WaitForSeat,
    accept_offer,
    ask_again,
    decline_offer,
    wait_for_seat,
    wait_no_more,
    withdraw_offer,
)
from alongside_scheduler.seat_keeper import SeatKeeper

pytestmark = pytest.mark.contract


def as_(person_id: str, role: str = "supervisee") -> Actor:
    return Actor(person_id=person_id, roles=frozenset({role}))


class Circle:
    """A group of two seats, both taken, and people who would like one."""

    def __init__(self, office, group_id: str) -> None:
        self.office = office
        self.group_id = group_id

    async def wait(self, who: str, **facts):
        command = WaitForSeat(person_id=who)
        return await self.office.run(partial(wait_for_seat, self.group_id, command), **facts)

    async def leave(self, who: str, last_day=None):
        """By default from this moment on: yesterday was the last day."""
        yesterday = self.office.clock.now().date() - timedelta(days=1)
        command = LeaveRoster(last_day=last_day or yesterday)
        return await self.office.run(partial(leave_roster, self.group_id, who, command))

    async def join(self, who: str, **facts):
        command = JoinRoster(person_id=who, **facts)
        return await self.office.run(partial(join_roster, self.group_id, command))

    async def change(self, **facts):
        return await self.office.run(partial(change_group, self.group_id, ChangeGroup(**facts)))

    async def tick(self) -> int:
        return await SeatKeeper(self.office.app.uow).tick()

    async def offers(self) -> dict[str, str]:
        rows = await self.office.run(lambda uow: uow.seats.open_offers(self.group_id))
        return {row.person_id: row.id for row in rows}

    async def offer(self, offer_id: str):
        return await self.office.run(lambda uow: uow.seats.offer(offer_id))

    async def line(self) -> list[str]:
        async def look(uow):
            return await line(await uow.groups.get(self.group_id), uow)

        return [each.person_id for each in await self.office.run(look)]

    async def here(self) -> set[str]:
        async def look(uow):
            return await seats_of(await uow.groups.get(self.group_id), uow)

        return {each.person_id for each in (await self.office.run(look)).rows}

    async def over(self) -> int:
        async def look(uow):
            group = await uow.groups.get(self.group_id)
            seats = await seats_of(group, uow)
            return rules.over_by(group.seat_limit, seats.stays, seats.holds, seats.today)

        return await self.office.run(look)

    async def progress(self, who: str, counted: int, pending: int = 0, required: int = 1440):
        said = ProgressChanged(
            id=self.office.app.new_id(),
            occurred_at=self.office.clock.now(),
            supervisee_id=who,
            version=1,
            category="IFS",
            required_minutes=required,
            counted_minutes=counted,
            pending_minutes=pending,
            appears_met=False,
        )
        await self.office.run(lambda uow: hear_hours([said], uow))

    async def asked(self) -> list[PersonAsked]:
        """What was said, whoever said it."""
        outbox = self.office.app.database.plumbing.outbox
        query = select(outbox.c.payload).where(outbox.c.type == PersonAsked.type_name())
        async with self.office.app.database.read() as session:
            found = (await session.execute(query.order_by(outbox.c.id))).scalars()
            return [PersonAsked.model_validate_json(each) for each in found]


@pytest.fixture
async def circle(association) -> Circle:
    office = association
    office.lea = await office.person("Lea", "supervisor")
    office.ada, office.ben = await office.person("Ada"), await office.person("Ben")
    office.cleo, office.dora = await office.person("Cleo"), await office.person("Dora")
    office.eve = await office.person("Eve")
    made = await office.group(office.lea, [office.ada, office.ben], seat_limit=2)
    office.running = await office.series(made.group_id)
    office.said.clear()
    return Circle(office, made.group_id)


async def test_a_seat_goes_to_who_is_furthest_behind(circle):
    office = circle.office
    await circle.progress(office.cleo, 1200)
    await circle.progress(office.dora, 600, pending=60)
    for who in (office.eve, office.cleo, office.dora):
        assert (await circle.wait(who)).standing == "waiting"
    assert await circle.line() == [office.dora, office.cleo, office.eve]
    await circle.leave(office.ben)
    assert set(await circle.offers()) == {office.dora}
    (asked,) = await circle.asked()
    offer = await circle.offer((await circle.offers())[office.dora])
    assert (asked.about, asked.person_id, asked.path) == (
        "seat_offered",
        office.dora,
        f"/offers/{offer.id}",
    )
    assert asked.ask_id == offer.id
    assert asked.expires_at == offer.expires_at == office.clock.now() + timedelta(hours=72)
    assert await circle.tick() == 0
    assert len(await circle.asked()) == 1


async def test_yes_is_a_place_in_every_series_that_runs(circle):
    office = circle.office
    await circle.wait(office.cleo)
    last = office.running.occurrences[1].starts_at.date()
    await circle.leave(office.ben, last)
    ((who, offer_id),) = (await circle.offers()).items()
    assert who == office.cleo
    offer = await circle.offer(offer_id)
    assert offer.from_day == last + timedelta(days=1)
    done = await office.run(partial(accept_offer, offer_id), actor=as_(office.cleo))
    assert (done.state, done.series_ids) == ("accepted", [office.running.series_id])
    series = await office.run(lambda uow: uow.series.get(office.running.series_id))
    (member,) = [each for each in series.members if each.person_id == office.cleo]
    assert member.joined_on == offer.from_day
    again = await office.run(partial(accept_offer, offer_id), actor=as_(office.cleo))
    assert (again.state, again.series_ids) == ("accepted", [])
    with pytest.raises(OfferOver, match="taken already"):
        await office.run(partial(decline_offer, offer_id), actor=as_(office.cleo))
    assert await circle.over() == 0


async def test_a_seat_is_not_offered_long_before_it_is_free(circle):
    office = circle.office
    await circle.wait(office.cleo)
    last = office.clock.now().date() + timedelta(days=40)
    await circle.leave(office.ben, last)
    assert await circle.offers() == {}
    office.clock.advance(timedelta(days=12))
    assert await circle.tick() == 0
    office.clock.advance(timedelta(days=1))
    assert await circle.tick() == 1
    assert set(await circle.offers()) == {office.cleo}


async def test_no_is_an_offer_to_the_next(circle):
    office = circle.office
    for who in (office.cleo, office.dora):
        await circle.wait(who)
    await circle.leave(office.ben)
    offers = await circle.offers()
    for _ in range(2):
        await office.run(partial(decline_offer, offers[office.cleo]), actor=as_(office.cleo))
    assert set(await circle.offers()) == {office.dora}
    assert await circle.line() == []
    with pytest.raises(OfferOver, match="declined"):
        await office.run(partial(accept_offer, offers[office.cleo]), actor=as_(office.cleo))


async def test_an_offer_that_runs_out_moves_on_once(circle):
    office = circle.office
    await circle.change(offer_hours=24)
    for who in (office.cleo, office.dora):
        await circle.wait(who)
    await circle.leave(office.ben)
    first = (await circle.offers())[office.cleo]
    office.clock.advance(timedelta(hours=23, minutes=59))
    assert await circle.tick() == 0
    office.clock.advance(timedelta(minutes=1))
    # Before any tick: too late is too late.
    with pytest.raises(OfferOver, match="run out"):
        await office.run(partial(accept_offer, first), actor=as_(office.cleo))
    assert sum(await asyncio.gather(*(circle.tick() for _ in range(4)))) == 1
    assert set(await circle.offers()) == {office.dora}
    assert (await circle.offer(first)).state == "expired"
    office.clock.advance(timedelta(hours=24))
    assert await circle.tick() == 0
    assert await circle.offers() == {}
    assert [each.person_id for each in await circle.asked()] == [office.cleo, office.dora]
    # Nobody else waits: who let it go may ask again, and gets what is free.
    again = await office.run(partial(ask_again, first), actor=as_(office.cleo))
    assert again.standing == "offered"
    with pytest.raises(NotFound):
        await office.run(partial(ask_again, first), actor=as_(office.dora))


async def test_more_seats_are_more_offers(circle):
    office = circle.office
    for who in (office.cleo, office.dora, office.eve):
        await circle.wait(who)
    await circle.change(seat_limit=4)
    assert set(await circle.offers()) == {office.cleo, office.dora}
    assert await circle.line() == [office.eve]
    await circle.change(seat_limit=None)
    assert set(await circle.offers()) == {office.cleo, office.dora, office.eve}


async def test_an_offered_seat_is_nobody_elses(circle):
    office = circle.office
    await circle.wait(office.cleo)
    await circle.leave(office.ben)
    with pytest.raises(Conflict, match="kept for an open offer"):
        await circle.join(office.dora)
    with pytest.raises(Conflict, match="kept for an open offer"):
        await circle.join(office.ben)
    done = await circle.join(office.dora, or_wait=True)
    assert (done.standing, done.waiting_number) == ("waiting", 2)
    # Who leads may also seat whom it is offered to; the offer is then taken.
    offer_id = (await circle.offers())[office.cleo]
    assert (await circle.join(office.cleo)).standing == "joined"
    assert (await circle.offer(offer_id)).state == "accepted"
    assert await circle.over() == 0


async def test_an_offer_is_taken_back(circle):
    office = circle.office
    await circle.wait(office.cleo)
    await circle.wait(office.dora)
    await circle.leave(office.ben)
    offer_id = (await circle.offers())[office.cleo]
    with pytest.raises(NotFound):
        await office.run(partial(withdraw_offer, offer_id), actor=as_(office.eve))
    for _ in range(2):
        lea = as_(office.lea, "supervisor")
        await office.run(partial(withdraw_offer, offer_id), actor=lea)
    assert set(await circle.offers()) == {office.dora}
    with pytest.raises(OfferOver, match="taken back"):
        await office.run(partial(accept_offer, offer_id), actor=as_(office.cleo))


async def test_who_is_taken_at_that_time_keeps_the_offer(circle):
    office = circle.office
    other = await office.group(
        await office.person("Omar", "supervisor"), [office.cleo], name="Other"
    )
    await office.series(other.group_id)
    await circle.wait(office.cleo)
    await circle.leave(office.ben)
    offer_id = (await circle.offers())[office.cleo]
    with pytest.raises(AlreadyBooked):
        await office.run(partial(accept_offer, offer_id), actor=as_(office.cleo))
    assert (await circle.offer(offer_id)).state == "open"
    assert office.cleo not in await circle.here()


async def test_who_may_wait(circle):
    office = circle.office
    with pytest.raises(NotFound):
        await circle.wait(office.cleo, actor=as_(office.cleo))
    await circle.change(takes_asks=True)
    assert (await circle.wait(office.cleo, actor=as_(office.cleo))).standing == "waiting"
    with pytest.raises(OnWaitlist):
        await circle.wait(office.cleo, actor=as_(office.cleo))
    with pytest.raises((NotFound, Forbidden)):
        await circle.wait(office.dora, actor=as_(office.cleo))
    with pytest.raises(OnRoster):
        await circle.wait(office.ada)
    with pytest.raises(Conflict):
        await circle.wait(office.ada, actor=as_(office.ada))
    await circle.leave(office.ben)
    with pytest.raises(OnWaitlist, match="offered"):
        await circle.wait(office.cleo)
    with pytest.raises(NotFound):
        await office.run(partial(wait_no_more, circle.group_id, office.dora))
    await circle.wait(office.dora)
    with pytest.raises(NotFound):
        await office.run(partial(wait_no_more, circle.group_id, office.dora), actor=as_(office.eve))
    await office.run(partial(wait_no_more, circle.group_id, office.dora), actor=as_(office.dora))
    assert await circle.line() == []


async def test_who_is_let_go_waits_for_nothing(circle):
    office = circle.office
    for who in (office.cleo, office.dora, office.eve):
        await circle.wait(who)
    await circle.leave(office.ben)
    await office.run(lambda uow: remove_person(office.dora, uow))
    await office.run(lambda uow: remove_person(office.cleo, uow))
    assert set(await circle.offers()) == {office.eve}
    assert await circle.line() == []


async def test_two_who_answer_at_once_and_one_who_leads(circle):
    """Yes, no, taken back and the clock, all in the same moment: one of them counts."""
    office = circle.office
    await circle.wait(office.cleo)
    await circle.leave(office.ben)
    offer_id = (await circle.offers())[office.cleo]
    outcomes = await asyncio.gather(
        office.run(partial(accept_offer, offer_id), actor=as_(office.cleo)),
        office.run(partial(decline_offer, offer_id), actor=as_(office.cleo)),
        office.run(partial(withdraw_offer, offer_id)),
        circle.join(office.dora),
        return_exceptions=True,
    )
    state = (await circle.offer(offer_id)).state
    won = [each for each in outcomes[:3] if not isinstance(each, BaseException)]
    assert [each.state for each in won] == [state]
    assert all(isinstance(each, Conflict) for each in outcomes if isinstance(each, BaseException))
    here = await circle.here()
    assert (office.cleo in here) == (state == "accepted")
    assert len(here) <= 2
    assert await circle.over() == 0


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_random_life_never_oversells(circle, seed):
    """Several hands at once, again and again: the seats hold, and everybody is in one place."""
    office = circle.office
    chance = random.Random(seed)
    people = [office.ada, office.ben, office.cleo, office.dora, office.eve]
    await circle.change(offer_hours=30)

    async def step() -> object:
        who = chance.choice(people)
        offers = await circle.offers()
        match chance.randrange(6):
            case 0:
                return await circle.join(who, or_wait=chance.random() < 0.8)
            case 1:
                days = timedelta(days=chance.randint(-1, 20))
                return await circle.leave(who, office.clock.now().date() + days)
            case 2 if who in offers:
                return await office.run(partial(accept_offer, offers[who]), actor=as_(who))
            case 3 if who in offers:
                return await office.run(partial(decline_offer, offers[who]), actor=as_(who))
            case 4:
                return await circle.wait(who)
            case _:
                return await circle.tick()

    for _ in range(14):
        office.clock.advance(timedelta(hours=chance.randint(1, 20)))
        outcomes = await asyncio.gather(*(step() for _ in range(3)), return_exceptions=True)
        for each in outcomes:
            assert not isinstance(each, BaseException) or isinstance(each, Conflict | NotFound), (
                repr(each)
            )
        assert await circle.over() == 0
        waiting, offered = await circle.line(), set(await circle.offers())
        assert len(waiting) == len(set(waiting))
        assert not offered & set(waiting)
