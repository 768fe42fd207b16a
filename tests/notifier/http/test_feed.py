"""A feed over HTTP, as calendars ask for it."""

import gzip
from datetime import timedelta

import icalendar
import pytest

from alongside.secrets import turn
from alongside_notifier.handlers.feed_key import make_addresses_anew
from notifier.client import Client, shown_by
from notifier.making import ORIGIN, person

pytestmark = pytest.mark.unit


async def test_every_header_of_a_feed(notifier, open_browser, feed_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    assert len(ORIGIN + path) <= 200
    response = await browser.get(path, **{"Accept-Encoding": "identity"})
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"] == "private, max-age=300, must-revalidate"
    assert response.headers["x-robots-tag"] == "noindex"
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["etag"].startswith('"')
    assert response.headers["last-modified"] == "Mon, 04 Jan 2027 15:00:00 GMT"
    assert response.headers["content-length"] == str(len(response.content))
    calendar = icalendar.Calendar.from_ical(response.content)
    assert "METHOD" not in calendar
    assert b"ATTENDEE" not in response.content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in response.content
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Oak Association: my supervision"
    assert str(calendar["SOURCE"]) == ORIGIN + path
    assert calendar["COLOR"] == "teal"


async def test_the_feed_is_what_the_mails_said(notifier, open_browser, feed_path):
    life = await notifier.begin()
    keys = life.keys()
    browser = await open_browser()
    for change in (
        lambda: life.move(keys[1], timedelta(hours=2)),
        lambda: life.cancel(keys[2]),
        lambda: life.lengthen(120),
        lambda: life.leave("cleo", notifier.clock.now().date()),
        lambda: life.restore(keys[2]),
    ):
        await notifier.hear_series(change())
        await notifier.tell()
        for who in ("ada", "ben", "cleo"):
            client = Client()
            for row in await notifier.mails(who):
                client.receive(row.raw)
            fed = await browser.get(await feed_path(who))
            assert client.shows() == shown_by(fed.content)


async def test_a_thousand_gets_are_the_same_bytes_and_cost_one_look_up_each_two_seconds(
    notifier, open_browser, feed_path
):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    first = await browser.get(path)
    for _ in range(1000):
        again = await browser.client.get(path)
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])


@pytest.mark.parametrize(
    "conditions",
    ["{etag}", "W/{etag}", '"other", {etag}', "*", '"a",W/{etag} ,"b"'],
)
async def test_an_unchanged_feed_is_304(notifier, open_browser, feed_path, conditions):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    whole = await browser.get(path)
    given = conditions.format(etag=whole.headers["etag"])
    response = await browser.get(path, status=304, **{"If-None-Match": given})
    assert response.content == b""
    assert response.headers["etag"] == whole.headers["etag"]
    assert response.headers["cache-control"] == whole.headers["cache-control"]
    assert response.headers["last-modified"] == whole.headers["last-modified"]
    assert "content-type" not in response.headers
    await browser.get(path, status=200, **{"If-None-Match": '"something else"'})


