"""A gentle word: late, seldom, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside_logbook.domain.nudges import Nudge, Waiting, due

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def waiting(*since: float, **facts) -> list[Waiting]:
    return [Waiting("confirm", day(each), 120, **facts) for each in since]


def nudge(since: float, times: int, last: float) -> Nudge:
    return Nudge("confirm", day(since), times, day(last))


@pytest.mark.parametrize(
    ("these", "before", "now", "times"),
    [
        (waiting(), None, 9, None),
        (waiting(0), None, 2.9, None),
        (waiting(0), None, 3, 1),
        (waiting(5, 0), None, 6, 1),
        # Weekly, and four times to somebody who does nothing.
        (waiting(0), nudge(0, 1, 3), 9.9, None),
        (waiting(0), nudge(0, 1, 3), 10, 2),
        (waiting(0, 9), nudge(0, 3, 17), 24, 4),
        (waiting(0), nudge(0, 4, 24), 400, None),
        # Who did something meanwhile is reminded anew, but never twice in a week.
        (waiting(20), nudge(0, 4, 24), 30, None),
        (waiting(20), nudge(0, 4, 24), 31, 1),
        (waiting(20), nudge(0, 2, 10), 22, None),
        (waiting(20), nudge(0, 2, 10), 23, 1),
        # A log that was brought in asks for much at once.
        (waiting(0, origin="import"), None, 13.9, None),
        (waiting(0, origin="import"), None, 14, 1),
        (waiting(0, origin="import") + waiting(1), None, 3.5, None),
        (waiting(0, origin="import") + waiting(1), None, 4, 1),
        (waiting(0, origin="outside"), None, 3, 1),
    ],
)
def test_when_a_word_is_due(these, before, now, times):
    found = due(these, before, day(now))
    assert (found and found.times) == times
    if found:
        assert found.last_at == day(now)
        assert found.since == min(each.since for each in these)


def test_a_year_of_silence_is_four_letters():
    said, before = [], None
    for hour in range(365 * 24):
        found = due(waiting(0), before, START + timedelta(hours=hour))
        if found:
            said.append(hour / 24)
            before = found
    assert said == [3, 10, 17, 24]
