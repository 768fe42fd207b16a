"""Free time, against a brute force that looks at every minute."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.zones import zone
from alongside_scheduler.domain.free import (
    Span,
    merged,
    shared,
    starts_in,
    wall_span,
    within,
    without,
    working_hours,
)

pytestmark = pytest.mark.unit

DAY = datetime(2026, 3, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LENGTH = 240


def at(minute: int) -> datetime:
    return DAY + minute * MINUTE


SPANS = st.lists(
    st.builds(
        lambda begin, length: Span(at(begin), at(begin + length)),
        st.integers(0, LENGTH - 40),
        st.integers(0, 40),
    ),
    max_size=8,
)


def minutes(spans) -> set[int]:
    """Return every minute that is in one of the spans."""
    return {
        minute
        for minute in range(LENGTH)
        if any(span.starts_at <= at(minute) < span.ends_at for span in spans)
    }


def is_tidy(spans: list[Span]) -> bool:
    return all(span.starts_at < span.ends_at for span in spans) and all(
        one.ends_at < two.starts_at for one, two in itertools.pairwise(spans)
    )


@settings(deadline=None)
@given(SPANS)
def test_merged_is_the_same_time_in_order(spans):
    found = merged(spans)
    assert minutes(found) == minutes(spans)
    assert is_tidy(found)


@settings(deadline=None)
@given(SPANS, SPANS)
def test_without_is_the_first_and_not_the_second(free, busy):
    found = without(free, busy)
    assert minutes(found) == minutes(free) - minutes(busy)
    assert is_tidy(found)


@settings(deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=4))
def test_shared_is_what_all_have(people):
    found = shared(people)
    assert minutes(found) == set.intersection(*(minutes(spans) for spans in people))
    assert is_tidy(found)


def test_nobody_shares_nothing():
    assert shared([]) == []


@settings(deadline=None)
@given(SPANS, st.integers(1, 60), st.sampled_from([5, 10, 15, 30, 60]))
def test_starts_are_every_step_at_which_all_the_minutes_are_free(free, length, step):
    whole = minutes(free)
    expected = [
        minute
        for minute in range(0, LENGTH - length + 1, step)
        if all(each in whole for each in range(minute, minute + length))
    ]
    assert list(starts_in(free, length, step)) == [at(minute) for minute in expected]


@settings(deadline=None)
@given(SPANS, st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_within_is_cut_at_both_ends(spans, begins, ends):
    found = within(spans, at(begins), at(ends))
    assert minutes(found) == minutes(spans) & set(range(begins, ends))


@pytest.mark.parametrize(
    "name", ["America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
)
@pytest.mark.parametrize("first", [date(2026, 3, 7), date(2026, 10, 31), date(2026, 4, 4)])
def test_starts_stand_on_the_wall_clock_also_when_it_changes(name, first):
    at_home = zone(name)
    begins = datetime(first.year, first.month, first.day, tzinfo=at_home).astimezone(UTC)
    found = list(starts_in([Span(begins, begins + timedelta(days=2))], 60, 30, at_home))
    walls = [each.astimezone(at_home).replace(tzinfo=None) for each in found]
    assert all(wall.minute in {0, 30} for wall in walls)
    assert walls == sorted(set(walls)), "no wall time is offered twice"
    assert len(walls) >= 2 * 46 - 4


def test_a_wall_day_is_as_long_as_its_clocks_say():
    chicago = zone("America/Chicago")
    lengths = [
        (span.ends_at - span.starts_at).total_seconds() / 3600
        for span in (
            wall_span(day, 0, 1440, chicago)
            for day in (date(2026, 3, 7), date(2026, 3, 8), date(2026, 11, 1))
        )
    ]
    assert lengths == [24, 23, 25]


def test_working_hours_are_wall_time_of_weekdays():
    chicago = zone("America/Chicago")
    friday = datetime(2026, 3, 6, 16, tzinfo=UTC)  # 10:00 in Chicago
    found = working_hours(friday, friday + timedelta(days=4), chicago)
    walls = [
        (span.starts_at.astimezone(chicago), span.ends_at.astimezone(chicago)) for span in found
    ]
    assert [f"{one:%a %H:%M}-{two:%H:%M}" for one, two in walls] == [
        "Fri 10:00-18:00",
        "Mon 08:00-18:00",
        "Tue 08:00-11:00",
    ]


def test_spans_that_touch_do_not_overlap():
    morning, noon = Span(at(0), at(60)), Span(at(60), at(90))
    assert not morning.overlaps(noon)
    assert morning.overlaps(Span(at(59), at(61)))
    assert morning.holds(Span(at(10), at(60)))
    assert not morning.holds(Span(at(10), at(61)))
