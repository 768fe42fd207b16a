"""libical as a judge: RFC 5546's tables per METHOD, parse errors, and its own time-zone sums."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.feeds import Note, Style
from alongside_notifier.domain.office import Due, due_fragment
from alongside_notifier.domain.vcalendar import Fragment, feed, with_source
from alongside_notifier.domain.view import view_of
from notifier.client import calendar_part
from notifier.making import NOW, Life, make_series, monthly

pytestmark = pytest.mark.integration

SYSTEM_PYTHON = "/usr/bin/python3"
JUDGE = """
import json, sys
import gi
gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib as I
verdicts = []
for text in json.load(sys.stdin):
    component = I.Component.new_from_string(text)
    if component is None:
        verdicts.append("cannot be parsed")
        continue
    ok, errors = component.check_restrictions(), component.count_errors()
    said = component.as_ical_string()
    lines = [line for line in said.splitlines() if "X-LIC-ERROR" in line]
    verdicts.append("" if ok and not errors and not lines else f"{ok} {errors} {lines}")
json.dump(verdicts, sys.stdout)
"""


@pytest.fixture(scope="module")
def libical():
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip("libical: there is no /usr/bin/python3")
    probe = subprocess.run(
        [SYSTEM_PYTHON, "-c", JUDGE], input="[]", capture_output=True, text=True, check=False
    )
    if probe.returncode:
        pytest.skip("libical: apt-get install gir1.2-ical-3.0 python3-gi")

    def judge(texts):
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", JUDGE],
            input=json.dumps(list(texts)),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return judge


def test_it_finds_fault_where_there_is_one(libical):
    bad = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    (verdict,) = libical([bad])
    assert "INVALID-ITIP" in verdict


async def test_every_kind_of_message_passes(notifier, libical):
    life = await notifier.begin()
    keys = life.keys()
    for change in (
        lambda: life.move(keys[1], timedelta(hours=2)),
        lambda: life.cancel(keys[2]),
        lambda: life.change(place="The barn"),
        lambda: life.lengthen(120),
        lambda: life.restore(keys[2]),
        lambda: life.leave("cleo", NOW.date()),
        lambda: life.join("dora", NOW.date()),
        life.end,
    ):
        await notifier.hear_series(change())
        await notifier.tell()
    texts = [calendar_part(row.raw) for row in await notifier.mails()]
    assert len(texts) > 15
    assert set(libical(texts)) == {""}


@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Jerusalem", "America/Havana", "UTC"])
def test_feeds_pass(libical, zone):
    first = (NOW + timedelta(days=8)).replace(tzinfo=None, hour=10)
    life = Life(make_series(monthly(first, 12, 2), zone_name=zone))
    life.move(life.keys()[1], timedelta(hours=3))
    life.cancel(life.keys()[2])
    view = view_of(life.series, "ben")
    fragment = feed_fragment(view, Names("Oak", {"ada": "Ada"}), NOW, alarm_minutes=15)
    body = feed(name="Oak", description="d", zone=zone, fragments=[fragment])
    text = with_source(body, "https://x.example/feeds/" + "a" * 43 + ".ics").decode()
    assert libical([text]) == [""]


@pytest.mark.parametrize("detail", ["busy", "titles", "full"])
def test_feeds_of_every_detail_pass(libical, detail):
    life = Life(make_series())
    life.cancel(life.keys()[2])
    note = Note("✓ 1.50 h confirmed", NOW)
    fragment = feed_fragment(
        view_of(life.series, "ben"),
        Names("Oak", {"ada": "Ada"}),
        NOW,
        alarm_minutes=15,
        style=Style(detail, NOW),
        notes={life.keys()[0]: note},
    )
    body = feed(name="Oak", description="d", zone="UTC", fragments=[fragment])
    assert libical([body.decode()]) == [""]


def test_what_is_due_passes(libical):
    nothing = Fragment("")
    parts = [
        due_fragment(
            Due(about, NOW.date(), 2, 75, NOW),
            nothing,
            domain="x.example",
            origin="https://x.example",
        )
        for about in ("closing", "waiting")
    ]
    body = feed(name="Oak", description="d", zone="UTC", fragments=parts)
    assert body.count(b"VALUE=DATE:") == 4
    assert libical([body.decode()]) == [""]
