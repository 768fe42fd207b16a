"""Adding up: frame, limits, spread, shares and trainings; then what must hold for any hours."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.contracts import Credential
from alongside_logbook.domain.calendar import last_day
from alongside_logbook.domain.rules.engine import Hour, judge_all, judge_trainings
from alongside_logbook.domain.rules.evaluating import evaluate
from alongside_logbook.domain.rules.evaluation import Evaluation
from logbook.unit.making import ERS, MENTOR, hour
from logbook.unit.packing import (
    THREE_YEARS,
    TODAY,
    WINDOW,
    YEARLY,
    ann,
    need,
    pack,
    said,
    taught,
    training,
)

pytestmark = pytest.mark.unit

ANN = ann()
HELD: dict[str, tuple[Credential, ...]] = {"pat": (ERS,), "lee": (MENTOR,), "kim": (ERS,)}


def evaluated(hours, rules, who=ANN) -> Evaluation:
    verdicts = judge_all(hours, rules, HELD, who)
    return evaluate(hours, verdicts, judge_trainings(who.trainings, rules, who), rules, who)


def run(number: int, first: date, every: int = 30, minutes: int = 120, **facts) -> list[Hour]:
    name = f"{first}-{every}-{sorted(facts.items())}"
    return [
        hour(first + timedelta(days=every * each), minutes, entry_id=f"{name}-{each}", **facts)
        for each in range(number)
    ]


def tallied(found: Evaluation) -> dict[str, tuple[int, int]]:
    return {tally.id: (tally.counted, tally.pending) for tally in found.tallies}


SPLIT = pack(
    need(hours=60),
    need("individual", 48, of="rsc", counts="individual"),
    need("group", 0, of="rsc", counts="group", at_most=said(hours=12)),
)
ALONE = {"kind": "individual", "head_count": 1}


def test_a_limit_keeps_the_rest_of_a_share_out_of_the_whole():
    hours = [*run(24, date(2024, 1, 9), **ALONE), *run(8, date(2024, 2, 1))]
    found = evaluated(hours, SPLIT)
    assert tallied(found) == {"rsc": (3600, 0), "individual": (2880, 0), "group": (720, 0)}
    assert found.appears_met
    assert [tally.beyond for tally in found.tallies] == [240, 0, 240]
    short = evaluated(hours[1:], SPLIT)
    assert tallied(short)["rsc"] == (3480, 0)
    assert not short.appears_met
    assert short.tallies[1].missing == 120


def test_a_limit_holds_for_what_waits_too():
    hours = [*run(5, date(2025, 1, 9)), *run(5, date(2025, 2, 1), status="recorded")]
    assert tallied(evaluated(hours, SPLIT)) == {
        "rsc": (600, 120), "individual": (0, 0), "group": (600, 120)
    }  # fmt: skip


def test_a_cycle_is_a_total_and_no_window():
    rules = pack(need(hours=12), cycle=THREE_YEARS)
    found = evaluated(run(6, date(2027, 1, 1), every=1), rules, ann(date(2027, 11, 2)))
    assert found.rsc_met
    assert found.met_on == date(2027, 1, 6)
    frame = found.frame
    assert frame is not None
    assert (frame.kind, frame.first, frame.last) == ("cycle", date(2025, 1, 1), date(2027, 12, 31))
    assert (frame.opens, frame.due, frame.years) == (date(2027, 10, 1), date(2027, 12, 31), 3)


def spread(**facts):
    months = {"at_least": said(months=6), "at_most": said(months=12)}
    return pack(need(hours=12), cycle=YEARLY, spread={**months, **facts})


@pytest.mark.parametrize(
    ("last", "met"),
    [(date(2026, 7, 5), False), (date(2026, 7, 6), True), (date(2026, 12, 30), True)],
)
def test_hours_of_a_cycle_may_have_to_be_spread(last, met):
    hours = [*run(5, date(2026, 1, 7), every=7), hour(last)]
    found = evaluated(hours, spread())
    assert found.tallies[0].counted == 720
    assert found.rsc_met is met
    assert found.frame is not None
    assert found.frame.long_enough is met
    assert found.frame.long_enough_on == (None if met else date(2026, 7, 6))
    warned = evaluated(hours, spread(enforcement="warn"))
    assert warned.rsc_met
    assert [("at least 6 months" in each) for each in warned.warnings] == [True] * (not met)


def test_a_spread_may_be_asked_of_some():
    hours = run(6, date(2026, 1, 7), every=7)
    assert evaluated(hours, spread(when=said(gives_rsc=True))).rsc_met
    assert not evaluated(hours, spread(when=said(gives_rsc=True)), ann(gives_rsc=True)).rsc_met


def test_without_any_span_everything_counts():
    rules = pack(need(hours=4), purpose="ers")
    found = evaluated([hour(date(2021, 1, 1)), hour(date(2026, 1, 1))], rules)
    assert found.rsc_met
    assert found.frame is not None
    assert (found.frame.kind, found.frame.at_least, found.frame.at_most) == ("all", 0, 0)
    assert (found.frame.years, found.frame.due) == (0, None)


def test_hours_outside_the_best_window_are_told():
    found = evaluated([hour(date(2020, 1, 1)), *run(13, date(2025, 1, 1), every=31)], pack())
    assert found.tallies[0].counted == 13 * 120
    assert found.tallies[0].outside == 120
    assert found.appears_met


def shared(enforcement: str = "warn"):
    return pack(
        shares={
            "majority": said(enforcement=enforcement),
            "at_most": said(enforcement=enforcement, providers=2),
        }
    )


# fmt: off
SHARES = [
    # with pat, lee, kim: sessions of two hours; 12 make the 24 hours; what is said
    (13, 0, 0, []),
    (7,  6, 0, []),
    (6,  6, 0, ["majority"]),
    (1,  1, 0, ["majority"]),
    (7,  5, 1, []),                     # the first two are enough without the third
    (7,  4, 2, ["3 providers"]),
    (5,  4, 4, ["majority", "3 providers"]),
]
# fmt: on


@pytest.mark.parametrize(("pat", "lee", "kim", "words"), SHARES)
def test_how_hours_are_shared_between_providers(pat, lee, kim, words):
    providers = ["pat"] * pat + ["lee"] * lee + ["kim"] * kim
    days = run(len(providers), date(2025, 1, 1), every=40)
    hours = [replace(each, provider_id=who) for each, who in zip(days, providers, strict=True)]
    found = evaluated(hours, shared())
    assert len(found.warnings) == len(words)
    assert all(word in said for word, said in zip(words, found.warnings, strict=True))
    assert sum(share.minutes for share in found.shares) == len(hours) * 120
    strict = evaluated(hours, shared("refuse"))
    assert len(strict.lacking) == len(words)
    assert strict.rsc_met is (not words and found.rsc_met)


def test_a_requirement_that_only_warns_does_not_stand_in_the_way():
    rules = pack(need(), need("about-rsc", 12, of="rsc", counts="about_rsc", enforcement="warn"))
    found = evaluated(run(13, date(2025, 1, 1), every=31), rules)
    assert found.appears_met
    assert found.warnings == ("Requirement about-rsc: 12 h more would be asked.",)
    enough = run(13, date(2025, 1, 1), every=31, about_rsc_minutes=60)[:12]
    assert not evaluated(enough, rules).warnings


BUCKETS = (
    training(hours=48),
    training("core", 30, of="training", counts="core"),
    training("giving", 15, of="training", counts="about_rsc"),
    training("dei", 3, of="training", counts="dei"),
)
RSC, BOTH = {"about_rsc": True}, {"about_rsc": True, "dei": True}

# fmt: off
TRAININGS = [
    # trainings,                                                     whole, met
    ([taught(30), taught(15, **RSC), taught(3, dei=True)],           48,    True),
    ([taught(30), taught(12, **RSC), taught(3, **BOTH)],             45,    False),
    ([taught(33), taught(12, **RSC), taught(3, **BOTH)],             48,    True),
    ([taught(60), taught(15, **RSC)],                                75,    False),
    ([taught(20), taught(40, **RSC), taught(3, dei=True)],           63,    False),
    ([taught(27), taught(6, dei=True), taught(15, **RSC)],           48,    True),
]
# fmt: on


@pytest.mark.parametrize(("trainings", "whole", "met"), TRAININGS)
def test_an_hour_of_training_may_fall_into_two_shares_and_counts_once(trainings, whole, met):
    found = evaluated([], pack(need(), *BUCKETS), ann(trainings=tuple(trainings)))
    assert found.training[0].counted == whole * 60
    assert found.training_met is met
    assert not found.appears_met


def test_work_as_reviewer_counts_up_to_its_limit():
    rules = pack(
        training(hours=15),
        training("reviewer", 0, of="training", counts="reviewer", at_most=said(hours=7)),
        cycle=YEARLY,
        providers=None,
    )
    mine = (taught(10, kind="reviewer"), taught(8))
    found = evaluated([], rules, ann(trainings=mine))
    assert found.appears_met
    assert tallied(found) == {"training": (900, 0), "reviewer": (420, 0)}
    assert [tally.beyond for tally in found.tallies] == [180, 180]
    assert [(tally.pending, tally.outside) for tally in found.tallies] == [(0, 0), (0, 0)]
    assert not evaluated([], rules, ann(trainings=mine[:1])).training_met


def test_nothing_asked_is_not_met():
    found = evaluated([hour()], pack(need(hours=0), window=None, providers=None))
    assert not found.appears_met
    assert (found.tallies, found.frame, found.shares) == ((), None, ())


# What must hold for any hours under any of these rules.

PACKS = [
    pack(),
    SPLIT,
    pack(need(hours=50), need("about-rsc", 25, of="rsc", counts="about_rsc")),
    pack(need(hours=12, counts="about_rsc"), need("alone", 2, of="rsc", counts="individual")),
    pack(need(hours=12), cycle=YEARLY, ages=said(must="0-3")),
    spread(),
    pack(need(hours=36), cycle=THREE_YEARS),
]
WITH_CREDIT = [
    pack(credit=said(formula="prorate", people=5)),
    pack(credit=said(formula="head_count", people=5)),
    pack(need(hours=12), credit=said(formula="series", sessions=4, minutes=120, yields_hours=5,
                                     absence_costs_minutes=60, most_absences=1)),
]  # fmt: skip
FACTS = st.builds(
    hour,
    st.dates(date(2023, 6, 1), date(2027, 1, 31)),
    st.integers(0, 240),
    status=st.sampled_from(["recorded", "confirmed", "confirmed", "returned", "withdrawn"]),
    provider_id=st.sampled_from(["pat", "lee", "ann", "nobody"]),
    about_rsc_minutes=st.integers(0, 240),
    other_minutes=st.integers(0, 120),
    kind=st.sampled_from(["group", "individual"]),
    head_count=st.integers(1, 9),
    peer=st.sampled_from([False, False, True]),
    ages=st.sampled_from([(), ("0-3",), ("3-6",), ("0-3", "3-6")]),
    series_id=st.sampled_from(["one", "two"]),
)
HOURS = st.lists(FACTS, max_size=20).map(
    lambda hours: [replace(each, entry_id=f"{at:02}") for at, each in enumerate(hours)]
)


@settings(max_examples=60)
@given(HOURS, st.randoms(), st.sampled_from([*PACKS, *WITH_CREDIT]))
def test_order_changes_nothing(hours, random, rules):
    shuffled = hours[:]
    random.shuffle(shuffled)
    assert evaluated(shuffled, rules) == evaluated(hours, rules)


@settings(max_examples=60)
@given(HOURS, st.data(), st.sampled_from(PACKS))
def test_splitting_an_hour_changes_no_total(hours, data, rules):
    pieces: list[Hour] = []
    for each in hours:
        reflective = max(0, each.minutes - each.other_minutes)
        about = min(each.about_rsc_minutes, reflective)
        cut = data.draw(st.integers(0, reflective))
        cut_about = data.draw(st.integers(max(0, about - (reflective - cut)), min(about, cut)))
        rest = each.minutes - cut
        pieces += [
            replace(each, entry_id=f"{each.entry_id}a", minutes=cut, other_minutes=0,
                    about_rsc_minutes=cut_about),
            replace(each, entry_id=f"{each.entry_id}b", minutes=rest,
                    about_rsc_minutes=about - cut_about,
                    other_minutes=min(each.other_minutes, each.minutes)),
        ]  # fmt: skip
    whole, split = evaluated(hours, rules), evaluated(pieces, rules)
    assert tallied(split) == tallied(whole)
    assert (split.shares, split.met_on, split.appears_met) == (
        whole.shares, whole.met_on, whole.appears_met
    )  # fmt: skip


@settings(max_examples=80)
@given(HOURS, st.sampled_from([*PACKS, *WITH_CREDIT]))
def test_no_minute_counts_twice_and_no_share_is_more_than_its_whole(hours, rules):
    verdicts = judge_all(hours, rules, HELD, ANN)
    for each in hours:
        buckets = verdicts[each.entry_id].buckets
        most = max(0, each.minutes - each.other_minutes)
        assert all(0 <= minutes <= most for minutes in buckets.values())
        assert all(minutes <= buckets["rsc"] for minutes in buckets.values())
        assert buckets.get("individual", 0) + buckets.get("group", 0) <= buckets.get("rsc", 0)
        assert bool(buckets) is (verdicts[each.entry_id].state != "not_counted")
    found = evaluate(hours, verdicts, {}, rules, ANN)
    attended = sum(each.minutes for each in hours)
    for tally in found.rsc:
        assert tally.counted + tally.pending + tally.outside + tally.beyond <= attended
        assert tally.counted <= found.tallies[0].counted
        assert tally.at_most is None or tally.counted + tally.pending <= tally.at_most
        assert min(tally.counted, tally.pending, tally.outside, tally.beyond) >= 0
    assert sum(share.minutes for share in found.shares) <= attended
    if found.rsc_met:
        assert all(tally.met for tally in found.rsc)


@settings(max_examples=60)
@given(HOURS)
def test_the_best_window_with_a_limit_is_the_best_there_is(hours):
    verdicts = judge_all(hours, SPLIT, HELD, ANN)
    counting = [each for each in hours if verdicts[each.entry_id].state == "counted"]
    best = 0
    for first in counting:
        sums = {"individual": 0, "group": 0}
        for each in counting:
            if first.held_on <= each.held_on <= last_day(first.held_on, 24):
                sums[each.kind] += verdicts[each.entry_id].buckets["rsc"]
        whole = sums["individual"] + min(sums["group"], 720)
        best = max(best, min(whole, 3600) + min(sums["individual"], 2880))
    counted = tallied(evaluate(hours, verdicts, {}, SPLIT, ANN))
    assert min(counted["rsc"][0], 3600) + min(counted["individual"][0], 2880) == best


TAUGHT = st.lists(
    st.builds(
        taught,
        st.integers(0, 40),
        st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        about_rsc=st.booleans(),
        dei=st.booleans(),
        kind=st.sampled_from(["training", "reviewer", "course"]),
    ),
    max_size=10,
).map(lambda facts: tuple(replace(each, training_id=str(at)) for at, each in enumerate(facts)))


@settings(max_examples=40)
@given(TAUGHT)
def test_trainings_count_once_in_the_whole(trainings):
    rules = pack(
        *BUCKETS,
        training("reviewer", 0, of="training", counts="reviewer", at_most=said(hours=7)),
        cycle=YEARLY,
        providers=None,
    )
    found = evaluated([], rules, ann(trainings=trainings))
    this_year = [each for each in trainings if each.held_on.year == TODAY.year]
    attended = sum(each.minutes for each in this_year if each.kind != "course")
    tallies = {tally.id: tally.counted for tally in found.training}
    assert tallies["training"] <= attended
    assert all(minutes <= attended for minutes in tallies.values())
    assert tallies["reviewer"] <= 420
    reviewed = sum(each.minutes for each in this_year if each.kind == "reviewer")
    assert tallies["training"] == attended - max(0, reviewed - 420)


def test_the_window_of_a_pack_is_what_the_frame_says():
    found = evaluated(run(2, date(2025, 1, 1)), pack(window=WINDOW))
    assert found.frame is not None
    assert (found.frame.at_least, found.frame.at_most) == (12, 24)
    assert found.frame.long_enough_on == date(2025, 12, 31)
