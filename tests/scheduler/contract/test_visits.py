"""Consultants and sites: pairings, visits as series of their own purpose, and where they never show."""

from datetime import date, datetime, time, timedelta
from functools import partial

import pytest

from alongside.contracts import (
    SeriesChanged,
    SeriesEnded,
    SeriesScheduled,
    VisitLogged,
    VisitState,
)
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.visits import PairedAlready
from alongside_scheduler.handlers.copies import hear_hours
from alongside_scheduler.handlers.groups import ChangeGroup, change_group
from alongside_scheduler.handlers.people import remove_person
from alongside_scheduler.handlers.planning import ScheduleSeries, schedule_series
from alongside_scheduler.handlers.rosters import JoinRoster, join_roster
from alongside_scheduler.handlers.series import MoveSession, cancel_session, move_session
from alongside_scheduler.handlers.sites import (
    ChangePairing,
    ChangeSite,
    MakeSite,
    PairConsultant,
    change_pairing,
    change_site,
    make_site,
    pair_consultant,
)
from alongside_scheduler.handlers.steps import any_step
from alongside_scheduler.handlers.surgery import operate
from alongside_scheduler.handlers.visits import plan_visits
from alongside_scheduler.views.groups import list_groups, show_group
from alongside_scheduler.views.home import show_home
from alongside_scheduler.views.visits import list_visits, preview_visits, show_visit, visits_around

pytestmark = pytest.mark.contract

WEEKLY = ScheduleSeries(
    frequency="weekly",
    starts_on=date(2026, 3, 10),
    start_time=time(9),
    end_time=time(10, 30),
    count=4,
)


def acting(person_id, *roles):
    return Actor(person_id=person_id, roles=frozenset(roles))


@pytest.fixture
async def acorns(association):
    """A site, a consultant who is only a supervisee elsewhere, and four visits."""
    office = association
    office.mia = await office.person("Mia Maker")
    site = await office.run(
        partial(make_site, MakeSite(name="Little Acorns", kind="child_care", place="Oak Lane 1"))
    )
    office.site_id = site.site_id
    pairing = await office.run(
        partial(
            pair_consultant,
            site.site_id,
            PairConsultant(
                consultant_id=office.mia, begins_on=date(2026, 3, 1), ends_on=date(2026, 12, 31)
            ),
        )
    )
    office.pairing_id = pairing.pairing_id
    return office


async def planned(office, command=WEEKLY, **facts):
    return await office.run(partial(plan_visits, office.pairing_id, command), **facts)


async def test_visits_are_a_series_of_their_own_purpose_with_the_site_and_nobody_on_it(acorns):
    series = await planned(acorns, actor=acting(acorns.mia, "supervisee"))
    assert series.purpose == "consultation"
    assert (series.site.name, series.site.kind) == ("Little Acorns", "child_care")
    assert series.title == "Visit to Little Acorns"
    assert series.provider_id == acorns.mia
    assert series.members == ()
    assert series.place == "Oak Lane 1"
    said = acorns.said[-1]
    assert isinstance(said, SeriesScheduled)
    assert said.series == series


async def test_a_visit_takes_the_consultants_time_and_gives_it_back(acorns):
    series = await planned(acorns)
    lea = await acorns.person("Lea Lead", "supervisor")
    group = await acorns.group(lea, [acorns.mia])
    with pytest.raises(AlreadyBooked):
        await acorns.series(group.group_id, starts_on=date(2026, 3, 10), start_time=time(10))
    for each in series.occurrences:
        if each.key != series.occurrences[-1].key:
            await acorns.run(partial(cancel_session, series.series_id, each.key))
    with pytest.raises(AlreadyBooked):
        await acorns.series(group.group_id, starts_on=date(2026, 3, 10), start_time=time(10))
    await acorns.series(group.group_id, starts_on=date(2026, 3, 10), start_time=time(10), count=3)


async def test_the_consultant_moves_a_visit_and_nobody_else_may(acorns):
    series = await planned(acorns)
    key = series.occurrences[0].key
    later = MoveSession(start_time=time(13), end_time=time(14))
    other = await acorns.person("Olga Other", "supervisor")
    with pytest.raises(NotFound):
        await acorns.run(
            partial(move_session, series.series_id, key, later), actor=acting(other, "supervisor")
        )
    moved = await acorns.run(
        partial(move_session, series.series_id, key, later),
        actor=acting(acorns.mia, "supervisee"),
    )
    assert moved.purpose == "consultation"
    assert moved.occurrences[0].moved
    with pytest.raises(NotFound):
        await acorns.run(
            partial(show_visit, series.series_id, key), actor=acting(other, "supervisor")
        )


