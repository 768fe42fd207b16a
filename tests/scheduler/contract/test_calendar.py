"""The calendar shows everybody what is theirs, and nobody what is others'."""

from datetime import date, datetime, timedelta

import pytest

from alongside.contracts import InvitationAnswered
from alongside.errors import Forbidden, Invalid
from alongside.zones import zone
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.handlers.copies import on_answers
from alongside_scheduler.handlers.rosters import LeaveRoster, leave_roster
from alongside_scheduler.handlers.series import MoveSession, cancel_session, move_session
from alongside_scheduler.store.calendar import Wanted
from alongside_scheduler.views.calendar import Show, list_schedule, next_after

pytestmark = pytest.mark.contract

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
CHICAGO = zone("America/Chicago")


def actor(person_id: str, *roles: str) -> Actor:
    return Actor(person_id=person_id, roles=frozenset(roles or ("supervisee",)))


class Two:
    """Two groups with different people, and somebody in both."""


@pytest.fixture
async def two(association):
    made = Two()
    made.office = association
    made.cora = await association.person("Cora Coordinator", "coordinator")
    made.lea = await association.person("Lea Lead", "supervisor")
    made.omar = await association.person("Omar Other", "supervisor")
    made.ada = await association.person("Ada Able")
    made.ben = await association.person("Ben Baker")
    made.both = await association.person("Bo Both")
    leas = await association.group(made.lea, [made.ada, made.both], name="Tuesday circle")
    omars = await association.group(made.omar, [made.ben, made.both], name="Friday circle")
    made.leas, made.omars = leas.group_id, omars.group_id
    made.tuesdays = await association.series(made.leas)
    made.fridays = await association.series(made.omars, starts_on=date(2026, 3, 13))
    return made


async def seen(two, who: Actor, show: str = "", days=MARCH, at=CHICAGO):
    async def look(uow):
        return await list_schedule(uow, *days, at, Show.parsed(show, uow))

    return await two.office.run(look, actor=who)


async def titles(two, who: Actor, show: str = "") -> set[str]:
    return {each.title for each in await seen(two, who, show)}


async def test_everybody_sees_their_own(two):
    assert await titles(two, actor(two.ada)) == {"Tuesday circle"}
    assert await titles(two, actor(two.ben)) == {"Friday circle"}
    assert await titles(two, actor(two.both)) == {"Tuesday circle", "Friday circle"}
    assert await titles(two, actor(two.lea, "supervisor")) == {"Tuesday circle"}
    assert await titles(two, actor(two.cora, "coordinator")) == {"Tuesday circle", "Friday circle"}
    assert await titles(two, actor(two.cora, "coordinator"), "mine") == set()


async def test_no_filter_opens_what_is_others(two):
    for show in (f"group:{two.omars}", f"provider:{two.omar}"):
        assert await titles(two, actor(two.ada), show) == set()
        assert await titles(two, actor(two.lea, "supervisor"), show) == set()
        assert await titles(two, actor(two.both), show) == {"Friday circle"}
        assert await titles(two, actor(two.omar, "supervisor"), show) == {"Friday circle"}
        assert await titles(two, actor(two.cora, "coordinator"), show) == {"Friday circle"}
    for who in (actor(two.ada), actor(two.lea, "supervisor"), Actor(None, frozenset())):
        with pytest.raises(Forbidden):
            await seen(two, who, "all")
    with pytest.raises(Forbidden):
        await seen(two, Actor(None, frozenset()))


async def test_what_can_be_chosen_is_what_can_be_seen(two):
    async def names(who: Actor) -> list[tuple[str, str]]:
        asked = None if who.is_coordinator else who.person_id
        found = await two.office.run(lambda uow: uow.calendar.choices(asked), actor=who)
        return [(each.what, each.name) for each in found]

    assert await names(actor(two.ada)) == [("group", "Tuesday circle")]
    assert await names(actor(two.omar, "supervisor")) == [("group", "Friday circle")]
    assert await names(actor(two.cora, "coordinator")) == [
        ("group", "Friday circle"),
        ("provider", "Lea Lead"),
        ("provider", "Omar Other"),
        ("group", "Tuesday circle"),
    ]


async def test_a_session_says_how_it_stands(two):
    first, second, third = (each.key for each in two.tuesdays.occurrences[:3])
    series = two.tuesdays.series_id
    lea = actor(two.lea, "supervisor")
    said = InvitationAnswered(
        id="0" * 32,
        occurred_at=two.office.clock.now(),
        series_id=series,
        occurrence_key=None,
        person_id=two.ada,
        answer="accepted",
        answered_at=two.office.clock.now(),
        channel="web",
    )
    await two.office.run(lambda uow: on_answers(said, uow))
    two.office.clock.advance(timedelta(minutes=1))
    move = MoveSession.model_validate(
        {"on": "2026-03-18", "start_time": "14:00", "end_time": "15:00"}
    )
    await two.office.run(lambda uow: move_session(series, second, move, uow), actor=lea)
    await two.office.run(lambda uow: cancel_session(series, third, uow), actor=lea)
    found = {each.key: each for each in await seen(two, actor(two.ada))}
    assert (found[first].answer, found[first].leads, found[first].mine) == ("accepted", False, True)
    assert (found[second].moved, found[second].answer) == (True, "waiting")
    assert found[second].starts_at.astimezone(CHICAGO).hour == 14
    assert found[third].status == "cancelled"
    hers = {each.key: each for each in await seen(two, lea)}
    assert hers[first].leads
    assert hers[first].answer is None
    assert hers[first].provider == "Lea Lead"


