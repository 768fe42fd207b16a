"""The best span found in one pass is the best there is."""

from datetime import date, timedelta
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_logbook.domain.calendar import whole_months
from alongside_logbook.domain.rules.window import Asked, Dated, Window, best_span
from alongside_logbook.rulebook import shipped

pytestmark = pytest.mark.unit

IFS = shipped().pack("alliance/apply/IFS")
IMHMC = shipped().pack("alliance/apply/IMHM-C")


def best_window(entries: list[Dated], pack) -> Window | None:
    """The best span under a pack's window, with all it requires."""
    required = tuple(requirement.minutes for requirement in pack.required)
    asked = Asked(required, (None,) * len(required), (True,) * len(required))
    return best_span(entries, asked, pack.window.at_least.months, pack.window.at_most.months)


def dated(day: date, counted: int = 120, pending: int = 0) -> Dated:
    return Dated(day, (counted,), (pending,))


def monthly(first: date, number: int, minutes: int = 120, every: int = 30) -> list[Dated]:
    return [dated(first + timedelta(days=every * each), minutes) for each in range(number)]


def within(first: date, last: date, longest: int) -> bool:
    """Fits a span of so many months, counted apart from the code under test."""
    return whole_months(first, last - timedelta(days=1)) < longest or first == last


def by_hand(entries: list[Dated], pack) -> tuple:
    """Try every pair of entries as the ends of a span, and return the best score."""
    required = tuple(requirement.minutes for requirement in pack.required)
    size = len(required)
    best = None
    for first, last in combinations_with_replacement(sorted({each.day for each in entries}), 2):
        if not within(first, last, pack.window.at_most.months):
            continue
        inside = [each for each in entries if first <= each.day <= last]
        counted = tuple(sum(each.counted[i] for each in inside) for i in range(size))
        pending = tuple(sum(each.pending[i] for each in inside) for i in range(size))
        days = [each.day for each in inside if any(each.counted)]
        long_enough = bool(days) and (
            whole_months(min(days), max(days)) >= pack.window.at_least.months
        )
        met = long_enough and all(
            have >= need for have, need in zip(counted, required, strict=True)
        )
        score = (
            met,
            sum(map(min, counted, required)),
            long_enough,
            sum(min(a + b, need) for a, b, need in zip(counted, pending, required, strict=True)),
            counted[0],
            counted[0] + pending[0],
        )
        best = score if best is None else max(best, score)
    return best


def score_of(entries: list[Dated], pack) -> tuple:
    window = best_window(entries, pack)
    assert window is not None
    required = tuple(requirement.minutes for requirement in pack.required)
    return (
        window.appears_met,
        sum(map(min, window.counted, required)),
        window.long_enough,
        sum(
            min(a + b, need)
            for a, b, need in zip(window.counted, window.pending, required, strict=True)
        ),
        window.counted[0],
        window.counted[0] + window.pending[0],
    )


DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))
MINUTES = st.sampled_from([0, 0, 30, 90, 120, 480, 1200])
ONE = st.lists(st.builds(dated, DAYS, MINUTES, MINUTES), min_size=1, max_size=14)
TWO = st.lists(
    st.builds(
        lambda day, counted, about, pending: Dated(
            day, (counted, min(about, counted)), (pending, 0)
        ),
        DAYS, MINUTES, MINUTES, MINUTES,
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=150)
@given(ONE)
def test_it_equals_brute_force(entries):
    assert score_of(entries, IFS) == by_hand(entries, IFS)


@settings(max_examples=150)
@given(TWO)
def test_it_equals_brute_force_with_a_share(entries):
    assert score_of(entries, IMHMC) == by_hand(entries, IMHMC)


@given(ONE, st.randoms())
def test_the_order_of_entries_does_not_matter(entries, random):
    shuffled = entries[:]
    random.shuffle(shuffled)
    assert best_window(shuffled, IFS) == best_window(entries, IFS)


@given(ONE)
def test_what_it_says_is_inside_is_what_is_inside(entries):
    window = best_window(entries, IFS)
    assert window is not None
    inside = [each for each in entries if window.first <= each.day <= window.last]
    assert window.counted == (sum(each.counted[0] for each in inside),)
    assert window.pending == (sum(each.pending[0] for each in inside),)
    assert whole_months(window.first, window.last) == 24


@given(ONE, st.builds(dated, DAYS, MINUTES, MINUTES))
def test_one_entry_more_never_makes_it_worse(entries, more):
    assert score_of([*entries, more], IFS) >= score_of(entries, IFS)


def test_no_entries_have_no_window():
    assert best_window([], IFS) is None


def test_twenty_four_hours_in_five_months_do_not_appear_to_meet():
    window = best_window(monthly(date(2025, 1, 7), 12, every=13), IFS)
    assert window is not None
    assert window.counted == (24 * 60,)
    assert not window.long_enough
    assert not window.appears_met


def test_twelve_monthly_meetings_lack_days_and_a_thirteenth_completes_the_year():
    second_tuesdays = [
        date(2025, 1, 14), date(2025, 2, 11), date(2025, 3, 11), date(2025, 4, 8),
        date(2025, 5, 13), date(2025, 6, 10), date(2025, 7, 8), date(2025, 8, 12),
        date(2025, 9, 9), date(2025, 10, 14), date(2025, 11, 11), date(2025, 12, 9),
    ]  # fmt: skip
    window = best_window([dated(day) for day in second_tuesdays], IFS)
    assert window is not None
    assert window.counted == (1440,)
    assert not window.appears_met
    window = best_window([dated(day) for day in [*second_tuesdays, date(2026, 1, 13)]], IFS)
    assert window is not None
    assert window.appears_met


@pytest.mark.parametrize(
    ("last", "enough"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 1, 2), True)]
)  # fmt: skip
def test_a_year_is_counted_in_days_first_and_last_included(last, enough):
    entries = [dated(date(2025, 1, 2), 720), dated(last, 720)]
    window = best_window(entries, IFS)
    assert window is not None
    assert window.appears_met is enough


@pytest.mark.parametrize(("last", "both"), [(date(2027, 1, 1), True), (date(2027, 1, 2), False)])
def test_two_years_are_counted_in_days_first_and_last_included(last, both):
    window = best_window([dated(date(2025, 1, 2), 720), dated(last, 720)], IFS)
    assert window is not None
    assert window.counted == ((1440,) if both else (720,))


def test_the_best_span_need_not_be_the_latest():
    early = monthly(date(2020, 1, 7), 14)
    late = monthly(date(2025, 1, 7), 6)
    window = best_window([*early, *late], IFS)
    assert window is not None
    assert window.appears_met
    assert window.first.year == 2020


def test_of_equal_spans_it_is_the_latest():
    window = best_window([*monthly(date(2020, 1, 7), 14), *monthly(date(2024, 1, 9), 14)], IFS)
    assert window is not None
    assert window.first >= date(2024, 1, 9)


def test_five_thousand_entries_take_one_pass():
    entries = [dated(date(2015, 1, 1) + timedelta(days=each), 30, each % 2) for each in range(5000)]
    window = best_window(entries, IFS)
    assert window is not None
    assert window.appears_met
