"""Fetching from a real server on this machine: changes, sizes, slowness, ways that lead on."""

import asyncio
import gzip
from datetime import timedelta

import pytest

from alongside_scheduler.calendars.fetching import MOST_REDIRECTS, Fetcher, FetchFailed
from alongside_scheduler.domain.addresses import (
    AllowedHosts,
    BadAddress,
    PrivateAddress,
    calendar_address,
)

pytestmark = pytest.mark.integration

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


async def test_a_calendar_is_asked_for_with_care_and_its_validators_are_kept(server):
    server.says("/a.ics?key=s", "200 OK", CALENDAR, ETag='"v1"', Last_Modified="yesterday")
    found = await server.fetch("/a.ics?key=s")
    assert (found.content, found.etag, found.last_modified) == (CALENDAR, '"v1"', "yesterday")
    ((path, headers),) = server.asked
    assert path == "/a.ics?key=s"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert not {"cookie", "authorization", "referer", "if-none-match"} & set(headers)


async def test_nothing_changed(server):
    async def answer(writer, asked):
        same = asked.get("if-none-match") == '"v1"' and asked.get("if-modified-since") == "then"
        assert same
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        await writer.drain()

    server.answers["/a"] = answer
    assert (await server.fetch("/a", etag='"v1"', last_modified="then")).content is None


async def test_a_304_that_nobody_asked_for_is_a_failure(server):
    server.says("/a", "304 Not Modified")
    with pytest.raises(FetchFailed, match="304"):
        await server.fetch("/a")


async def test_packed_answers_are_unpacked(server):
    server.says("/a", "200 OK", gzip.compress(CALENDAR), Content_Encoding="gzip")
    assert (await server.fetch("/a")).content == CALENDAR
    server.says("/cut", "200 OK", gzip.compress(CALENDAR)[:-9], Content_Encoding="gzip")
    with pytest.raises(FetchFailed, match="broke off"):
        await server.fetch("/cut")
    server.says("/odd", "200 OK", b"xyz", Content_Encoding="gzip")
    with pytest.raises(FetchFailed, match="no sense"):
        await server.fetch("/odd")
    server.says("/br", "200 OK", b"xyz", Content_Encoding="br")
    with pytest.raises(FetchFailed, match="not known"):
        await server.fetch("/br")


async def test_what_is_too_large_is_refused_announced_or_not_packed_or_not(server):
    server.says("/fits", "200 OK", b"x" * server.limit)
    assert len((await server.fetch("/fits")).content) == server.limit
    server.says("/announced", "200 OK", b"x" * (server.limit + 1))
    bomb = gzip.compress(b"0" * 50 * server.limit)
    assert len(bomb) < server.limit
    server.says("/bomb", "200 OK", bomb, Content_Encoding="gzip")

    async def endless(writer, _asked):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()

    server.answers["/endless"] = endless
    for path in ("/announced", "/bomb", "/endless"):
        with pytest.raises(FetchFailed, match="larger than"):
            await server.fetch(path)


async def test_a_server_that_trickles_is_left_at_the_deadline(server):
    async def trickle(writer, _asked):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    server.answers["/slow"] = trickle
    with pytest.raises(FetchFailed, match="did not finish"):
        await server.fetch("/slow", deadline=timedelta(seconds=0.3))


async def test_ways_that_lead_on_are_followed_up_to_a_limit(server):
    for number in range(MOST_REDIRECTS):
        server.says(f"/{number}", "302 Found", Location=f"/{number + 1}")
    server.says(f"/{MOST_REDIRECTS}", "200 OK", CALENDAR)
    assert (await server.fetch("/0")).content == CALENDAR
    server.says("/loop", "301 Moved", Location="/loop")
    server.asked.clear()
    with pytest.raises(FetchFailed, match=f"more than {MOST_REDIRECTS}"):
        await server.fetch("/loop")
    assert len(server.asked) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    ("location", "refusal"),
    [
        ("http://127.0.0.1:1/", BadAddress),
        ("http://127.0.0.1/", PrivateAddress),
        ("http://169.254.169.254/latest/meta-data/", PrivateAddress),
        ("http://[::1]/", PrivateAddress),
        ("http://[::ffff:127.0.0.1]/", PrivateAddress),
        ("http://0x7f.1/", PrivateAddress),
        ("//localhost/", PrivateAddress),
        ("file:///etc/passwd", BadAddress),
        ("http://user:pass@example.org/", BadAddress),
    ],
)
async def test_no_way_leads_into_a_private_network(server, location, refusal):
    server.says("/a", "307 Temporary Redirect", Location=location)
    with pytest.raises(refusal):
        await server.fetch("/a")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("404 Not Found", "does not give it out"),
        ("403 Forbidden", "secret address renewed"),
        ("500 Oops", "trouble of its own"),
        ("418 Teapot", "418"),
        ("302 Found", "302"),
    ],
)
async def test_what_went_wrong_is_said_in_words(server, status, words):
    server.says("/a", status)
    with pytest.raises(FetchFailed, match=words):
        await server.fetch("/a")


async def test_a_pause_that_the_server_asks_for_is_heard(server):
    server.says("/a", "429 Too Many Requests", Retry_After="7200")
    with pytest.raises(FetchFailed) as failure:
        await server.fetch("/a")
    assert failure.value.retry_after == 7200


async def test_nonsense_and_closed_doors(server):
    async def nonsense(writer, _asked):
        writer.write(b"\x00\x01 not http\r\n\r\n")
        await writer.drain()
        writer.close()

    server.answers["/a"] = nonsense
    with pytest.raises(FetchFailed, match="no sense"):
        await server.fetch("/a")
    closed = AllowedHosts(["127.0.0.1:1"])
    with pytest.raises(FetchFailed, match="could not be reached"):
        await Fetcher(closed).fetch(calendar_address("http://127.0.0.1:1/", closed))


async def test_no_proxy_of_the_environment_is_heeded(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.says("/a", "200 OK", CALENDAR)
    assert (await server.fetch("/a")).content == CALENDAR
