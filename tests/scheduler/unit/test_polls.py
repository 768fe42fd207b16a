"""What a poll's answers come to, and when it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside_scheduler.domain.polls import PollState, Tally, leading, state_of, tallies

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_answers_are_counted_by_proposal():
    answers = [("yes", "no"), ("if_need_be", "yes"), ("yes", "yes")]
    assert tallies(answers, 2) == [Tally(2, 1, 0), Tally(2, 0, 1)]
    assert tallies([], 2) == [Tally(), Tally()]


def test_ahead_is_what_fewest_cannot_and_most_gladly_do():
    assert leading(tallies([], 3)) is None
    assert leading([Tally(5, 0, 1), Tally(1, 5, 0)]) == 1
    assert leading([Tally(1, 5, 0), Tally(2, 4, 0)]) == 1
    assert leading([Tally(2, 0, 0), Tally(2, 0, 0)]) == 0


def test_a_poll_is_open_until_the_moment_it_closes():
    moment = timedelta(microseconds=1)
    assert state_of(NOON, None, None, NOON - moment) is PollState.OPEN
    assert state_of(NOON, None, None, NOON) is PollState.CLOSED
    assert state_of(NOON, None, NOON, NOON - moment) is PollState.WITHDRAWN
    assert state_of(NOON, NOON, None, NOON - moment) is PollState.DECIDED
