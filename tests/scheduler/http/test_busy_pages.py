"""The page of one's other calendars, and its JSON."""

import pytest

pytestmark = pytest.mark.contract

SECRET = "https://calendar.example.org/private-1a2b3c/basic.ics"


async def test_a_calendar_is_added_fetched_again_and_removed(house, open_browser):
    ada = await open_browser(house.ada)
    assert "Add a calendar" in await ada.page("/busy")
    await ada.post("/busy", address=SECRET, label="Work")
    page = await ada.page("/busy")
    assert "Work" in page
    assert "Next in line" in page
    assert "private-1a2b3c" not in page
    (calendar,) = (await ada.send("GET", "/busy"))["calendars"]
    await ada.post(f"/busy/{calendar['calendar_id']}/fetch")
    refused = await ada.post(f"/busy/{calendar['calendar_id']}/fetch", status=409)
    assert "a moment ago" in refused.text
    ben = await open_browser(house.ben)
    await ben.post(f"/busy/{calendar['calendar_id']}/remove", status=404)
    await ada.post(f"/busy/{calendar['calendar_id']}/remove")
    assert "Work" not in await ada.page("/busy")


async def test_an_address_that_is_refused_is_not_sent_back(house, open_browser):
    ada = await open_browser(house.ada)
    for address, words in (
        ("http://10.0.0.1/private-1a2b3c", "private network"),
        ("https://user:private-1a2b3c@example.org/", "name and password"),
        ("", "Give the address"),
    ):
        response = await ada.post("/busy", status=422, address=address, label="Kept")
        assert words in response.text
        assert "private-1a2b3c" not in response.text
        assert 'value="Kept"' in response.text


async def test_the_hours_that_suit_are_ticked(house, open_browser):
    ada = await open_browser(house.ada)
    page = await ada.page("/busy")
    assert 'value="0-8" checked' in page
    assert 'value="5-8" checked' not in page
    await ada.client.post("/busy/hours", data={"hour": ["5-9", "5-10", "6-21"]})
    page = await ada.page("/busy")
    assert 'value="5-9" checked' in page
    assert 'value="6-21" checked' in page
    assert 'value="0-8" checked' not in page
    for wrong in ("x-1", "9-9", "0-24", ""):
        await ada.post("/busy/hours", status=422, hour=wrong)


async def test_the_same_as_json(house, open_script):
    ada = await open_script(house.ada)
    added = await ada.send("POST", "/busy/calendars", {"address": SECRET}, status=201)
    assert added["label"] == "calendar.example.org"
    again = await ada.send("POST", "/busy/calendars", {"address": SECRET}, status=422)
    assert again["errors"]["address"] == "You have added this calendar already."
    calendar_id = added["calendar_id"]
    await ada.send("POST", f"/busy/calendars/{calendar_id}/fetch", status=204)
    hours = await ada.send("PUT", "/busy/hours", {"hours": [[0, 540, 600], [0, 600, 660]]})
    assert hours == [[0, 540, 660]]
    shown = await ada.send("GET", "/busy")
    assert shown["hours"] == [[0, 540, 660]]
    assert "private" not in str(shown)
    await ada.send("DELETE", f"/busy/calendars/{calendar_id}", status=204)
    assert (await ada.send("GET", "/busy"))["calendars"] == []
