"""The visits log: what is to log, one small page for a visit, totals, the table for a spreadsheet."""

import re
from datetime import UTC, datetime

import pytest

from alongside.contracts import Site
from logbook.office import text_of

pytestmark = pytest.mark.unit

FIRST, SECOND, FUTURE = "20260205T0900", "20260210T0900", "20260310T0900"
PAGE = f"/attendance/visits/v1/{FIRST}"


@pytest.fixture
async def house(office):
    await office.person("mia")
    await office.person("pat", "supervisor")
    await office.person("cora", "coordinator")
    await office.series(
        "v1",
        starts=("2026-02-05T09:00", "2026-02-10T09:00", "2026-03-10T09:00"),
        minutes=90,
        members=(),
        provider="mia",
        title="Visit to Little Acorns",
        kind="individual",
        purpose="consultation",
        site=Site(site_id="site-1", name="Little Acorns", kind="child_care"),
    )
    office.clock.set(datetime(2026, 2, 20, 18, tzinfo=UTC))
    return office


async def test_a_visit_is_logged_with_one_button_and_can_be_corrected(house):
    async with house.browser("mia") as mia:
        page = await mia.get("/attendance/visits")
        assert page.status_code == 200
        assert "To log" in text_of(page.text)
        assert PAGE in page.text
        form = await mia.get(PAGE)
        assert re.search(r'name="held" value="yes"[^>]*checked', form.text)
        assert re.search(r'name="minutes"[^>]*value="90"', form.text)
        sent = await mia.post(
            PAGE, data={"held": "yes", "minutes": "75", "activity": "joint", "people": "1"}
        )
        assert (sent.status_code, sent.headers["location"]) == (303, PAGE)
        after = text_of((await mia.get(PAGE)).text)
        assert "Logged." in after
        assert "1 h 15 min · Joint visit or observation · 1 person" in after
        # Fields of a visit that was held are left over when it was not.
        sent = await mia.post(PAGE, data={"held": "no", "minutes": "75", "reason": "weather"})
        assert sent.status_code == 303
        after = text_of((await mia.get(PAGE)).text)
        assert "Not held: Weather" in after
        assert "1 h 15 min · Joint visit or observation" in after
        assert "earlier ones are kept" in text_of((await mia.get(f"{PAGE}?correct=1")).text)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"held": "no"}, "Say why it was not held."),
        ({"held": "yes", "minutes": "1.5"}, "Give a whole number, as digits only."),
        ({"held": "yes", "minutes": "0"}, "A visit takes 1 to 720 minutes."),
        ({"held": "perhaps"}, "Say whether it was held."),
        ({"held": "yes", "people": "9999"}, "Choose between 0 and 500."),
    ],
)
async def test_what_makes_no_sense_comes_back_with_what_was_typed(house, sent, said):
    async with house.browser("mia") as mia:
        answer = await mia.post(PAGE, data={"activity": "training", **sent})
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert re.search(r'name="activity" value="training"[^>]*checked', answer.text)


async def test_others_see_nothing_and_what_is_ahead_waits(house):
    async with house.browser("pat") as pat:
        assert (await pat.get(PAGE)).status_code == 404
        assert (await pat.post(PAGE, data={"held": "yes"})).status_code == 404
        page = text_of((await pat.get("/attendance/visits?all=1")).text)
        assert "Little Acorns" not in page
        assert "Little Acorns" not in (await pat.get("/attendance/visits.csv?all=1")).text
    async with house.browser("mia") as mia:
        ahead = f"/attendance/visits/v1/{FUTURE}"
        assert "has not begun" in text_of((await mia.get(ahead)).text)
        assert (await mia.post(ahead, data={"held": "yes"})).status_code == 409
        assert (await mia.get(f"/attendance/v1/{FIRST}")).status_code == 404


async def test_a_coordinator_sees_everybodys_totals_and_takes_them_away(house):
    async with house.browser("mia") as mia:
        await mia.post(PAGE, data={"held": "yes", "minutes": "60"})
    async with house.browser("cora") as cora:
        page = await cora.get("/attendance/visits")
        assert "Feb 2026: 1 visit, 1 h" in page.text
        assert "Mia" in text_of(page.text)
        ids = re.findall(r' id="([^"]+)"', page.text)
        assert len(ids) == len(set(ids))
        assert " style=" not in page.text
        table = await cora.get("/attendance/visits.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in table.headers["content-disposition"]
    assert table.text.splitlines()[1].startswith("2026-02-05,09:00,America/Chicago,Little Acorns")


async def test_a_supervisor_is_told_in_the_navigation_how_many_wait(house):
    await house.person("mia", "supervisor")
    async with house.browser("mia") as mia:
        page = (await mia.get("/attendance")).text
    waits = re.search(r'href="/visits".*?</a>', page, re.DOTALL)
    assert waits is not None
    assert ">2<" in waits.group(0)
    assert "Nothing to record" in text_of(page)


async def test_as_json(house):
    async with house.script("mia") as mia:
        listed = (await mia.get("/visits")).json()
        assert [each["key"] for each in listed["visits"]] == [FIRST, SECOND]
        sent = {"held": True, "minutes": 45, "activity": "training"}
        done = await mia.put(f"/visits/v1/{FIRST}", json=sent)
        assert done.json()["version"] == 1
        assert (await mia.put(f"/visits/v1/{FIRST}", json=sent)).json()["changed"] is False
        seen = (await mia.get(f"/visits/v1/{FIRST}")).json()
        assert seen["visit"]["log"]["minutes"] == 45
        assert (await mia.get("/visits?state=logged")).json()["total"] == 1
        totals = (await mia.get("/visits/totals")).json()
        assert (totals["visits"], totals["minutes"]) == (1, 45)
        assert (await mia.get("/visits/totals?everybody=true")).json() == totals
        assert (await mia.put(f"/visits/v1/{FIRST}", json={"notes": "x"})).status_code == 422
    async with house.script("pat") as pat:
        assert (await pat.get("/visits?everybody=true")).json()["total"] == 0
        assert (await pat.put(f"/visits/v1/{FIRST}", json=sent)).status_code == 404
