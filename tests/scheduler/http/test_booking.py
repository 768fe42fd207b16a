"""The pages and routes by which providers open their time and people book it."""

import itertools
import re
from datetime import date, timedelta
from urllib.parse import unquote

import pytest

from alongside_scheduler.handlers.availability import SetAvailability, set_availability

pytestmark = pytest.mark.contract

WEEK = [
    {"weekday": 1, "begins": "13:00", "ends": "16:00"},
    {"weekday": 3, "begins": "09:00", "ends": "12:00"},
]


@pytest.fixture
async def opened(house):
    """The house, and Lea can be booked on Tuesday afternoons and Thursday mornings."""
    command = SetAvailability.model_validate(
        {"published": True, "windows": WEEK, "lengths": [30, 60], "place": "Room 4"}
    )
    await house.office.run(lambda uow: set_availability(house.lea, command, uow))
    return house


def is_sound(page: str) -> None:
    """Check what every page keeps to."""
    assert page.count("<h1") == 1
    assert " style=" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted(each for each in ids if ids.count(each) > 1)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(two <= one + 1 for one, two in itertools.pairwise(levels)), levels


def links(page: str, path: str) -> list[str]:
    found = re.findall(r'href="([^"]+)"', page)
    return [each.replace("&amp;", "&") for each in found if path in each]


class TestPublishing:
    async def test_a_provider_opens_their_week(self, house, open_browser):
        lea = await open_browser(house.lea)
        page = await lea.page("/availability")
        is_sound(page)
        assert "Not open" in page
        refused = await lea.post("/availability/publish", status=422, published="yes")
        assert "Say first on which days" in refused.text
        await lea.post("/availability/windows", weekdays=["0", "2"], begins="09:00", ends="12:00")
        await lea.post("/availability/windows", weekdays="0", begins="14:00", ends="17:30")
        await lea.post("/availability/publish", published="yes")
        page = await lea.page("/availability")
        is_sound(page)
        assert "Open for booking" in page
        assert page.count("9 AM to 12 PM") == 2 * 2, "in words and in the name of its button"
        assert "2 PM to 5:30 PM" in page
        assert f"/book/{house.lea}" in page
        assert "<svg" in page
        assert "Code that opens your booking page" in page
        gone = {"weekday": "0", "begins": "14:00", "ends": "17:30"}
        await lea.post("/availability/windows/remove", **gone)
        assert "2 PM to 5:30 PM" not in await lea.page("/availability")
        await lea.post("/availability/windows/remove", status=404, **gone)
        await lea.post("/availability/windows/remove", status=404, weekday="x")

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"begins": "09:00", "ends": "12:00"}, "Choose at least one day"),
            ({"weekdays": "1", "begins": "12:00", "ends": "09:00"}, "ends before it begins"),
            ({"weekdays": "1", "begins": "soon", "ends": "09:00"}, "This is not a time"),
            ({"weekdays": "1", "begins": "09:00"}, "This is needed"),
        ],
    )
    async def test_faulty_hours_are_named(self, house, open_browser, fields, said):
        lea = await open_browser(house.lea)
        refused = await lea.post("/availability/windows", status=422, **fields)
        assert said in refused.text
        is_sound(refused.text)

    async def test_days_that_are_different(self, opened, open_browser):
        lea = await open_browser(opened.lea)
        leave = {"first": "2026-03-09", "last": "2026-03-20", "kind": "off"}
        await lea.post("/availability/exceptions", **leave)
        other = {"first": "2026-03-24", "kind": "hours", "begins": "08:00", "ends": "10:00"}
        await lea.post("/availability/exceptions", **other)
        page = await lea.page("/availability")
        is_sound(page)
        assert "Mon, Mar 9, 2026 to Fri, Mar 20, 2026" in page
        assert "8 AM to 10 AM" in page
        refused = await lea.post("/availability/exceptions", status=422, **leave)
        assert "has an exception already" in refused.text
        refused = await lea.post("/availability/exceptions", status=422, kind="off")
        assert "This is needed" in refused.text
        await lea.post("/availability/exceptions/remove", first="2026-03-09")
        assert "Mar 9, 2026" not in await lea.page("/availability")
        await lea.post("/availability/exceptions/remove", status=404, first="2026-03-09")

    async def test_rules_are_kept_or_named(self, opened, open_browser):
        lea = await open_browser(opened.lea)
        fields = {
            "lengths": ["60", "90"], "step_minutes": "15", "buffer_minutes": "10",
            "notice_hours": "48", "horizon_days": "30", "cancel_hours": "12", "day_sessions": "3",
            "week_minutes": "600", "zone": "America/Denver", "open_to": "own", "place": "Room 5",
        }  # fmt: skip
        await lea.post("/availability/rules", **fields)
        page = await lea.page("/availability")
        for words in ("1 h, 1 h 30 min", "every 15 minutes", "48 hours to 30 days", "3 a day, 10 h a week", "America/Denver", "Room 5"):  # fmt: skip
            assert words in page, words
        wrong = await lea.post(
            "/availability/rules",
            status=422,
            **fields | {"notice_hours": "-1", "day_sessions": "no", "zone": "Mars/X"},
        )
        assert "not a whole number" in wrong.text
        wrong = await lea.post(
            "/availability/rules", status=422, **fields | {"notice_hours": "-1", "zone": "Mars/X"}
        )
        assert "Notice is 0 to 720 hours" in wrong.text
        assert "is not known" in wrong.text
        is_sound(wrong.text)

    async def test_only_supervisors_have_it(self, opened, open_browser):
        ada = await open_browser(opened.ada)
        await ada.page("/availability", status=403)
        await ada.post("/availability/publish", status=403, published="no")


