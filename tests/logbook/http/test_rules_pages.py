"""The rules in plain words."""

import re
from datetime import date
from html import unescape

import pytest

from alongside_logbook.rulebook import shipped
from alongside_logbook.rulewords import printed
from alongside_logbook.views.rule_drawings import matrix_drawn, span_drawn
from alongside_logbook.views.rules import rules_of
from logbook.office import text_of

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
ODD = (
    "alliance/apply/IFS",
    "alliance/apply/IMHM-C@2018",
    "alliance/ers/ECMHS",
    "alliance/renew/IFS",
    "first5-alabama/renew/IFA",
    "michigan/renew/IMHM-C@yearly",
    "south-carolina/renew/IFS@yearly",
    "nebraska/reinstate/IFS",
    "illinois/apply/IL-CREDENTIAL",
)
"""A pack of each kind: a window, an edition, no span, cycles, exemptions, limits, a formula."""


async def test_categories_and_associations_are_shown_side_by_side(circle):
    async with circle.browser("ann") as ann:
        html = (await ann.get("/rules")).text
        alabama = text_of((await ann.get("/rules?association=first5-alabama")).text)
        illinois = text_of((await ann.get("/rules?association=illinois")).text)
    page = text_of(html)
    for pack in shipped().of("alliance"):
        held = shipped().find("alliance", pack.purpose, pack.category, TODAY)
        assert held is not None
        assert f'href="/rules/{held.name}"' in html
    for said in ("24 h", "50 h", "48 h", "36 h", "45 h", "First 5 Alabama", "every 3 years"):
        assert said in page
    assert "every year, next by December 31, 2026" in page
    assert "15 h" in alabama
    assert "45 h" not in alabama
    assert "60 h" in illinois


async def test_a_coordinator_chooses_by_whose_rules_hours_count(circle):
    async with circle.browser("cora") as cora:
        ours = (await cora.get("/rules")).text
        other = (await cora.get("/rules?association=texas")).text
        chosen = (await cora.get("/rules?association=texas&chosen=1")).text
    assert "Hours count by these" in ours
    assert "Go by these rules" not in ours
    assert 'action="/association/rules"' in other
    assert 'value="texas"' in other
    # What was just chosen is shown so, though the word of it is still on its way here.
    assert "Hours count by these" in chosen
    async with circle.browser("ann") as ann:
        assert "Go by these rules" not in (await ann.get("/rules?association=texas")).text


async def test_every_kind_of_pack_can_be_read(circle):
    async with circle.browser("ann") as ann:
        for name in ODD:
            answer = await ann.get(f"/rules/{name}")
            assert answer.status_code == 200, name
            html, pack = answer.text, shipped().pack(name)
            page = unescape(text_of(html))
            assert pack.summary in page, name
            assert not re.search(r">None<|\bUndefined\b|<built-in", html), name
            for source in pack.cited():
                assert f'id="{source}"' in html, (name, source)
            for requirement in pack.requirements:
                assert requirement.label in page, (name, requirement.id)
            for question in pack.unsettled:
                assert question in page, name
        missing = await ann.get("/rules/alliance/renew/XYZ")
        assert missing.status_code == 404
        assert "There is no rule pack" in missing.text
        assert (await ann.get("/rules/" + "x" * 300)).status_code in {404, 422}


def test_what_is_in_force_is_shown_and_not_what_was():
    found = rules_of("alliance", shipped(), TODAY)
    asks = {line.category: line.cells for line in found.categories}
    assert (asks["IMHS"]["apply"].rsc, asks["IMHS"]["apply"].training) == (50, 33)
    assert asks["IMHS"]["ers"].pack == "alliance/ers/IMHS"
    assert asks["IFA"]["ers"] is None
    before = {
        line.category: line.cells
        for line in rules_of("alliance", shipped(), date(2024, 6, 1)).categories
    }
    assert before["IMHS"]["apply"].training == 30
    assert before["IMHS"]["renew"] is None
    lines = {line.association: line for line in found.associations}
    assert lines["texas"].renews == "every 3 years, next by December 31, 2027"
    assert lines["south-carolina"].renews == "every year, next by January 31, 2027"
    assert lines["first5-alabama"].differs > 12
    assert lines["north-carolina"].differs < lines["texas"].differs
    assert lines["alliance"].differs == len(shipped().of("alliance"))
    assert lines["illinois"].renews == ""


def test_who_counts_when_is_drawn_on_one_axis():
    drawn = matrix_drawn(shipped().pack("alliance/apply/IFS"), TODAY)
    assert drawn is not None
    lines = {line.who: line for line in drawn.lines}
    both = lines["IFRS or ECFRS (endorsed or emerging)"]
    assert [part.tone for part in both.segments] == ["good", "warn"]
    first, second = both.segments
    assert first.at + first.width == pytest.approx(second.at, abs=0.2)
    assert second.at + second.width == pytest.approx(100, abs=0.2)
    assert "ask since January 1, 2025" in both.says
    for line in drawn.lines:
        for part in line.segments:
            assert 0 <= part.at <= part.at + part.width <= 100.2
    assert 0 < drawn.now < 100


def test_how_long_is_drawn():
    window = span_drawn(shipped().pack("alliance/apply/IFS"), TODAY)
    assert window is not None
    assert [(line[0], line[3]) for line in window.lines] == [("At least", 50.0), ("At most", 100)]
    cycle = span_drawn(shipped().pack("texas/renew/IFS"), TODAY)
    assert cycle is not None
    counts, hand_in = cycle.lines
    assert counts[1] == "January 1, 2025 to December 31, 2027"
    assert hand_in[1] == "October 1, 2027 to December 31, 2027"
    assert hand_in[2] + hand_in[3] == pytest.approx(100, abs=0.2)
    assert [text for _, text in cycle.ticks] == ["2025", "2026", "2027"]
    back = span_drawn(shipped().pack("nebraska/reinstate/IFS"), TODAY)
    assert back is not None
    assert back.lines[0][1] == "12 months before the day of applying"
    assert span_drawn(shipped().pack("alliance/ers/IFS"), TODAY) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("michigan/renew/IMHM-C@yearly", "Held for 3 years and more: 10 h, also with peers"),
        ("oregon/renew/IMHM-C@yearly", "Held for 3 years and more: nothing"),
        ("south-carolina/renew/IFS@yearly", "of supervision all of it, of training nothing"),
        ("alliance/renew/IFS", "In 2024, 2027, 2030 and so on"),
        ("alliance/renew/IFS", "Only of those who give RSC."),
        ("texas/apply/IFS", "Anybody (vetted), until December 31, 2025"),
        ("illinois/apply/IL-CREDENTIAL", "each absence takes 1 h, and with more than 2 absences"),
    ],
)
def test_a_pack_is_printed_in_plain_words(name, said):
    assert said in printed(shipped().pack(name), {})
