"""The calendar and the search, by mouse and by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from browser.people import PHONE, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def cora(story):
    cora = story.somebody("cora")
    page = cora.goes(story.link)
    page.get_by_label("Name of your association").fill("Sample Circle Association")
    page.get_by_label("Your name").fill("Cora Sample")
    page.get_by_label("Your e-mail address").fill("cora@circle.example")
    page.get_by_role("button", name="Begin").click()
    cora.told("Everything is ready")
    return cora


def test_months_are_turned_by_keyboard_and_the_focus_stays(cora):
    page = cora.goes("/schedule/month/2026-02")
    after = page.locator("#calendar-after")
    after.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("March 2026")
    expect(after).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("April 2026")
    expect(page).to_have_url(re.compile("/schedule/month/2026-04$"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("March 2026")
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.locator(".week-table")).to_be_visible()
    assert violations(page) == []
    assert cora.said == []


def test_a_month_fits_one_sheet_on_its_side(cora):
    page = cora.goes("/schedule/month/2026-08")  # of six weeks
    for paper in ("A4", "Letter"):
        sheet = page.pdf(format=paper, prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
        width, height = map(
            float, re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)", sheet).groups()
        )
        assert width > height
    page.emulate_media(media="print")
    expect(page.locator(".month-table")).to_be_visible()
    for chrome in (".side", ".calendar-steps", ".calendar-bar"):
        expect(page.locator(chrome)).to_be_hidden()
    page.emulate_media(media="screen")


def test_the_search_follows_what_is_typed(cora):
    page = cora.goes("/search")
    page.get_by_label("What are you looking for").press_sequentially("sampl", delay=20)
    expect(page.locator("#found-people")).to_contain_text("Cora Sample")
    expect(page.get_by_role("status").filter(has_text="1 found")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/search\?q=sampl$"))
    assert violations(page) == []
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("zzz")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert cora.said == []


def test_without_a_script_and_on_a_phone_it_is_all_there(story, cora):
    bare = story.somebody("cora", size=PHONE, script=False)
    page = bare.signs_in()
    page.locator(".dock").get_by_text("Schedule").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    this_one = page.url
    page.locator("#calendar-after").click()
    expect(page).not_to_have_url(this_one)
    page.get_by_label("Show", exact=True).select_option("mine")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("show=mine"))
    page.get_by_role("link", name="Search").first.click()
    page.get_by_label("What are you looking for").fill("cora")
    page.get_by_role("button", name="Search").last.click()
    expect(page.locator("#found-people")).to_contain_text("Cora Sample")
