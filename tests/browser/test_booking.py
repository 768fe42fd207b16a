"""An individual session, from open hours to a booking by thumb, as people do it on the pages."""

import re

import pytest
from playwright.sync_api import expect

from browser.people import PHONE, SMALLEST, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PEOPLE = (
    ("Pru Sample", "pru", "supervisor", "America/Chicago"),
    ("Ada Sample", "ada", "supervisee", "America/New_York"),
    ("Bo Sample", "bo", "supervisee", "America/Chicago"),
)


def fits(page) -> None:
    """Check that nothing reaches over the edge of the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, (page.url, wide)


def test_a_provider_opens_their_week(story):
    for name, short, role, zone in PEOPLE:
        story.where.run(
            "person", "add", "--name", name, "--email", f"{short}@circle.example",
            "--zone", zone, "--role", role,
        )  # fmt: skip
    pru = story.somebody("pru")
    page = pru.signs_in()
    page.locator(".side-nav").get_by_text("Availability").click()
    expect(page.get_by_role("heading", name="Your week")).to_be_visible()
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        page.get_by_label(day, exact=True).check()
    page.get_by_label("From").first.fill("09:00")
    page.get_by_label("To", exact=True).first.fill("17:00")
    page.get_by_role("button", name="Add these hours").click()
    pru.told("Added")
    expect(page.locator(".week-list li.chip")).to_have_count(7)
    expect(page.locator(".week-block")).to_have_count(7)
    page.get_by_role("button", name="Open for booking").click()
    pru.told("People can book now")
    expect(page.get_by_label("Address")).to_have_value(re.compile(r"/book/[0-9a-f-]+$"))
    assert violations(page) == []
    story.group = page.get_by_label("Address").input_value()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    fits(page)
    assert pru.said == []


def test_a_supervisee_opens_the_shared_link_on_a_phone_and_books(story):
    ada = story.somebody("ada", size=PHONE)
    page = ada.goes(story.group)
    expect(page).to_have_url(re.compile("/sign-in"))
    before = len(story.where.mails(ada.email, subject="sign-in"))
    page.get_by_label("Your e-mail address").fill(ada.email)
    page.get_by_role("button", name="Send me a link").click()
    ada.goes(ada.mailed_link("sign-in", "/sign-in/", after=before))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Pru Sample", level=1)).to_be_visible()
    fits(page)
    assert violations(page) == []
    chosen = page.locator("#times").inner_text()
    following = page.locator("#next-day")
    following.click()
    expect(page.locator("#times")).not_to_have_text(chosen)
    expect(page.get_by_role("heading", name="Afternoon")).to_be_visible()
    expect(page.locator(".slot").first).to_contain_text("there")
    slot = page.get_by_role("list", name="Morning").get_by_role("link").first
    words = slot.inner_text().split("\n")[0]
    slot.click()
    expect(page.get_by_role("heading", name="Book this time?")).to_be_visible()
    expect(page.locator(".booking-clock")).to_contain_text(words)
    expect(page.get_by_label("How many times")).to_be_hidden()
    fits(page)
    assert violations(page) == []
    page.get_by_role("button", name="Book it").click()
    ada.told("Booked")
    expect(page.get_by_role("link", name="Move or cancel")).to_be_visible()
    assert story.where.mail(ada.email, subject="Individual: Pru Sample with Ada Sample")
    assert ada.said == []


def test_it_is_moved_by_keyboard_alone(story):
    ada, page = story.people["ada"], story.people["ada"].page
    ada.tabs_to(page.get_by_role("link", name="Move or cancel"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Another time")).to_be_visible()
    assert violations(page) == []
    ada.tabs_to(page.get_by_role("link", name="Choose another time"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Move to another time")).to_be_visible()
    ada.tabs_to(page.locator("#next-day"))
    page.keyboard.press("Enter")
    last = page.get_by_role("list", name="Afternoon").get_by_role("link").last
    ada.tabs_to(last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Move it here?")).to_be_visible()
    ada.tabs_to(page.get_by_role("button", name="Move it"))
    page.keyboard.press("Enter")
    ada.told("Moved")
    assert ada.said == []


def test_without_script_a_standing_appointment_and_a_request(story):
    bo = story.somebody("bo", size=SMALLEST, script=False)
    page = bo.signs_in()
    bo.goes("/book")
    fits(page)
    page.get_by_role("link", name="All times of Pru Sample").click()
    page.get_by_role("link", name=re.compile("Next day with free times")).click()
    page.get_by_role("list", name="Morning").get_by_role("link").first.click()
    page.get_by_label("Every second week").check()
    page.get_by_label("How many times").fill("3")
    page.get_by_role("button", name="Book it").click()
    bo.told("Booked")
    expect(page.get_by_role("heading", name=re.compile("Individual: Pru Sample"))).to_be_visible()
    bo.goes("/book")
    expect(page.get_by_role("link", name="Move or cancel")).to_have_count(3)
    page.get_by_role("link", name="All times of Pru Sample").click()
    page.get_by_role("link", name="Ask for another time").click()
    page.get_by_label("Day").first.fill("2090-01-01")
    page.get_by_label("From").first.fill("20:00")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#error-summary")).to_contain_text("within a year")
    fits(page)
