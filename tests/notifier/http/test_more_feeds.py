"""What a person's feeds show: how much, of which group, and what was confirmed."""

from datetime import date, timedelta

import icalendar
import pytest

from alongside.contracts import (
    AttendanceRecorded,
    EntryState,
    HoursConfirmed,
    HoursReturned,
    ProgressChanged,
)
from notifier.client import shown_by
from notifier.making import ORIGIN, make_series, person, weekly

pytestmark = pytest.mark.unit

CHALK = "The Chalk Circle"


async def begin(notifier):
    """Ben is in two groups."""
    life = await notifier.begin()
    first = (notifier.clock.now() + timedelta(days=9)).replace(tzinfo=None, hour=14)
    other = make_series(
        weekly(first, 3),
        series_id="series-2",
        uid="01jseries2@supervision.example",
        group_id="group-2",
        title=CHALK,
        place="Room 9",
    )
    await notifier.hear_series(other)
    return life


def path_of(feed):
    return feed["address"].removeprefix(ORIGIN)


async def confirm(
    notifier, key, minutes, version=2, kind=HoursConfirmed, status="confirmed", awaits=None
):
    entry = EntryState(
        entry_id=f"entry-{key}",
        version=version,
        supervisee_id="ben",
        provider_id="ada",
        series_id="series-1",
        occurrence_key=key,
        title="Tuesday Circle",
        started_at=notifier.clock.now() - timedelta(hours=2),
        zone="America/Chicago",
        scheduled_minutes=90,
        minutes=minutes,
        status=status,
        awaits=awaits,
    )
    await notifier.hear(kind(id=notifier.ids(), occurred_at=notifier.clock.now(), entry=entry))


def titles(response):
    calendar = icalendar.Calendar.from_ical(response.content)
    return [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]


async def test_how_much_a_feed_says(notifier, open_browser):
    await begin(notifier)
    ben, anybody = await open_browser("ben", token=True), await open_browser()
    full = await ben.send("GET", "/feed")
    path = path_of(full)
    before = await anybody.get(path)
    notifier.clock.advance(timedelta(minutes=5))
    await ben.send("PUT", f"/feeds/{full['id']}", {"detail": "full"})
    assert (await anybody.get(path)).headers["etag"] == before.headers["etag"]
    for detail, told, untold in (
        ("titles", (CHALK,), ("Room 9", "meet.example", "Ada")),
        ("busy", ("SUMMARY:Busy",), (CHALK, "Tuesday", "Room", "meet.example", "Ada", "Oak")),
    ):
        chosen = await ben.send("PUT", f"/feeds/{full['id']}", {"detail": detail})
        assert path_of(chosen) == path
        after = await anybody.get(path)
        assert after.headers["etag"] != before.headers["etag"]
        assert all(words in after.text for words in told)
        assert not any(words in after.text for words in untold)
        times = [{each[:2] for each in shown_by(feed.content)} for feed in (before, after)]
        assert times[0] == times[1]
        # Clients take an edit only where it was revised later.
        assert b"LAST-MODIFIED:20270104T150500Z" in after.content
    await ben.send("DELETE", "/feed", status=204)
    await ben.send("POST", "/feed", status=201)
    again = await ben.send("GET", "/feed")
    assert (again["detail"], again["kind"]) == ("busy", "own")
    assert CHALK not in (await anybody.get(path_of(again))).text


async def test_a_feed_of_one_group_follows_that_group_alone(notifier, open_browser):
    life = await begin(notifier)
    ben, anybody = await open_browser("ben", token=True), await open_browser()
    body = {"group_id": "group-1", "detail": "titles"}
    feed = await ben.send("POST", "/feeds", body, status=201)
    path = path_of(feed)
    before = await anybody.get(path)
    assert set(titles(before)) == {"Tuesday Circle"}
    own = await ben.send("GET", "/feed")
    assert {"Tuesday Circle", CHALK} <= set(titles(await anybody.get(path_of(own))))
    assert [each["kind"] for each in await ben.send("GET", "/feeds")] == ["own", "more"]
    moved = await notifier.hear_series(life.move(life.keys()[1], timedelta(hours=3)))
    assert moved is None
    after = await anybody.get(path)
    assert after.headers["etag"] != before.headers["etag"]
    assert shown_by(after.content) != shown_by(before.content)
    # Somebody else's is nobody's; a group one is not in is no choice; its end is its end alone.
    cleo = await open_browser("cleo", token=True)
    await cleo.send("PUT", f"/feeds/{feed['id']}", body, status=404)
    await cleo.send("DELETE", f"/feeds/{feed['id']}", status=404)
    await ben.send("POST", "/feeds", {"group_id": "group-9"}, status=422)
    await ben.send("PUT", f"/feeds/{own['id']}", body, status=422)
    await ben.send("DELETE", f"/feeds/{feed['id']}", status=204)
    await anybody.get(path, status=410)
    await anybody.get(path_of(own))


