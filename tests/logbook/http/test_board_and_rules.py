"""The rules in plain words."""

import pytest

from alongside_logbook.rulebook import shipped
from logbook.office import text_of

pytestmark = pytest.mark.unit


async def page_of(office, who: str, path: str) -> str:
    async with office.browser(who) as somebody:
        answer = await somebody.get(path)
        assert answer.status_code == 200, path
        return answer.text


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


@pytest.mark.parametrize("name", [pack.name for pack in shipped().of("alliance", "apply")])
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
        answer = await ann.get("/rules/alliance/renew/XYZ")
        assert answer.status_code == 404
        assert "There is no rule pack" in answer.text
        assert (await ann.get("/rules/" + "x" * 300)).status_code in {404, 422}
