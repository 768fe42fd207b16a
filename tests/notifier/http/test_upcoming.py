"""What is queued for somebody: for them with titles, for a coordinator without."""

from datetime import datetime, timedelta

import pytest

from notifier.making import person

pytestmark = pytest.mark.unit


async def test_all_that_will_come_is_listed(notifier, open_browser):
    life = await notifier.begin()
    await notifier.meet(person("eve", roles=("coordinator",)))
    ben = await open_browser("ben", token=True)
    await ben.send("PUT", "/preferences", {"reminder_leads": [60], "weekly_digest": True})
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=1)))
    rows = await ben.send("GET", "/messages/upcoming")
    assert rows == sorted(rows, key=lambda row: row["at"])
    kinds = [row["kind"] for row in rows]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "queued": 1,
        "change": 1,
        "reminder": 6,
        "digest": 1,
    }
    assert rows[0]["mail_kind"] == "invitation"
    page = await (await open_browser("ben")).page("/messages")
    for words in ("Reminder: Tuesday Circle", "1 hour before it begins.", "Your week"):
        assert words in page
    eve = await open_browser("eve", roles=("coordinator",))
    page = await eve.page("/calendar/health/people/ben")
    assert "Your week" in page
    assert "Reminder" in page
    assert "Tuesday Circle" not in page
    script = await open_browser("eve", roles=("coordinator",), token=True)
    assert await script.send("GET", "/messages/upcoming/people/ben") == rows
    await ben.send("GET", "/messages/upcoming/people/cleo", status=403)


async def test_whoever_has_not_seen_a_late_change_will_be_asked_once_more(notifier, open_browser):
    life = await notifier.begin()
    notifier.clock.advance(timedelta(days=7, hours=3))
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=1)))
    await notifier.tell()
    told_at = notifier.clock.now()
    ben = await open_browser("ben", token=True)
    rows = await ben.send("GET", "/messages/upcoming")
    (asked,) = [row for row in rows if row["kind"] == "unseen"]
    assert datetime.fromisoformat(asked["at"]) == told_at + timedelta(hours=1)
    cleo = await open_browser("cleo")
    assert "Not seen yet: Tuesday Circle" in await cleo.page("/messages")
    notifier.clock.advance(timedelta(hours=1))
    assert "unseen" not in [row["kind"] for row in await ben.send("GET", "/messages/upcoming")]
