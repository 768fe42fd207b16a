"""The coordinator's board in a browser, as a table and as JSON."""

import io
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook

from alongside_logbook.handlers.board import note_all_endings
from logbook.office import KEY, ers, text_of

pytestmark = pytest.mark.unit


async def page_of(office, who: str, path: str) -> str:
    async with office.browser(who) as somebody:
        answer = await somebody.get(path)
        assert answer.status_code == 200, path
        return answer.text


async def test_everybody_is_drawn_side_by_side(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    html = await page_of(circle, "cora", "/cohort")
    page = text_of(html)
    assert "2 h of 24 h" in page
    assert "0 min of 50 h + 2 h to confirm" in page
    assert html.count('class="meter-bar"') == 2
    assert "Everybody 2" in page
    assert "On track 2" in page
    assert "1 since Mon, Mar 2, 2026" in page
    assert "Unconfirmed for 14 days" not in page
    assert 'href="/hours?person=ann"' in html
    assert ">Eve</a>" not in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?show=waiting", {"Bob"}),
        ("?show=on_track", {"Ann", "Bob"}),
        ("?show=drifting", set()),
        ("?q=an", {"Ann"}),
        ("?q=%25", set()),
        ("?q=zzz", set()),
        ("?show=nonsense", {"Ann", "Bob"}),
        ("?show=&q=&group=&provider=", {"Ann", "Bob"}),
        ("?group=g1", {"Ann", "Bob"}),
        ("?group=g2", set()),
        ("?provider=pat", {"Ann", "Bob"}),
        ("?page=9", {"Ann", "Bob"}),
    ],
)
async def test_it_can_be_narrowed(circle, query, names):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    circle.clock.advance(timedelta(days=15))
    html = await page_of(circle, "cora", f"/cohort{query}")
    assert {name for name in ("Ann", "Bob") if f">{name}</a>" in html} == names
    assert "Unconfirmed for 14 days 1" in text_of(html) or query == "?group=g2"
    if not names:
        assert "Nobody fits" in text_of(html) or query == "?group=g2"


async def test_a_supervisor_sees_those_in_their_sessions(circle):
    await circle.person("lee", "supervisor")
    await circle.series("s2", provider="lee", members=("bob",))
    await circle.record(KEY)
    assert ">Ann</a>" not in await page_of(circle, "lee", "/cohort?group=g1")
    assert ">Bob</a>" in await page_of(circle, "lee", "/cohort")
    assert ">Ann</a>" in await page_of(circle, "pat", "/cohort")
    assert "Tuesday circle" in text_of(await page_of(circle, "pat", "/cohort/groups"))
    assert "No hours yet" in text_of(await page_of(circle, "lee", "/cohort/groups"))
    async with circle.browser("lee") as lee:
        assert (await lee.get("/cohort/providers")).status_code == 403
        assert (await lee.get("/cohort/waiting")).status_code == 403
        assert "Ann" not in (await lee.get("/cohort/export.csv")).text
    async with circle.browser("ann") as ann:
        assert (await ann.get("/cohort")).status_code == 403
    async with circle.browser(None) as nobody:
        assert (await nobody.get("/cohort")).status_code == 303


async def test_an_empty_board_says_what_comes(office):
    await office.person("cora", "coordinator")
    assert "Nobody yet" in text_of(await page_of(office, "cora", "/cohort"))
    for path, words in {
        "waiting": "Nothing waits",
        "providers": "s status ends",
        "groups": "No hours yet",
    }.items():
        assert words in text_of(await page_of(office, "cora", f"/cohort/{path}"))


async def test_it_is_read_again_only_when_something_changed(circle):
    html = await page_of(circle, "cora", "/cohort")
    again = html.split('id="board"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    async with circle.browser("cora") as cora:
        assert (await cora.get(again)).status_code == 204
        await circle.record(KEY)
        assert (await cora.get(again)).status_code == 200


async def test_what_waited_too_long_is_named(circle):
    await circle.record(KEY)
    await circle.series("s2", starts=("2026-02-11T10:00", "2026-02-12T10:00"))
    circle.clock.advance(timedelta(days=15))
    page = text_of(await page_of(circle, "cora", "/cohort/waiting"))
    assert "2 people" in page
    assert "Pat 2 sessions Wed, Feb 11, 2026" in page


async def test_whose_status_ends_this_quarter(circle):
    lapses = ers(valid_until=date(2026, 3, 20))
    await circle.person("pat", credentials=(lapses,))
    await circle.person(
        "lee",
        "supervisor",
        credentials=(ers(standing="emerging", since=date(2024, 3, 26), credential_id="c2"),),
    )
    await circle.person("idle", "supervisor", credentials=(lapses,))
    await circle.series("s2", provider="lee")
    await circle.record(KEY)
    page = text_of(await page_of(circle, "cora", "/cohort/providers"))
    assert "Pat ERS Fri, Mar 20, 2026 18 days 2" in page
    assert "Lee ERS (emerging) emerging counts for so long only Wed, Mar 25, 2026" in page
    assert "Idle" not in page
    await circle.person(
        "pat", credentials=(lapses, ers(since=date(2026, 3, 21), credential_id="c3"))
    )
    assert "Pat" not in text_of(await page_of(circle, "cora", "/cohort/providers"))
    assert await circle.run(note_all_endings) == 3
    assert "Lee" in text_of(await page_of(circle, "cora", "/cohort/providers"))


async def test_hours_are_added_up_by_group_and_provider(circle):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    html = await page_of(circle, "cora", "/cohort/groups")
    page = text_of(html)
    assert "Tuesday circle 2 h 2 h 2 2" in page
    assert "Pat 2 h 2 h 2 2" in page
    assert 'href="/cohort?group=g1"' in html


async def test_the_board_can_be_taken_along(circle):
    await circle.person("ann", name="=cmd|' /C calc'!A0", pursuing="IFS")
    await circle.record(KEY)
    await circle.confirm_all("bob")
    async with circle.browser("cora") as cora:
        csv = await cora.get("/cohort/export.csv")
        assert csv.headers["content-disposition"] == 'attachment; filename="on-track.csv"'
        assert "\r\n'=cmd|" in csv.text
        xlsx = await cora.get("/cohort/export.xlsx?show=on_track")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.content)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert rows[0][0] == "name"
    assert [(row[0], row[6], row[7], row[8]) for row in rows[1:]] == [
        ("=cmd|' /C calc'!A0", 1440, 0, 120),
        ("Bob", 3000, 120, 0),
    ]


async def test_whoever_left_is_not_on_it(circle):
    await circle.record(KEY)
    await circle.person("bob", left_at=circle.clock.now())
    page = text_of(await page_of(circle, "cora", "/cohort"))
    assert "Everybody 1" in page
    assert "Bob" not in page


async def test_a_script_reads_the_board(circle):
    await circle.record(KEY)
    async with circle.script("cora") as cora:
        found = (await cora.get("/board?size=1&page=2")).json()
        assert (found["page"], found["pages"], found["shown"]) == (2, 2, 2)
        assert found["states"] == {"on_track": 2}
        assert [line["person"]["name"] for line in found["lines"]] == ["Bob"]
        assert (await cora.get("/board/groups")).json()["groups"][0]["name"] == "Tuesday circle"
        assert (await cora.get("/board/endings")).json() == []
        assert (await cora.get("/board/unrecorded")).json() == []
    async with circle.script("ann") as ann:
        assert (await ann.get("/board")).status_code == 403
    async with circle.script("pat") as pat:
        assert (await pat.get("/board/endings")).status_code == 403
