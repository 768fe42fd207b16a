"""What group sessions give under a pack's formula: by size, by tiers, by whole series."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alongside_logbook.domain.rules.engine import Hour, judge_all
from logbook.unit.making import ERS, hour
from logbook.unit.packing import ann, judge, need, pack, said

pytestmark = pytest.mark.unit

ANN = ann()
UP_TO_EIGHT = pack(credit=said(formula="head_count", people=8))
PRORATED = pack(credit=said(formula="prorate", people=8))
HALVES = pack(
    credit=said(
        formula="tiers",
        tiers=[said(up_to=4, share=[1, 2]), said(up_to=9, share=[1, 3]), said(share=[0, 1])],
    )
)
SERIES_RULE = said(
    formula="series", sessions=10, minutes=120, yields_hours=12, absence_costs_minutes=60,
    most_absences=2,
)  # fmt: skip
SERIES = pack(need(hours=60), credit=SERIES_RULE)

# fmt: off
SIZES = [
    # pack,       people, minutes, credit, words
    (UP_TO_EIGHT, 8,      120,     120,    "Counts 2 h."),
    (UP_TO_EIGHT, 9,      120,     0,      "9 people were in the group; more than 8 give none."),
    (PRORATED,    8,      120,     120,    "Counts 2 h."),
    (PRORATED,    12,     120,     80,     "Counts 1 h 20 min of 2 h attended."),
    (PRORATED,    12,     120,     80,     "12 people were in the group, so 8/12 of it is credited."),
    (PRORATED,    9,      100,     88,     "Counts 1 h 28 min of 1 h 40 min attended."),
    (HALVES,      4,      120,     60,     "so 1/2 of it is credited"),
    (HALVES,      5,      120,     40,     "so 1/3 of it is credited"),
    (HALVES,      5,      100,     33,     "Counts 33 min of 1 h 40 min attended."),
    (HALVES,      10,     120,     0,      "so 0/1 of it is credited"),
]
# fmt: on


@pytest.mark.parametrize(("rules", "people", "minutes", "credit", "words"), SIZES)
def test_credit_by_size(rules, people, minutes, credit, words):
    verdict = judge(hour(minutes=minutes, head_count=people), rules, [ERS], ANN)
    assert verdict.buckets.get("rsc", 0) == credit
    assert words in verdict.reason


@pytest.mark.parametrize("rules", [UP_TO_EIGHT, PRORATED, HALVES, SERIES])
def test_individual_sessions_always_give_what_was_attended(rules):
    alone = hour(kind="individual", head_count=12)
    assert judge(alone, rules, [ERS], ANN).buckets["rsc"] == 120


def test_what_is_about_the_rsc_one_gives_shrinks_with_the_credit():
    rules = pack(
        need(), need("about-rsc", 12, of="rsc", counts="about_rsc"),
        credit=said(formula="prorate", people=8),
    )  # fmt: skip
    verdict = judge(hour(head_count=16, about_rsc_minutes=60), rules, [ERS], ANN)
    assert verdict.buckets == {"rsc": 60, "about-rsc": 30}


def series(present: int, absent: int = 0, name: str = "one", **facts) -> list[Hour]:
    """Sessions fortnightly, the absences last."""
    return [
        hour(
            date(2025, 1, 7) + timedelta(days=14 * number),
            120 if number < present else 0,
            entry_id=f"{name}-{number:02}",
            series_id=name,
            **facts,
        )
        for number in range(present + absent)
    ]


def credit(hours: list[Hour], state: str = "counted") -> int:
    verdicts = judge_all(hours, SERIES, {"pat": (ERS,)}, ANN).values()
    return sum(verdict.buckets.get("rsc", 0) for verdict in verdicts if verdict.state == state)


# fmt: off
WHOLE = [
    # present, absent, counted, pending
    (10,       0,      720,     0),
    (9,        1,      660,     0),
    (8,        2,      600,     0),
    (7,        3,      0,       0),
    (0,        10,     0,       0),
    (5,        0,      0,       360),   # half a series waits for the other half
    (5,        3,      0,       0),     # and is lost already
    (20,       0,      1440,    0),     # two blocks; a limit in the pack is another matter
    (11,       0,      720,     72),
]
# fmt: on


@pytest.mark.parametrize(("present", "absent", "counted", "pending"), WHOLE)
def test_a_whole_series_gives_its_credit_less_absences(present, absent, counted, pending):
    hours = series(present, absent)
    assert credit(hours) == counted
    assert credit(hours, "pending") == pending


@pytest.mark.parametrize("own", [True, False])
def test_groups_from_elsewhere_are_one_series_with_a_provider(own):
    hours = [
        replace(each, series_id=each.entry_id if own else "") for each in series(10, name="away")
    ]
    assert credit(hours) == 720
    hours[0] = replace(hours[0], provider_id="lee")
    assert credit(hours) == 0


def test_absences_never_cost_more_than_a_series_gives():
    rules = pack(need(hours=60), credit={**SERIES_RULE, "yields_hours": 1})
    verdicts = judge_all(series(8, 2), rules, {"pat": (ERS,)}, ANN)
    assert not any(verdict.buckets for verdict in verdicts.values())


def test_two_series_are_two():
    assert credit([*series(10), *series(9, 1, "two")]) == 720 + 660


def test_one_session_that_waits_makes_the_series_wait():
    *confirmed, last = series(10)
    waiting = hour(last.held_on, entry_id="late", series_id="one", status="recorded")
    hours = [*confirmed, waiting]
    assert credit(hours) == 0
    assert credit(hours, "pending") == 720
    verdict = judge_all(hours, SERIES, {"pat": (ERS,)}, ANN)["one-00"]
    assert (verdict.code, verdict.state) == ("series_incomplete", "pending")
    assert "once the group series is complete and confirmed" in verdict.reason
    assert "A series of 10 group sessions of 2 h gives 12 h" in verdict.reason


def test_what_was_taken_back_is_no_session_of_a_series():
    hours = [*series(10), hour(entry_id="gone", series_id="one", status="withdrawn")]
    assert credit(hours) == 720


def test_the_reason_names_the_absences():
    verdicts = judge_all(series(8, 2), SERIES, {"pat": (ERS,)}, ANN)
    assert "12 h, less 2 h for 2 absences" in verdicts["one-00"].reason
    lost = judge_all(series(7, 3), SERIES, {"pat": (ERS,)}, ANN)["one-00"]
    assert lost.code == "no_credit"
    assert "3 absences in a series of 10: with more than 2 it gives no credit." in lost.reason


ATTENDED = st.lists(st.integers(0, 150), min_size=1, max_size=25)


@given(ATTENDED, st.randoms())
def test_a_series_never_gives_more_than_was_attended_in_any_order(minutes, random):
    hours = [
        hour(date(2025, 1, 1) + timedelta(days=day), each, entry_id=f"{day:02}", series_id="one")
        for day, each in enumerate(minutes)
    ]
    found = judge_all(hours, SERIES, {"pat": (ERS,)}, ANN)
    for each in hours:
        assert found[each.entry_id].buckets.get("rsc", 0) <= each.minutes
    random.shuffle(hours)
    assert judge_all(hours, SERIES, {"pat": (ERS,)}, ANN) == found
    for start in range(0, len(minutes), 10):
        block = [f"{number:02}" for number in range(start, min(start + 10, len(minutes)))]
        assert sum(found[name].buckets.get("rsc", 0) for name in block) <= 720


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({**SERIES_RULE, "most_absences": 10}, "absent every time"),
        (said(formula="tiers", tiers=[said(share=[2, 1])]), "no share between nothing and all"),
        (said(formula="tiers", tiers=[said(share=[0, 0])]), "no share between nothing and all"),
        (said(formula="half"), "formula"),
    ],
)
def test_formulas_that_are_nonsense_are_refused(rule, words):
    with pytest.raises(ValidationError, match=words):
        pack(credit=rule)