async def test_only_coordinators_keep_sites_and_pairings(acorns):
    lea = await acorns.person("Lea Lead", "supervisor")
    who = acting(lea, "supervisor")
    with pytest.raises(Forbidden):
        await acorns.run(partial(make_site, MakeSite(name="Hers")), actor=who)
    with pytest.raises(Forbidden):
        await acorns.run(
            partial(pair_consultant, acorns.site_id, PairConsultant(consultant_id=lea)), actor=who
        )
    with pytest.raises(NotFound):
        await planned(acorns, actor=who)


async def test_the_group_behind_a_pairing_is_no_group_to_anybody(acorns):
    await planned(acorns)
    ada = await acorns.person("Ada Able")
    coordinator = acting(ada, "coordinator")
    assert await acorns.run(list_groups, actor=coordinator) == []
    assert await acorns.run(list_groups, actor=acting(acorns.mia, "supervisor")) == []
    for case in (
        partial(show_group, acorns.pairing_id),
        partial(join_roster, acorns.pairing_id, JoinRoster(person_id=ada)),
        partial(change_group, acorns.pairing_id, ChangeGroup(name="A group")),
        partial(schedule_series, acorns.pairing_id, WEEKLY),
    ):
        with pytest.raises(NotFound):
            await acorns.run(case, actor=coordinator)


async def test_visits_never_ask_for_attendance_and_stand_in_nobodys_overview_of_groups(acorns):
    await planned(acorns)
    acorns.clock.set(datetime.fromisoformat("2026-03-11T15:00:00+00:00"))
    home = await acorns.run(show_home, actor=acting(acorns.mia, "supervisor"))
    assert [each.session.title for each in home.coming] == ["Visit to Little Acorns"] * 3
    assert home.met_lately == []
    cora = await acorns.person("Cora", "coordinator")
    home = await acorns.run(show_home, actor=acting(cora, "coordinator"))
    assert home.overview is not None
    assert home.overview.unplanned == []
    assert home.overview.in_no_group == 1


async def test_visits_stay_within_the_pairing(acorns):
    late = WEEKLY.model_copy(update={"starts_on": date(2026, 12, 15)})
    with pytest.raises(Invalid) as refused:
        await planned(acorns, late)
    assert "2027-01-05" in refused.value.detail
    early = WEEKLY.model_copy(update={"starts_on": date(2026, 2, 17)})
    with pytest.raises(Invalid) as refused:
        await planned(acorns, early)
    assert "starts_on" in refused.value.fields


async def test_with_the_pairing_end_the_visits_after_it(acorns):
    series = await planned(acorns)
    await acorns.run(
        partial(change_pairing, acorns.pairing_id, ChangePairing(ends_on=date(2026, 3, 17)))
    )
    assert isinstance(acorns.said[-1], SeriesChanged)
    left = acorns.said[-1].series
    assert [each.status for each in left.occurrences] == ["planned"] * 2 + ["cancelled"] * 2
    assert left.version == series.version + 1
    await acorns.run(
        partial(change_pairing, acorns.pairing_id, ChangePairing(ends_on=date(2026, 3, 3)))
    )
    assert isinstance(acorns.said[-1], SeriesEnded)
    before = len(acorns.said)
    await acorns.run(partial(change_pairing, acorns.pairing_id, ChangePairing(ends_on=None)))
    assert len(acorns.said) == before


async def test_the_same_pair_twice_at_once_is_refused_and_a_later_one_is_not(acorns):
    pair = partial(pair_consultant, acorns.site_id)
    with pytest.raises(PairedAlready):
        await acorns.run(
            partial(pair, PairConsultant(consultant_id=acorns.mia, begins_on=date(2026, 12, 31)))
        )
    again = await acorns.run(
        partial(pair, PairConsultant(consultant_id=acorns.mia, begins_on=date(2027, 1, 1)))
    )
    assert again.pairing_id != acorns.pairing_id
    with pytest.raises(PairedAlready):
        await acorns.run(
            partial(change_pairing, acorns.pairing_id, ChangePairing(ends_on=date(2027, 1, 1)))
        )


