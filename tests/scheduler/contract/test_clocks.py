"""A new time-zone database: what is ahead keeps its wall time, and moves to where that is now."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from alongside.contracts import PersonAsked, SeriesChanged
from alongside.zones import tzdata_version, zone
from alongside_scheduler.clock_keeper import ClockKeeper
from alongside_scheduler.commands import moved_by_clocks
from alongside_scheduler.handlers.clocks import collisions_of, preview
from alongside_scheduler.handlers.series import change_series, move_session
from alongside_scheduler.handlers.steps import ChangeSeries, MoveSession
from fuse import Fuse, Killed
from other_clocks import other_clocks

pytestmark = pytest.mark.contract

VANCOUVER = "America/Vancouver"
WALL = {"start_time": time(10), "end_time": time(11, 30)}


def old_clocks(tmp_path):
    """Before British Columbia stopped changing its clocks, in the autumn of 2026."""
    return other_clocks(tmp_path / "older", "2025.2", Vancouver="Los_Angeles")


async def said(office):
    outbox = office.app.database.plumbing.outbox
    async with office.app.database.read() as session:
        rows = (await session.execute(outbox.select().order_by(outbox.c.id))).all()
    return [row for row in rows if row.type in {SeriesChanged.type_name(), PersonAsked.type_name()}]


async def test_what_is_ahead_is_issued_again_once_and_the_past_stays(association, tmp_path):
    office = association
    office.clock.set(datetime(2026, 10, 5, 12, tzinfo=UTC))
    with old_clocks(tmp_path):
        lead, ada = await office.person("Lea", "supervisor"), await office.person("Ada")
        group = await office.group(lead, [ada], zone=VANCOUVER)
        facts = {
            **WALL,
            "starts_on": date(2026, 10, 6),
            "zone": VANCOUVER,
            "interval": 2,
            "count": 6,
        }
        here = await office.series(group.group_id, **facts)
        elsewhere = await office.series(
            group.group_id, **{**facts, "starts_on": date(2026, 10, 7), "zone": "America/Chicago"}
        )
        keys = [each.key for each in here.occurrences]
        command = MoveSession(on=date(2026, 11, 5), start_time=time(15), end_time=time(16, 30))
        await office.run(lambda uow: move_session(here.series_id, keys[2], command, uow))
        before = await office.run(lambda uow: uow.series.get(here.series_id))
        # Its length alone differs: it goes with the rhythm.
        office.clock.set(datetime(2026, 10, 7, 12, tzinfo=UTC))
    told = len(await said(office))
    seen = await office.run(lambda uow: preview(here.series_id, uow))
    assert (seen.looked_with, [each.key for each in seen.shifts]) == ("2025.2", keys[2:])
    shown = await moved_by_clocks(office.app.uow)
    assert (shown["to_look_at"], [len(each["sessions"]) for each in shown["moves"]]) == (2, [4])
    first = {"key": keys[2], "before": "2026-11-05T23:00Z", "after": "2026-11-05T22:00Z"}
    assert shown["moves"][0]["sessions"][0] == first

    keepers = [ClockKeeper(office.app.uow) for _ in range(3)]
    assert sum(await asyncio.gather(*(each.tick() for each in keepers))) == 1
    assert sum([await each.tick() for each in keepers]) == 0

    after = await office.run(lambda uow: uow.series.get(here.series_id))
    at = zone(VANCOUVER)
    walls = [f"{each.starts_at.astimezone(at):%Y%m%dT%H%M}" for each in after.occurrences]
    assert walls == [*keys[:2], "20261105T1500", *keys[3:]]
    assert [
        f"{each.original_start.astimezone(at):%Y%m%dT%H%M}" for each in after.occurrences
    ] == keys
    assert after.occurrences[:2] == before.occurrences[:2]
    hour = timedelta(hours=1)
    for old, new in zip(before.occurrences[2:], after.occurrences[2:], strict=True):
        assert (new.starts_at, new.ends_at) == (old.starts_at - hour, old.ends_at - hour)
    assert (after.version, after.sequence) == (before.version + 1, before.sequence + 1)
    assert (after.master_sequence, after.tzdata) == (after.sequence, tzdata_version())
    # The other series is only noted, quietly.
    assert await office.run(lambda uow: uow.series.get(elsewhere.series_id)) == elsewhere
    (event,) = (await said(office))[told:]
    assert SeriesChanged.model_validate_json(event.payload).series == after
    async with office.app.uow() as uow:
        assert await uow.clocks.versions(uow.now) == {tzdata_version()}
        taken = await uow.series.clashes(after.model_copy(update={"series_id": "x"}))
    assert {each.starts_at for each in taken} == {
        each.starts_at for each in after.occurrences if each.status == "planned"
    }


async def test_what_collides_by_new_clocks_is_kept_marked_and_told_once(association, tmp_path):
    office = association
    office.clock.set(datetime(2026, 10, 5, 12, tzinfo=UTC))
    with old_clocks(tmp_path):
        lead, ada = await office.person("Lea", "supervisor"), await office.person("Ada")
        group = await office.group(lead, [ada], zone=VANCOUVER)
        weekly = {"zone": VANCOUVER, "starts_on": date(2026, 11, 3), "count": 2}
        # Of two in one zone, one after the other, neither is in the other's way once both moved.
        first = await office.series(group.group_id, **weekly, start_time=time(9), end_time=time(10))
        second = await office.series(
            group.group_id, **weekly, start_time=time(10), end_time=time(11)
        )
        # Half past ten in Chicago was half past eight in Vancouver, and is half past nine now.
        third = await office.series(
            group.group_id,
            **{**weekly, "zone": "America/Chicago"},
            start_time=time(10, 30),
            end_time=time(11),
        )
        fourth = await office.series(
            group.group_id, **weekly, start_time=time(8), end_time=time(8, 30)
        )
    keeper = ClockKeeper(office.app.uow)
    assert await keeper.tick() == 3
    assert await keeper.tick() == 0
    asked = [
        PersonAsked.model_validate_json(row.payload)
        for row in await said(office)
        if row.type == PersonAsked.type_name()
    ]
    hurt = {}
    for each in (first, second, third, fourth):
        found = await office.run(lambda uow, of=each: collisions_of(of.series_id, uow))
        hurt[each.series_id] = sorted({one.name for one in found})
    in_the_way = [series_id for series_id, names in hurt.items() if names]
    assert [(each.about, each.person_id, each.path) for each in asked] == [
        ("clocks_collide", lead, f"/series/{series_id}") for series_id in in_the_way
    ]
    assert in_the_way == [first.series_id]
    assert hurt[first.series_id] == ["Ada", "Lea"]

    # Words can be changed all the same; and once the other one goes, nothing collides.
    retitle = ChangeSeries(title="Another name")
    await office.run(lambda uow: change_series(first.series_id, retitle, uow))
    assert len(await office.run(lambda uow: collisions_of(first.series_id, uow))) == 4
    for each in third.occurrences:
        command = MoveSession(start_time=time(15), end_time=time(15, 30))
        await office.run(
            lambda uow, key=each.key, say=command: move_session(third.series_id, key, say, uow)
        )
    await keeper.tick()
    assert await office.run(lambda uow: collisions_of(first.series_id, uow)) == []


async def test_killed_at_any_step_each_series_is_issued_again_once(association, tmp_path):
    office = association
    office.clock.set(datetime(2026, 10, 5, 12, tzinfo=UTC))
    with old_clocks(tmp_path):
        lead, ada = await office.person("Lea", "supervisor"), await office.person("Ada")
        group = await office.group(lead, [ada], zone=VANCOUVER)
        for day in (3, 4, 5, 6):
            await office.series(
                group.group_id, **WALL, zone=VANCOUVER, starts_on=date(2026, 11, day), count=2
            )
    told = len(await said(office))
    fuse = Fuse()
    fuse.watch(office.app.database)
    deaths = 0
    while True:
        fuse.light(deaths + 1)
        try:
            await ClockKeeper(office.app.uow).tick()
            break
        except Killed:
            deaths += 1
            await office.app.database.close()
    fuse.light(0)
    events = [SeriesChanged.model_validate_json(row.payload) for row in (await said(office))[told:]]
    assert sorted(each.series.version for each in events) == [2, 2, 2, 2]
    assert len({each.series.series_id for each in events}) == 4
    assert deaths > 4
