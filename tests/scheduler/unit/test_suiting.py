"""The times of a week that suit somebody."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.errors import Invalid
from alongside_scheduler.domain.suiting import WORKING_HOURS, checked_hours, suiting_spans

pytestmark = pytest.mark.unit

CHICAGO = ZoneInfo("America/Chicago")

hours = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).filter(
        lambda each: each[1] < each[2]
    ),
    min_size=1,
    max_size=20,
)


@given(hours)
def test_joined_hours_hold_the_same_minutes_without_touching(given_hours):
    joined = checked_hours(given_hours)

    def minutes(each):
        return {(day, minute) for day, begins, ends in each for minute in range(begins, ends)}

    assert minutes(joined) == minutes(given_hours)
    assert list(joined) == sorted(joined)
    for (day, _, ends), (next_day, begins, _) in pairwise(joined):
        assert day < next_day or ends < begins


@pytest.mark.parametrize("wrong", [[], [(7, 0, 1)], [(-1, 0, 1)], [(0, 5, 5)], [(0, 0, 1441)]])
def test_what_is_no_time_of_a_week(wrong):
    with pytest.raises(Invalid) as refusal:
        checked_hours(wrong)
    assert refusal.value.field == "hours"


def test_hours_are_wall_time_and_follow_the_clocks():
    # On 8 March 2026 the clocks of Chicago go forward.
    begins = datetime(2026, 3, 6, tzinfo=UTC)
    spans = suiting_spans(
        ((4, 540, 600), (0, 540, 600)), begins, begins + timedelta(days=5), CHICAGO
    )
    assert [f"{span.starts_at:%d %H:%M}" for span in spans] == ["06 15:00", "09 14:00"]


def test_whoever_said_nothing_works_on_weekdays():
    begins = datetime(2026, 3, 2, tzinfo=UTC)
    spans = suiting_spans(WORKING_HOURS, begins, begins + timedelta(days=7), CHICAGO)
    assert len(spans) == 5
    assert sum(((span.ends_at - span.starts_at) for span in spans), timedelta()) == timedelta(
        hours=50
    )