async def test_past_sessions_say_what_was_confirmed_where_that_is_wanted(notifier, open_browser):
    life = await begin(notifier)
    first, second = life.keys()[:2]
    ben, anybody = await open_browser("ben", token=True), await open_browser()
    feed = await ben.send("GET", "/feed")
    path = path_of(feed)
    notifier.clock.advance(timedelta(days=8, hours=4))
    before = await anybody.get(path)
    await confirm(notifier, first, 50)
    assert (await anybody.get(path)).content == before.content
    cleo_feed = path_of(await (await open_browser("cleo", token=True)).send("GET", "/feed"))
    cleo_before = await anybody.get(cleo_feed)
    ben = await open_browser("ben", token=True)
    await ben.send("PUT", f"/feeds/{feed['id']}", {"hours": True})
    shown = await anybody.get(path)
    assert "Tuesday Circle ✓ 0.83 h confirmed" in titles(shown)
    assert {each[:2] for each in shown_by(shown.content)} == {
        each[:2] for each in shown_by(before.content)
    }
    await confirm(notifier, second, 90)
    assert "Tuesday Circle ✓ 1.50 h confirmed" in titles(await anybody.get(path))
    await confirm(notifier, second, 90, version=3, kind=HoursReturned, status="returned")
    assert (await anybody.get(path)).content == shown.content
    assert (await anybody.get(cleo_feed)).content == cleo_before.content
    await ben.send("PUT", f"/feeds/{feed['id']}", {"hours": True, "detail": "busy"})
    assert "confirmed" not in (await anybody.get(path)).text


async def test_a_cancelled_meeting_leaves_every_feed_after_its_grace(notifier, open_browser):
    life = await begin(notifier)
    ben, anybody = await open_browser("ben", token=True), await open_browser()
    feed = await ben.send("POST", "/feeds", {"detail": "busy"}, status=201)
    path = path_of(feed)
    await notifier.hear_series(life.cancel(life.keys()[0]))
    assert "SUMMARY:Cancelled: Busy" in (await anybody.get(path)).text
    notifier.clock.advance(timedelta(days=8 + 14, hours=5))
    await notifier.tick("stale feeds")
    later = await anybody.get(path)
    assert "CANCELLED" not in later.text
    assert "EXDATE" in later.text


async def test_the_pages_of_feeds(notifier, open_browser):
    await begin(notifier)
    ben = await open_browser("ben")
    page = await ben.page("/calendar/feeds/new")
    assert CHALK in page
    assert (
        "Choose a group of yours"
        in (await ben.post("/calendar/feeds", status=422, group_id="group-9", detail="full")).text
    )
    made = await ben.post("/calendar/feeds", group_id="group-2", detail="busy")
    where = made.headers["location"]
    page = await ben.page(where)
    assert f"{CHALK}, busy only" in page
    assert "webcal://supervision.example/feeds/" in page
    await ben.post(where, detail="full", hours="yes")
    assert f"{CHALK}, everything" in await ben.page(where)
    await ben.post(f"{where}/rotate", at_once="")
    assert "An old address goes on" in await ben.page(where)
    await ben.post(f"{where}/end", generation="1")
    assert "An old address goes on" not in await ben.page(where)
    assert where in await ben.page("/calendar")
    await (await open_browser("cleo")).page(where, status=404)
    await ben.post(f"{where}/revoke")
    await ben.page(where, status=404)


