"""Rosters with dates: who comes later, leaves later, comes back; what runs follows."""

import asyncio
from datetime import date, time, timedelta
from functools import partial

import pytest

from alongside.contracts import RosterChanged, SeriesChanged
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.groups import GroupFull, OnRoster
from alongside_scheduler.domain.people import StillLeads
from alongside_scheduler.handlers.groups import ChangeGroup, change_group
from alongside_scheduler.handlers.people import ChangePerson, change_person, remove_person
from alongside_scheduler.handlers.rosters import (
    JoinRoster,
    LeaveRoster,
    RosterDone,
    join_roster,
    leave_roster,
)
from alongside_scheduler.handlers.seating import seats_of
from alongside_scheduler.handlers.steps import MoveLater
from alongside_scheduler.handlers.surgery import operate
from alongside_scheduler.views.groups import show_group

pytestmark = pytest.mark.contract

TODAY = date(2026, 3, 2)


async def join(office, group_id: str, who: str, on: date | None = None, **facts) -> RosterDone:
    command = JoinRoster(person_id=who, on=on, **facts)
    return await office.run(lambda uow: join_roster(group_id, command, uow))


async def leave(office, group_id: str, who: str, last_day: date | None = None) -> RosterDone:
    command = LeaveRoster(last_day=last_day)
    return await office.run(lambda uow: leave_roster(group_id, who, command, uow))


async def change(office, group_id: str, **facts):
    return await office.run(lambda uow: change_group(group_id, ChangeGroup(**facts), uow))


async def days_of(office, series_id: str, who: str) -> list[date]:
    """The days on which somebody is expected in a series."""
    series = await office.run(lambda uow: uow.series.get(series_id))
    at = zone(series.zone)
    return [
        each.starts_at.astimezone(at).date()
        for each in series.occurrences
        if who in life.expected(series, each, at)
    ]


async def stays_of(office, group_id: str) -> list[tuple[str, date, date | None]]:
    async def look(uow):
        group = await uow.groups.get(group_id)
        return (await seats_of(group, uow)).rows

    return [(row.person_id, row.joined_on, row.left_on) for row in await office.run(look)]


@pytest.fixture
async def house(association):
    office = association
    office.lea = await office.person("Lea", "supervisor")
    office.ada = await office.person("Ada")
    office.ben = await office.person("Ben")
    office.made = await office.group(office.lea, [office.ada], seat_limit=2)
    office.running = await office.series(office.made.group_id)  # six Tuesdays from 10 March
    office.tuesdays = [date(2026, 3, 10) + timedelta(weeks=n) for n in range(6)]
    return office