class TestBooking:
    async def test_from_the_list_to_a_booked_session(self, opened, open_browser):
        ada = await open_browser(opened.ada)
        page = await ada.page("/book")
        is_sound(page)
        assert "Lea Lead" in page
        assert "Tue, Mar 3, 1:00 PM" in page
        page = await ada.page(f"/book/{opened.lea}")
        is_sound(page)
        assert "Tue, Mar 3, 2026, " in page
        days = links(page, "day=2026-03-05")
        page = await ada.page(days[0])
        is_sound(page)
        assert "Morning" in page
        assert "9:00 AM" in page
        slot = next(each for each in links(page, "/confirm") if "T16:00Z" in unquote(each))
        page = await ada.page(slot)
        is_sound(page)
        assert "10:00 AM to 11:00 AM" in page
        assert "Room 4" in page
        done = await ada.post(
            f"/book/{opened.lea}", start="2026-03-05T16:00Z", length="60", rhythm="once"
        )
        where = done.headers["location"]
        page = await ada.page(where)
        assert "Booked. The invitation is on its way" in page
        assert "Move or cancel" in page
        page = await ada.page("/book")
        is_sound(page)
        assert "Individual: Lea Lead with Ada Able" in page
        lea = await open_browser(opened.lea)
        assert "Individual: Lea Lead with Ada Able" in await lea.page("/groups")

    async def test_the_viewer_sees_both_zones(self, opened, open_browser):
        ben = await open_browser(opened.ben)
        page = await ben.page(f"/book/{opened.lea}?day=2026-03-05")
        assert "10:00 AM<span" in page
        assert "9:00 AM there" in page
        page = await ben.page(f"/book/{opened.lea}/confirm?start=2026-03-05T15:00Z&length=60")
        assert "10:00 AM to 11:00 AM" in page
        assert "For Lea" in page
        assert "9:00 AM to 10:00 AM CST" in page
        ada = await open_browser(opened.ada)
        assert "there</span>" not in await ada.page(f"/book/{opened.lea}?day=2026-03-05")

    async def test_who_is_not_signed_in_comes_back(self, opened, open_browser):
        nobody = await open_browser()
        response = await nobody.client.get(f"/book/{opened.lea}")
        assert response.status_code in {302, 303, 307}
        assert response.headers["location"] == f"/sign-in?next=/book/{opened.lea}"

    async def test_ones_own_page_is_a_preview(self, opened, open_browser):
        lea = await open_browser(opened.lea)
        page = await lea.page(f"/book/{opened.lea}")
        is_sound(page)
        assert "This is how people see your page" in page
        assert "/confirm" not in page
        omar = await open_browser(opened.omar)
        await omar.page(f"/book/{opened.omar}", status=404)
        await omar.page(f"/book/{opened.lea}", status=403)

    async def test_the_loser_gets_a_reason_and_three_other_times(self, opened, open_browser):
        ada, ben = await open_browser(opened.ada), await open_browser(opened.ben)
        wanted = {"start": "2026-03-05T16:00Z", "length": "60", "rhythm": "once"}
        await ada.post(f"/book/{opened.lea}", **wanted)
        lost = await ben.post(f"/book/{opened.lea}", status=409, **wanted)
        is_sound(lost.text)
        assert "This time has been taken meanwhile" in lost.text
        assert "Ada" not in lost.text
        others = links(lost.text, "/confirm")
        assert [unquote(each).partition("start=")[2][:17] for each in others] == [
            "2026-03-05T17:00Z",
            "2026-03-10T18:00Z",
            "2026-03-10T18:30Z",
        ]
        await ben.page(others[0])

    async def test_a_standing_appointment_names_what_does_not_fit(self, opened, open_browser):
        ada, ben = await open_browser(opened.ada), await open_browser(opened.ben)
        await ada.post(f"/book/{opened.lea}", start="2026-03-19T14:00Z", length="60", rhythm="once")
        weekly = {"start": "2026-03-05T15:00Z", "length": "60", "rhythm": "1", "times": "4"}
        refused = await ben.post(f"/book/{opened.lea}", status=409, **weekly)
        assert "1 of 4 times cannot be had" in refused.text
        assert "Thu, Mar 19, 2026" in refused.text
        assert "Free every time" in refused.text
        again = links(refused.text, "/confirm")[0]
        assert "rhythm=1" in again
        assert 'value="1" checked' in await ben.page(again)
        fits = await ben.post(f"/book/{opened.lea}", **weekly | {"start": "2026-03-05T16:00Z"})
        page = await ben.page(fits.headers["location"])
        assert "Every week on Thursday" in page
        second = links(await ben.page("/book"), "/book/change/")[1]
        page = await ben.page(second)
        is_sound(page)
        assert "This and the 2 later ones" in page
        await ben.post(f"{second}/cancel", which="later", confirm="yes")
        assert len(links(await ben.page("/book"), "/book/change/")) == 1
        wrong = await ben.post(f"/book/{opened.lea}", status=422, **weekly | {"times": "99"})
        assert "1 to 52 times" in wrong.text

    async def test_a_session_is_moved_and_cancelled(self, opened, open_browser):
        ada = await open_browser(opened.ada)
        await ada.post(f"/book/{opened.lea}", start="2026-03-05T16:00Z", length="30", rhythm="once")
        change = links(await ada.page("/book"), "/book/change/")[0]
        page = await ada.page(change)
        is_sound(page)
        choose = links(page, "?move=")[0]
        page = await ada.page(choose)
        is_sound(page)
        slot = next(each for each in links(page, "/confirm") if "2026-03-05" not in each)
        page = await ada.page(slot)
        is_sound(page)
        assert "Move it here?" in page
        assert "How often" not in page
        move = re.search(r'name="move" value="([^"]+)"', page)[1]
        start = re.search(r'name="start" value="([^"]+)"', page)[1]
        done = await ada.post(f"/book/{opened.lea}", start=start, move=move, length="30")
        assert "Moved" in await ada.page(done.headers["location"])
        await ada.post(f"{change}/cancel", status=422, confirm="")
        await ada.post(f"{change}/cancel", confirm="yes")
        assert links(await ada.page("/book"), "/book/change/") == []

    async def test_after_the_notice_the_page_says_whom_to_talk_to(self, opened, open_browser):
        ada = await open_browser(opened.ada)
        await ada.post(f"/book/{opened.lea}", start="2026-03-05T16:00Z", length="30", rhythm="once")
        change = links(await ada.page("/book"), "/book/change/")[0]
        opened.office.clock.advance(timedelta(days=2, hours=2))
        page = await ada.page(change)
        is_sound(page)
        assert "Please talk to Lea Lead" in page
        assert "Choose another time" not in page
        assert "Talk to Lea" in await ada.page("/book")
        late = await ada.post(f"{change}/cancel", status=409, confirm="yes")
        assert "Please talk to Lea Lead" in late.text
        ben = await open_browser(opened.ben)
        await ben.page(change, status=404)

    async def test_a_session_of_somebody_without_a_booking_page(self, house, open_browser):
        group = await house.office.group(house.omar, [house.ada], kind="individual", name="Pair")
        series = await house.office.series(group.group_id, start_time="15:00", end_time="16:00")
        ada = await open_browser(house.ada)
        path = f"{series.series_id}/{series.occurrences[0].key}"
        response = await ada.get(f"/book/change/{path}", status=303)
        assert response.headers["location"] == f"/sessions/{path}"
        assert "talk to them" in await ada.page(f"/sessions/{path}")

    @pytest.mark.parametrize(
        "query", ["?start=soon", "?start=2026-03-05T16:00", "", "?start=0001-01-01T00:00Z"]
    )
    async def test_a_time_nobody_can_mean_is_not_found(self, opened, open_browser, query):
        ada = await open_browser(opened.ada)
        await ada.page(f"/book/{opened.lea}/confirm{query}", status=404)

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "soon", "2026-02-10"])
    async def test_any_day_can_be_typed(self, opened, open_browser, day):
        ada = await open_browser(opened.ada)
        is_sound(await ada.page(f"/book/{opened.lea}?day={day}&length=99999"))

    async def test_nobody_to_book(self, house, open_browser):
        ada = await open_browser(house.ada)
        page = await ada.page("/book")
        is_sound(page)
        assert "Nobody takes bookings yet" in page
        await ada.page(f"/book/{house.lea}", status=404)