async def test_whoever_leads_a_group_sees_all_of_it_with_numbers_and_no_names(
    notifier, open_browser
):
    life = await notifier.begin(make_series(show_roster=True))
    first, second = life.keys()[:2]
    anybody, ada = (
        await open_browser(),
        await open_browser("ada", roles=("supervisor",), token=True),
    )
    ben = await open_browser("ben", token=True)
    body = {"kind": "lead", "group_id": "group-1"}
    await ben.send("POST", "/feeds", body, status=422)
    feed = await ada.send("POST", "/feeds", body, status=201)
    path = path_of(feed)
    assert set(titles(await anybody.get(path))) == {"Tuesday Circle (0 of 2 accepted)"}
    await ben.send("PUT", "/answers/series-1", {"answer": "accepted"})
    answered = await anybody.get(path)
    assert set(titles(answered)) == {"Tuesday Circle (1 of 2 accepted)"}
    assert not any(name in answered.text for name in ("Ben", "Cleo", "Achterberg"))
    notifier.clock.advance(timedelta(minutes=1))
    once = {"answer": "declined", "occurrence_key": second}
    await ben.send("PUT", "/answers/series-1", once)
    assert "Tuesday Circle (0 of 2 accepted)" in titles(await anybody.get(path))
    # A session that somebody else leads is one of the group all the same.
    own = path_of(await ada.send("GET", "/feed"))
    await notifier.hear_series(life._set(first, provider_id="dora"))
    starts = [{each[0] for each in shown_by((await anybody.get(p)).content)} for p in (path, own)]
    assert len(starts[0] - starts[1]) == 1
    await notifier.hear_series(life.change(provider_id="dora"))
    assert titles(await anybody.get(path)) == []


def days(response):
    calendar = icalendar.Calendar.from_ical(response.content)
    return {event["DTSTART"].dt: str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}


async def closes(notifier, who, day, version=1, **facts):
    progress = ProgressChanged(
        id=notifier.ids(),
        occurred_at=notifier.clock.now(),
        supervisee_id=who,
        version=version,
        category="IFS",
        required_minutes=1440,
        counted_minutes=900,
        pending_minutes=0,
        window_start=date(2026, 1, 1),
        window_end=day,
        **facts,
    )
    await notifier.hear(progress)


async def test_a_coordinator_follows_what_is_due_in_numbers_only(notifier, open_browser):
    life = await begin(notifier)
    await notifier.meet(person("mia", "Mia", roles=("coordinator",)))
    mia = await open_browser("mia", roles=("coordinator",), token=True)
    anybody = await open_browser()
    march, april = date(2027, 3, 31), date(2027, 4, 30)
    await closes(notifier, "ben", march)
    ben = await open_browser("ben", token=True)
    await ben.send("POST", "/feeds", {"kind": "office"}, status=403)
    path = path_of(await mia.send("POST", "/feeds", {"kind": "office"}, status=201))
    first = await anybody.get(path)
    assert days(first) == {march: "Window of hours closes: 1 person"}
    lines = ("DTSTART;VALUE=DATE:20270331", "DTEND;VALUE=DATE:20270401", "TRANSP:TRANSPARENT")
    assert all(f"{line}\r\n" in first.text for line in lines)
    notifier.clock.advance(timedelta(hours=1))
    await closes(notifier, "cleo", march)
    await closes(notifier, "dora", april)
    two = await anybody.get(path)
    assert days(two)[march] == "Windows of hours close: 2 people"
    await closes(notifier, "dora", april, version=2)
    await mia.send("POST", "/feeds", {"kind": "office"}, status=201)
    assert (await anybody.get(path)).headers["etag"] == two.headers["etag"]
    await closes(notifier, "dora", april, version=3, appears_met=True)
    await closes(notifier, "ben", april, version=2)
    moved = await anybody.get(path)
    one = "Window of hours closes: 1 person"
    assert days(moved) == {march: one, april: one}
    key = life.keys()[0]
    waits = {"kind": AttendanceRecorded, "status": "recorded", "awaits": "ben"}
    await confirm(notifier, key, 50, version=1, **waits)
    today = date(2027, 1, 4)
    waiting = await anybody.get(path)
    assert days(waiting)[today] == "1 entry waits for a word"
    assert "0.83 h in all" in waiting.text
    assert not any(name in waiting.text for name in ("Ben", "Cleo", "Ada", "Circle"))
    await confirm(notifier, key, 50)
    assert (await anybody.get(path)).content == moved.content
    await notifier.meet(person("ben", version=2, left_at=notifier.clock.now()))
    assert days(await anybody.get(path)) == {march: one}
    notifier.clock.advance(timedelta(days=220))
    await notifier.tick("stale feeds")
    assert days(await anybody.get(path)) == {}
    await notifier.meet(person("mia", "Mia", version=2))
    await anybody.get(path, status=410)
