"""Where somebody is on the board, and what their hours add up to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.contracts import Credential
from alongside_logbook.domain.board import endings, place_of, tallies
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.facts import facts_of
from alongside_logbook.domain.reckoning import Facts, progress_of
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.engine import judge_all
from alongside_logbook.rulebook import shipped
from alongside_logbook.views.board import quarter_end
from logbook.unit.making import ERS, entry

pytestmark = pytest.mark.unit

IFS = shipped().pack("alliance/apply/IFS")
PACKS = shipped().of("alliance")


def place(entries, today: date):
    applicant = Applicant("ann", today)
    facts = Facts(facts_of(entries), applicant)
    verdicts = judge_all(facts.entries, IFS, {"pat": (ERS,)}, applicant)
    return place_of(progress_of(facts, verdicts, IFS), today)


def monthly(first: date, number: int):
    return [entry(add_months(first, at), entry_id=str(at)) for at in range(number)]


@pytest.mark.parametrize(
    ("number", "today", "state", "words"),
    [
        (8, date(2025, 9, 1), "on_track", ""),
        (8, date(2026, 12, 1), "drifting", "leave the window from January 14, 2027 on"),
        (8, date(2027, 2, 1), "out_of_window", "closed on January 13, 2027 with 16 h of 24 h"),
        (13, date(2028, 1, 1), "appears_met", "30 h more of training."),
        (0, date(2026, 1, 1), "not_started", ""),
    ],
)
def test_the_state_and_the_reason(number, today, state, words):
    found = place(monthly(date(2025, 1, 14), number), today)
    assert found.state == state
    assert words in found.because
    assert bool(words) == bool(found.because)


def test_who_is_quiet_drifts():
    found = place(monthly(date(2025, 1, 14), 8), date(2025, 12, 1))
    assert found.state == "drifting"
    assert "the last counted meeting was on August 14, 2025" in found.because


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("st"), st.integers(0, 180), st.sampled_from(["confirmed", "recorded", "withdrawn"]))))  # fmt: skip
def test_no_minute_is_lost_or_added(rows):
    entries = [
        entry(
            minutes=minutes,
            entry_id=str(at),
            provider_id=provider,
            series_id=series,
            status=status,
        )
        for at, (provider, series, minutes, status) in enumerate(rows)
    ]
    found = tallies(entries)
    for status, sums in (("confirmed", "confirmed"), ("recorded", "waiting")):
        meant = sum(each.minutes for each in entries if each.status == status)
        assert sum(getattr(each, sums) for each in found) == meant
    assert len({(each.provider_id, each.series_id, each.year) for each in found}) == len(found)


@pytest.mark.parametrize(
    ("facts", "ends"),
    [
        ({}, None),
        ({"valid_until": date(2026, 5, 1)}, date(2026, 5, 1)),
        ({"standing": "emerging"}, date(2026, 1, 14)),
        ({"standing": "emerging", "valid_until": date(2025, 12, 31)}, date(2025, 12, 31)),
        ({"standing": "emerging", "kind": "IMHM-C"}, None),
    ],
)
def test_when_a_status_ends(facts, ends):
    held = Credential(
        **{"credential_id": "c1", "kind": "ERS", "valid_from": date(2024, 1, 15), **facts}
    )
    assert [each.ends_on for each in endings([held], PACKS)] == ([ends] if ends else [])


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 5, 31), date(2026, 6, 30)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_end_of_a_quarter(day, last):
    assert quarter_end(day) == last
