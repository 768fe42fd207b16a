"""Calendar programs that people run: vdirsyncer fetches, khal shows, Radicale keeps a whole feed."""

import asyncio
import base64
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx2
import icalendar
import pytest

from alongside.stack.ports import free_port
from alongside_notifier.domain.view import view_of
from judges import ask
from notifier.making import Life, make_series, monthly

pytestmark = pytest.mark.integration

HOME = "America/Chicago"
SYNC = """
[general]
status_path = "{folder}/status/"
[pair feed]
a = "there"
b = "here"
collections = null
conflict_resolution = "a wins"
[storage there]
type = "http"
url = "{address}"
[storage here]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""
SHOW = """
[calendars]
[[feed]]
path = {folder}/calendar/
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = feed
[sqlite]
path = {folder}/khal.db
"""


@pytest.fixture
def notifier_settings(notifier_settings, port):
    return {**notifier_settings, "base_url": f"http://127.0.0.1:{port}"}


async def run(*command, **environment):
    """Run a program; return what it says."""
    done = await asyncio.create_subprocess_exec(
        *command, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await done.communicate()
    assert done.returncode == 0, said.decode()
    return said.decode()


async def two_series(notifier):
    first = await notifier.begin()
    later = (notifier.clock.now() + timedelta(days=40)).replace(tzinfo=None, hour=9, minute=30)
    facts = {
        "uid": "01jseries2@supervision.example",
        "series_id": "series-2",
        "title": "Élan: Café",
    }
    second = Life(make_series(monthly(later, 8, -1), zone_name="America/Los_Angeles", **facts))
    third = Life(
        make_series(
            monthly(later, 8, 1), zone_name="Asia/Jerusalem", series_id="series-3",
            uid="01jseries3@supervision.example", title="Far away",
        )
    )  # fmt: skip
    first.move(first.keys()[1], timedelta(hours=3))
    first.cancel(first.keys()[2])
    for life in (first, second, third):
        await notifier.hear_series(life.series)
    return [first, second, third]


def listed(*lives):
    """Return what a person's day list should say: wall time at home, title, whether cancelled."""
    lines = set()
    for life in lives:
        for meeting in view_of(life.series, "ben").meetings:
            wall = meeting.starts_at.astimezone(ZoneInfo(HOME))
            before = "Cancelled: " if meeting.cancelled else ""
            status = "CANCELLED" if meeting.cancelled else "CONFIRMED"
            lines.add(f"{wall:%Y-%m-%d %H:%M} | {before}{life.series.title} | {status}")
    return lines


async def test_vdirsyncer_follows_and_khal_shows(notifier, served, tmp_path):
    vdirsyncer, khal = ask.program("vdirsyncer"), ask.program("khal")
    lives = await two_series(notifier)
    names = {"folder": tmp_path, "address": await served.address("ben"), "zone": HOME}
    for name, text in (("sync", SYNC), ("show", SHOW)):
        (tmp_path / name).write_text(text.format(**names))
    at_home = {"HOME": str(tmp_path), "VDIRSYNCER_CONFIG": str(tmp_path / "sync")}

    async def sync():
        return await run(vdirsyncer, "sync", **at_home)

    async def show():
        form = "{start-long} | {title} | {status}"
        said = await run(
            khal, "-c", str(tmp_path / "show"), "list", "--format", form, "--day-format", "",
            "2027-01-01", "400d", **at_home,
        )  # fmt: skip
        return {" ".join(line.split()) for line in said.splitlines() if line.strip()}

    (tmp_path / "calendar").mkdir()
    await run(vdirsyncer, "discover", **at_home)
    assert (await sync()).count("Copying (uploading) item") == 3
    assert len(list((tmp_path / "calendar").glob("*.ics"))) == 3
    assert await show() == listed(*lives)
    # Without a change nothing is new: not a byte differs.
    assert "item" not in await sync()
    moved = lives[1]
    moved.now = notifier.clock.now()
    await notifier.hear_series(moved.move(moved.keys()[0], timedelta(hours=-2)))
    said = await sync()
    assert (said.count("Copying (uploading) item"), said.count("Deleting item")) == (1, 1)
    assert await show() == listed(*lives)
    assert {each.status for each in served.asked} == {200}


async def test_radicale_keeps_a_whole_feed(notifier, served, tmp_path):
    radicale = ask.program("radicale")
    lives = await two_series(notifier)
    async with httpx2.AsyncClient() as client:
        body = (await client.get(await served.address("ben"))).content
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        radicale, "--config", "", "--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none",
        "--storage-filesystem-folder", str(tmp_path / "kept"), "--web-type", "none",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        signed = {"Authorization": "Basic " + base64.b64encode(b"ben:x").decode()}
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=signed, timeout=30
        ) as client:
            async with asyncio.timeout(30):
                while True:
                    try:
                        await client.get("/")
                    except httpx2.ConnectError:
                        assert process.returncode is None, (await process.stderr.read()).decode()
                        await asyncio.sleep(0.1)
                    else:
                        break
            kind = {"Content-Type": "text/calendar; charset=utf-8"}
            put = await client.put("/ben/feed/", content=body, headers=kind)
            assert put.status_code == 201, put.text
            kept = icalendar.Calendar.from_ical((await client.get("/ben/feed/")).content)
            events = icalendar.Calendar.from_ical(body).walk("VEVENT")
            assert len(kept.walk("VEVENT")) == len(events) == 5
            assert {str(e["UID"]) for e in kept.walk("VEVENT")} == {
                life.series.uid for life in lives
            }
            broken = body.replace(b"DTSTART", b"DTSTRAT")
            put = await client.put("/ben/broken/", content=broken, headers=kind)
            assert put.status_code == 400, "it judges nothing"
    finally:
        process.terminate()
        await process.communicate()
