"""Credentials drawn over their years."""

from datetime import date

import pytest

from alongside.contracts import Credential
from alongside_scheduler.http.pages.validity import validity

pytestmark = pytest.mark.unit

TODAY = date(2026, 7, 2)


def held(kind: str, begins: str, ends: str | None = None, standing: str = "endorsed") -> Credential:
    return Credential.model_validate(
        {
            "credential_id": kind,
            "kind": kind,
            "standing": standing,
            "valid_from": begins,
            "valid_until": ends,
        }
    )


def test_nothing_is_drawn_of_nothing():
    assert validity([], TODAY) is None


def test_bars_lie_over_whole_years_from_the_first_to_the_last():
    drawn = validity([held("ERS", "2026-01-01", "2026-12-31")], TODAY)
    assert [text for _, text in drawn.ticks] == ["2025", "2026", "2027"]
    assert drawn.ticks[0][0] == 0
    assert drawn.today == pytest.approx(50, abs=0.1)
    (line,) = drawn.lines
    assert line.begins == pytest.approx(33.3, abs=0.1)
    assert line.begins + line.width == pytest.approx(66.7, abs=0.1)
    assert line.words == "endorsed, until Thu, Dec 31, 2026"


@pytest.mark.parametrize(
    ("ends", "standing", "tone", "words"),
    [
        ("2026-06-30", "endorsed", "calm", "endorsed, ended Tue, Jun 30, 2026"),
        ("2026-08-31", "endorsed", "warn", "endorsed, until Mon, Aug 31, 2026"),
        (None, "endorsed", "good", "endorsed, no end known"),
        (None, "emerging", "info", "emerging, no end known"),
    ],
)
def test_a_tone_and_words_say_how_it_stands(ends, standing, tone, words):
    (line,) = validity([held("ERS", "2024-01-01", ends, standing)], TODAY).lines
    assert (line.tone, line.words) == (tone, words)


def test_what_has_no_end_goes_to_the_edge_and_what_is_to_come_says_so():
    open_ended, later = validity(
        [held("IFS", "2027-03-01", "2031-02-28"), held("ERS", "2020-01-01")], TODAY
    ).lines
    assert open_ended.name == "ERS"
    assert open_ended.begins + open_ended.width == pytest.approx(100)
    assert later.words == "endorsed, from Mon, Mar 1, 2027"


def test_many_years_have_few_labels_and_no_bar_leaves_the_drawing():
    drawn = validity([held("ERS", "1990-05-01"), held("IFS", "2026-07-01", "2026-07-01")], TODAY)
    assert len(drawn.ticks) <= 8
    for line in drawn.lines:
        assert line.width > 0
        assert 0 <= line.begins <= line.begins + line.width <= 100.5