class TestRequests:
    async def test_asked_and_granted(self, opened, open_browser):
        ben, lea = await open_browser(opened.ben), await open_browser(opened.lea)
        page = await ben.page(f"/requests/new?provider={opened.lea}")
        is_sound(page)
        fields = {"provider": opened.lea, "minutes": "60", "note": "After work <3"}
        wrong = await ben.post("/requests/new", status=422, **fields, day_1="2026-03-11")
        assert "Give the time, too" in wrong.text
        far = {"day_1": "9999-12-31", "time_1": "20:00"}
        wrong = await ben.post("/requests/new", status=422, **fields, **far)
        assert "Choose a year" in wrong.text
        wrong = await ben.post("/requests/new", status=422, **fields)
        assert "Propose at least one time" in wrong.text
        is_sound(wrong.text)
        times = {"day_1": "2026-03-11", "time_1": "19:00", "day_3": "2026-03-12", "time_3": "18:00"}
        await ben.post("/requests/new", **fields, **times)
        page = await ben.page("/requests")
        is_sound(page)
        assert "Wed, Mar 11, 2026, 7:00 PM EDT" in page
        assert "1 request waits" in await ben.page("/book")
        assert "1 request waits" in await lea.page("/availability")
        page = await lea.page("/requests")
        is_sound(page)
        assert "After work &lt;3" in page
        assert "Wed, Mar 11, 2026, 6:00 PM CDT" in page
        grant = re.search(r'action="(/requests/[^"]+/grant)"', page)[1]
        await lea.post(grant, status=422, start="2026-03-13T10:00Z")
        await lea.post(grant, status=422, start="whenever")
        await ben.post(grant, status=404, start="2026-03-11T23:00Z")
        await lea.post(grant, start="2026-03-11T23:00Z")
        page = await ben.page("/requests")
        assert "booked" in page
        assert "After work" not in page
        again = await lea.post(grant, status=409, start="2026-03-11T23:00Z")
        assert "decided, withdrawn or run out" in again.text

    async def test_declined_and_withdrawn(self, opened, open_browser):
        ada, lea = await open_browser(opened.ada), await open_browser(opened.lea)
        for day in ("2026-03-11", "2026-03-13"):
            await ada.post(
                "/requests/new", provider=opened.lea, minutes="60", day_1=day, time_1="19:00"
            )
        back = re.search(r'action="(/requests/[^"]+/withdraw)"', await ada.page("/requests"))[1]
        await ada.post(back)
        await ada.post(back, status=409)
        no = re.search(r'action="(/requests/[^"]+/decline)"', await lea.page("/requests"))[1]
        await lea.post(no)
        await lea.post(no, status=409)
        page = await ada.page("/requests")
        is_sound(page)
        assert "taken back" in page
        assert "not possible" in page
        omar = await open_browser(opened.omar)
        assert "No requests" in await omar.page("/requests")


