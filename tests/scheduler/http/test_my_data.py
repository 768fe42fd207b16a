"""Everything the scheduler holds about whoever asks, and nothing about others."""

import pytest

pytestmark = pytest.mark.unit


async def test_one_is_handed_what_is_ones_own(house, open_script):
    ada = await open_script(house.ada)
    told = await ada.send("GET", "/my-data")
    assert (told["service"], told["person_id"]) == ("scheduler", house.ada)
    data = told["data"]
    assert [each["email"] for each in data["person"]] == ["ada.able@example.org"]
    assert [each["group_id"] for each in data["rosters"]] == [house.group_id]
    assert len(data["times in sessions"]) == len(house.keys)
    assert data["sign-ins and tokens"][0]["label"] == "test"
    lea = await (await open_script(house.lea)).client.get("/api/scheduler/v1/my-data")
    assert lea.headers["content-disposition"].startswith(
        'attachment; filename="alongside-scheduler'
    )
    assert "Tuesday circle" in lea.text
    assert house.ada not in lea.text
    assert (await (await open_script(house.omar)).send("GET", "/my-data"))["data"]["rosters"] == []
