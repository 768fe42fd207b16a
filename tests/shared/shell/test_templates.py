"""The macros: everything escapes, nothing needs what the CSP forbids, every drawing has words."""

import re

import pytest
from markupsafe import Markup
from shell_site import ENV, PAGES, STATIC, page

pytestmark = pytest.mark.unit

UI = ENV.get_template("ui.html").module
NASTY = """<b>"O'Neil" & Söhne</b>"""


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_inline_style_and_no_inline_script(path):
    html = PAGES[path]()
    assert not re.search(r"\sstyle\s*=|<style|\son\w+\s*=", html)
    assert all(re.search(r"\ssrc=", tag) for tag in re.findall(r"<script[^>]*>", html))
    assert "javascript:" not in html


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_labels_point_somewhere(path):
    html = PAGES[path]()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'\sfor="([^"]+)"', html)
    targets += [
        t
        for many in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html)
        for t in many.split()
    ]
    targets += re.findall(r'href="#([^"]+)"', html)
    assert set(targets) <= set(ids)


def test_every_icon_and_drawing_that_is_named_exists():
    drawn = {
        file: set(re.findall(r'<symbol id="([^"]+)"', (STATIC / file).read_text()))
        for file in ("icons.svg", "art.svg", "logo.svg")
    }
    source = ENV.loader.get_source(ENV, "ui.html")[0]
    listed = re.search(r"ICONS\s+(.*?)\n  ART\s+(.*?)\n", source, re.DOTALL)
    assert set(listed[1].split()) == drawn["icons.svg"]
    assert set(listed[2].split()) == drawn["art.svg"]
    for path in PAGES:
        for file, name in re.findall(r'href="/static/(\w+\.svg)\?v=\w+#([^"]+)"', PAGES[path]()):
            assert name in drawn[file]


@pytest.mark.parametrize(
    "made",
    [
        lambda: UI.field("name", NASTY, NASTY, help=NASTY, error=NASTY, placeholder=NASTY),
        lambda: UI.number_field("name", NASTY, NASTY, unit=NASTY),
        lambda: UI.textarea("name", NASTY, NASTY),
        lambda: UI.select("name", NASTY, [(NASTY, NASTY)], NASTY, blank=NASTY),
        lambda: UI.zone_field("name", NASTY, NASTY, [NASTY]),
        lambda: UI.checkbox("name", NASTY, help=NASTY),
        lambda: UI.radio_cards("name", NASTY, [(NASTY, NASTY, NASTY)], NASTY),
        lambda: UI.file_field("name", NASTY),
        lambda: UI.copy_field("Feed", NASTY),
        lambda: UI.button(NASTY, name=NASTY, value=NASTY),
        lambda: UI.button_link(NASTY, NASTY),
        lambda: UI.post_button("/x", NASTY, confirm=NASTY, who=NASTY),
        lambda: UI.page_header(NASTY, NASTY, NASTY, (NASTY, NASTY)),
        lambda: UI.notice(NASTY, title=NASTY),
        lambda: UI.badge(NASTY),
        lambda: UI.empty(NASTY, NASTY, NASTY, NASTY),
        lambda: UI.person_chip(NASTY, NASTY, NASTY),
        lambda: UI.people_row([NASTY]),
        lambda: UI.item(NASTY, NASTY, NASTY, NASTY, NASTY),
        lambda: UI.td(NASTY, NASTY),
        lambda: UI.facts([(NASTY, NASTY)]),
        lambda: UI.history([(NASTY, NASTY, NASTY)]),
        lambda: UI.stat(NASTY, NASTY, NASTY),
        lambda: UI.progress_bar([(NASTY, 1, "good")], 2, NASTY, NASTY),
        lambda: UI.progress_ring(1, 2, NASTY, centre=NASTY, hint=NASTY),
        lambda: UI.window_strip([(NASTY, 1, "in")], NASTY, NASTY),
        lambda: UI.heat_strip([(NASTY, 1, NASTY)], NASTY),
        lambda: UI.sparkline([1], NASTY),
        lambda: UI.timeline([(NASTY, NASTY, 0, 10, "good")], [(0, NASTY)], 5, NASTY),
        lambda: UI.error_summary({"name": NASTY}),
    ],
)
def test_text_is_escaped(made):
    html = str(made())
    assert "<b>" not in html
    assert '"O' not in html


def test_markup_made_by_a_macro_is_kept():
    assert '<span class="badge tone-good">' in str(UI.td("State", UI.badge("Done", "good")))
    assert isinstance(UI.badge("Done"), Markup)


def test_typed_values_come_back_with_their_error():
    html = str(
        UI.field("email", "E-mail", "nobody@", "email", error="Not an address", required=True)
    )
    assert 'value="nobody@"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="f-email-error"' in html
    assert " required" in html


def test_attributes_turn_underscores_into_hyphens_and_leave_out_what_is_off():
    html = str(UI.field("a", "A", data_total=3, autofocus=True, readonly=False, pattern=None))
    assert 'data-total="3"' in html
    assert " autofocus" in html
    assert "readonly" not in html
    assert "pattern" not in html


def test_a_select_keeps_a_number_that_came_back_as_text():
    assert '<option value="2" selected>' in str(UI.select("n", "N", [(1, "One"), (2, "Two")], "2"))


def test_a_zone_field_keeps_a_zone_it_does_not_know():
    html = str(UI.zone_field("zone", "Zone", "Mars/Olympus", ["Europe/Athens"]))
    assert '<option value="Mars/Olympus" selected>' in html
    assert "data-detect-zone" not in html
    assert html.count("<optgroup") == html.count("</optgroup>")


def test_links_that_leave_the_page_behind_are_not_boosted():
    assert 'hx-boost="false"' in str(UI.button_link("Subscribe", "webcal://example.org/a.ics"))
    assert 'hx-boost="false" download' in str(UI.button_link("CSV", "/hours.csv", download=True))


def test_figures_stay_inside_and_say_what_they_draw():
    html = str(UI.progress_bar([("Done", 90, "good"), ("More", 90, "warn")], 120, "90 min of 2 h"))
    widths = [float(w) for w in re.findall(r'class="fill[^>]*width="([\d.]+)%"', html)]
    assert widths == [75.0, 25.0]
    assert "90 min of 2 h" in html
    ring = str(UI.progress_ring(3000, 1440, "All", pending=60))
    assert 'ring-pending"' not in ring
    assert 'stroke-dasharray="100 100"' in ring
    assert 'aria-label="All: 50 h of 24 h, 1 h more waiting"' in ring


def test_figures_of_nothing_are_drawn_too():
    assert "of 0 min" in str(UI.progress_ring(0, 0, "Nothing"))
    for empty in (UI.window_strip, UI.heat_strip, UI.sparkline):
        assert 'aria-label="Nothing"' in str(empty([], "Nothing"))


def test_the_place_one_is_at_is_marked_once_in_each_navigation():
    html = page("today.html", "/hours/new")
    assert html.count('href="/hours" aria-current="page"') == 2
    assert html.count('aria-current="page"') == 2


def test_a_notice_of_the_last_page_shows_even_where_the_macro_is_imported():
    assert "Kept." in page("hours.html", flash=("Kept.", "good"))


def test_an_error_page_without_anybody_signed_in():
    html = page(
        "error.html",
        status=404,
        title="Nothing is here",
        detail="It may have moved.",
        viewer=None,
        nav=[],
    )
    assert "<h1" in html
    assert "It may have moved." in html
