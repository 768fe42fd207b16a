"""What use cases keep and say beyond what pages show."""

import json
from datetime import date, timedelta

import pytest

from alongside.contracts import (
    AssociationDescribed,
    PersonChanged,
    PersonLeft,
    RosterChanged,
    SeriesScheduled,
)
from alongside.errors import Forbidden, Gone, Invalid, NotFound
from alongside.service import Founder
from alongside_scheduler import consumers
from alongside_scheduler.domain.access import NOBODY, Actor
from alongside_scheduler.handlers.association import DescribeAssociation, describe_association
from alongside_scheduler.handlers.imports import StageImport, stage_import
from alongside_scheduler.handlers.people import (
    ChangePerson,
    RegisterPerson,
    change_person,
    register_person,
    remove_person,
)
from alongside_scheduler.handlers.sign_in import RequestLink, make_link, request_link
from alongside_scheduler.housekeeping import Housekeeping

pytestmark = pytest.mark.contract


async def test_a_series_for_eight_is_one_event(association):
    office = association
    lead = await office.person("Lea", "supervisor")
    group = await office.group(lead, [await office.person(f"P{n}") for n in range(8)], seat_limit=8)
    office.said.clear()
    series = await office.series(group.group_id, count=26)
    (said,) = office.said
    assert isinstance(said, SeriesScheduled)
    assert said.series == series
    assert said.key == series.series_id
    assert len(series.occurrences) == 26
    assert len(series.members) == 8
    assert SeriesScheduled.model_validate_json(said.on_the_wire()) == said
    kept = await office.run(lambda uow: uow.series.get(series.series_id))
    assert kept == series


async def test_events_of_people_carry_them_whole_and_in_order(association):
    office = association
    ada = await office.person("Ada", pursuing="IFS")
    await office.run(lambda uow: change_person(ada, ChangePerson(zone="America/Denver"), uow))
    await office.run(lambda uow: remove_person(ada, uow))
    changed, left = office.said[-2:]
    assert isinstance(changed, PersonChanged)
    assert isinstance(left, PersonLeft)
    assert [changed.person.version, left.person.version] == [2, 3]
    assert changed.person.zone == "America/Denver"
    assert left.person.left_at == office.clock.now()
    again = await office.person("Ada")
    assert again != ada


async def test_who_leaves_is_taken_off_every_running_series(association):
    office = association
    lead, ada = await office.person("Lea", "supervisor"), await office.person("Ada")
    group = await office.group(lead, [ada])
    series = await office.series(group.group_id)
    await office.run(lambda uow: remove_person(ada, uow))
    roster, left = office.said[-2:]
    assert isinstance(roster, RosterChanged)
    assert (roster.left, roster.series.version) == ((ada,), 2)
    assert roster.series.members[0].left_on == date(2026, 3, 1)
    assert roster.series.series_id == series.series_id
    assert isinstance(left, PersonLeft)


async def test_a_group_whose_provider_left_plans_nothing(association):
    office = association
    lead = await office.person("Lea", "supervisor")
    group = await office.group(lead, [])
    await office.run(lambda uow: remove_person(lead, uow))
    with pytest.raises(Invalid, match="has left"):
        await office.series(group.group_id)


async def test_nobody_may_do_anything(association):
    office = association
    command = RegisterPerson(name="X", email="x@example.org")
    for actor in (NOBODY, Actor(person_id="x", roles=frozenset({"supervisor"}))):
        with pytest.raises(Forbidden):
            await office.run(lambda uow: register_person(command, uow), actor=actor)
        with pytest.raises(Forbidden):
            await office.run(
                lambda uow: stage_import(StageImport(text="name,email\na,b@c.org"), uow),
                actor=actor,
            )
    with pytest.raises(NotFound):
        await office.run(lambda uow: change_person("x", ChangePerson(name="Y"), uow), actor=NOBODY)


async def test_the_association_is_described_once_per_change(association):
    office = association
    (first,) = office.said
    assert isinstance(first, AssociationDescribed)
    same = DescribeAssociation(name="Sample Association", zone="America/Chicago")
    await office.run(lambda uow: describe_association(same, uow))
    assert len(office.said) == 1
    other = DescribeAssociation(name="Renamed", zone="America/Denver")
    await office.run(lambda uow: describe_association(other, uow))
    assert office.said[-1].version == 2
    wrong = DescribeAssociation(name=" ", zone="Mars")
    with pytest.raises(Invalid) as refused:
        await office.run(lambda uow: describe_association(wrong, uow))
    assert set(refused.value.fields) == {"association", "zone"}


async def test_the_welcome(office):
    welcome = office.app.welcome
    assert await welcome.is_new()
    founder = Founder(name="Cora", email="c@example.org", zone="America/Chicago", association="A")
    await welcome.found(founder)
    assert not await welcome.is_new()
    with pytest.raises(Gone):
        await welcome.found(founder)
    with pytest.raises(NotFound):
        await office.run(lambda uow: make_link("who@example.org", uow))


async def test_a_bad_founder_leaves_nothing(office):
    welcome = office.app.welcome
    with pytest.raises(Invalid) as refused:
        await welcome.found(Founder(name="", email="x", zone="Mars", association=""))
    assert set(refused.value.fields) == {"association", "name", "email", "zone"}
    assert await welcome.is_new()


async def test_housekeeping_forgets_in_time(association):
    office = association
    await office.person("Ada")
    await office.run(lambda uow: request_link(RequestLink(email="ada@example.org"), uow))
    await office.run(lambda uow: stage_import(StageImport(text="name,email\na,b@c.org"), uow))
    housekeeping = Housekeeping(office.app.uow)
    assert await housekeeping.tick() == 0
    office.clock.advance(timedelta(days=8))
    assert await housekeeping.tick() == 2
    assert await housekeeping.tick() == 0


async def test_what_is_none_of_ours_is_ignored(association):
    (answers, hours) = consumers.subscriptions()
    await association.run(lambda uow: answers.handle(association.said[0], uow))
    await association.run(lambda uow: hours.handle_all(association.said[:1], uow))


async def test_events_tell_nothing_by_which_to_sign_in(association):
    office = association
    await office.person("Ada")
    await office.run(lambda uow: request_link(RequestLink(email="ada@example.org"), uow))
    said = json.loads(office.said[-1].on_the_wire())
    link = office.app.web.state.doors.sign_in_link(said["request_id"])
    assert link.rpartition(".")[2] not in json.dumps(said)


async def test_a_large_series_is_planned_whole(association):
    office = association
    lead = await office.person("Lea", "supervisor")
    group = await office.group(lead, [await office.person(f"P{n}") for n in range(9)])
    series = await office.series(group.group_id, count=104)
    async with office.app.database.read() as session:
        from sqlalchemy import text

        rows = await session.execute(text("SELECT count(*) FROM commitments WHERE active"))
        assert rows.scalar_one() == 1040
    assert series.occurrences[-1].key == "20280229T1000"