async def test_who_comes_later_is_expected_later(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    done = await join(house, group_id, house.ben, date(2026, 3, 20))
    assert done.series_ids == [series_id]
    assert await days_of(house, series_id, house.ben) == house.tuesdays[2:]
    with pytest.raises(OnRoster, match="Friday, 20 March 2026"):
        await join(house, group_id, house.ben, TODAY)
    # Taken back before it began, it never was; and then it may begin at once.
    await leave(house, group_id, house.ben, TODAY)
    assert await days_of(house, series_id, house.ben) == []
    assert [who for who, *_ in await stays_of(house, group_id)] == [house.ada]
    await join(house, group_id, house.ben, TODAY)
    assert await days_of(house, series_id, house.ben) == house.tuesdays


async def test_who_leaves_later_is_here_until_then(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    last = house.tuesdays[1]
    await leave(house, group_id, house.ada, last)
    assert await days_of(house, series_id, house.ada) == house.tuesdays[:2]
    detail = await house.run(lambda uow: show_group(group_id, uow))
    assert [(each.person_id, each.left_on) for each in detail.roster] == [(house.ada, last)]
    assert detail.former == []
    # The seat is theirs until then: only one more fits today, two from the day after.
    await join(house, group_id, house.ben)
    cleo = await house.person("Cleo")
    with pytest.raises(GroupFull):
        await join(house, group_id, cleo, last)
    await join(house, group_id, cleo, last + timedelta(days=1))
    # Another last day: earlier is fine, longer would be over the seats.
    await leave(house, group_id, house.ada, house.tuesdays[0])
    assert await days_of(house, series_id, house.ada) == house.tuesdays[:1]
    with pytest.raises(GroupFull):
        await leave(house, group_id, house.ada, house.tuesdays[3])
    with pytest.raises(GroupFull):
        await join(house, group_id, house.ada)
    house.clock.advance(timedelta(days=20))
    detail = await house.run(lambda uow: show_group(group_id, uow))
    assert house.ada not in {each.person_id for each in detail.roster}
    assert [each.person_id for each in detail.former] == [house.ada]
    with pytest.raises(NotFound):
        await leave(house, group_id, house.ada)


async def test_who_leaves_later_still_sees_the_group(house):
    group_id = house.made.group_id
    await leave(house, group_id, house.ada, house.tuesdays[1])
    ada = Actor(person_id=house.ada, roles=frozenset({"supervisee"}))
    detail = await house.run(lambda uow: show_group(group_id, uow), actor=ada)
    assert detail.seats is None
    house.clock.advance(timedelta(days=30))
    with pytest.raises(NotFound):
        await house.run(lambda uow: show_group(group_id, uow), actor=ada)


async def test_a_leave_is_taken_back(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    await leave(house, group_id, house.ada, house.tuesdays[1])
    await join(house, group_id, house.ada)
    assert await days_of(house, series_id, house.ada) == house.tuesdays
    ((who, joined_on, left_on),) = await stays_of(house, group_id)
    assert (who, joined_on, left_on) == (house.ada, TODAY, None)


async def test_who_comes_back_after_a_while_was_away(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    await leave(house, group_id, house.ada, house.tuesdays[0])
    await join(house, group_id, house.ada, house.tuesdays[4])
    assert await days_of(house, series_id, house.ada) == [
        house.tuesdays[0],
        *house.tuesdays[4:],
    ]
    assert len(await stays_of(house, group_id)) == 2
    with pytest.raises(OnRoster):
        await join(house, group_id, house.ada)
    await house.run(lambda uow: remove_person(house.ada, uow))
    assert await stays_of(house, group_id) == []
    assert await days_of(house, series_id, house.ada) == []


async def test_every_series_that_runs_follows_and_no_other(house):
    group_id = house.made.group_id
    soon = await house.series(
        group_id, count=1, frequency="weekly", starts_on=date(2026, 3, 5), start_time=time(8),
        end_time=time(9),
    )  # fmt: skip
    later = await house.series(group_id, starts_on=date(2026, 5, 5))
    house.said.clear()
    done = await join(house, group_id, house.ben, date(2026, 3, 8))
    assert set(done.series_ids) == {house.running.series_id, later.series_id}
    said = [each for each in house.said if isinstance(each, RosterChanged)]
    assert {each.series.series_id for each in said} == set(done.series_ids)
    assert await days_of(house, soon.series_id, house.ben) == []
    house.clock.advance(timedelta(days=50))
    done = await leave(house, group_id, house.ben)
    assert done.series_ids == [later.series_id]


async def carried_on(office, number: int):
    """From its session of this number on, the series goes on in the afternoon, as another."""
    step = MoveLater(
        step="move_later",
        key=office.running.occurrences[number].key,
        start_time=time(14),
        end_time=time(16),
    )
    return await office.run(partial(operate, office.running.series_id, step))


async def everywhere(office, group_id: str, who: str) -> list[date]:
    """The days on which somebody is expected in any series of a group."""
    series = await office.run(lambda uow: uow.series.of_group(group_id))
    planned = [each.series_id for each in series if each.status == "planned"]
    found = [await days_of(office, series_id, who) for series_id in planned]
    return sorted(day for days in found for day in days)


async def test_both_parts_of_a_series_that_was_carried_on_follow(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    later = (await carried_on(house, 3)).later.series_id
    done = await join(house, group_id, house.ben, house.tuesdays[1])
    assert set(done.series_ids) == {series_id, later}
    assert await everywhere(house, group_id, house.ben) == house.tuesdays[1:]
    done = await leave(house, group_id, house.ben, house.tuesdays[4])
    assert set(done.series_ids) == {series_id, later}
    assert await everywhere(house, group_id, house.ben) == house.tuesdays[1:5]
    # Who comes only after the first part is over is in the second alone.
    await leave(house, group_id, house.ada, TODAY - timedelta(days=1))
    cleo = await house.person("Cleo")
    done = await join(house, group_id, cleo, house.tuesdays[4])
    assert done.series_ids == [later]
    assert await everywhere(house, group_id, cleo) == house.tuesdays[4:]


@pytest.mark.parametrize("first", ["join", "split"])
async def test_who_joins_while_a_series_is_carried_on_is_in_both_parts(house, first):
    group_id = house.made.group_id
    both = [join(house, group_id, house.ben), carried_on(house, 2)]
    if first == "split":
        both.reverse()
    await asyncio.gather(*both)
    assert await everywhere(house, group_id, house.ben) == house.tuesdays


async def test_a_new_series_knows_who_comes_and_goes(house):
    group_id = house.made.group_id
    await leave(house, group_id, house.ada, house.tuesdays[1])
    await join(house, group_id, house.ben, house.tuesdays[3])
    fresh = await house.series(group_id, start_time=time(14), end_time=time(15))
    assert await days_of(house, fresh.series_id, house.ada) == house.tuesdays[:2]
    assert await days_of(house, fresh.series_id, house.ben) == house.tuesdays[3:]


async def test_a_person_who_goes_takes_future_stays_along(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    await leave(house, group_id, house.ada, house.tuesdays[2])
    await join(house, group_id, house.ben, house.tuesdays[2])
    await house.run(lambda uow: remove_person(house.ada, uow))
    await house.run(lambda uow: remove_person(house.ben, uow))
    assert await stays_of(house, group_id) == []
    assert await days_of(house, series_id, house.ada) == []
    assert await days_of(house, series_id, house.ben) == []


async def test_a_change_of_the_group_reaches_what_runs_if_it_is_meant_to(house):
    group_id, series_id = house.made.group_id, house.running.series_id
    await change(house, group_id, place="Room 2")
    kept = await house.run(lambda uow: uow.series.get(series_id))
    assert kept.place == "Room 1"
    omar = await house.person("Omar", "supervisor")
    second = await house.series(group_id, starts_on=date(2026, 6, 2))
    house.said.clear()
    await change(
        house, group_id, name="Oak circle", place="Room 3", co_provider_id=omar, running_too=True
    )
    said = [each for each in house.said if isinstance(each, SeriesChanged)]
    assert {each.series.series_id for each in said} == {series_id, second.series_id}
    for each in said:
        assert (each.series.title, each.series.place) == ("Oak circle", "Room 3")
        assert each.series.co_provider_ids == (omar,)
    await change(house, group_id, co_provider_id=None, running_too=True)
    kept = await house.run(lambda uow: uow.series.get(series_id))
    assert kept.co_provider_ids == ()
    house.said.clear()
    await change(house, group_id, running_too=True)
    assert house.said == []


async def test_names_that_are_no_longer_shown_are_gone_from_what_runs_at_once(house):
    group_id, series_id = house.made.group_id, house.running.series_id

    async def shown() -> bool:
        return (await house.run(lambda uow: uow.series.get(series_id))).show_roster

    await change(house, group_id, show_roster=True)
    assert not await shown()
    await change(house, group_id, show_roster=False)
    before = await house.run(lambda uow: uow.series.get(series_id))
    await change(house, group_id, show_roster=True, running_too=True)
    assert await shown()
    await change(house, group_id, show_roster=False)
    assert not await shown()
    after = await house.run(lambda uow: uow.series.get(series_id))
    assert (after.version, after.sequence) == (before.version + 2, before.sequence)


async def test_who_is_taken_at_that_time_cannot_be_given_what_runs(house):
    omar = await house.person("Omar", "supervisor")
    other = await house.group(omar, [house.ben], name="Other")
    await house.series(other.group_id)
    with pytest.raises(AlreadyBooked):
        await change(house, house.made.group_id, provider_id=omar, running_too=True)
    detail = await house.run(lambda uow: show_group(house.made.group_id, uow))
    assert detail.group.provider_id == house.lea


async def test_seats_cannot_be_fewer_than_are_taken(house):
    group_id = house.made.group_id
    await join(house, group_id, house.ben, house.tuesdays[1])
    with pytest.raises(Invalid) as refused:
        await change(house, group_id, seat_limit=1)
    assert "seat_limit" in refused.value.fields
    await change(house, group_id, seat_limit=1, seat_policy="warn")
    cleo = await house.person("Cleo")
    assert (await join(house, group_id, cleo)).over_seats == 2
    with pytest.raises(Invalid):
        await change(house, group_id, seat_policy="refuse")


async def test_who_leads_stays_a_supervisor(house):
    with pytest.raises(StillLeads, match="Circle"):
        await house.run(
            lambda uow: change_person(house.lea, ChangePerson(roles=["supervisee"]), uow)
        )
    omar = await house.person("Omar", "supervisor")
    await change(house, house.made.group_id, provider_id=omar)
    # The group is somebody else's, the series that runs is not.
    with pytest.raises(StillLeads, match="sessions ahead"):
        await house.run(
            lambda uow: change_person(house.lea, ChangePerson(roles=["supervisee"]), uow)
        )
    house.clock.advance(timedelta(days=60))
    await house.run(lambda uow: change_person(house.lea, ChangePerson(roles=["supervisee"]), uow))


async def test_joining_and_leaving_at_once_leaves_one_truth(house):
    """Whatever order two hands come in, the roster and every series say the same."""
    group_id, series_id = house.made.group_id, house.running.series_id
    for _ in range(6):
        outcomes = await asyncio.gather(
            join(house, group_id, house.ben),
            leave(house, group_id, house.ben, house.tuesdays[2]),
            join(house, group_id, house.ben),
            leave(house, group_id, house.ben, TODAY - timedelta(days=1)),
            return_exceptions=True,
        )
        for each in outcomes:
            assert isinstance(each, RosterDone | Conflict | NotFound), each
        mine = [stay for stay in await stays_of(house, group_id) if stay[0] == house.ben]
        assert len(mine) <= 1
        expected = [
            tuesday
            for tuesday in house.tuesdays
            for _, first, last in mine
            if first <= tuesday and (last is None or tuesday <= last)
        ]
        assert await days_of(house, series_id, house.ben) == expected


async def test_nobody_is_put_on_a_roster_while_they_are_let_go(house):
    group_id = house.made.group_id
    people = [await house.person(f"Person {number}") for number in range(6)]
    await change(house, group_id, seat_limit=20)
    for who in people:
        await asyncio.gather(
            join(house, group_id, who),
            house.run(lambda uow, who=who: remove_person(who, uow)),
            return_exceptions=True,
        )
    assert [who for who, *_ in await stays_of(house, group_id)] == [house.ada]
    for who in people:
        assert await days_of(house, house.running.series_id, who) == []


async def test_a_group_is_not_given_to_who_stops_supervising(house):
    omars = [await house.person(f"Omar {number}", "supervisor") for number in range(6)]
    for omar in omars:
        given, stopped = await asyncio.gather(
            change(house, house.made.group_id, provider_id=omar),
            house.run(
                lambda uow, who=omar: change_person(who, ChangePerson(roles=["supervisee"]), uow)
            ),
            return_exceptions=True,
        )
        assert isinstance(given, Invalid) != isinstance(stopped, StillLeads), (given, stopped)


async def test_only_who_leads_changes_a_roster(house):
    omar = Actor(
        person_id=await house.person("Omar", "supervisor"), roles=frozenset({"supervisor"})
    )
    command = JoinRoster(person_id=house.ben)
    for use_case in (
        lambda uow: join_roster(house.made.group_id, command, uow),
        lambda uow: leave_roster(house.made.group_id, house.ada, LeaveRoster(), uow),
    ):
        with pytest.raises((NotFound, Forbidden)):
            await house.run(use_case, actor=omar)
