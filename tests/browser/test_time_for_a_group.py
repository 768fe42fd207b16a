"""A time for a group as people find it: another calendar read, the best times, a poll, the plan.

One person after the other; each test goes on where the last one stopped.
"""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from browser.conftest import Story
from browser.people import CHICAGO, PHONE, SMALLEST, violations
from journey.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def monday() -> datetime:
    """Return the morning of the Monday in the week after next, in Chicago: the past is far away."""
    day = datetime.now(CHICAGO).date() + timedelta(days=14)
    day -= timedelta(days=day.weekday())
    return datetime.combine(day, time(9), CHICAGO)


class Calendar(BaseHTTPRequestHandler):
    """A calendar that is busy on Monday mornings."""

    def do_GET(self) -> None:
        start = monday().astimezone(UTC)
        content = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Nobodys business\r\n"
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT4H\r\nRRULE:FREQ=WEEKLY\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def calendar() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Calendar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def story(chromium, calendar: str, tmp_path_factory) -> Iterator[Story]:
    where = Installation(
        "embedded", tmp_path_factory.mktemp("times"),
        settings={"ALONGSIDE_CALENDAR_HOSTS": calendar},
    )  # fmt: skip
    link = where.start(
        "--email", "cora@circle.example", "--name", "Cora Sample",
        "--zone", "America/Chicago", "--association", "Sample Circle",
    )  # fmt: skip
    told = Story(where, link, chromium)
    yield told
    for person in told.people.values():
        person.context.close()
    assert where.leave() == 0


def opened(story: Story, name: str, **device: object):
    """Return somebody signed in through a link of the command line."""
    somebody = story.somebody(name, **device)
    somebody.goes(story.where.run("sign-in", f"{name}@circle.example").strip())
    somebody.page.get_by_role("button", name="Sign in").click()
    expect(somebody.page.get_by_role("heading", name="Hello,")).to_be_visible()
    return somebody


def test_a_group_that_has_no_time_yet(story):
    for name, role in (
        ("Pru", "supervisor"),
        ("Bo", "supervisee"),
        ("Cy", "supervisee"),
    ):
        story.where.run(
            "person", "add", "--name", f"{name} Sample",
            "--email", f"{name.lower()}@circle.example",
            "--zone", "America/Chicago", "--role", role,
        )  # fmt: skip
    pru = opened(story, "pru")
    page = pru.page
    page.goto("/groups/new")
    page.get_by_label("Name", exact=True).fill("New circle")
    page.get_by_label("Place").fill("Room 2")
    page.get_by_label("Provider", exact=True).select_option(label="Pru Sample")
    page.get_by_role("button", name="Make the group").click()
    for name in ("Bo Sample", "Cy Sample"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Add to the roster").click()
    pru.told("2 people are on the roster")
    story.group = page.url.removeprefix(story.where.origin).partition("#")[0]


def test_another_calendar_is_added_on_a_phone_and_read_while_one_looks(story, calendar):
    bo = opened(story, "bo", size=PHONE)
    page = bo.goes("/account")
    page.get_by_role("link", name="Your other calendars").click()
    page.get_by_label("Its address").fill("http://192.168.1.1/secret.ics")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#error-summary")).to_contain_text("private network")
    expect(page.locator("main")).not_to_contain_text("192.168")
    page.get_by_label("Its address").fill(f"http://{calendar}/secret.ics")
    page.get_by_label("What you call it").fill("Work")
    page.get_by_role("button", name="Add it").click()
    # Nobody reloads: the page asks again by itself until the calendar has been read.
    expect(page.get_by_text("Up to date")).to_be_visible()
    expect(page.locator("#calendars")).to_contain_text("busy times ahead")
    expect(page.locator("main")).not_to_contain_text("Nobodys business")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_hours_of_a_week_are_ticked(story):
    bo, page = story.people["bo"], story.people["bo"].page
    for hour in ("8 AM", "5 PM"):
        page.get_by_label(f"Friday, {hour}").uncheck()
    page.get_by_role("button", name="Save these hours").click()
    bo.told("Saved")
    expect(page.get_by_label("Friday, 8 AM")).not_to_be_checked()
    expect(page.get_by_label("Friday, 9 AM")).to_be_checked()


def test_the_best_times_are_drawn_for_who_leads(story):
    pru, page = story.people["pru"], story.people["pru"].page
    page.goto(story.group)
    page.get_by_role("link", name="Find a time").click()
    page.get_by_label("How often").select_option("weekly")
    page.get_by_label("From", exact=True).fill(monday().date().isoformat())
    page.get_by_label("How far").select_option("8")
    page.get_by_role("button", name="Look").click()
    first = page.locator(".found-time").first
    expect(first).to_contain_text("Everybody, on every date")
    # Bo is busy on Monday mornings, and so Monday begins in the afternoon.
    mondays = page.locator(".found-time").filter(has_text="on Monday")
    expect(mondays.first).to_contain_text("1:00 PM")
    expect(first.get_by_role("img").first).to_have_attribute("aria-label", "free on 8 of 8 dates")
    assert violations(page) == []
    assert pru.said == []


def test_two_of_them_are_put_to_the_group(story):
    pru, page = story.people["pru"], story.people["pru"].page
    for place in (0, 2):
        page.locator("input[name=proposal]").nth(place).check()
    page.get_by_role("button", name="Open the poll").click()
    pru.told("The poll is open, and 2 people are told")
    assert violations(page) == []


@pytest.mark.parametrize(("name", "second"), [("bo", "No"), ("cy", "If need be")])
def test_members_answer_with_the_thumb_or_the_keyboard(story, name, second):
    somebody = opened(story, name, size=SMALLEST if name == "cy" else PHONE)
    page = somebody.page
    page.get_by_role("link", name="New circle").first.click()
    expect(page.get_by_role("heading", name="Which time suits you?")).to_be_visible()
    cards = page.get_by_role("group")
    if name == "bo":
        cards.nth(0).get_by_role("radio", name="Yes").click()
        cards.nth(1).get_by_role("radio", name=second).click()
        page.get_by_role("button", name="Send").click()
    else:
        somebody.tabs_to(cards.nth(0).get_by_role("radio").first)
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        somebody.tabs_to(page.get_by_role("button", name="Send"))
        page.keyboard.press("Enter")
    somebody.told("Thank you")
    expect(cards.nth(1).get_by_label(second)).to_be_checked()
    expect(page.locator("main")).not_to_contain_text("Cy Sample" if name == "bo" else "Bo Sample")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert somebody.said == []


def test_who_leads_sees_the_grid_decides_and_plans(story):
    pru, page = story.people["pru"], story.people["pru"].page
    page.reload()
    expect(page.get_by_role("row").filter(has_text="Bo Sample")).to_contain_text("Yes")
    expect(page.get_by_role("columnheader").nth(0)).to_contain_text("Ahead")
    page.get_by_role("button", name="Decide").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Decide").click()
    expect(page.get_by_role("heading", name="Plan sessions")).to_be_visible()
    pru.told("Decided, and everybody is told")
    assert page.get_by_label("How many times").input_value() == "8"
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("8 times")
    page.get_by_role("button", name="Save and invite").click()
    pru.told("Planned: 8 sessions")
    assert pru.said == []