async def test_visits_ahead_follow_a_sites_name_and_place_but_keep_their_own(acorns):
    first = await planned(acorns)
    own = await planned(
        acorns,
        WEEKLY.model_copy(update={"start_time": time(14), "end_time": time(15), "title": "Mine"}),
    )
    await acorns.run(
        partial(change_site, acorns.site_id, ChangeSite(name="Big Oaks", place="Oak Lane 2"))
    )
    said = {each.series.series_id: each.series for each in acorns.said[-2:]}
    assert said[first.series_id].title == "Visit to Big Oaks"
    assert said[own.series_id].title == "Mine"
    for series in said.values():
        assert series.site.name == "Big Oaks"
        assert series.place == "Oak Lane 2"
        assert series.version == 2
        assert series.purpose == "consultation"


async def test_what_the_logbook_said_stands_beside_the_visit_the_newest_of_it(acorns):
    series = await planned(acorns)
    acorns.clock.set(datetime.fromisoformat("2026-03-18T15:00:00+00:00"))

    async def hear(version, *, held, minutes):
        visit = VisitState(
            series_id=series.series_id,
            occurrence_key=series.occurrences[0].key,
            version=version,
            consultant_id=acorns.mia,
            site_id=acorns.site_id,
            started_at=series.occurrences[0].starts_at,
            zone=series.zone,
            scheduled_minutes=90,
            held=held,
            minutes=minutes,
        )
        said = VisitLogged(id=f"e{version}", occurred_at=acorns.clock.now(), visit=visit)
        await acorns.run(partial(hear_hours, [said]))

    who = acting(acorns.mia, "supervisee")
    around = await acorns.run(visits_around, actor=who)
    assert [each.standing for each in around.pairings[0].visits] == ["to_log"] * 2 + ["ahead"] * 2
    await hear(2, held=True, minutes=75)
    await hear(1, held=False, minutes=0)
    around = await acorns.run(visits_around, actor=who)
    pairing = around.pairings[0]
    assert [each.standing for each in pairing.visits] == ["held", "to_log", "ahead", "ahead"]
    assert (pairing.held, pairing.held_minutes, pairing.to_log) == (1, 75, 1)
    assert len(around.ahead) == 2
    other = await acorns.person("Olga Other", "supervisor")
    assert await acorns.run(list_visits, actor=acting(other, "supervisor")) == []


async def test_a_preview_shows_every_date_and_keeps_nothing(acorns):
    said = len(acorns.said)
    preview = await acorns.run(partial(preview_visits, acorns.pairing_id, WEEKLY))
    assert len(preview.visits) == 4
    assert preview.conflicts == []
    assert len(acorns.said) == said
    await planned(acorns)
    preview = await acorns.run(partial(preview_visits, acorns.pairing_id, WEEKLY))
    assert len(preview.conflicts) == 4
    assert "Mia Maker" in preview.conflicts[0]


async def test_who_has_visits_ahead_is_not_let_go(acorns):
    await planned(acorns)
    with pytest.raises(Conflict):
        await acorns.run(partial(remove_person, acorns.mia))
    acorns.clock.set(acorns.clock.now() + timedelta(days=90))
    await acorns.run(partial(remove_person, acorns.mia))
    with pytest.raises(Invalid):
        await acorns.run(
            partial(pair_consultant, acorns.site_id, PairConsultant(consultant_id=acorns.mia))
        )


async def test_visits_are_cut_as_any_series_but_stay_with_their_consultant(acorns):
    series = await planned(acorns)
    lea = await acorns.person("Lea Lead", "supervisor")
    who = acting(acorns.mia, "supervisee")

    async def take(step):
        await acorns.run(
            partial(operate, series.series_id, any_step.validate_python(step)), actor=who
        )

    for too in (False, True):
        with pytest.raises(Invalid) as refused:
            await take(
                {"step": "hand_over", "provider_id": lea, "on": "2026-03-17", "group_too": too}
            )
        assert "pairing" in refused.value.fields["provider_id"]
    key = series.occurrences[2].key
    await take({"step": "move_later", "key": key, "start_time": "13:00"})
    new = acorns.said[-1].series
    assert new.continues == series.series_id
    assert (new.purpose, new.site, new.members) == ("consultation", series.site, ())
    listed = await acorns.run(list_visits, actor=who)
    assert [each.standing for each in listed] == ["ahead"] * 4
    assert {each.pairing_id for each in listed} == {acorns.pairing_id}
