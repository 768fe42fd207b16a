"""The search finds people, groups and sessions; nobody finds what they may not see."""

from datetime import date

import pytest

from alongside_scheduler.domain.access import Actor
from alongside_scheduler.handlers.people import ChangePerson, change_person, remove_person
from alongside_scheduler.views.search import find

pytestmark = pytest.mark.contract


def actor(person_id: str | None, *roles: str) -> Actor:
    return Actor(person_id=person_id, roles=frozenset(roles))


class Circles:
    """Two groups with their people."""


@pytest.fixture
async def circles(association):
    made = Circles()
    made.office = association
    made.cora = await association.person("Cora Coordinator", "coordinator")
    made.lea = await association.person("Lea Núñez", "supervisor", email="lea@example.org")
    made.omar = await association.person("Omar O'Brien", "supervisor", email="omar@example.org")
    made.ada = await association.person("Ada Able", pursuing="IFS")
    made.ben = await association.person("Ben Baker")
    made.tuesdays = (await association.group(made.lea, [made.ada], name="Tuesday Círcle")).group_id
    made.fridays = (await association.group(made.omar, [made.ben], name="Friday circle")).group_id
    await association.series(made.tuesdays)
    await association.series(made.fridays, starts_on=date(2026, 3, 13))
    return made


async def found(circles, who: Actor, query: str):
    return await circles.office.run(lambda uow: find(uow, query, "America/Chicago"), actor=who)


async def names(circles, who: Actor, query: str) -> dict[str, list[str]]:
    all_found = await found(circles, who, query)
    return {
        "people": [each.name for each in all_found.people],
        "groups": [each.name for each in all_found.groups],
        "sessions": sorted({each.title for each in all_found.sessions}),
    }


async def test_a_coordinator_finds_everybody_and_everything(circles):
    cora = actor(circles.cora, "coordinator")
    assert (await names(circles, cora, "NUN"))["people"] == ["Lea Núñez"]
    assert (await names(circles, cora, "obrien"))["people"] == ["Omar O'Brien"]
    assert (await names(circles, cora, "ben@exam"))["people"] == []
    assert (await names(circles, cora, "ben.baker@exam"))["people"] == ["Ben Baker"]
    both = await names(circles, cora, "circle")
    assert both["groups"] == ["Friday circle", "Tuesday Círcle"]
    assert both["sessions"] == ["Friday circle", "Tuesday Círcle"]
    people = (await found(circles, cora, "a")).people
    assert [(each.name, each.path) for each in people] == [
        ("Ada Able", f"/people/{circles.ada}"),
    ]


async def test_words_are_beginnings_and_all_of_them_count(circles):
    cora = actor(circles.cora, "coordinator")
    assert (await names(circles, cora, "ab ad"))["people"] == ["Ada Able"]
    assert (await names(circles, cora, "ada baker"))["people"] == []
    assert (await names(circles, cora, "ble"))["people"] == []


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "\\", "%a", "'", "--", "\x00", "😀"])
async def test_what_is_no_word_finds_nothing_by_accident(circles, query):
    nothing = {"people": [], "groups": [], "sessions": []}
    shown = await names(circles, actor(circles.cora, "coordinator"), query)
    assert shown == (nothing if query != "%a" else shown)
    if query == "%a":
        assert shown["people"] == ["Ada Able"]


async def test_days_find_sessions(circles):
    cora = actor(circles.cora, "coordinator")
    on_the_tenth = await found(circles, cora, "mar 10")
    assert [each.title for each in on_the_tenth.sessions] == ["Tuesday Círcle"]
    assert len((await found(circles, cora, "march")).sessions) == 7
    assert len((await found(circles, cora, "friday march")).sessions) == 0
    assert {each.title for each in (await found(circles, cora, "circle march omar")).sessions} == {
        "Friday circle"
    }


async def test_a_supervisee_finds_what_is_theirs(circles):
    ada = actor(circles.ada, "supervisee")
    assert await names(circles, ada, "circle") == {
        "people": [],
        "groups": ["Tuesday Círcle"],
        "sessions": ["Tuesday Círcle"],
    }
    assert (await names(circles, ada, "lea"))["people"] == ["Lea Núñez"]
    for other in ("ben", "omar", "cora", "friday"):
        assert (await found(circles, ada, other)).total == 0, other
    assert (await found(circles, ada, "lea")).people[0].email is None
    assert (await found(circles, ada, "lea@example.org")).people == []


async def test_a_supervisor_finds_who_is_on_their_rosters(circles):
    lea = actor(circles.lea, "supervisor")
    assert (await names(circles, lea, "ada"))["people"] == ["Ada Able"]
    assert (await found(circles, lea, "ada")).people[0].path == f"/hours?person={circles.ada}"
    assert (await found(circles, lea, "ada")).people[0].email is None
    for other in ("ben", "omar", "friday"):
        assert (await found(circles, lea, other)).total == 0, other
    assert (await names(circles, lea, "circle"))["groups"] == ["Tuesday Círcle"]


async def test_nobody_finds_nothing(circles):
    for query in ("circle", "ada", "march"):
        assert (await found(circles, actor(None), query)).total == 0


async def test_a_new_name_is_found_and_the_old_one_no_more(circles):
    cora = actor(circles.cora, "coordinator")
    renamed = ChangePerson.model_validate(
        {
            "name": "Adele Able",
            "email": "ada.able@example.org",
            "zone": "America/Chicago",
            "roles": ["supervisee"],
        }
    )
    await circles.office.run(lambda uow: change_person(circles.ada, renamed, uow), actor=cora)
    assert (await names(circles, cora, "adele"))["people"] == ["Adele Able"]
    assert (await names(circles, cora, "ada able"))["people"] == []
    await circles.office.run(lambda uow: remove_person(circles.ada, uow), actor=cora)
    assert (await names(circles, cora, "adele"))["people"] == []
