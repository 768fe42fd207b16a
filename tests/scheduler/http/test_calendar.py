"""The pages of the calendar, and the same as JSON."""

import re

import pytest

pytestmark = pytest.mark.contract

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148"}
VIEWS = ("/schedule", "/schedule/month/2026-03", "/schedule/week/2026-W11", "/schedule/agenda")


def days_of(page: str) -> list[str]:
    """Return the cells of a month that have something, as text."""
    cells = re.findall(r'<td class="month-day[^"]*">(.*?)</td>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells if "<ul" in cell]


@pytest.mark.parametrize("path", VIEWS)
async def test_every_view_for_every_role(house, open_browser, path):
    for who in ("cora", "lea", "omar", "ada"):
        page = await (await open_browser(getattr(house, who))).page(path)
        assert page.count("<h1") == 1
        assert " style=" not in page
        assert "<script>" not in page
        assert ("Tuesday circle" in page) == (who != "omar"), who
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
    nobody = await open_browser()
    assert (await nobody.client.get(path)).status_code in {303, 401}


async def test_a_month_is_a_table_with_headings_and_a_caption(house, open_browser):
    ada = await open_browser(house.ada)
    page = await ada.page("/schedule/month/2026-03")
    assert re.findall(r'<th scope="col"><abbr title="(\w+)"', page) == [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]  # fmt: skip
    assert "<caption" in page
    assert page.count("month-day") == 35
    assert "America/Chicago" in page
    assert "The clocks change on Sun, Mar 8, 2026" in page
    found = days_of(page)
    assert len(found) == 4
    assert found[0].startswith("Tuesday, March 10 , 1 session")
    assert "10 AM" in found[0]
    assert "/schedule/month/2026-02" in page
    assert "/schedule/month/2026-04" in page
    assert 'aria-current="date"' in page


async def test_times_are_those_of_who_looks(house, open_browser):
    ben = await open_browser(house.ben)
    page = await ben.page("/schedule/month/2026-03")
    assert "America/New York" in page
    assert "11 AM" in days_of(page)[0]


async def test_a_week_is_a_table_of_hours(house, open_browser):
    ada = await open_browser(house.ada)
    page = await ada.page("/schedule/week/2026-W11")
    table = page[page.index("<table") : page.index("</table>")]
    assert "March 8 to 14, 2026" in page
    assert re.findall(r'<th scope="row" rowspan="2">([^<]+)', table)[0] == "8 AM"
    (cell,) = re.findall(r'<td rowspan="4" class="has-sessions">(.*?)</td>', table, re.DOTALL)
    assert "10 AM to 12 PM" in cell
    assert f"/sessions/{house.series_id}/{house.keys[0]}" in cell


async def test_a_list_has_a_heading_for_each_day(house, open_browser):
    ada = await open_browser(house.ada)
    page = await ada.page("/schedule/agenda?from=2026-03-17")
    assert re.findall(r"<h2>([^<]+)</h2>", page) == [
        "Tue, Mar 17, 2026", "Tue, Mar 24, 2026", "Tue, Mar 31, 2026", "Tue, Apr 7, 2026",
    ]  # fmt: skip
    assert "/schedule/agenda?from=2026-04-14" in page
    phone = await ada.get("/schedule", headers=PHONE)
    assert "agenda-day" in phone.text
    assert "month-table" not in phone.text


async def test_how_sessions_stand_is_said_in_words(house, open_browser):
    lea = await open_browser(house.lea)
    await lea.post(f"/sessions/{house.series_id}/{house.keys[1]}/cancel", confirm="yes")
    ada = await open_browser(house.ada)
    first, second, *_ = days_of(await ada.page("/schedule/month/2026-03"))
    page = await ada.page("/schedule/month/2026-03")
    assert "cancelled" in second
    assert "cancelled" not in first
    assert 'aria-label="your answer is awaited"' in page
    assert "is-off" in page
    assert "Cancelled" in await ada.page("/schedule/agenda?from=2026-03-17")


async def test_many_on_a_day_become_a_link_to_the_day(house, open_browser):
    for hour in range(13, 18):
        await house.office.series(
            house.group_id,
            frequency="once",
            count=1,
            start_time=f"{hour}:00",
            end_time=f"{hour}:45",
        )
    ada = await open_browser(house.ada)
    page = await ada.page("/schedule/month/2026-03")
    assert "+3 more on March 10" in days_of(page)[0].replace(" ,", ",")
    assert 'href="/schedule/agenda?from=2026-03-10"' in page
    week = await ada.page("/schedule/week/2026-W11")
    assert week.count("cal-block") == 6


async def test_one_group_alone_and_the_choice_goes_along(house, open_browser):
    cora = await open_browser(house.cora)
    page = await cora.page(f"/schedule/month/2026-03?show=group:{house.group_id}")
    assert len(days_of(page)) == 4
    assert f'value="group:{house.group_id}" selected' in page
    assert f"/schedule/month/2026-04?show=group%3A{house.group_id}" in page
    mine = await cora.page("/schedule/month/2026-03?show=mine")
    assert days_of(mine) == []
    assert "Nothing is planned yet" in mine
    led = await cora.page(f"/schedule/month/2026-03?show=provider:{house.lea}")
    assert len(days_of(led)) == 4


async def test_an_empty_month_says_where_to_go(house, open_browser):
    ada = await open_browser(house.ada)
    page = await ada.page("/schedule/month/2026-02")
    assert "Next is Tuesday circle on Tue, Mar 10, 2026" in page
    assert 'href="/schedule/month/2026-03"' in page


@pytest.mark.parametrize(
    "path",
    [
        "/schedule/month/2026-13",
        "/schedule/month/1066-10",
        "/schedule/week/2026-W60",
        "/schedule/agenda?from=soon",
        "/schedule/agenda?from=0001-01-01",
        "/schedule/month/2026-03?show=nonsense",
    ],
)
async def test_what_is_no_place_in_the_calendar_is_not_found(house, open_browser, path):
    ada = await open_browser(house.ada)
    await ada.page(path, status=404)


async def test_the_edges_of_the_calendar_can_be_seen(house, open_browser):
    ada = await open_browser(house.ada)
    for path in (
        "/schedule/month/2000-01",
        "/schedule/month/2100-12",
        "/schedule/week/2000-W01",
        "/schedule/week/2100-W52",
        "/schedule/agenda?from=2100-12-31",
    ):
        await ada.page(path)


async def test_only_a_coordinator_sees_everything(house, open_browser):
    for who in (house.ada, house.lea):
        await (await open_browser(who)).page("/schedule?show=all", status=403)


async def test_the_same_as_json(house, open_browser):
    ada = await open_browser(house.ada)
    found = await ada.send("GET", "/schedule?from=2026-03-10&to=2026-03-17")
    assert [each["key"] for each in found] == house.keys[:2]
    assert found[0]["answer"] == "waiting"
    assert found[0]["provider"] == "Lea Lead"
    assert len(await ada.send("GET", "/schedule")) == 4
    assert await ada.send("GET", f"/schedule?from=2026-03-10&group_id={house.group_id}")
    await ada.send("GET", "/schedule?everybody=true", status=403)
    await ada.send("GET", "/schedule?from=2026-03-10&to=2028-03-10", status=422)
    await ada.send("GET", "/schedule?from=soon", status=422)
    cora = await open_browser(house.cora)
    both = f"/schedule?group_id={house.group_id}&everybody=true"
    await cora.send("GET", both, status=422)
    assert await cora.send("GET", "/schedule?from=2026-03-10") == []
    assert len(await cora.send("GET", "/schedule?from=2026-03-10&everybody=true")) == 5
    assert len(await cora.send("GET", f"/schedule?from=2026-03-10&provider_id={house.lea}")) == 5
    omar = await open_browser(house.omar)
    assert await omar.send("GET", f"/schedule?from=2026-03-10&group_id={house.group_id}") == []
