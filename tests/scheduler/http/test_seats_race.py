"""Many who want the same few seats at the same moment, through HTTP: never more than there are."""

import asyncio

import pytest

from alongside_scheduler.handlers.seating import seats_of

pytestmark = pytest.mark.contract

SEATS = 8
PEOPLE = 50


async def crowd(office, count: int) -> list[str]:
    return [await office.person(f"Person {number:02}") for number in range(count)]


async def standing(office, group_id: str) -> tuple[set[str], list[str], set[str]]:
    """Who is on the roster, who waits in order of asking, and to whom a seat is offered."""

    async def look(uow):
        seats = await seats_of(await uow.groups.get(group_id), uow)
        waiting = [row.person_id for row in await uow.seats.waiting(group_id)]
        return (
            {row.person_id for row in seats.rows},
            waiting,
            {row.person_id for row in seats.offers},
        )

    return await office.run(look)


async def test_of_fifty_who_join_at_once_as_many_do_as_there_are_seats(house, open_script):
    office = house.office
    group = await office.group(house.lea, [], seat_limit=SEATS, name="Small circle")
    await office.series(group.group_id, starts_on="2026-08-04")
    people = await crowd(office, PEOPLE)
    cora = await open_script(house.cora)
    path = f"/groups/{group.group_id}/roster"

    answers = await asyncio.gather(
        *(cora.send("POST", path, {"person_id": who, "or_wait": True}) for who in people)
    )

    joined = {each["person_id"] for each in answers if each["standing"] == "joined"}
    waiting = [each for each in answers if each["standing"] == "waiting"]
    assert len(joined) == SEATS
    assert len(joined) + len(waiting) == PEOPLE
    numbers = sorted(each["waiting_number"] for each in waiting)
    assert numbers == list(range(1, PEOPLE - SEATS + 1))
    here, line, offered = await standing(office, group.group_id)
    assert here == joined
    in_order = sorted(waiting, key=lambda each: each["waiting_number"])
    assert line == [each["person_id"] for each in in_order]
    assert offered == set()
    seats = await cora.send("GET", f"/groups/{group.group_id}/seats")
    assert (seats["taken"], seats["kept"], len(seats["waiting"])) == (SEATS, 0, PEOPLE - SEATS)
    assert [each["place"] for each in seats["waiting"]] == numbers
    # Everybody who joined is in the series that runs, nobody else is.
    (listed,) = await cora.send("GET", f"/groups/{group.group_id}/series")
    series = await cora.send("GET", f"/series/{listed['series_id']}")
    assert {each["person_id"] for each in series["members"]} == joined


async def test_of_those_who_join_at_once_without_waiting_the_rest_is_refused(house, open_script):
    office = house.office
    group = await office.group(house.lea, [], seat_limit=3, name="Small circle")
    people = await crowd(office, 12)
    cora = await open_script(house.cora)
    path = f"/api/scheduler/v1/groups/{group.group_id}/roster"

    answers = await asyncio.gather(
        *(cora.client.post(path, json={"person_id": who}) for who in people)
    )

    assert sorted(each.status_code for each in answers) == [200] * 3 + [409] * 9
    refused = [each.json() for each in answers if each.status_code == 409]
    assert {each["code"] for each in refused} == {"group_full"}
    here, line, _ = await standing(office, group.group_id)
    assert (len(here), line) == (3, [])


async def test_of_those_who_ask_at_once_the_first_are_offered_what_is_free(house, open_script):
    """People ask for themselves; seats free up, run on, are taken and let go, all at once."""
    office = house.office
    group = await office.group(
        house.lea, [], seat_limit=3, name="Open circle", takes_asks=True, offer_hours=24
    )
    people = await crowd(office, 10)
    scripts = {who: await open_script(who) for who in people}
    path = f"/groups/{group.group_id}/waitlist"

    asked = await asyncio.gather(*(scripts[who].send("POST", path, {}) for who in people))

    offers = {each["person_id"]: each["offer_id"] for each in asked if each["offer_id"]}
    assert len(offers) == 3
    _, line, offered = await standing(office, group.group_id)
    assert offered == offers.keys()
    by_number = sorted(asked, key=lambda each: each["waiting_number"])
    assert [each["waiting_number"] for each in by_number] == list(range(1, 11))
    assert [each["person_id"] for each in by_number[3:]] == line
    assert [each["standing"] for each in by_number] == ["offered"] * 3 + ["waiting"] * 7

    yes, no, also_yes = offers
    cora = await open_script(house.cora)
    rest = f"/groups/{group.group_id}/roster"
    answers = await asyncio.gather(
        scripts[yes].send("POST", f"/offers/{offers[yes]}/accept"),
        scripts[yes].send("POST", f"/offers/{offers[yes]}/accept"),
        scripts[no].send("POST", f"/offers/{offers[no]}/decline"),
        scripts[also_yes].send("POST", f"/offers/{offers[also_yes]}/accept"),
        cora.send("POST", rest, {"person_id": house.ada, "or_wait": True}),
        cora.send("POST", rest, {"person_id": house.ben, "or_wait": True}),
    )

    assert [each["state"] for each in answers[:4]] == [
        "accepted",
        "accepted",
        "declined",
        "accepted",
    ]
    assert [each["standing"] for each in answers[4:]] == ["waiting", "waiting"]
    here, after, offered = await standing(office, group.group_id)
    assert here == {yes, also_yes}
    assert offered == {line[0]}
    assert after[: len(line) - 1] == line[1:]
    assert set(after[len(line) - 1 :]) == {house.ada, house.ben}
