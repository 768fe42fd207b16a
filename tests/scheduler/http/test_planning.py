"""Planning a series: days off, every second week, forecasts, who covers which date."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alongside.contracts import ProgressChanged
from alongside_scheduler.handlers.copies import hear_hours
from alongside_scheduler.handlers.people import PutCredential, add_credential
from alongside_scheduler.views.credentials import cover_of, group_cover

pytestmark = pytest.mark.contract

THURSDAYS = {
    "frequency": "weekly",
    "starts_on": "2026-11-12",
    "start_time": "10:00",
    "end_time": "12:00",
    "count": 4,
}


async def preview(browser, group_id: str, **facts: Any) -> dict:
    body = {**THURSDAYS, **facts}
    return await browser.send("POST", f"/groups/{group_id}/series?dry_run=true", body)


async def progress(house, person_id: str, **facts: Any) -> None:
    said = ProgressChanged(
        **{
            "id": house.office.app.new_id(),
            "occurred_at": datetime(2026, 3, 1, tzinfo=UTC),
            "supervisee_id": person_id,
            "version": 1,
            "category": "IFS",
            "required_minutes": 24 * 60,
            "counted_minutes": 0,
            "pending_minutes": 0,
            "appears_met": False,
            **facts,
        }
    )
    await house.office.run(lambda uow: hear_hours([said], uow))


async def credential(house, person_id: str, **facts: Any) -> None:
    command = PutCredential(**{"kind": "ERS", "valid_from": "2025-01-01", **facts})
    await house.office.run(lambda uow: add_credential(person_id, command, uow))


def forecast_of(told: dict, name: str) -> dict:
    return next(each for each in told["forecasts"] if each["name"] == name)


class TestDaysOff:
    async def test_thanksgiving_is_skipped_and_named(self, house, open_browser):
        lea = await open_browser(house.lea)
        told = await preview(lea, house.group_id, on_day_off="skip")
        assert [each["key"] for each in told["sessions"]] == [
            "20261112T1000", "20261119T1000", "20261203T1000", "20261210T1000",
        ]  # fmt: skip
        assert told["skipped"] == [
            {"key": "20261126T1000", "day": "2026-11-26", "day_off": "Thanksgiving Day"}
        ]
        assert told["words"] == "Every week on Thursday, 4 times"
        assert "One session on a day off is skipped." in told["notes"]

    async def test_a_moved_session_keeps_its_key(self, house, open_browser):
        lea = await open_browser(house.lea)
        body = {**THURSDAYS, "on_day_off": "next_weekday"}
        told = await preview(lea, house.group_id, on_day_off="next_weekday")
        row = next(each for each in told["sessions"] if each["key"] == "20261126T1000")
        assert (row["fate"], row["day"], row["planned_for"]) == (
            "moved",
            "2026-11-27",
            "2026-11-26",
        )
        series = await lea.send("POST", f"/groups/{house.group_id}/series", body, status=201)
        kept = next(each for each in series["occurrences"] if each["key"] == "20261126T1000")
        assert kept["moved"]
        assert kept["original_start"] == "2026-11-26T16:00:00Z"
        assert kept["starts_at"] == "2026-11-27T16:00:00Z"
        assert "Every week on Thursday, 4 times" in await lea.page(f"/groups/{house.group_id}")

    async def test_kept_by_default_and_said(self, house, open_browser):
        lea = await open_browser(house.lea)
        told = await preview(lea, house.group_id)
        row = next(each for each in told["sessions"] if each["key"] == "20261126T1000")
        assert (row["fate"], row["day_off"]) == ("kept", "Thanksgiving Day")

    async def test_closures_count_too(self, house, open_browser):
        cora = await open_browser(house.cora)
        body = {"name": "Retreat", "first_day": "2026-11-19"}
        await cora.send("POST", "/association/closures", body, status=201)
        told = await preview(cora, house.group_id, on_day_off="skip")
        assert [each["day_off"] for each in told["skipped"]] == ["Retreat", "Thanksgiving Day"]

    @pytest.mark.parametrize("rule", ["week_later", "sometimes"])
    async def test_what_cannot_be_is_refused(self, house, open_browser, rule):
        lea = await open_browser(house.lea)
        body = {**THURSDAYS, "on_day_off": rule}
        told = await lea.send("POST", f"/groups/{house.group_id}/series", body, status=422)
        assert "on_day_off" in str(told)

    async def test_the_page_draws_and_lists_it(self, house, open_browser):
        lea = await open_browser(house.lea)
        fields = {**THURSDAYS, "ends": "count", "action": "preview", "on_day_off": "skip"}
        response = await lea.post(f"/groups/{house.group_id}/series/new", status=200, **fields)
        assert "sheet-day is-skipped" in response.text
        assert re.search(r"skipped</span>\s*Thanksgiving Day", response.text)
        assert response.text.count("sheet-day is-planned") >= 4
        fields["on_day_off"] = "next_weekday"
        response = await lea.post(f"/groups/{house.group_id}/series/new", status=200, **fields)
        assert "from Thu, Nov 26, 2026, Thanksgiving Day" in response.text


async def test_every_second_week_is_a_choice(house, open_browser):
    lea = await open_browser(house.lea)
    assert "Every second week" in await lea.page(f"/groups/{house.group_id}/series/new")
    fields = {**THURSDAYS, "frequency": "every_second_week", "ends": "count", "interval": "1"}
    response = await lea.post(
        f"/groups/{house.group_id}/series/new", status=200, action="preview", **fields
    )
    assert "Every second week on Thursday, 4 times" in response.text
    saved = await lea.post(f"/groups/{house.group_id}/series/new", action="save", **fields)
    series = await lea.send("GET", saved.headers["location"])
    assert series["pattern"]["interval"] == 2


class TestForecast:
    async def test_plan_thirteen_not_twelve(self, house, open_browser):
        lea = await open_browser(house.lea)
        await lea.send("POST", f"/series/{house.series_id}/cancel")
        await progress(house, house.ada)
        facts = {"frequency": "monthly_by_weekday", "count": 12, "starts_on": "2026-06-11"}
        found = forecast_of(await preview(lea, house.group_id, **facts), "Ada Able")
        assert found["words"] == (
            "24 h on May 13, 2027; one missed session makes it June. Plan 13, not 12."
        )
        assert (found["outlook"], found["reached_on"]) == ("tight", "2027-05-13")
        found = forecast_of(
            await preview(lea, house.group_id, **{**facts, "count": 13}), "Ada Able"
        )
        assert (found["outlook"], found["one_missed_on"]) == ("safe", "2027-06-10")

    async def test_sessions_of_other_series_count_too(self, house, open_browser):
        lea = await open_browser(house.lea)
        await progress(house, house.ada, required_minutes=16 * 60, pending_minutes=60)
        found = forecast_of(await preview(lea, house.group_id), "Ada Able")
        # Six sessions of two hours are ahead in the other series, and four in this one.
        assert (found["other_minutes"], found["planned_minutes"]) == (720, 480)
        assert found["reached_on"] == "2026-11-19"

    async def test_who_pursues_nothing_and_who_is_not_known(self, house, open_browser):
        lea = await open_browser(house.lea)
        told = await preview(lea, house.group_id)
        assert forecast_of(told, "Ben Baker")["words"] == "Pursues no endorsement."
        assert forecast_of(told, "Ada Able")["outlook"] == "unknown"
        assert "not known yet" in forecast_of(told, "Ada Able")["words"]

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"counted_minutes": 1440, "appears_met": True}, "Has 24 h already."),
            ({"counted_minutes": 1400, "pending_minutes": 40}, "Has 24 h already."),
            (
                {"counted_minutes": 1440},
                "Has 24 h already. What else is asked for, their hours say.",
            ),
            ({"category": "IMHS"}, "Pursues IFS. Their hours are not known yet."),
        ],
    )
    async def test_who_has_enough_or_has_changed(self, house, open_browser, facts, words):
        lea = await open_browser(house.lea)
        await progress(house, house.ada, **facts)
        found = forecast_of(await preview(lea, house.group_id), "Ada Able")
        assert found["words"] == words

    async def test_short_where_nothing_follows(self, house, open_browser):
        lea = await open_browser(house.lea)
        await lea.send("POST", f"/series/{house.series_id}/cancel")
        await progress(house, house.ada, required_minutes=600)
        facts = {"frequency": "dates", "dates": ["2026-06-11", "2026-06-18"], "count": None}
        found = forecast_of(await preview(lea, house.group_id, **facts), "Ada Able")
        assert found["words"] == "6 h short of 10 h after the last session."
        facts = {"count": 4, "starts_on": "2026-06-11"}
        found = forecast_of(await preview(lea, house.group_id, **facts), "Ada Able")
        assert found["words"] == (
            "2 h short. At this rhythm 10 h on Jul 9, 2026: plan 5, not 4, "
            "or 6 so that one may be missed."
        )

    async def test_a_member_does_not_see_the_others_hours(self, house, open_browser):
        ada = await open_browser(house.ada)
        body = dict(THURSDAYS)
        await ada.send("POST", f"/groups/{house.group_id}/series?dry_run=true", body, status=404)


class TestCover:
    async def test_a_credential_that_ends_on_the_way(self, house, open_browser):
        await credential(house, house.lea, valid_until="2026-11-30")
        lea = await open_browser(house.lea)
        told = await preview(lea, house.group_id)
        (leader,) = told["cover"]["leaders"]
        assert [each["state"] for each in leader["days"]] == ["endorsed"] * 3 + ["none"]
        assert told["warnings"][0] == (
            "Lea Lead: ERS ends on Mon, Nov 30, 2026; one session comes after it."
        )
        assert "Ada Able (IFS) pursues an endorsement" in told["warnings"][1]

    async def test_a_co_provider_covers_what_the_provider_does_not(self, house, open_browser):
        await credential(house, house.lea, valid_until="2026-11-30")
        await credential(house, house.omar, standing="vetted")
        lea = await open_browser(house.lea)
        await lea.send("PATCH", f"/groups/{house.group_id}", {"co_provider_id": house.omar})
        told = await preview(lea, house.group_id)
        assert [leader["name"] for leader in told["cover"]["leaders"]] == ["Lea Lead", "Omar Other"]
        assert not [each for each in told["warnings"] if "nobody who leads" in each]
        assert any("Omar Other leads as vetted" in each for each in told["notes"])
        fields = {**THURSDAYS, "ends": "count", "action": "preview"}
        page = (await lea.post(f"/groups/{house.group_id}/series/new", status=200, **fields)).text
        assert page.count("cover-day is-vetted") == 5  # four dates, and the legend
        assert "Thu, Dec 3, 2026: no valid credential" in page

    async def test_standing_that_changes(self, house, open_browser):
        await credential(house, house.lea, standing="emerging", valid_until="2026-11-20")
        await credential(house, house.lea, valid_from="2026-11-21")
        lea = await open_browser(house.lea)
        told = await preview(lea, house.group_id)
        assert told["cover"]["warnings"] == []
        assert "Lea Lead is endorsed from Thu, Nov 26, 2026 on." in told["notes"]


async def test_a_taken_time_comes_with_free_ones(house, open_browser):
    lea = await open_browser(house.lea)
    facts = {"starts_on": "2026-03-10", "count": 1}
    told = await preview(lea, house.group_id, **facts)
    assert told["conflicts"]
    assert len(told["instead"]) == 3
    fields = {**THURSDAYS, **facts, "ends": "count", "zone": "America/Chicago"}
    page = await lea.post(
        f"/groups/{house.group_id}/series/new", status=200, action="preview", **fields
    )
    assert f'name="instead" value="{told["instead"][0].replace("Z", "+00:00")}"' in page.text
    chosen = await lea.post(
        f"/groups/{house.group_id}/series/new", status=200, instead=told["instead"][0], **fields
    )
    assert "sheet-day is-taken" in page.text
    assert "two places" not in chosen.text
    assert "is-taken" not in chosen.text
    assert "Save and invite" in chosen.text


class TestASeriesThatRuns:
    async def test_where_it_leads_is_on_its_page(self, house, open_browser):
        await progress(house, house.ada, required_minutes=8 * 60)
        await credential(house, house.lea, valid_until="2026-04-01")
        lea = await open_browser(house.lea)
        page = await lea.page(f"/series/{house.series_id}")
        assert "8 h on Mar 31, 2026" in page
        assert "Lea Lead: ERS ends on Wed, Apr 1, 2026; 2 sessions come after it." in page
        told = await lea.send("GET", f"/series/{house.series_id}/outlook")
        found = forecast_of(told, "Ada Able")
        assert (found["outlook"], found["one_missed_on"]) == ("safe", "2026-04-07")
        assert [each["state"] for each in told["cover"]["leaders"][0]["days"]].count("none") == 2

    async def test_sessions_that_are_over_count_no_more(self, house, open_browser):
        await progress(house, house.ada, required_minutes=8 * 60)
        house.office.clock.set(datetime(2026, 3, 25, tzinfo=UTC))
        lea = await open_browser(house.lea)
        told = await lea.send("GET", f"/series/{house.series_id}/outlook")
        found = forecast_of(told, "Ada Able")
        # Three of six are over, and not known to have counted: three of two hours are ahead.
        assert (found["planned_minutes"], found["sessions_planned"]) == (360, 6)
        assert (found["outlook"], found["sessions_enough"]) == ("late", 7)
        assert len(told["cover"]["leaders"][0]["days"]) == 3

    async def test_members_do_not_see_it(self, house, open_browser):
        await progress(house, house.ada, required_minutes=8 * 60)
        ada = await open_browser(house.ada)
        assert "Where it leads" not in await ada.page(f"/series/{house.series_id}")
        await ada.send("GET", f"/series/{house.series_id}/outlook", status=404)

    async def test_the_group_s_page_is_told(self, house, open_browser):
        await credential(house, house.lea, valid_until="2026-04-01")
        async with house.office.app.uow() as uow:
            (notice,) = await group_cover(house.group_id, uow)
        assert notice.series_id == house.series_id
        assert notice.warnings[0].startswith("Lea Lead: ERS ends on Wed, Apr 1, 2026")


async def test_what_is_offered_fits_the_whole_series(house, open_browser):
    """Next Tuesday at ten would be free, and the Tuesday after it not: it is not offered."""
    lea = await open_browser(house.lea)
    await lea.send("POST", f"/series/{house.series_id}/sessions/{house.keys[1]}/cancel")
    facts = {"starts_on": "2026-03-10", "count": 3}
    told = await preview(lea, house.group_id, **facts)
    assert len(told["instead"]) == 3
    for moment in told["instead"]:
        wall = datetime.fromisoformat(moment).astimezone(ZoneInfo("America/Chicago"))
        again = {
            "starts_on": wall.date().isoformat(),
            "start_time": f"{wall:%H:%M}",
            "end_time": f"{wall.hour + 2}:{wall:%M}",
            "count": 3,
        }
        assert (await preview(lea, house.group_id, **again))["conflicts"] == []
    assert "2026-03-17T15:00:00Z" not in told["instead"]


async def test_nothing_is_offered_where_nothing_fits(house, open_browser):
    lea = await open_browser(house.lea)
    everywhere = {
        "frequency": "dates",
        "dates": [f"2026-06-{day:02}" for day in range(1, 29)],
        "start_time": "08:00",
        "end_time": "18:00",
        "count": None,
    }
    body = {**THURSDAYS, **everywhere}
    await lea.send("POST", f"/groups/{house.group_id}/series", body, status=201)
    told = await preview(lea, house.group_id, **everywhere)
    assert told["conflicts"]
    assert told["instead"] == []


async def test_who_leads_one_session_in_place_of_another_covers_that_one_alone(house):
    await credential(house, house.omar, standing="vetted")
    async with house.office.app.uow() as uow:
        series = await uow.series.get(house.series_id)
        first, *others = series.occurrences
        stood_in = first.model_copy(update={"provider_id": house.omar})
        changed = series.model_copy(update={"occurrences": (stood_in, *others)})
        cover = await cover_of(changed, uow)
    states = {each.name: [day.state for day in each.days] for each in cover.leaders}
    assert states == {
        "Omar Other": ["vetted"] + ["away"] * 5,
        "Lea Lead": ["away"] + ["none"] * 5,
    }
    assert cover.warnings[0] == (
        "Lea Lead has no credential that is valid on Tue, Mar 17, 2026, Tue, Mar 24, 2026, "
        "Tue, Mar 31, 2026 and 2 more."
    )
    assert cover.warnings[1].startswith("On 5 dates nobody who leads holds a valid credential")


async def test_no_day_off_is_offered(house, open_browser):
    cora = await open_browser(house.cora)
    body = {"name": "Closed", "first_day": "2026-03-10", "last_day": "2026-03-16"}
    await cora.send("POST", "/association/closures", body, status=201)
    told = await preview(cora, house.group_id, starts_on="2026-03-10", count=1)
    assert told["conflicts"]
    assert told["instead"]
    assert min(told["instead"]) >= "2026-03-17"


async def test_what_skips_days_off_goes_on_to_skip_them(house, open_browser):
    lea = await open_browser(house.lea)
    body = {**THURSDAYS, "starts_on": "2026-11-05", "on_day_off": "skip", "count": 6}
    series = await lea.send("POST", f"/groups/{house.group_id}/series", body, status=201)
    step = {
        "step": "move_later",
        "key": "20261112T1000",
        "start_time": "11:00",
        "end_time": "13:00",
    }
    done = await lea.send("POST", f"/series/{series['series_id']}/changes", step)
    later = await lea.send("GET", f"/series/{done['later']['series_id']}")
    assert [each["key"] for each in later["occurrences"]] == [
        "20261112T1100", "20261119T1100", "20261203T1100", "20261210T1100", "20261217T1100",
    ]  # fmt: skip
    assert later["pattern"]["count"] == 6
