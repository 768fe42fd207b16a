"""Everything the notifier holds about whoever asks, and nothing that opens a door."""

import pytest

pytestmark = pytest.mark.unit


async def test_one_is_handed_what_is_ones_own(notifier, open_browser):
    await notifier.begin()
    ben = await open_browser("ben", token=True)
    told = await ben.send("GET", "/my-data")
    assert (told["service"], told["person_id"]) == ("notifier", "ben")
    data = told["data"]
    assert [each["id"] for each in data["person"]] == ["ben"]
    assert {each["recipient"] for each in data["mails sent"]} == {"ben@people.example"}
    assert [each["series_id"] for each in data["in calendar of"]] == ["series-1"]
    text = (await ben.client.get("/api/notifier/v1/my-data")).text
    assert "token_hash" not in text
    assert "ada@people.example" not in text