async def test_a_substitute_is_shown_where_they_lead(two):
    lent = two.tuesdays.occurrences[1]

    async def lend(uow):
        series = await uow.series.get(two.tuesdays.series_id, for_change=True)
        swapped = tuple(
            each.model_copy(update={"provider_id": two.omar}) if each.key == lent.key else each
            for each in series.occurrences
        )
        await uow.series.keep(
            series.model_copy(update={"occurrences": swapped, "version": series.version + 1})
        )

    await two.office.run(lend)
    mine = await seen(two, actor(two.omar, "supervisor"))
    assert [each.key for each in mine if each.title == "Tuesday circle"] == [lent.key]
    led = await seen(two, actor(two.cora, "coordinator"), f"provider:{two.lea}")
    assert lent.key not in {each.key for each in led}
    assert {each.provider for each in led} == {"Lea Lead"}


async def test_who_left_does_not_see_what_is_cancelled_later(two):
    series, last = two.tuesdays.series_id, two.tuesdays.occurrences[-1]
    lea = actor(two.lea, "supervisor")
    leave = LeaveRoster(last_day=date(2026, 3, 20))
    await two.office.run(lambda uow: leave_roster(two.leas, two.ada, leave, uow), actor=lea)
    await two.office.run(lambda uow: cancel_session(series, last.key, uow), actor=lea)
    spring = (date(2026, 3, 1), date(2026, 5, 1))
    hers = await seen(two, actor(two.ada), days=spring)
    assert [each.key for each in hers] == [each.key for each in two.tuesdays.occurrences[:2]]
    others = await seen(two, actor(two.both), f"group:{two.leas}", days=spring)
    assert [each.status for each in others if each.key == last.key] == ["cancelled"]
    everything = await seen(two, actor(two.ada, "coordinator"), "all", days=spring)
    assert {each.key: each.mine for each in everything}[last.key] is False


async def test_days_are_those_of_who_looks(two):
    day = two.tuesdays.occurrences[0].starts_at.astimezone(CHICAGO).date()
    assert len(await seen(two, actor(two.ada), days=(day, day))) == 1
    # Ten in the morning in Chicago is one at night of the next day in Tokyo.
    tokyo = zone("Asia/Tokyo")
    later = day + timedelta(days=1)
    assert len(await seen(two, actor(two.ada), days=(later, later), at=tokyo)) == 1
    assert (await seen(two, actor(two.ada), days=(day - timedelta(days=1),) * 2)) == []


async def test_what_lasts_over_midnight_is_found_on_both_days(two):
    tokyo = zone("Asia/Tokyo")  # where it is from midnight until two
    starts = two.tuesdays.occurrences[0].starts_at.astimezone(tokyo)
    halfway = zone("Asia/Seoul")
    assert starts.hour == 0
    hour_before = zone("Asia/Shanghai")  # from eleven until one
    first = two.tuesdays.occurrences[0].starts_at.astimezone(hour_before).date()
    for days in ((first, first), (first + timedelta(days=1),) * 2):
        assert len(await seen(two, actor(two.ada), days=days, at=hour_before)) == 1
    before = starts.date() - timedelta(days=1)
    assert await seen(two, actor(two.ada), days=(before, before), at=halfway) == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 1)),
        (date(2026, 1, 1), date(2027, 3, 1)),
        (date(1900, 1, 1), date(1900, 1, 2)),
        (date(2999, 1, 1), date(2999, 1, 2)),
    ],
)
async def test_only_sensible_stretches_are_listed(two, first, last):
    with pytest.raises(Invalid):
        await seen(two, actor(two.ada), days=(first, last))


async def test_the_next_one_is_found_however_far_it_is(two):
    async def following(uow):
        return await next_after(
            uow, datetime.fromisoformat("2026-04-08T00:00Z"), Show.parsed("", uow)
        )

    found = await two.office.run(following, actor=actor(two.ada))
    assert found.key == two.tuesdays.occurrences[-1].key
    assert await two.office.run(following, actor=actor(two.cora)) is None


async def test_a_month_costs_three_statements_and_reads_no_series_whole(two):
    from sqlalchemy import event

    said = []
    for engine in {two.office.app.database._reader, two.office.app.database._writer}:
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda _c, _k, statement, *_: said.append(statement),
        )

    async def look():
        async with two.office.app.database.read() as session:
            from alongside_scheduler.store.calendar import CalendarStore

            store = CalendarStore(session)
            begins, ends = (
                datetime.fromisoformat(each) for each in ("2026-03-01T00:00Z", "2026-04-01T00:00Z")
            )
            found = await store.between(begins, ends, Wanted(person_id=two.ada), viewer_id=two.ada)
            await store.answers(two.ada, {each.series_id for each in found})
            return found

    assert len(await look()) == 4
    asked = [each for each in said if each.lstrip().upper().startswith("SELECT")]
    assert len(asked) == 3
    assert not any("series.state" in each for each in asked)