class TestJson:
    async def test_availability(self, house, open_script):
        lea, ada = await open_script(house.lea), await open_script(house.ada)
        where = f"/providers/{house.lea}/availability"
        await lea.send("GET", where, status=404)
        body = {"windows": WEEK, "published": True, "notice_hours": 0, "lengths": [60, 30]}
        made = await lea.send("PATCH", where, body)
        assert (made["zone"], made["lengths"], made["version"]) == ("America/Chicago", [30, 60], 1)
        assert made["windows"][0] == {"weekday": 1, "begins": "13:00:00", "ends": "16:00:00"}
        assert await lea.send("GET", where) == made
        await ada.send("GET", where, status=404)
        await ada.send("PATCH", where, {"published": False}, status=403)
        wrong = await lea.send(
            "PATCH", where, {"step_minutes": 7, "horizon_days": 0, "open_to": "x"}, status=422
        )
        assert set(wrong["errors"]) == {"step_minutes", "horizon_days", "open_to"}
        await lea.send("PATCH", where, {"lengths": None}, status=422)
        leave = {"first": "2026-03-09", "last": "2026-03-11"}
        changed = await lea.send("PATCH", where, {"exceptions": [leave]})
        assert changed["exceptions"] == [{**leave, "hours": []}]
        (listed,) = await ada.send("GET", "/providers")
        assert (listed["name"], len(listed["next_free"])) == ("Lea Lead", 3)
        slots = await ada.send(
            "GET", f"/providers/{house.lea}/slots?minutes=60&from=2026-03-03&to=2026-03-10"
        )
        assert [each[:13] for each in slots["starts"]] == [
            "2026-03-03T19", "2026-03-03T19", "2026-03-03T20", "2026-03-03T20", "2026-03-03T21",
            "2026-03-05T15", "2026-03-05T15", "2026-03-05T16", "2026-03-05T16", "2026-03-05T17",
        ]  # fmt: skip
        where = f"/providers/{house.lea}"
        for query in ("minutes=45", "from=0001-01-01", "to=9999-12-31"):
            await ada.send("GET", f"{where}/slots?{query}", status=422)
        for start in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-06:00"):
            await ada.send("POST", f"{where}/bookings", {"start": start}, status=422)
            asked = {"provider_id": house.lea, "starts": [start]}
            await ada.send("POST", "/session-requests", asked, status=422)

    async def test_bookings(self, opened, open_script):
        ada, ben = await open_script(opened.ada), await open_script(opened.ben)
        body = {"start": "2026-03-05T10:00:00-06:00", "minutes": 60}
        where = f"/providers/{opened.lea}/bookings"
        key = {"Idempotency-Key": "once"}
        made = await ada.send("POST", where, body, status=201, **key)
        assert made["kind"] == "individual"
        assert await ada.send("POST", where, body, status=201, **key) == made
        lost = await ben.send("POST", where, body, status=409)
        assert lost["code"] == "already_booked"
        assert lost["next_free"] == [
            "2026-03-05T17:00:00Z",
            "2026-03-10T18:00:00Z",
            "2026-03-10T18:30:00Z",
        ]
        assert lost["refused"] == [{"start": "2026-03-05T16:00:00Z", "reason": "taken"}]
        await ada.send("POST", where, {"start": "2026-03-05T10:00:00"}, status=422)
        mine = f"/bookings/{made['series_id']}/{made['occurrences'][0]['key']}"
        await ben.send("POST", f"{mine}/cancel", status=404)
        moved = await ada.send("POST", f"{mine}/move", {"start": "2026-03-10T18:00:00Z"})
        assert moved["occurrences"][0]["starts_at"] == "2026-03-10T18:00:00Z"
        ended = await ada.send("POST", f"{mine}/cancel", {"later_too": True})
        assert ended["status"] == "cancelled"

    async def test_requests(self, opened, open_script):
        ada, lea = await open_script(opened.ada), await open_script(opened.lea)
        body = {"provider_id": opened.lea, "starts": ["2026-03-11T23:00:00Z"], "minutes": 60}
        made = await ada.send("POST", "/session-requests", body, status=201)
        assert (await lea.send("GET", "/session-requests"))[0] == made
        where = f"/session-requests/{made['request_id']}"
        done = await lea.send("POST", f"{where}/grant", {"start": made["starts"][0]})
        assert done["status"] == "granted"
        over = await lea.send("POST", f"{where}/decline", status=409)
        assert over["code"] == "request_over"
        await ada.send("POST", f"{where}/withdraw", status=409)


def test_the_days_of_the_fixture_are_what_they_seem():
    assert date(2026, 3, 3).weekday() == WEEK[0]["weekday"]
    assert date(2026, 3, 5).weekday() == WEEK[1]["weekday"]
