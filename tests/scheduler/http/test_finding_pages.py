"""Finding a time for a group, and polls: what each one sees, does, and is told."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from alongside.contracts import PersonAsked
from alongside_scheduler.domain.free import Span
from alongside_scheduler.store.tables import BusyCalendarRow

pytestmark = pytest.mark.contract

CHOSEN = ["2026-03-11T10:00", "2026-03-12T14:00"]


async def opened(house, open_browser, **facts) -> str:
    lea = await open_browser(house.lea)
    house.office.said.clear()
    fields = {
        "rhythm": "weekly", "minutes": "60", "weeks": "8", "first_day": "2026-03-09",
        "proposal": CHOSEN, "closes_on": "2026-03-06", **facts,
    }  # fmt: skip
    response = await lea.client.post(f"/groups/{house.group_id}/polls", data=fields)
    assert response.status_code == 303, response.text[:2000]
    return response.headers["location"]


async def test_the_best_times_are_drawn_and_lead_to_the_plan(house, open_browser):
    lea = await open_browser(house.lea)
    assert f"/groups/{house.group_id}/find-a-time" in await lea.page(f"/groups/{house.group_id}")
    page = await lea.page(f"/groups/{house.group_id}/find-a-time?rhythm=weekly&minutes=120")
    assert "Everybody, on every date" in page
    assert "free on 12 of 12 dates" in page
    assert "in New York" in page
    assert "Nobody has said which hours suit" in page
    path = unescape(re.search(r'href="(/groups/[^"]+/series/new\?[^"]+)"', page)[1])
    filled = parse_qs(urlsplit(path).query)
    assert filled["frequency"] == ["weekly"]
    assert filled["count"] == ["12"]
    form = await lea.page(path)
    assert f'value="{filled["starts_on"][0]}"' in form
    assert f'value="{filled["start_time"][0]}"' in form
    fields = dict(re.findall(r'<input class="input"[^>]* name="(\w+)" value="([^"]*)"', form))
    preview = await lea.post(
        f"/groups/{house.group_id}/series/new", status=200,
        frequency="weekly", ends="count", action="preview", zone="America/Chicago", **fields,
    )  # fmt: skip
    assert "Save and invite" in preview.text


async def test_a_standing_session_of_a_member_speaks_against_its_time(house, open_browser):
    lea = await open_browser(house.lea)
    # The circle meets on Tuesdays from ten to twelve, six times from 10 March.
    found = await lea.send(
        "GET", f"/groups/{house.group_id}/times?minutes=120&weeks=6&first_day=2026-03-09&most=30"
    )
    tuesday = [each for each in found["found"] if each["words"] == "Every week on Tuesday"]
    assert tuesday
    # In UTC that is from 15:00; two hours that begin after 13:00 and before 17:00 would touch it.
    assert not [each for each in tuesday if "13:00" < each["starts"][0][11:16] < "17:00"]
    assert found["people"][0]["name"] == "Lea Lead"
    assert {person["hours"] for person in found["people"]} == {"assumed"}


async def test_a_plan_warns_of_who_is_busy_elsewhere_and_is_saved_all_the_same(house, open_browser):
    starts = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)

    async def imported(uow):
        row = BusyCalendarRow(
            calendar_id="c", person_id=house.ada, label="Work", host="example.org",
            sealed_address="", fingerprint="", added_at=uow.now, next_attempt_at=uow.now,
        )  # fmt: skip
        await uow.busy.keep(row)
        await uow.busy.replace(row, [Span(starts, starts + timedelta(minutes=5))])

    await house.office.run(imported)
    lea = await open_browser(house.lea)
    fields = {
        "frequency": "weekly", "starts_on": "2026-03-12", "start_time": "10:00",
        "end_time": "11:00", "interval": "1", "ends": "count", "count": "4",
    }  # fmt: skip
    path = f"/groups/{house.group_id}/series/new"
    preview = await lea.post(path, status=200, action="preview", **fields)
    warning = "Ada Able is busy elsewhere on 1 of 4 dates: Thu, Mar 12, 2026."
    assert warning in preview.text
    found = await lea.send("GET", f"/groups/{house.group_id}/times?minutes=60&first_day=2026-03-12")
    assert not [each for each in found["found"] if each["starts"][0] == "2026-03-12T15:00:00Z"]
    await lea.post(path, action="save", **fields)


async def test_only_who_leads_looks_for_times(house, open_browser):
    for who, status in ((house.ada, 403), (house.omar, 404)):
        browser = await open_browser(who)
        await browser.page(f"/groups/{house.group_id}/find-a-time", status=status)
    cora = await open_browser(house.cora)
    await cora.page(f"/groups/{house.group_id}/find-a-time")
    ada = await open_browser(house.ada)
    await ada.send("GET", f"/groups/{house.group_id}/times", status=404)


async def test_what_cannot_be_looked_for_is_said(house, open_browser):
    lea = await open_browser(house.lea)
    for query, words in (
        ("weeks=99", "4 to 26 weeks"),
        ("minutes=5", "15 to 480 minutes"),
        ("first_day=2020-01-01", "Begin today"),
    ):
        page = await lea.page(f"/groups/{house.group_id}/find-a-time?{query}", status=422)
        assert words in page
    await lea.page(f"/groups/{house.group_id}/find-a-time?weeks=x&rhythm=sometimes")


async def test_a_poll_is_opened_answered_changed_and_decided(house, open_browser):
    path = await opened(house, open_browser)
    ada, ben, lea = [await open_browser(each) for each in (house.ada, house.ben, house.lea)]
    page = await ada.page(path)
    assert "Which time suits you?" in page
    assert "Every week on Wednesday" in page
    assert "Ben Baker" not in page
    await ada.post(path, **{"answer-0": "no", "answer-1": "yes"})
    await ada.post(path, **{"answer-0": "if_need_be", "answer-1": "yes"})
    await ben.post(path, **{"answer-0": "yes", "answer-1": "yes"})
    page = await ben.page(path)
    assert "1 yes, 1 if need be, 0 no" in page
    assert "Ada Able" not in page
    grid = await lea.page(path)
    assert "Ada Able" in grid
    assert "Ahead" in grid
    assert "2 of 3 have answered" in grid
    await ada.post(f"{path}/decide", status=403, proposal="1")
    decided = await lea.post(f"{path}/decide", proposal="1")
    filled = parse_qs(urlsplit(decided.headers["location"]).query)
    assert (filled["starts_on"], filled["start_time"]) == (["2026-03-12"], ["14:00"])
    assert "Decided: Every week on Thursday" in await ada.page(path)
    late = await ada.post(path, status=409, **{"answer-0": "no", "answer-1": "no"})
    assert "over" in late.text
    await lea.post(f"{path}/decide", status=409, proposal="0")
    await lea.post(f"{path}/withdraw", status=409)


async def test_everybody_but_who_asks_is_told_once(house, open_browser):
    path = await opened(house, open_browser)
    lea = await open_browser(house.lea)
    await lea.post(f"{path}/decide", proposal="0")
    async with house.office.app.database.read() as session:
        from sqlalchemy import select

        outbox = house.office.app.database.plumbing.outbox
        rows = await session.execute(
            select(outbox.c.key, outbox.c.payload).where(outbox.c.type == PersonAsked.type_name())
        )
        told = [PersonAsked.model_validate_json(row.payload) for row in rows]
    assert {(each.person_id, each.about) for each in told} == {
        (person, about)
        for person in (house.ada, house.ben)
        for about in ("poll_opened", "poll_decided")
    }
    assert len(told) == 4
    assert {each.path for each in told} == {path}
    assert {each.subject for each in told} == {"Tuesday circle"}
    assert len({each.ask_id for each in told}) == 4


async def test_a_poll_waits_on_the_first_page_and_the_groups_until_it_is_answered(
    house, open_browser
):
    path = await opened(house, open_browser)
    ada, omar = [await open_browser(each) for each in (house.ada, house.omar)]
    assert path in await ada.page("/")
    assert path not in await omar.page("/")
    assert path in await ada.page(f"/groups/{house.group_id}")
    await ada.post(path, **{"answer-0": "yes", "answer-1": "yes"})
    assert path not in await ada.page("/")
    assert path in await ada.page(f"/groups/{house.group_id}")
    house.office.clock.advance(timedelta(days=5))
    ben = await open_browser(house.ben)
    assert path not in await ben.page("/")
    assert path not in await ben.page(f"/groups/{house.group_id}")


async def test_a_poll_closes_by_itself_and_can_still_be_decided(house, open_browser):
    path = await opened(house, open_browser)
    house.office.clock.advance(timedelta(days=5))
    ada, lea = [await open_browser(each) for each in (house.ada, house.lea)]
    assert "This poll is closed" in await ada.page(path)
    await ada.post(path, status=409, **{"answer-0": "yes", "answer-1": "yes"})
    await lea.post(f"{path}/decide", proposal="0")


async def test_a_poll_is_taken_back(house, open_browser):
    path = await opened(house, open_browser)
    ada, lea = [await open_browser(each) for each in (house.ada, house.lea)]
    await lea.post(f"{path}/withdraw")
    assert "taken back" in await ada.page(path)
    await ada.post(path, status=409, **{"answer-0": "yes", "answer-1": "yes"})


async def test_strangers_see_no_poll(house, open_browser):
    path = await opened(house, open_browser)
    omar = await open_browser(house.omar)
    await omar.page(path, status=404)
    await omar.post(path, status=404, **{"answer-0": "yes", "answer-1": "yes"})
    await omar.post(f"{path}/decide", status=404, proposal="0")
    cora = await open_browser(house.cora)
    await cora.post(path, status=404, **{"answer-0": "yes", "answer-1": "yes"})
    assert "What everybody says" in await cora.page(path)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"proposal": CHOSEN[:1]}, "Choose 2 to 6"),
        ({"proposal": []}, "Choose 2 to 6"),
        ({"proposal": ["2026-03-11T10:00", "nonsense"]}, "none of the times"),
        ({"proposal": ["2026-03-11T10:00", "2026-01-01T10:00"]}, "none of the times"),
        ({"proposal": ["2026-03-11T10:00", "2026-03-12T10:00/2"]}, "none of the times"),
        ({"closes_on": ""}, "This is needed"),
        ({"closes_on": "2026-03-01"}, "from today to 60 days"),
    ],
)
async def test_what_cannot_be_asked(house, open_browser, facts, words):
    lea = await open_browser(house.lea)
    fields = {
        "rhythm": "weekly", "minutes": "60", "weeks": "8", "first_day": "2026-03-09",
        "proposal": CHOSEN, "closes_on": "2026-03-06", **facts,
    }  # fmt: skip
    response = await lea.client.post(f"/groups/{house.group_id}/polls", data=fields)
    assert response.status_code == 422
    assert words in response.text


async def test_half_an_answer_is_none(house, open_browser):
    path = await opened(house, open_browser)
    ada = await open_browser(house.ada)
    page = await ada.post(path, status=422, **{"answer-0": "yes"})
    assert "Does time 2 suit you?" in page.text
    assert re.search(r'name="answer-0" value="yes"[^>]* checked', page.text)


async def test_the_same_as_json(house, open_script):
    lea, ada = await open_script(house.lea), await open_script(house.ada)
    found = await lea.send(
        "GET", f"/groups/{house.group_id}/times?rhythm=monthly&weeks=26&minutes=90&most=3"
    )
    assert len(found["found"]) == 3
    asked = found["asked"]
    made = await lea.send(
        "POST",
        f"/groups/{house.group_id}/polls",
        {
            **{key: asked[key] for key in ("rhythm", "minutes", "weeks", "first_day")},
            "proposals": [each["proposal"] for each in found["found"]],
            "closes_on": "2026-03-09",
        },
        status=201,
    )
    path = f"/polls/{made['poll_id']}"
    await ada.send("PUT", f"{path}/answers", {"answers": ["yes", "no", "yes"]}, status=204)
    await ada.send("PUT", f"{path}/answers", {"answers": ["yes"]}, status=422)
    await ada.send("PUT", f"{path}/answers", {"answers": ["a", "b", "c"]}, status=422)
    seen = await ada.send("GET", path)
    assert [each["mine"] for each in seen["proposals"]] == ["yes", "no", "yes"]
    assert seen["people"] == []
    assert seen["proposals"][0]["plan_path"] is None
    seen = await lea.send("GET", path)
    assert [person["name"] for person in seen["people"]] == ["Lea Lead", "Ada Able", "Ben Baker"]
    decided = await lea.send("POST", f"{path}/decide", {"proposal": 0})
    assert "week_of_month=" in decided["plan_path"]
    (listed,) = await ada.send("GET", f"/groups/{house.group_id}/polls")
    assert listed["state"] == "decided"
    await lea.send("DELETE", path, status=409)
