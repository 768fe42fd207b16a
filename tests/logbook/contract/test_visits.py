"""A consultant's visit is logged as what it is, and can never become anybody's counted minutes."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from alongside.contracts import (
    Member,
    ProgressChanged,
    SeriesChanged,
    SeriesScheduled,
    Site,
    VisitLogged,
)
from alongside.contracts.hours import EntryEvent
from alongside.errors import Conflict, Invalid, NotFound
from alongside_logbook.domain.visits import VisitLog
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.sessions import on_sessions
from alongside_logbook.handlers.visits import LogVisit, log_visit
from alongside_logbook.store.tables import (
    EntryRow,
    EntryVersionRow,
    SeriesPersonRow,
    SessionRow,
    table,
)
from alongside_logbook.views.attendance import next_session, sessions_awaiting, sessions_recorded
from alongside_logbook.views.progress import progress_view
from alongside_logbook.views.visits import (
    visit_of,
    visit_totals,
    visits_csv,
    visits_due,
    visits_logged,
)
from logbook.office import series

pytestmark = pytest.mark.contract

FIRST, SECOND, FUTURE = "20260205T0900", "20260210T0900", "20260310T0900"
ACORNS = Site(site_id="site-1", name="Little Acorns", kind="child_care")


def visits(series_id="v1", *, starts=("2026-02-05T09:00", "2026-02-10T09:00"), **facts):
    return series(
        series_id,
        **{
            "starts": (*starts, "2026-03-10T09:00"),
            "minutes": 90,
            "members": (),
            "provider": "mia",
            "title": "Visit to Little Acorns",
            "kind": "individual",
            "purpose": "consultation",
            "site": ACORNS,
            "group_id": "p1",
            **facts,
        },
    )


async def told(office, state, kind=SeriesScheduled):
    event = kind(id=office.app.new_id(), occurred_at=office.clock.now(), series=state)
    await office.run(partial(on_sessions, [event]))


async def logged(office, key=FIRST, *, by="mia", coordinator=False, series_id="v1", **log):
    command = LogVisit(series_id=series_id, key=key, log=VisitLog(**log))
    return await office.run(partial(log_visit, command, Actor(by, coordinator=coordinator)))


@pytest.fixture
async def house(office):
    """Mia is a provider with a credential, pursues a category herself, and visits Little Acorns."""
    from logbook.office import ers

    await office.person("mia", "supervisor", "supervisee", pursuing="IFS", credentials=(ers(),))
    await office.person("ann", pursuing="IFS")
    await office.person("cora", "coordinator")
    await told(office, visits())
    office.clock.set(datetime(2026, 2, 20, 18, tzinfo=UTC))
    return office


async def rows(office, kind):
    async with office.app.database.read() as session:
        return int((await session.execute(select(func.count()).select_from(table(kind)))).scalar())


async def test_a_visit_can_never_become_counted_minutes(house):
    """Whatever is sent, with somebody on its roster even: no entry, no session, no progress of it."""
    # A series of visits has no members; should it ever come with one, that changes nothing.
    on_it = (Member(person_id="ann", joined_on=date(2026, 1, 1)),)
    await told(house, visits("v2", starts=("2026-02-06T09:00",), members=on_it))
    await logged(house, minutes=90)
    for series_id, key in (("v1", FIRST), ("v1", SECOND), ("v2", "20260206T0900")):
        for who, coordinator in (("mia", False), ("cora", True)):
            with pytest.raises(NotFound):
                await house.record(key, by=who, series_id=series_id, coordinator=coordinator)
    async with house.script("mia") as mia:
        sent = await mia.put(f"/attendance/v1/{FIRST}", json={"exceptions": []})
        assert sent.status_code == 404
        listed = await mia.get("/sessions?state=awaiting")
        assert listed.json() == {"sessions": [], "total": 0}
    async with house.app.uow() as uow:
        for leader in ("mia", None):
            assert (await sessions_awaiting(leader, uow)).total == 0
            assert (await sessions_recorded(leader, uow)).total == 0
        assert await next_session("mia", uow) is None
        assert not await uow.sessions.leads_for("mia", "ann")
        assert await uow.sessions.usual_minutes("ann") is None
        for person in ("mia", "ann"):
            progress = (await progress_view(person, Actor(person), uow)).progress
            assert (progress.attended, progress.unconfirmed) == (0, 0)
            assert all(bucket.counted == bucket.pending == 0 for bucket in progress.buckets)
    for kind in (EntryRow, EntryVersionRow, SessionRow, SeriesPersonRow):
        assert await rows(house, kind) == 0, kind
    assert not [event for event in house.said if isinstance(event, EntryEvent)]
    assert all(event.counted_minutes == 0 for event in house.heard(ProgressChanged))
    assert len(house.heard(VisitLogged)) == 1


async def test_what_is_logged_is_said_once_with_the_consultant_as_its_key(house):
    done = await logged(house, minutes=75, activity="leadership", people=3)
    assert (done.version, done.changed) == (1, True)
    (said,) = house.heard(VisitLogged)
    assert said.key == "mia"
    assert (said.visit.minutes, said.visit.held, said.visit.site_id) == (75, True, "site-1")
    assert said.visit.scheduled_minutes == 90
    again = await logged(house, minutes=75, activity="leadership", people=3)
    assert (again.version, again.changed) == (1, False)
    assert len(house.heard(VisitLogged)) == 1


async def test_a_correction_is_a_new_version_and_the_old_one_stays(house):
    await logged(house)
    await logged(house, held=False, reason="weather", by="cora", coordinator=True)
    async with house.app.uow() as uow:
        seen = await visit_of("v1", FIRST, Actor("mia"), uow)
    assert [(each.version, each.log.held, each.logged_by.name) for each in seen.versions] == [
        (2, False, "Cora"),
        (1, True, "Mia"),
    ]
    assert seen.visit.log == VisitLog(held=False, minutes=0, reason="weather")
    assert seen.versions[1].log.minutes == 90
    assert [each.visit.minutes for each in house.heard(VisitLogged)] == [90, 0]


@pytest.mark.parametrize(
    ("log", "field"),
    [
        ({"held": False}, "reason"),
        ({"held": False, "reason": "weather", "minutes": 5}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 721}, "minutes"),
        ({"people": -1}, "people"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_field(house, log, field):
    with pytest.raises(Invalid) as refused:
        await logged(house, **log)
    assert set(refused.value.fields) == {field}


async def test_who_and_when(house):
    for who in ("ann", "pat"):
        with pytest.raises(NotFound):
            await logged(house, by=who)
    with pytest.raises(Conflict):
        await logged(house, FUTURE)
    await told(house, visits(version=2, cancelled=(SECOND,)), SeriesChanged)
    with pytest.raises(Conflict):
        await logged(house, SECOND)
    with pytest.raises(NotFound):
        await logged(house, "20200101T0900")


async def test_what_was_logged_outlives_changes_of_the_series(house):
    await logged(house, minutes=80)
    gone = visits(version=3, starts=("2026-02-12T09:00",))
    await told(house, gone, SeriesChanged)
    async with house.app.uow() as uow:
        due = await visits_due("mia", uow)
        assert [each.key for each in due.visits] == ["20260212T0900"]
        kept = await visits_logged("mia", uow)
        assert [(each.key, each.log.minutes) for each in kept.visits] == [(FIRST, 80)]
    await told(house, visits(version=2), SeriesChanged)
    async with house.app.uow() as uow:
        assert (await visits_due("mia", uow)).total == 1


async def test_a_substitute_logs_the_visit_they_made(house):
    state = visits(version=2)
    led = tuple(
        each.model_copy(update={"provider_id": "sam"}) if each.key == SECOND else each
        for each in state.occurrences
    )
    await told(house, state.model_copy(update={"occurrences": led}), SeriesChanged)
    await house.person("sam")
    await logged(house, SECOND, by="sam")
    with pytest.raises(NotFound):
        await logged(house, SECOND, by="mia")


async def test_totals_by_site_and_month_hold_only_what_was_held(house):
    oaks = Site(site_id="site-2", name="Big Oaks", kind="pre_k")
    starts = ("2025-02-20T09:00", "2025-03-20T09:00", "2026-01-31T20:00")
    await told(house, visits("v3", starts=starts, site=oaks, provider="sam"))
    await logged(house, FIRST, minutes=60)
    await logged(house, SECOND, held=False, reason="site_closed")
    for key in ("20250220T0900", "20250320T0900", "20260131T2000"):
        await logged(house, key, series_id="v3", by="sam", minutes=45)
    async with house.app.uow() as uow:
        mine = await visit_totals("mia", uow)
        everybodys = await visit_totals(None, uow)
    assert (mine.visits, mine.not_held, mine.minutes) == (1, 1, 60)
    assert [each.site for each in everybodys.sites] == ["Big Oaks", "Little Acorns"]
    big = everybodys.sites[0]
    # February of last year is out of the twelve months; 31 January, 20:00, is January there.
    held = [(each.month, each.minutes) for each in big.months if each.visits]
    assert held == [("2025-03", 45), ("2026-01", 45)]
    assert everybodys.minutes == 150
    assert sum(each.minutes for each in everybodys.by_month) == 150


async def test_the_table_for_a_spreadsheet_holds_no_formula(house):
    sly = Site(site_id="site-3", name="=1+1", kind="other")
    await told(house, visits("v4", starts=("2026-02-04T09:00",), site=sly))
    await logged(house, "20260204T0900", series_id="v4", people=2)
    await logged(house, held=False, reason="weather")
    async with house.app.uow() as uow:
        lines = (await visits_csv("mia", uow)).splitlines()
        assert len((await visits_csv("ann", uow)).splitlines()) == 1
    assert lines[1] == (
        "2026-02-04,09:00,America/Chicago,'=1+1,Other,Mia,yes,90,90,Consultation with staff,2,"
    )
    assert (
        lines[2]
        == "2026-02-05,09:00,America/Chicago,Little Acorns,Child care,Mia,no,0,90,,,Weather"
    )


async def test_two_who_log_at_once_make_two_versions_or_one(house):
    await logged(house, minutes=60)
    house.clock.set(house.clock.now() + timedelta(minutes=1))
    await logged(house, minutes=61, by="cora", coordinator=True)
    async with house.app.uow() as uow:
        seen = await visit_of("v1", FIRST, Actor("cora", coordinator=True), uow)
    assert [each.log.minutes for each in seen.versions] == [61, 60]
