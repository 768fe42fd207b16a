"""What the guard lets pass is what a simple model lets pass, room after sessions included."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from alongside.contracts import SeriesState
from alongside.db import migrate
from alongside.ids import SeededIds
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.zones import tzdata_version, zone
from alongside_scheduler.app import create_app
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import OPERATOR
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.handlers import collisions
from alongside_scheduler.handlers.availability import SetAvailability, set_availability
from alongside_scheduler.handlers.groups import MakeGroup, make_group
from alongside_scheduler.handlers.people import RegisterPerson, register_person
from alongside_scheduler.handlers.series import MoveSession, cancel_session, move_session
from alongside_scheduler.views.free import busy_spans

pytestmark = pytest.mark.contract

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
FIRST = datetime(2026, 3, 10, 8)  # wall time
ROOMS = (0, 15, 240)
"""Minutes that each of the people keeps free after a session they lead."""

Span = tuple[datetime, datetime]


# --- The model ----------------------------------------------------------------------------------


@dataclass
class Model:
    """Who is taken when: a list, looked through from the beginning."""

    taken: dict[int, dict[int, Span]] = field(default_factory=dict)

    def spans(self, lead: int, members: set[int], begins: datetime, minutes: int) -> dict:
        ends = begins + timedelta(minutes=minutes)
        room = timedelta(minutes=ROOMS[lead])
        return {lead: (begins, ends + room), **dict.fromkeys(members, (begins, ends))}

    def fits(self, asked: dict[int, Span], *, but: int | None = None) -> bool:
        return not any(
            begins < until and start < ends
            for number, spans in self.taken.items()
            if number != but
            for person, (begins, ends) in spans.items()
            for start, until in [asked.get(person, (ends, ends))]
        )


# --- The scheduler ------------------------------------------------------------------------------


class Site:
    """A scheduler with three people of different room, each leading one group."""

    def __init__(self, app) -> None:
        self.app = app
        self.people: list[str] = []
        self.groups: list[str] = []
        self.ids = SeededIds("guard")

    async def run(self, use_case):
        async with self.app.uow() as uow:
            uow.actor = OPERATOR
            result = await use_case(uow)
            await uow.commit()
        return result

    async def prepare(self) -> None:
        await migrate.upgrade(self.app.database, self.app.migrations)
        for number, room in enumerate(ROOMS):
            person = RegisterPerson(
                name=f"Person {number}", email=f"p{number}@example.org", zone="UTC",
                roles=["supervisor", "supervisee"],
            )  # fmt: skip
            made = await self.run(lambda uow, person=person: register_person(person, uow))
            self.people.append(made.person_id)
            rules = SetAvailability(buffer_minutes=room)
            await self.run(
                lambda uow, who=made.person_id, rules=rules: set_availability(who, rules, uow)
            )
            group = MakeGroup(name=f"Group {number}", provider_id=made.person_id, zone="UTC")
            kept = await self.run(lambda uow, group=group: make_group(group, uow))
            self.groups.append(kept.group_id)

    async def forget(self) -> None:
        async with self.app.uow() as uow:
            for table in ("commitments", "occurrences", "series"):
                await uow.session.execute(text(f"DELETE FROM {table}"))
            await uow.commit()

    def series(self, lead: int, members: set[int], wall: datetime, minutes: int) -> SeriesState:
        once = recurrence.Rhythm(frequency="once", starts_on=wall.date(), at=wall.time())
        pattern, walls = recurrence.plan(once)
        return life.schedule(
            series_id=self.ids(), group_id=self.groups[lead], title="Session", kind="group",
            zone=zone("UTC"), tzdata=tzdata_version(), pattern=pattern, walls=walls,
            duration_minutes=minutes, where=life.Where(), provider_id=self.people[lead],
            co_provider_ids=(), member_ids=[self.people[each] for each in sorted(members)],
            now=NOW,
        )  # fmt: skip

    async def keep(self, series: SeriesState) -> bool:
        return await self.refusal(series) is None

    async def refusal(self, series: SeriesState) -> AlreadyBooked | None:
        try:
            await self.run(lambda uow: collisions.keep(series, uow))
        except AlreadyBooked as refusal:
            return refusal
        return None

    async def move(self, series: SeriesState, wall: datetime) -> bool:
        to = MoveSession(on=wall.date(), start_time=wall.time())
        key = series.occurrences[0].key
        try:
            await self.run(lambda uow: move_session(series.series_id, key, to, uow))
        except AlreadyBooked:
            return False
        return True


@pytest.fixture
def site(database_url, tmp_path):
    app = create_app(
        Settings(data=tmp_path / "data", scheduler_database_url=database_url),
        clock=FixedClock(NOW),
        new_id=SeededIds("tests"),
    )
    with asyncio.Runner() as runner:
        made = Site(app)
        runner.run(made.prepare())
        yield made, runner
        runner.run(app.database.close())


STARTS = st.integers(0, 60).map(lambda quarter: FIRST + timedelta(minutes=15 * quarter))
PEOPLE = st.integers(0, len(ROOMS) - 1)
PLAN = st.tuples(
    st.just("plan"), PEOPLE, st.sets(PEOPLE), STARTS, st.sampled_from([15, 60, 180, 720])
)
MOVE = st.tuples(st.just("move"), st.integers(0, 20), STARTS)
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 20))


def test_accepted_if_and_only_if_nobody_is_in_two_places(site):
    made, runner = site

    async def walk(steps) -> None:
        await made.forget()
        model, kept = Model(), {}
        for number, (verb, *facts) in enumerate(steps):
            if verb == "plan":
                lead, members, wall, minutes = facts
                series = made.series(lead, members - {lead}, wall, minutes)
                asked = model.spans(lead, members - {lead}, wall, minutes)
                fits = model.fits(asked)
                refusal = await made.refusal(series)
                assert (refusal is None) is fits
                for at in refusal.next_free if refusal else ():
                    instead = at.replace(tzinfo=None)
                    assert instead >= wall
                    assert model.fits(model.spans(lead, members - {lead}, instead, minutes))
                if fits:
                    model.taken[number] = asked
                    kept[number] = (series, lead, members - {lead}, wall, minutes)
            elif kept:
                at = sorted(kept)[facts[0] % len(kept)]
                series, lead, members, wall, minutes = kept[at]
                if verb == "cancel":
                    key = series.occurrences[0].key
                    await made.run(
                        lambda uow, it=series.series_id, key=key: cancel_session(it, key, uow)
                    )
                    del model.taken[at], kept[at]
                elif facts[1] != wall:
                    asked = model.spans(lead, members, facts[1], minutes)
                    fits = model.fits(asked, but=at)
                    assert await made.move(series, facts[1]) is fits
                    if fits:
                        model.taken[at] = asked
                        kept[at] = (series, lead, members, facts[1], minutes)
        await same_time_taken(model)

    async def same_time_taken(model: Model) -> None:
        async with made.app.uow() as uow:
            found = await busy_spans(uow, made.people, NOW, NOW + timedelta(days=60))
        for number, person in enumerate(made.people):
            expected = sorted(spans[number] for spans in model.taken.values() if number in spans)
            assert [
                (each.starts_at.replace(tzinfo=None), each.ends_at.replace(tzinfo=None))
                for each in found[person]
            ] == expected

    @trying(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(PLAN | PLAN | PLAN | MOVE | CANCEL, min_size=2, max_size=9))
    def same_as_the_model(steps):
        runner.run(walk(steps))

    same_as_the_model()


def test_room_is_kept_and_said_without_what_is_behind_it(site):
    made, runner = site
    lead, ends = 1, FIRST + timedelta(hours=1)

    async def look() -> None:
        assert await made.keep(made.series(lead, {0}, FIRST, 60))
        # Who only takes part is free at once, who leads keeps a quarter of an hour.
        assert await made.keep(made.series(0, {2}, ends, 15))
        too_close = made.series(lead, {2}, ends + timedelta(minutes=10), 60)
        async with made.app.uow() as uow:
            clashes = await uow.series.clashes(too_close)
        assert {each.name: each.only_room for each in clashes} == {
            "Person 1": True,
            "Person 2": False,
        }
        said = next(str(each) for each in clashes if each.name == "Person 1")
        assert "09:10-10:10" in said
        assert "too close" in said
        assert "09:15" not in said
        assert not await made.keep(too_close)
        assert await made.keep(made.series(lead, set(), ends + timedelta(minutes=15), 60))

    runner.run(look())


def test_a_longer_room_does_not_reach_back(site):
    """What is booked stays as it was taken: a change of words is not refused for want of room."""
    made, runner = site

    async def look() -> None:
        first = made.series(0, set(), FIRST, 60)
        assert await made.keep(first)
        second = made.series(0, set(), FIRST + timedelta(hours=1), 60)
        assert await made.keep(second)
        rules = SetAvailability(buffer_minutes=60)
        await made.run(lambda uow: set_availability(made.people[0], rules, uow))
        renamed = first.model_copy(update={"version": 2, "title": "Another name"})
        assert await made.keep(renamed)
        assert not await made.keep(made.series(0, set(), FIRST - timedelta(minutes=90), 60))
        assert await made.keep(made.series(0, set(), FIRST - timedelta(minutes=120), 60))

    runner.run(look())


def test_nothing_takes_a_whole_day(site):
    """The guard on SQLite looks back one day: neither database takes what is as long as that."""
    made, runner = site
    assert runner.run(made.keep(made.series(0, set(), FIRST, 60)))

    async def until(minutes: int) -> None:
        moment = FIRST.replace(tzinfo=UTC) + timedelta(minutes=minutes)
        if made.app.database.dialect == "sqlite":
            moment = f"{moment:%Y-%m-%d %H:%M:%S.%f}"
        async with made.app.uow() as uow:
            await uow.session.execute(
                text("UPDATE commitments SET free_from = :until"), {"until": moment}
            )

    runner.run(until(24 * 60 - 1))
    for minutes in (24 * 60, 30 * 60):
        with pytest.raises(IntegrityError, match="within_a_day"):
            runner.run(until(minutes))


def test_writers_of_several_processes_come_one_after_the_other(site, tmp_path):
    """Each with a database connection of its own, as processes have it: one gets the time."""
    made, runner = site
    others = [
        Site(create_app(made.app.settings, clock=FixedClock(NOW), new_id=SeededIds(f"p{number}")))
        for number in range(6)
    ]
    for number, each in enumerate(others):
        each.people, each.groups, each.ids = made.people, made.groups, SeededIds(f"s{number}")

    async def race() -> list[bool]:
        asked = [
            each.keep(each.series(number % 3, {0, 1, 2} - {number % 3}, FIRST, 60))
            for number, each in enumerate(others)
        ]
        try:
            return await asyncio.gather(*asked)
        finally:
            for each in others:
                await each.app.database.close()

    assert sorted(runner.run(race())) == [False] * 5 + [True]