async def test_the_date_counts_only_without_an_etag(notifier, open_browser, feed_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    date = (await browser.get(path)).headers["last-modified"]
    await browser.get(path, status=304, **{"If-Modified-Since": date})
    await browser.get(path, status=200, **{"If-Modified-Since": "Mon, 04 Jan 2027 14:59:59 GMT"})
    await browser.get(path, status=200, **{"If-Modified-Since": "rubbish"})
    both = {"If-Modified-Since": date, "If-None-Match": '"x"'}
    await browser.get(path, status=200, **both)


async def test_gzip_is_the_same_calendar_under_its_own_etag(notifier, open_browser, feed_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    async with browser.client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        raw = b"".join([part async for part in packed.aiter_raw()])
    plain = await browser.get(path, **{"Accept-Encoding": "identity"})
    refused = await browser.get(path, **{"Accept-Encoding": "gzip;q=0, *;q=0"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    crossed = {"If-None-Match": packed.headers["etag"], "Accept-Encoding": "identity"}
    await browser.get(path, status=304, **crossed)


async def test_head_has_the_headers_and_nothing_else(notifier, open_browser, feed_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    whole = await browser.get(path)
    head = await browser.client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-length", "last-modified", "content-type"):
        assert head.headers[name] == whole.headers[name]


async def test_the_etag_changes_exactly_with_the_content(notifier, open_browser, feed_path):
    life = await notifier.begin()
    browser = await open_browser()
    path, other = await feed_path("ben"), await feed_path("dora")
    before, other_before = await browser.get(path), await browser.get(other)
    await notifier.hear_series(life.retitle(life.series.title))
    assert (await browser.get(path)).headers["etag"] == before.headers["etag"]
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=1)))
    after = await browser.get(path)
    assert after.headers["etag"] != before.headers["etag"]
    assert (await browser.get(other)).headers["etag"] == other_before.headers["etag"]


async def test_unknown_revoked_and_wrong_methods(notifier, open_browser, feed_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    for wrong in (
        "/feeds/" + "x" * 43 + ".ics",
        "/feeds/.ics",
        "/feeds/",
        path[:-4],
        "/feeds/a/b.ics",
    ):
        await browser.get(wrong, status=404)
    assert (await browser.client.post(path)).status_code == 405
    signed_in = await open_browser("ben")
    await signed_in.post("/calendar/rotate", at_once="yes")
    assert "taken back" in (await browser.get(path, status=410)).text
    fresh = await feed_path("ben")
    assert fresh != path
    await browser.get(fresh)
    await signed_in.post("/calendar/revoke")
    await browser.get(fresh, status=410)
    assert "switched off" in await signed_in.page("/calendar")
    await signed_in.post("/calendar/make")
    await browser.get(await feed_path("ben"))
    await browser.get(fresh, status=410)


async def test_an_old_address_goes_on_for_thirty_days_and_says_nothing_of_the_new_one(
    notifier, open_browser, feed_path
):
    life = await notifier.begin()
    browser, ben = await open_browser(), await open_browser("ben")
    old = await feed_path("ben")
    before = await browser.get(old)
    await ben.post("/calendar/rotate", at_once="")
    new = await feed_path("ben")
    token = new.removeprefix("/feeds/").removesuffix(".ics")

    def bare(response):
        return [line for line in response.content.split(b"\r\n") if b"/feeds/" not in line]

    after, fresh = await browser.get(old), await browser.get(new)
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert bare(fresh)[:4] == bare(before)[:4]
    await notifier.hear_series(life.move(life.keys()[0], timedelta(hours=1)))
    after, fresh = await browser.get(old), await browser.get(new)
    assert shown_by(after.content) == shown_by(fresh.content) != shown_by(before.content)
    assert token not in after.text
    assert token not in str(after.headers)
    assert "Nothing has fetched it since" in await ben.page("/calendar")
    await browser.get(old, **{"User-Agent": "Left-Behind/1"})
    await notifier.tick("fetches")
    page = await ben.page("/calendar")
    assert "Still fetching the old address" in page
    assert "Left-Behind/1" in page
    notifier.clock.advance(timedelta(days=30, seconds=-1))
    await browser.get(old)
    notifier.clock.advance(timedelta(seconds=1))
    await browser.get(old, status=410)
    await notifier.tick("sweep")
    await browser.get(old, status=410)
    await browser.get(new)
    assert "An old address" not in await (await open_browser("ben")).page("/calendar")


async def test_an_old_address_is_ended_early_by_nobody_but_its_owner(
    notifier, open_browser, feed_path
):
    await notifier.begin()
    browser, ben = await open_browser(), await open_browser("ben", token=True)
    old = await feed_path("ben")
    feed = await ben.send("POST", "/feed/rotate")
    (left,) = feed["old"]
    path = f"/feeds/{feed['id']}/old/{left['generation']}"
    await (await open_browser("cleo", token=True)).send("DELETE", path, status=404)
    await ben.send("DELETE", f"/feeds/{feed['id']}/old/{left['generation'] + 1}", status=404)
    await browser.get(old)
    await ben.send("DELETE", path, status=204)
    await browser.get(old, status=410)
    await browser.get(await feed_path("ben"))
    await ben.send("DELETE", "/feed", status=204)
    await ben.send("GET", "/feed", status=410)


async def test_a_turned_key_ends_no_address_until_they_are_made_anew(
    notifier, open_browser, feed_path
):
    async def complaints():
        return [each.said for each in await notifier.app.examine() if not each.good]

    keys = notifier.app.secrets

    def start_anew():
        for name in ("_feed_key", "_feed_keys"):
            vars(keys).pop(name, None)

    await notifier.begin()
    browser, ben = await open_browser(), await open_browser("ben")
    replaced = await feed_path("ben")
    await ben.post("/calendar/rotate", at_once="")
    first, of_ada = await feed_path("ben"), await feed_path("ada")
    body = (await browser.get(first)).content
    turn(keys.folder, "feed")
    start_anew()
    assert await complaints() == []
    assert (await ben.send("GET", "/feed"))["address"].endswith(first)
    await browser.get(first)
    await ben.post("/calendar/rotate", at_once="yes")
    await browser.get(await feed_path("ben"))
    assert await make_addresses_anew(notifier.app.uow, notifier.desk, gently=True) == 3
    assert await feed_path("ada") != of_ada
    await browser.get(of_ada)
    (keys.folder / "feed-before.key").unlink()
    start_anew()
    assert await complaints() == []

    # A key that leaked: what it made is neither shown nor taken any more.
    leaked = await feed_path("ben")
    turn(keys.folder, "feed")
    (keys.folder / "feed-before.key").unlink()
    start_anew()
    (said,) = await complaints()
    assert "feed.key is another than made 4 of 4 calendar addresses" in said
    assert (await ben.send("GET", "/feed"))["address"] == ""
    assert "cannot be shown again" in await ben.page("/calendar")
    await browser.get(leaked)
    assert await make_addresses_anew(notifier.app.uow, notifier.desk) == 4
    assert await complaints() == []
    for old in (replaced, of_ada, leaked):
        await browser.get(old, status=410)
    after = await browser.get(await feed_path("ben"))
    assert shown_by(after.content) == shown_by(body)
    assert await make_addresses_anew(notifier.app.uow, notifier.desk) == 0


async def test_the_feed_of_somebody_who_left_is_gone(notifier, open_browser, feed_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    await browser.get(path)
    await notifier.meet(person("ben", version=2, left_at=notifier.clock.now()))
    await browser.get(path, status=410)


async def test_the_address_is_nowhere_in_the_database(notifier, open_browser, feed_path, tmp_path):
    await notifier.begin()
    browser = await open_browser()
    path = await feed_path("ben")
    await browser.get(path, **{"User-Agent": "Google-Calendar-Importer"})
    await notifier.tick("fetches")
    token = path.removeprefix("/feeds/").removesuffix(".ics").encode()
    for file in tmp_path.glob("test.db*"):
        assert token not in file.read_bytes()
    assert "Google-Calendar-Importer" in await (await open_browser("ben")).page("/calendar")


async def test_cancelled_meetings_stay_as_cancelled_and_leave_after_their_grace(
    notifier, open_browser, feed_path
):
    life = await notifier.begin()
    await notifier.hear_series(life.cancel(life.keys()[0]))
    browser = await open_browser()
    path = await feed_path("ben")
    shown = await browser.get(path)
    assert b"STATUS:CANCELLED" in shown.content
    assert b"SUMMARY:Cancelled: Tuesday Circle" in shown.content
    notifier.clock.advance(timedelta(days=8 + 14, hours=5))
    await notifier.tick("stale feeds")
    later = await browser.get(path)
    assert b"STATUS:CANCELLED" not in later.content
    assert b"EXDATE;TZID=America/Chicago:20270112T100000" in later.content
    assert shown_by(later.content) == shown_by(shown.content)


async def test_in_a_week_of_polls_nearly_all_are_304(notifier, open_browser, feed_path):
    life = await notifier.begin()
    browser = await open_browser()
    keys = life.keys()
    week = {
        5: lambda: life.move(keys[1], timedelta(hours=2)),
        30: lambda: life.retitle(life.series.title),
        52: lambda: life.cancel(keys[2]),
        101: lambda: life.change(place="The barn"),
        140: lambda: life.join("dora", notifier.clock.now().date()),
    }
    paths = {who: await feed_path(who) for who in ("ada", "ben", "dora")}
    seen: dict[str, tuple[str, bytes]] = {}
    statuses = []
    for hour in range(7 * 24):
        if hour in week:
            life.now = notifier.clock.now()
            await notifier.hear_series(week[hour]())
        if hour % 24 == 0:
            await notifier.tick("stale feeds")
        for who, path in paths.items():
            etag, body = seen.get(who, ("", b""))
            answer = await browser.client.get(path, headers={"If-None-Match": etag} if etag else {})
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                assert answer.content != body
                seen[who] = (answer.headers["etag"], answer.content)
        notifier.clock.advance(timedelta(hours=1))
    assert set(statuses) == {200, 304}
    # Each fetched it once, two of them again after three changes, the third when she joined.
    assert statuses.count(200) == 3 + 2 * 3 + 1
    assert statuses.count(304) >= 0.95 * len(statuses)
