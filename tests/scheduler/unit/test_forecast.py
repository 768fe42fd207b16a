"""Forecast: against brute force, and that more sessions never make it later."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_scheduler.domain.forecast import Forecast, Session, forecast

pytestmark = pytest.mark.unit

FIRST = datetime(2026, 3, 10, 15, tzinfo=UTC)
GOALS = st.integers(0, 1500)
LENGTHS = st.sampled_from([5, 45, 60, 90, 120])
PLANS = st.dictionaries(st.integers(0, 60), st.tuples(LENGTHS, st.booleans()), max_size=14)


def weeks(*numbers: int, minutes: int = 120) -> list[Session]:
    return [(FIRST + timedelta(weeks=number), minutes) for number in numbers]


def parted(plan: dict[int, tuple[int, bool]]) -> tuple[list[Session], list[Session]]:
    """Return the sessions of the series and those of others; no two begin together."""
    mine = [(FIRST + timedelta(weeks=at), minutes) for at, (minutes, own) in plan.items() if own]
    other = [
        (FIRST + timedelta(weeks=at), minutes) for at, (minutes, own) in plan.items() if not own
    ]
    return mine, other


def first_enough(needed: int, sessions: list[Session]) -> datetime | None:
    """Return the first start at which everything that began by then is enough."""
    starts = sorted(start for start, _ in sessions)
    fitting = (
        at for at in starts if sum(length for start, length in sessions if start <= at) >= needed
    )
    return next(fitting, None)


def without_each(sessions: list[Session]) -> list[list[Session]]:
    return [sessions[:number] + sessions[number + 1 :] for number in range(len(sessions))]


@settings(deadline=None)
@given(GOALS, st.integers(0, 300), st.integers(0, 300), PLANS, st.integers(0, 6), LENGTHS)
def test_equals_brute_force(required, counted, pending, plan, further, length):
    mine, other = parted(plan)
    onward = weeks(*range(61, 61 + further), minutes=length)
    found = forecast(required, counted, pending, mine, other=other, onward=onward)
    needed = required - counted - pending
    everything = [*mine, *other, *onward]
    assert found.met == (needed <= 0)
    assert found.short_minutes == max(0, needed - sum(minutes for _, minutes in [*mine, *other]))
    if found.met:
        assert found.reached_at is None
        assert found.sessions_enough == found.sessions_with_spare == 0
        return
    assert found.reached_at == first_enough(needed, everything)
    ends = [first_enough(needed, rest) for rest in without_each(everything)]
    worst = None if not ends or None in ends else max(each for each in ends if each)
    assert found.one_missed_at == worst
    own = [*mine, *onward]
    for count, at in (
        (found.sessions_enough, found.reached_at),
        (found.sessions_with_spare, found.one_missed_at),
    ):
        assert count == (None if at is None else sum(start <= at for start, _ in own))


@settings(deadline=None)
@given(GOALS, PLANS, st.integers(0, 60), LENGTHS)
def test_one_session_more_is_never_later(required, plan, at, length):
    mine, other = parted({**plan, at: (length, True)})
    fewer, _ = parted({week: each for week, each in plan.items() if week != at})
    before, after = (forecast(required, 0, 0, each, other=other) for each in (fewer, mine))
    for earlier, later in (
        (after.reached_at, before.reached_at),
        (after.one_missed_at, before.one_missed_at),
    ):
        if later is not None:
            assert earlier is not None
            assert earlier <= later
    assert after.short_minutes <= before.short_minutes


@settings(deadline=None)
@given(GOALS, PLANS, st.integers(0, 30))
def test_one_missed_is_never_earlier(required, plan, further):
    mine, other = parted(plan)
    found = forecast(required, 0, 0, mine, other=other, onward=weeks(*range(61, 61 + further)))
    if found.one_missed_at is not None and not found.met:
        assert found.reached_at is not None
        assert found.reached_at <= found.one_missed_at
        assert found.sessions_enough <= found.sessions_with_spare


@settings(deadline=None)
@given(GOALS, PLANS)
def test_what_the_rhythm_would_repeat_of_the_plan_is_not_counted_twice(required, plan):
    mine, other = parted(plan)
    planned = sorted([*mine, *other])
    once = forecast(required, 0, 0, mine, other=other)
    assert forecast(required, 0, 0, mine, other=other, onward=planned) == once


def test_plan_thirteen_not_twelve():
    found = forecast(24 * 60, 0, 0, weeks(*range(12)), onward=weeks(*range(12, 40)))
    assert found.within_plan
    assert not found.may_miss_one
    assert found.reached_at == FIRST + timedelta(weeks=11)
    assert found.one_missed_at == FIRST + timedelta(weeks=12)
    assert (found.sessions_enough, found.sessions_with_spare) == (12, 13)
    assert forecast(24 * 60, 0, 0, weeks(*range(13))).may_miss_one


def test_minutes_short_where_nothing_follows():
    found = forecast(600, 60, 30, weeks(0, 1))
    assert found.short_minutes == 270
    assert (found.reached_at, found.one_missed_at) == (None, None)
    assert (found.sessions_enough, found.sessions_with_spare) == (None, None)
    assert not found.within_plan


def test_sessions_of_other_series_bring_it_forward():
    alone = forecast(360, 0, 0, weeks(0, 2, 4))
    found = forecast(360, 0, 0, weeks(0, 2, 4), other=weeks(1))
    assert alone.reached_at == FIRST + timedelta(weeks=4)
    assert found.reached_at == FIRST + timedelta(weeks=2)
    assert (found.planned_minutes, found.other_minutes) == (360, 120)


def test_who_has_enough_needs_no_session():
    assert forecast(60, 30, 30, []) == Forecast(
        required_minutes=60,
        counted_minutes=30,
        pending_minutes=30,
        planned_minutes=0,
        other_minutes=0,
        met=True,
        reached_at=None,
        one_missed_at=None,
        short_minutes=0,
        sessions_planned=0,
        sessions_enough=0,
        sessions_with_spare=0,
    )
