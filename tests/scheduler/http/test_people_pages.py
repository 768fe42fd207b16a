"""Lists of people and one person's page, as a coordinator looks at them."""

import re

import pytest

from alongside.contracts import ProgressChanged
from alongside_scheduler.handlers.copies import hear_hours

pytestmark = pytest.mark.contract


def names(page: str) -> list[str]:
    return re.findall(r'<span class="person-name">([^<]+)</span>', page)


async def test_people_are_filtered_by_what_they_are(house, open_browser):
    cora = await open_browser(house.cora)
    assert names(await cora.page("/people")) == [
        "Ada Able", "Ben Baker", "Cora Coordinator", "Lea Lead", "Omar Other",
    ]  # fmt: skip
    assert names(await cora.page("/people?role=supervisor")) == ["Lea Lead", "Omar Other"]
    assert names(await cora.page("/people?pursuing=IFS")) == ["Ada Able"]
    assert names(await cora.page("/people?pursuing=IFS&q=ben")) == []
    assert names(await cora.page("/people?q=BAK")) == ["Ben Baker"]
    assert names(await cora.page("/people?q=lea.lead@")) == ["Lea Lead"]
    await cora.page("/people?pursuing=XX", status=422)


async def test_who_left_is_listed_apart(house, open_browser):
    cora = await open_browser(house.cora)
    assert names(await cora.page("/people?left=yes")) == []
    await cora.post(f"/people/{house.omar}/remove", confirm="yes")
    page = await cora.page("/people?left=yes")
    assert names(page) == ["Omar Other"]
    assert "Mon, Mar 2, 2026" in page
    assert f'href="/people/{house.omar}"' not in page
    assert "Omar Other" not in names(await cora.page("/people"))
    lea = await open_browser(house.lea)
    await lea.page("/people", status=403)


async def test_accents_sort_and_are_found_like_plain_letters(house, open_browser):
    await house.office.person("Émile Zephyr", email="emile@example.org")
    cora = await open_browser(house.cora)
    assert names(await cora.page("/people"))[3:5] == ["Émile Zephyr", "Lea Lead"]
    assert names(await cora.page("/people?q=emile")) == ["Émile Zephyr"]


async def test_a_long_list_has_pages_that_keep_what_was_asked(house, open_browser):
    for number in range(51):
        await house.office.person(f"Person {number:02}")
    cora = await open_browser(house.cora)
    first = await cora.page("/people?role=supervisee&q=person")
    assert len(names(first)) == 50
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert names(await cora.page(following.replace("&amp;", "&"))) == ["Person 50"]


async def test_a_person_has_sessions_groups_and_credentials_on_one_page(house, open_browser):
    cora = await open_browser(house.cora)
    page = await cora.page(f"/people/{house.ada}")
    upcoming = page[page.index('id="next"') : page.index('id="groups"')]
    assert upcoming.count("Tuesday circle") == 5
    assert f'href="/groups/{house.group_id}"' in page
    assert "Toward IFS" in page
    assert "No hours yet" in page
    said = ProgressChanged(
        id="f" * 32,
        occurred_at=house.office.clock.now(),
        supervisee_id=house.ada,
        version=1,
        category="IFS",
        required_minutes=1440,
        counted_minutes=360,
        pending_minutes=120,
        appears_met=False,
    )
    await house.office.run(lambda uow: hear_hours([said], uow))
    assert "6 h of 24 h" in await cora.page(f"/people/{house.ada}")

    assert "timeline" not in page
    await cora.post(
        f"/people/{house.lea}/credentials",
        kind="ERS", standing="endorsed", valid_from="2025-01-01", valid_until="2026-12-31",
    )  # fmt: skip
    hers = await cora.page(f"/people/{house.lea}")
    assert "endorsed, until Thu, Dec 31, 2026" in hers
    assert "timeline" in hers
    assert f"/schedule?show=provider%3A{house.lea}" in hers
    assert hers.count(">Leads<") == 6
