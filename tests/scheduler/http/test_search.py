"""The page of the search, with a script and without, and the same as JSON."""

import pytest

pytestmark = pytest.mark.contract


async def test_what_is_found_is_grouped(house, open_browser):
    cora = await open_browser(house.cora)
    page = await cora.page("/search?q=TUES")
    assert 'id="found-groups"' in page
    assert 'id="found-sessions"' in page
    assert 'id="found-people"' not in page
    assert 'value="TUES"' in page
    page = await cora.page("/search?q=ada")
    assert f'href="/people/{house.ada}"' in page
    assert "1 found" in page


async def test_nothing_found_and_nothing_asked(house, open_browser):
    ada = await open_browser(house.ada)
    assert "Nothing found" in await ada.page("/search?q=zzz")
    page = await ada.page("/search")
    assert "Nothing found" not in page
    assert 'role="search"' in page
    assert "Ben" not in await ada.page("/search?q=ben")


async def test_what_is_typed_stays_text(house, open_browser):
    ada = await open_browser(house.ada)
    page = await ada.page('/search?q="><b>ada')
    assert "<b>ada" not in page
    await ada.page("/search?q=" + "a" * 500)


async def test_with_a_script_only_the_part_is_sent(house, open_browser):
    cora = await open_browser(house.cora)
    part = await cora.get("/search?q=ada", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert 'id="found"' in part.text


async def test_every_page_has_the_field(house, open_browser):
    ada = await open_browser(house.ada)
    for path in ("/", "/groups"):
        assert 'action="/search"' in await ada.page(path)
    assert 'action="/search"' not in await (await open_browser()).page("/sign-in")


async def test_the_same_as_json(house, open_browser):
    lea = await open_browser(house.lea)
    found = await lea.send("GET", "/search?q=ben")
    assert [each["name"] for each in found["people"]] == ["Ben Baker"]
    assert found["people"][0]["email"] is None
    await lea.send("GET", "/search", status=422)
    await lea.send("GET", "/search?q=" + "a" * 200, status=422)
