"""Nobody is in two places: refused by the database, whoever races, on both databases."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from alongside.contracts import RosterChanged
from alongside.errors import Conflict
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.handlers.people import remove_person
from alongside_scheduler.handlers.rosters import JoinRoster, LeaveRoster, join_roster, leave_roster
from alongside_scheduler.handlers.series import (
    ChangeSeries,
    MoveSession,
    cancel_series,
    cancel_session,
    change_series,
    move_session,
)

pytestmark = pytest.mark.contract


@pytest.fixture
async def two_groups(association):
    """Two groups with one member in common, each with a series at another time of the same days."""
    office = association
    lead, other = (
        await office.person("Lea", "supervisor"),
        await office.person("Omar", "supervisor"),
    )
    ada, ben = await office.person("Ada"), await office.person("Ben")
    first = await office.group(lead, [ada, ben], name="First")
    second = await office.group(other, [ada], name="Second")
    morning = await office.series(first.group_id)
    afternoon = await office.series(second.group_id, start_time=time(14), end_time=time(15))
    return office, morning, afternoon


async def commitments(office) -> list[tuple]:
    async with office.app.database.read() as session:
        rows = await session.execute(
            text("SELECT person_no, series_id, key, active FROM commitments ORDER BY 1, 2, 3")
        )
        return [tuple(row) for row in rows]


async def test_a_second_series_at_the_same_time_is_refused_and_leaves_nothing(two_groups):
    office, morning, _ = two_groups
    before, said = await commitments(office), len(office.said)
    omar_group = await office.run(lambda uow: uow.groups.seen_by(None))
    second = next(row for row in omar_group if row.name == "Second")
    with pytest.raises(AlreadyBooked) as refused:
        await office.series(second.id, start_time=time(11, 30), end_time=time(13))
    assert refused.value.status == 409
    assert refused.value.code == "already_booked"
    assert "Ada" in refused.value.detail
    assert "10 March 2026" in refused.value.detail
    assert "First" not in refused.value.detail
    assert await commitments(office) == before
    assert len(office.said) == said
    assert morning.series_id


async def test_back_to_back_is_fine(two_groups):
    office, morning, _ = two_groups
    assert await office.series(morning.group_id, start_time=time(12), end_time=time(13))


async def test_a_provider_is_guarded_like_everybody(two_groups):
    office, morning, _ = two_groups
    cleo = await office.person("Cleo")
    lonely = await office.group(morning.provider_id, [cleo], name="Third")
    with pytest.raises(AlreadyBooked, match="Lea"):
        await office.series(lonely.group_id, start_time=time(11), end_time=time(13))
    co_led = await office.group(
        await office.person("Nia", "supervisor"),
        [],
        name="Fourth",
        co_provider_id=morning.provider_id,
    )
    with pytest.raises(AlreadyBooked, match="Lea"):
        await office.series(co_led.group_id, frequency="once", count=None)


async def test_moving_onto_another_booking_is_refused(two_groups):
    office, morning, _ = two_groups
    key = morning.occurrences[1].key
    onto = MoveSession(start_time=time(13, 30), end_time=time(14, 30))
    with pytest.raises(AlreadyBooked, match="Ada"):
        await office.run(lambda uow: move_session(morning.series_id, key, onto, uow))
    beside = MoveSession(start_time=time(12), end_time=time(14))
    moved = await office.run(lambda uow: move_session(morning.series_id, key, beside, uow))
    back = MoveSession(start_time=time(10), end_time=time(12))
    again = await office.run(lambda uow: move_session(morning.series_id, key, back, uow))
    assert (moved.version, again.version) == (2, 3)


async def test_a_longer_series_may_collide(two_groups):
    office, morning, _ = two_groups
    with pytest.raises(AlreadyBooked):
        await office.run(
            lambda uow: change_series(morning.series_id, ChangeSeries(duration_minutes=300), uow)
        )
    longer = await office.run(
        lambda uow: change_series(morning.series_id, ChangeSeries(duration_minutes=240), uow)
    )
    assert longer.duration_minutes == 240


async def test_what_is_cancelled_is_free_again(two_groups):
    office, morning, afternoon = two_groups
    key = afternoon.occurrences[0].key
    await office.run(lambda uow: cancel_session(afternoon.series_id, key, uow))
    onto = MoveSession(start_time=time(14), end_time=time(15))
    first = morning.occurrences[0].key
    await office.run(lambda uow: move_session(morning.series_id, first, onto, uow))
    await office.run(lambda uow: cancel_series(afternoon.series_id, uow))
    await office.series(
        morning.group_id,
        start_time=time(14),
        end_time=time(15),
        starts_on=date(2026, 3, 17),
        count=5,
    )


async def test_joining_brings_bookings_and_leaving_gives_them_back(two_groups):
    office, morning, afternoon = two_groups
    cleo = await office.person("Cleo")
    for series in (morning, afternoon):
        await office.run(
            lambda uow, group=series.group_id: join_roster(group, JoinRoster(person_id=cleo), uow)
        )
    assert isinstance(office.said[-1], RosterChanged)
    assert office.said[-1].joined == (cleo,)
    clash = await office.group(await office.person("Nia", "supervisor"), [cleo], name="Third")
    with pytest.raises(AlreadyBooked, match="Cleo"):
        await office.series(clash.group_id)
    leave = LeaveRoster(last_day=date(2026, 3, 20))
    await office.run(lambda uow: leave_roster(morning.group_id, cleo, leave, uow))
    with pytest.raises(AlreadyBooked, match="Cleo"):
        await office.series(clash.group_id)
    assert await office.series(clash.group_id, starts_on=date(2026, 3, 24), count=4)


async def test_joining_a_running_series_onto_a_booking_is_refused(two_groups):
    office, morning, afternoon = two_groups
    nia = await office.person("Nia", "supervisor")
    cleo = await office.person("Cleo")
    other = await office.group(nia, [cleo], name="Third")
    await office.series(other.group_id, start_time=time(14, 30), end_time=time(16))
    with pytest.raises(AlreadyBooked, match="Cleo"):
        await office.run(
            lambda uow: join_roster(afternoon.group_id, JoinRoster(person_id=cleo), uow)
        )
    async with office.app.database.read() as session:
        rows = await session.execute(
            text("SELECT count(*) FROM group_members WHERE group_id = :g"),
            {"g": afternoon.group_id},
        )
    assert rows.scalar_one() == 1
    assert morning


async def test_who_leaves_gives_all_time_back(two_groups):
    office, morning, _ = two_groups
    with pytest.raises(Conflict) as refused:
        await office.run(lambda uow: remove_person(morning.provider_id, uow))
    assert refused.value.code == "still_leads"
    ada = morning.members[0].person_id
    await office.run(lambda uow: remove_person(ada, uow))
    async with office.app.database.read() as session:
        rows = await session.execute(
            text(
                "SELECT count(*) FROM commitments JOIN people USING (person_no) "
                "WHERE people.id = :who AND active"
            ),
            {"who": ada},
        )
    assert rows.scalar_one() == 0


async def test_the_database_itself_refuses(two_groups):
    """Even SQL by hand cannot put somebody in two places."""
    office, morning, _ = two_groups
    row = (await commitments(office))[0]
    starts = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    if office.app.database.dialect == "sqlite":
        starts = starts.replace(tzinfo=None)
    facts = {"no": row[0], "s": starts, "e": starts + timedelta(hours=1), "id": morning.series_id}
    ignore = text(
        "INSERT INTO commitments (person_no, series_id, key, starts_at, ends_at, free_from, active)"
        " VALUES (:no, :id, 'x', :s, :e, :e, :active)"
    )
    async with office.app.database.write() as session:
        with pytest.raises(IntegrityError):
            await session.execute(ignore, {**facts, "active": True})
    async with office.app.database.write() as session:
        await session.execute(ignore, {**facts, "active": False})
        with pytest.raises(IntegrityError):
            await session.execute(text("UPDATE commitments SET active = true WHERE key = 'x'"))


async def test_of_many_who_race_for_one_time_one_wins(association):
    office = association
    ada = await office.person("Ada")
    rivals = []
    for number in range(8):
        lead = await office.person(f"Lead {number}", "supervisor")
        rivals.append((await office.group(lead, [ada], name=f"Group {number}")).group_id)

    outcomes = await asyncio.gather(
        *(office.series(group_id, count=3) for group_id in rivals), return_exceptions=True
    )

    won = [each for each in outcomes if not isinstance(each, BaseException)]
    lost = [each for each in outcomes if isinstance(each, AlreadyBooked)]
    assert len(won) == 1, outcomes
    assert len(lost) == 7, outcomes
    assert all("Ada" in each.detail for each in lost)
    active = [row for row in await commitments(office) if row[3]]
    assert len(active) == 2 * 3


async def test_seats_are_not_oversold(association):
    from alongside_scheduler.domain.groups import GroupFull

    office = association
    lead = await office.person("Lea", "supervisor")
    made = await office.group(lead, [], seat_limit=3)
    people = [await office.person(f"Person {number}") for number in range(6)]

    outcomes = await asyncio.gather(
        *(
            office.run(
                lambda uow, who=each: join_roster(made.group_id, JoinRoster(person_id=who), uow)
            )
            for each in people
        ),
        return_exceptions=True,
    )

    assert sum(not isinstance(each, BaseException) for each in outcomes) == 3
    assert sum(isinstance(each, GroupFull) for each in outcomes) == 3
