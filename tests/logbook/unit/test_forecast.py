"""When it appears to be met: by what is planned, by the rhythm, and what one missed session does."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.forecast import (
    Asked,
    Day,
    by_day,
    first_met,
    forecast,
    rhythm,
    safe_days,
)

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
IFS = Asked((24 * 60,), at_least=12, at_most=24)
MENTOR = Asked((50 * 60, 25 * 60), at_least=12, at_most=24)
CYCLE = Asked((36 * 60,), first=date(2025, 1, 1), last=date(2027, 12, 31))


def monthly(first: date, number: int, *minutes: int) -> list[Day]:
    return [Day(add_months(first, each), minutes or (120,)) for each in range(number)]


def test_the_sessions_planned_lead_there():
    found = forecast(
        monthly(date(2025, 6, 10), 9), monthly(date(2026, 3, 10), 8), IFS, TODAY, ["rsc"]
    )
    # 12 sessions make 24 h on 10 May; only on 9 June do they span twelve months.
    assert found.on == date(2026, 6, 10)
    assert found.basis == "planned"
    assert [(each.id, each.on) for each in found.expected] == [("rsc", date(2026, 5, 10))]
    assert found.earliest == date(2026, 6, 10)
    assert found.every_days == 31
    # Four may leave the window; without the fifth, the rest would span less than twelve months.
    assert found.latest == date(2027, 10, 9)
    assert len(found.coming) == 8
    assert all(each.planned for each in found.coming)


def test_one_missed_session_says_what_it_costs():
    had = monthly(date(2025, 1, 14), 10)
    found = forecast(had, monthly(date(2026, 3, 10), 6), IFS, TODAY, ["rsc"])
    assert found.on == date(2026, 4, 10)
    assert found.missed is not None
    assert (found.missed.session_on, found.missed.then_on) == (date(2026, 3, 10), date(2026, 5, 10))
    assert found.missed.later_days == 30
    # Where the span is what is missing, a session more or less changes nothing.
    plenty = forecast(
        monthly(date(2025, 6, 10), 9, 240), monthly(date(2026, 3, 10), 8), IFS, TODAY, ["rsc"]
    )
    assert plenty.missed is not None
    assert plenty.missed.later_days == 0


def test_beyond_what_is_planned_the_rhythm_goes_on():
    found = forecast(monthly(date(2025, 9, 10), 6, 100), (), IFS, TODAY, ["rsc"])
    assert found.basis == "rhythm"
    assert found.every_days == 31
    assert found.on == date(2026, 2, 10) + 9 * timedelta(days=31)
    assert [each.planned for each in found.coming] == [False] * 9
    assert found.missed is not None
    assert found.missed.later_days == 31


def test_too_slow_a_rhythm_leads_nowhere():
    found = forecast(monthly(date(2025, 9, 10), 6, 30), (), IFS, TODAY, ["rsc"])
    assert (found.on, found.basis, found.coming) == (None, "not_in_sight", ())
    assert forecast((), (), IFS, TODAY, ["rsc"]).basis == "not_in_sight"
    once = forecast(monthly(date(2026, 2, 10), 1), (), IFS, TODAY, ["rsc"])
    assert (once.on, once.every_days) == (None, None)


def test_what_is_met_stays_safe_until_hours_age_out():
    found = forecast(monthly(date(2025, 1, 14), 13), (), IFS, TODAY, ["rsc"])
    assert (found.on, found.basis) == (date(2026, 1, 14), "met")
    assert (found.earliest, found.latest) == (TODAY, date(2027, 1, 13))
    assert found.missed is None
    long_ago = forecast(monthly(date(2020, 1, 14), 13), (), IFS, TODAY, ["rsc"])
    assert (long_ago.basis, long_ago.earliest, long_ago.latest) == ("met", None, None)


def test_each_requirement_has_a_date_of_its_own():
    found = forecast(
        monthly(date(2025, 3, 10), 12, 240, 90),
        monthly(date(2026, 3, 10), 12, 240, 90),
        MENTOR,
        TODAY,
        ["rsc", "about"],
    )
    assert [each.on for each in found.expected] == [date(2026, 3, 10), date(2026, 7, 10)]
    assert found.on == date(2026, 7, 10)


def test_a_fixed_cycle_takes_only_what_lies_in_it():
    had = [*monthly(date(2024, 6, 10), 7), *monthly(date(2025, 1, 10), 14)]
    found = forecast(had, monthly(date(2026, 3, 10), 22), CYCLE, TODAY, ["rsc"])
    assert found.on == date(2026, 6, 10)
    assert (found.earliest, found.latest) == (date(2026, 6, 10), date(2027, 12, 31))
    slow = forecast(monthly(date(2025, 10, 10), 5, 15), (), CYCLE, TODAY, ["rsc"])
    assert slow.basis == "not_in_sight"


@pytest.mark.parametrize(
    ("past", "planned", "every"),
    [
        (monthly(date(2025, 10, 10), 5), (), 31),
        ((), monthly(date(2026, 4, 10), 3), 30),
        (monthly(date(2024, 1, 10), 6), (), None),
        ([Day(TODAY, (60,))], (), None),
        ((), [Day(date(2026, 4, 1), (60,)), Day(date(2027, 4, 1), (60,))], None),
    ],
)
def test_the_rhythm_is_that_of_the_last_half_year_or_of_what_is_planned(past, planned, every):
    found = rhythm(past, planned, TODAY)
    assert (found.every_days if found else None) == every


def holds_on(days: list[Day], asked: Asked, on: date) -> bool:
    """Whoever looks back on this day finds everything: said as the rules say it, a day at a time."""
    inside = [each for each in days if each.day <= on and add_months(each.day, asked.at_most) > on]
    if not inside:
        return False
    enough = all(
        sum(each.minutes[at] for each in inside) >= need for at, need in enumerate(asked.minutes)
    )
    return enough and inside[-1].day + DAY >= add_months(inside[0].day, asked.at_least)


SMALL = Asked((300, 60), at_least=2, at_most=5)
DAYS = st.lists(
    st.builds(
        lambda days, whole, part: Day(TODAY + timedelta(days=days), (whole, min(whole, part))),
        st.integers(-300, 200),
        st.integers(0, 120),
        st.integers(0, 60),
    ),
    max_size=25,
).map(by_day)


@given(DAYS)
@settings(max_examples=60)
def test_the_first_day_is_the_first_that_holds(days):
    looked = [TODAY + timedelta(days=each) for each in range(-300, 201)]
    assert first_met(days, SMALL) == next((on for on in looked if holds_on(days, SMALL, on)), None)


@given(DAYS)
@settings(max_examples=40)
def test_the_safe_days_are_those_on_which_it_holds(days):
    earliest, latest = safe_days(days, SMALL, TODAY)
    held = [on for on in (TODAY + each * DAY for each in range(420)) if holds_on(days, SMALL, on)]
    assert earliest == (held[0] if held else None)
    if earliest is None:
        assert latest is None
        return
    assert latest is not None
    assert not holds_on(days, SMALL, latest + DAY)
    assert all(
        holds_on(days, SMALL, earliest + each * DAY) for each in range((latest - earliest).days + 1)
    )


@given(DAYS, DAYS)
@settings(max_examples=60)
def test_missing_a_session_never_brings_the_day_nearer(past, planned):
    found = forecast(past, planned, SMALL, TODAY, ["rsc", "about"])
    if found.missed is not None and found.missed.later_days is not None:
        assert found.missed.later_days >= 0
    if found.on is not None:
        assert all(each.on is not None and each.on <= found.on for each in found.expected)
    assert (found.basis == "not_in_sight") is (found.on is None)
    assert (found.basis == "met") is (found.on is not None and found.on <= TODAY)
