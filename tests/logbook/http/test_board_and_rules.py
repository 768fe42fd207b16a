"""The cohort side by side, and the rules in plain words."""

import pytest

from alongside_logbook.rulebook import shipped
from logbook.office import KEY, text_of

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
    assert "Unconfirmed 1" in page
    assert "1 since Mon, Mar 2, 2026" in page
    assert 'href="/hours?person=ann"' in html
    assert ">Eve</a>" not in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?show=unconfirmed", {"Bob"}),
        ("?show=on_track", {"Ann", "Bob"}),
        ("?show=drifting", set()),
        ("?q=an", {"Ann"}),
        ("?q=zzz", set()),
        ("?show=nonsense", {"Ann", "Bob"}),
    ],
)
async def test_it_can_be_narrowed(circle, query, names):
    await circle.record(KEY)
    await circle.confirm_all("ann")
    html = await page_of(circle, "cora", f"/cohort{query}")
    assert {name for name in ("Ann", "Bob") if f">{name}</a>" in html} == names
    if not names:
        assert "Nobody fits" in text_of(html)


async def test_a_supervisor_sees_those_in_their_sessions(circle):
    await circle.person("lee", "supervisor")
    await circle.series("s2", provider="lee", members=("bob",))
    assert ">Ann</a>" not in await page_of(circle, "lee", "/cohort")
    assert ">Bob</a>" in await page_of(circle, "lee", "/cohort")
    assert ">Ann</a>" in await page_of(circle, "pat", "/cohort")
    async with circle.browser("ann") as ann:
        assert (await ann.get("/cohort")).status_code == 403
    async with circle.browser(None) as nobody:
        assert (await nobody.get("/cohort")).status_code == 303


async def test_an_empty_cohort_says_what_comes(office):
    await office.person("cora", "coordinator")
    assert "Nobody yet" in text_of(await page_of(office, "cora", "/cohort"))


async def test_the_rules_are_listed(circle):
    html = await page_of(circle, "ann", "/rules")
    page = text_of(html)
    for pack in shipped().of("alliance"):
        assert f'href="/rules/{pack.id}"' in html
        assert pack.title in page
    assert "24 h" in page
    assert "encouraged" in page
    assert "Rules of first5-alabama" in page
    other = text_of(await page_of(circle, "ann", "/rules?association=first5-alabama"))
    assert "First 5 Alabama" in other


@pytest.mark.parametrize("name", shipped().packs)
async def test_every_pack_can_be_read(circle, name):
    pack = shipped().pack(name)
    html = await page_of(circle, "ann", f"/rules/{name}")
    page = text_of(html)
    assert pack.summary in page.replace("&#39;", "'")
    for source in pack.cited():
        assert f'id="{source}"' in html
    if pack.required:
        assert f"{pack.main.hours} h: {pack.main.label}" in page
        assert "Spread over at least 12 months" in page
        assert "All within 24 months" in page
        assert "Not settled: ask the association" in page


async def test_a_pack_that_is_not_there(circle):
    async with circle.browser("ann") as ann:
        answer = await ann.get("/rules/alliance/renew/IFS")
        assert answer.status_code == 404
        assert "There is no rule pack" in answer.text
        assert (await ann.get("/rules/" + "x" * 300)).status_code in {404, 422}
