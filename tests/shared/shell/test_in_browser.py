"""The shell in a real browser: legible for everybody, whole on a phone, nothing the CSP refuses."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from shell_site import HERE, PAGES

pytestmark = pytest.mark.browser

AXE = HERE.parents[1] / "vendor/axe.min.js"
WIDE, PHONE, SMALLEST = (1280, 900), (390, 844), (320, 640)


@pytest.fixture
def open_page(chromium: Browser, shell_site: str) -> Iterator:
    opened = []

    def opening(
        path: str, size=WIDE, scheme="light", *, script=True, zone="America/Denver"
    ) -> Page:
        context = chromium.new_context(
            color_scheme=scheme,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            java_script_enabled=script,
            timezone_id=zone,
        )
        opened.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(shell_site + path)
        page.evaluate("document.fonts.ready")
        return page

    yield opening
    for context in opened:
        context.close()


def violations(page: Page) -> list[str]:
    # Playwright evaluates outside the page's CSP, so axe needs no exception in it.
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    ("scheme", "size"),
    [("light", WIDE), ("dark", WIDE), ("light", PHONE)],
    ids=["light", "dark", "phone"],
)
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_the_console_is_silent(open_page, tmp_path, path, scheme, size):
    page = open_page(path, size, scheme)
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert violations(page) == []
    assert page.said == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_on_the_smallest_phone(open_page, path):
    page = open_page(path, SMALLEST)
    beyond = page.evaluate(
        """[...document.querySelectorAll('main *')].filter(element =>
            element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.visually-hidden, option'))
            .map(element => element.outerHTML.slice(0, 90))"""
    )
    assert beyond == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


def test_targets_are_as_large_as_a_thumb(open_page):
    page = open_page("/styleguide", PHONE)
    small = page.evaluate(
        """[...document.querySelectorAll('button, .button, .nav-link, .input, summary, .choice-card, .choice-line, .tabs a')]
            .filter(element => element.offsetParent && element.getBoundingClientRect().height < 44)
            .map(element => element.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_everything_is_reachable_without_script(open_page):
    page = open_page("/", PHONE, script=False)
    page.get_by_text("More", exact=True).click()
    page.locator(".dock-sheet").get_by_text("People").click()
    assert page.get_by_role("heading", name="People", level=1).is_visible()


def test_the_skip_link_comes_first_and_leads_to_the_page(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_boosted_link_moves_title_address_and_focus(open_page):
    page = open_page("/")
    page.evaluate("window.same = true")
    page.locator(".side-nav").get_by_text("People").click()
    expect(page.get_by_role("heading", name="People", level=1)).to_be_focused()
    assert page.title() == "People · Alongside"
    assert page.url.endswith("/people")
    assert page.evaluate("window.same") is True
    assert page.locator('.side-nav [aria-current="page"]').inner_text() == "People"
    page.go_back()
    page.get_by_role("heading", name="Good morning, Wren").wait_for()
    assert page.said == []


def test_a_form_that_comes_back_is_swapped_and_its_errors_are_read_first(open_page):
    page = open_page("/sign-in")
    page.get_by_label("Your e-mail address").fill("nobody")
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.get_by_label("Your e-mail address").input_value() == "nobody"
    page.get_by_role("link", name="That does not look like an e-mail address").click()
    assert page.evaluate("document.activeElement.id") == "f-email"


def test_what_cannot_be_taken_back_is_asked_first(open_page):
    page = open_page("/styleguide")
    page.get_by_role("button", name="End it").click()
    dialog = page.get_by_role("dialog")
    assert "End this group?" in dialog.inner_text()
    assert violations(page) == []
    dialog.get_by_role("button", name="Go back").click()
    assert page.url.endswith("/styleguide")
    page.get_by_role("button", name="End it").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    page.get_by_role("heading", name="Good morning, Wren").wait_for()
    assert page.said == []


def test_the_browsers_own_zone_is_preselected_where_none_is_chosen(open_page):
    page = open_page("/styleguide", zone="America/Denver")
    assert page.locator("#f-zone").input_value() == "America/Denver"
    assert page.locator("#f-zone2").input_value() == "Europe/Athens"


def test_a_file_behind_a_boosted_link_is_not_poured_into_the_page(open_page):
    page = open_page("/")
    page.evaluate(
        """() => { const link = document.createElement('a'); link.href = '/file.ics'; link.textContent = 'File';
                   document.querySelector('main').append(link); htmx.process(link); }"""
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="File").click()
    assert download.value.url.endswith("/file.ics")
    assert page.get_by_role("heading", name="Good morning, Wren").is_visible()


def test_a_table_on_a_phone_says_its_labels(open_page):
    page = open_page("/people", PHONE)
    cell = page.locator("td[data-label='Role']").first
    assert cell.evaluate("element => getComputedStyle(element, '::before').content") == '"Role"'
    assert page.locator("thead").is_hidden()


def test_on_paper_there_is_no_navigation(open_page):
    page = open_page("/hours")
    page.emulate_media(media="print")
    assert page.locator(".side-nav").is_hidden()
    assert page.get_by_role("button").count() == 0 or page.locator(".actions").first.is_hidden()
    assert re.search(r"17 h 30 min", page.locator(".bar").inner_text())


def test_a_form_that_finds_nobody_keeps_what_was_typed_and_says_so(open_page):
    page = open_page("/sign-in")
    page.get_by_label("Your e-mail address").fill("dana@example.org")
    page.route("**/sign-in", lambda route: route.abort())
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_role("status")).to_contain_text("There was no answer")
    assert page.get_by_label("Your e-mail address").input_value() == "dana@example.org"
