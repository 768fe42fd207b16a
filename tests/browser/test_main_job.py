"""The main job as people do it: with mouse, thumb and keyboard, on the pages.

One person after the other; each test goes on where the last one stopped.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from browser.people import CHICAGO, PHONE, SMALLEST, first_day, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TABLE = """\
name,email,role,zone,category
Bo Sample,bo@circle.example,supervisee,America/Chicago,IFS
Cy Sample,cy@circle.example,supervisee,America/New_York,IMHS
Broken Row,not-an-address,supervisee,America/Chicago,IFS
"""


def test_the_printed_link_sets_it_up(story):
    cora = story.somebody("cora")
    page = cora.goes(story.link)
    assert page.get_by_label("Your time zone").input_value() == "America/Chicago"
    page.get_by_label("Name of your association").fill("Sample Circle Association")
    page.get_by_label("Your name").fill("Cora Sample")
    page.get_by_label("Your e-mail address").fill("not an address")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.get_by_label("Your name").input_value() == "Cora Sample"
    page.get_by_label("Your e-mail address").fill("cora@circle.example")
    page.get_by_role("button", name="Begin").click()
    cora.told("Everything is ready")
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    expect(page.locator(".side .association")).to_have_text("Sample Circle Association")


def test_a_coordinator_adds_one_person_and_a_table_of_them(story):
    cora, page = story.people["cora"], story.people["cora"].page
    page.get_by_role("link", name="Add the people who supervise").click()
    page.get_by_label("Name", exact=True).fill("Pru Sample")
    page.get_by_label("E-mail address").fill("pru@circle.example")
    page.get_by_role("button", name="Add", exact=True).click()
    cora.told("Pru Sample is registered")
    page.get_by_text("Add a credential").click()
    page.get_by_label("Credential", exact=True).select_option("ERS")
    page.get_by_label("Valid from").fill("2024-01-01")
    page.get_by_role("button", name="Add the credential").click()
    expect(page.get_by_role("rowheader", name="ERS")).to_be_visible()

    page.locator(".side-nav").get_by_text("People").click()
    page.get_by_role("link", name="Import").click()
    page.get_by_label("The table").fill(TABLE)
    page.get_by_role("button", name="Show me the rows").click()
    expect(page.get_by_role("heading", name="1 row is left out")).to_be_visible()
    expect(page.locator("#bad")).to_contain_text("not-an-address")
    expect(page.locator("#bad li")).to_contain_text("address")
    expect(page.locator("#good").get_by_role("rowheader", name="Cy Sample")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Register 2 people").click()
    expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Bo Sample")
    expect(page.locator("main")).not_to_contain_text("Broken Row")


def test_a_supervisor_signs_in_and_makes_a_group(story):
    pru = story.somebody("pru")
    page = pru.signs_in()
    page.get_by_role("link", name="New group").click()
    page.get_by_label("Name", exact=True).fill("Tuesday circle")
    page.get_by_label("Place").fill("Room 2")
    page.get_by_label("Provider", exact=True).select_option(label="Pru Sample")
    page.get_by_role("button", name="Make the group").click()
    pru.told("Tuesday circle is made")
    page.get_by_label("Bo Sample").check()
    page.get_by_label("Cy Sample").check()
    page.get_by_role("button", name="Add to the roster").click()
    pru.told("2 people are on the roster")
    story.group = page.url.removeprefix(story.where.origin).partition("#")[0]


def test_a_series_is_looked_at_before_anybody_is_told(story):
    pru, page = story.people["pru"], story.people["pru"].page
    page.get_by_role("link", name="Plan sessions").first.click()
    page.get_by_role("radio", name="Weekly").check()
    page.get_by_label("First date").fill(first_day().date().isoformat())
    page.get_by_label("From", exact=True).fill("12:00")
    page.get_by_label("To", exact=True).fill("10:00")
    page.get_by_label("How many times").fill("6")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_label("From", exact=True).fill("10:00")
    page.get_by_label("To", exact=True).fill("12:00")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview tbody tr")).to_have_count(6)
    expect(page.locator("#preview")).to_contain_text("Bo Sample, Cy Sample")
    assert not story.where.mails("bo@circle.example", subject="Tuesday circle")
    assert violations(page) == []
    page.get_by_role("button", name="Save and invite").click()
    page.wait_for_url(re.compile(r"/(groups|series)/[^/]+(#.*)?$"))
    for name in ("pru", "bo", "cy"):
        story.where.mail(f"{name}@circle.example", subject="Tuesday circle")
    pru.goes(story.group)
    expect(page.locator("#ahead li")).to_have_count(6)


def test_a_supervisee_answers_by_the_link_in_the_mail(story):
    bo = story.somebody("bo", size=PHONE)
    page = bo.goes(bo.mailed_link("Tuesday circle", "/answer/"))
    expect(page.get_by_role("heading", name="Tuesday circle", level=1)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="I will be there").first.click()
    expect(page.get_by_text("You will be there").first).to_be_visible()
    pru = story.people["pru"]

    def comes() -> bool:
        pru.goes(story.group)
        return "1 comes" in pru.page.locator("#who-comes").inner_text()

    assert any(comes() for _ in range(20)), "the supervisor sees who comes"


def test_one_session_is_moved_and_one_is_cancelled(story):
    pru, page = story.people["pru"], story.people["pru"].page
    page.locator("#ahead a").nth(1).click()
    page.get_by_role("link", name="Move it", exact=True).click()
    page.get_by_label("From", exact=True).fill("14:00")
    page.get_by_label("To", exact=True).fill("16:00")
    page.get_by_role("button", name="Look at what changes").click()
    expect(page.get_by_text("1 session moves")).to_be_visible()
    page.get_by_role("button", name="Save and tell them").click()
    pru.told("Saved")
    assert "/sessions/" in page.url
    story.series = page.url.split("/sessions/")[1].split("/")[0]
    pru.goes(story.group)
    page.locator("#ahead a").nth(2).click()
    page.get_by_role("link", name="Cancel it", exact=True).click()
    expect(page.get_by_text("1 session is cancelled")).to_be_visible()
    page.get_by_role("button", name="Save and tell them").click()
    pru.told("Saved")
    pru.goes(story.group)
    expect(page.locator("#ahead").get_by_text("Moved")).to_be_visible()
    expect(page.locator("#ahead").get_by_text("Cancelled")).to_be_visible()
    assert pru.said == []


def test_attendance_is_taken_on_a_phone(story):
    end = first_day().replace(hour=12, minute=10, second=0)
    story.where.travel((end - datetime.now(CHICAGO)).total_seconds())
    pru = story.somebody("pru", size=PHONE)
    page = pru.signs_in()
    page.locator(".dock").get_by_text("Attendance").click()
    page.locator("#to-record a").first.click()
    cy = page.get_by_role("group", name="Cy Sample")
    expect(cy).to_be_visible()
    expect(page.get_by_label("Minutes Cy Sample was there")).to_be_hidden()
    cy.get_by_label("Late").check()
    page.get_by_label("Minutes Cy Sample was there").fill("105")
    assert violations(page) == []
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("Recorded, not yet confirmed by all")).to_be_visible()
    expect(page.locator(".items")).to_contain_text("1 h 45 min of 2 h, came late")
    assert pru.said == []


def test_one_confirms_and_one_returns(story):
    bo = story.somebody("bo")
    page = bo.signs_in()
    page.locator(".side-nav").get_by_text("My hours").click()
    page.locator("#to-confirm").get_by_role("button", name="Confirm").click()
    bo.told("1 entry confirmed")
    expect(page.get_by_role("heading", name="Waiting for you")).to_have_count(0)

    cy = story.somebody("cy", size=PHONE)
    page = cy.signs_in()
    page.locator(".dock").get_by_text("My hours").click()
    expect(page.locator("#to-confirm")).to_contain_text("1 h 45 min of 2 h")
    page.get_by_text("Not right?").click()
    page.get_by_role("button", name="Return it").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_label("What is not right").fill("I was there from the beginning.")
    page.get_by_role("button", name="Return it").click()
    cy.told("Returned")
    assert cy.said == []


def test_my_hours_are_drawn(story):
    bo, page = story.people["bo"], story.people["bo"].page
    ring = page.locator(".ring svg").first
    expect(ring).to_be_visible()
    assert "2 h of 24 h" in ring.get_attribute("aria-label")
    expect(page.get_by_text("Still missing")).to_be_visible()
    expect(page.get_by_role("img", name="month by month").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("approved", ignore_case=True)
    page.locator("#entries tbody a").first.click()
    expect(page.get_by_text("The history holds together")).to_be_visible()
    page.locator(".side-nav").get_by_text("Home").click()
    expect(page.locator("#hours .ring svg")).to_be_visible()
    assert bo.said == []


def test_calendar_messages_and_preferences(story):
    bo, page = story.people["bo"], story.people["bo"].page
    page.locator(".side-nav").get_by_text("Calendar apps").click()
    address = page.get_by_label("Address of your feed").input_value()
    assert address.startswith(f"{story.where.origin}/feeds/")
    feed = page.request.get(address)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "Tuesday circle" in feed.text()
    page.get_by_role("button", name="New address", exact=True).click()
    bo.told("new address")
    assert page.get_by_label("Address of your feed").input_value() != address
    assert page.request.get(address).status == 200, "calendars have 30 days to move"
    page.get_by_role("button", name="End it now").click()
    page.get_by_role("dialog").get_by_role("button", name="End it now").click()
    expect(page.get_by_role("button", name="End it now")).to_have_count(0)
    assert page.request.get(address).status == 410
    page.locator(".side-nav").get_by_text("Messages").click()
    page.get_by_role("link", name="Tuesday circle").first.click()
    expect(page.get_by_role("heading", name="What it says")).to_be_visible()
    page.get_by_role("link", name="What I am told").click()
    page.get_by_label("At my own times").check()
    soon = page.get_by_role("checkbox", name="1 hour before")
    soon.uncheck()
    page.get_by_role("button", name="Save").click()
    bo.told("Saved")
    expect(soon).not_to_be_checked()
    assert bo.said == []


def test_signing_in_and_attendance_need_only_a_keyboard(story):
    moved = (first_day() + timedelta(days=7)).replace(hour=16, minute=10, second=0)
    now = datetime.now(UTC) + timedelta(seconds=story.where.shift)
    story.where.travel((moved - now).total_seconds())
    pru = story.somebody("pru")
    page = pru.goes("/sign-in")
    before = len(story.where.mails(pru.email, subject="sign-in"))
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    page.keyboard.type(pru.email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    pru.goes(pru.mailed_link("sign-in", "/sign-in/", after=before))
    pru.tabs_to(page.get_by_role("button", name="Sign in"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello,")).to_be_visible()
    pru.tabs_to(page.locator(".side-nav").get_by_role("link", name="Attendance"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Attendance", level=1)).to_be_focused()
    pru.tabs_to(page.locator("#to-record a").first)
    page.keyboard.press("Enter")
    bo = page.get_by_role("group", name="Bo Sample")
    expect(bo).to_be_visible()
    pru.tabs_to(bo.get_by_label("Present"))
    page.keyboard.press("ArrowRight")
    expect(bo.get_by_label("Late")).to_be_checked()
    pru.tabs_to(page.get_by_label("Minutes Bo Sample was there"))
    page.keyboard.type("90")
    pru.tabs_to(page.get_by_role("button", name="Record"))
    page.keyboard.press("Enter")
    expect(page.locator(".items")).to_contain_text("1 h 30 min of 2 h, came late")
    assert pru.said == []


def test_the_key_forms_work_without_script(story):
    cora = story.somebody("cora", script=False)
    page = cora.signs_in()
    cora.goes("/people/new")
    page.get_by_label("Name", exact=True).fill("Dee Sample")
    page.get_by_label("E-mail address").fill("dee")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#error-summary")).to_be_visible()
    assert page.get_by_label("Name", exact=True).input_value() == "Dee Sample"
    page.get_by_label("E-mail address").fill("dee@circle.example")
    page.get_by_role("button", name="Add", exact=True).click()
    cora.told("Dee Sample is registered")
    cora.goes("/people/import")
    page.get_by_label("The table").fill(TABLE)
    page.get_by_role("button", name="Show me the rows").click()
    expect(page.locator("#bad")).to_contain_text("not-an-address")

    pru = story.somebody("pru", script=False, size=PHONE)
    page = pru.signs_in()
    pru.goes(f"{story.group}/series/new")
    page.get_by_role("radio", name="Once").check()
    page.get_by_label("First date").fill((first_day() + timedelta(days=90)).date().isoformat())
    page.get_by_label("From", exact=True).fill("10:00")
    page.get_by_label("To", exact=True).fill("11:00")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview tbody tr")).to_have_count(1)
    pru.goes("/attendance")
    page.get_by_role("link", name="Cy Sample").first.click()
    page.get_by_role("group", name="Cy Sample").get_by_label("Present").check()
    page.get_by_label("Why it changes").select_option(index=1)
    page.get_by_role("button", name="Record the correction").click()
    expect(page.locator(".items")).to_contain_text("2 h of 2 h")

    cy = story.somebody("cy", script=False, size=PHONE)
    page = cy.signs_in()
    cy.goes("/hours")
    page.locator("#to-confirm").get_by_role("button", name="Confirm").first.click()
    cy.told("confirmed")


ROLES = {
    "cora": ("/", "/schedule?show=all", "/schedule/agenda?show=all", "/search?q=circle", "/groups", "/people", "/people/import", "/association", "/cohort", "/attendance?all=1", "/messages?of=all"),
    "pru": ("/", "/schedule", "/search?q=sample", "/groups", "/attendance", "/calendar", "/messages", "/people"),
    "bo": ("/", "/schedule", "/schedule/agenda", "/search", "/groups", "/hours", "/calendar", "/messages", "/preferences", "/account", "/sessions"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROLES)
def test_every_page_is_legible_quiet_and_fits_a_small_phone(story, name):
    who = story.somebody(name)
    page = who.signs_in()
    wrong, seen, ahead = [], set(), list(ROLES[name])
    while ahead:
        path = ahead.pop(0)
        # What another role was led to already looks the same; where a role begins is looked at anyway.
        if (kind := _kind(path)) in seen or (kind in story.looked_at and path not in ROLES[name]):
            continue
        seen.add(kind)
        story.looked_at.add(kind)
        who.goes(path)
        page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true })")
        found = page.locator("main a[href^='/']").evaluate_all(
            "links => links.filter(link => !link.hasAttribute('download')).map(link => link.getAttribute('href'))"
        )
        ahead += [
            each.partition("?")[0] if "correct=" not in each else each
            for each in found
            if not each.endswith((".eml", ".csv", ".ics", ".json"))
        ]
        wrong += violations(page)
        page.emulate_media(color_scheme="dark")
        wrong += violations(page, "color-contrast")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > SMALLEST[0]:
            wrong.append(f"{path} is {wide} wide on the smallest phone")
        page.set_viewport_size({"width": 1280, "height": 900})
    assert wrong == []
    assert who.said == []
    assert len(seen) >= len(ROLES[name])


def _kind(path: str) -> str:
    """Return a path without what differs between two pages of a kind."""
    path = path.partition("#")[0]
    same = (
        r"(?<=/)[0-9a-f-]{20,}|\d{8}T\d{4}|(?<=/)\d{4}-W?\d{2}|(?<==)[^&]+|(?<=/messages/)\d+"
        # One page shows every rule pack, another every kind of letter.
        r"|(?<=^/rules/)[^/]+|(?<=/apply/|/renew/)[^/]+|(?<=/ers/).+|(?<=/samples/).+"
    )
    return re.sub(same, "*", path)
