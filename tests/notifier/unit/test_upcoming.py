"""What will be sent to a person next."""

from datetime import UTC, datetime

import pytest

from alongside_notifier.domain.quiet import Quiet
from alongside_notifier.domain.upcoming import next_digest

pytestmark = pytest.mark.unit

ZONE = "America/Chicago"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "expected"),
    [
        ("2027-01-04T12:59", None, "2027-01-04T13:00"),
        ("2027-01-04T13:00", None, "2027-01-11T13:00"),
        ("2027-01-10T20:00", None, "2027-01-11T13:00"),
        # Clocks go forward on Sunday, March 14: seven in the morning is an hour earlier in UTC.
        ("2027-03-12T12:00", None, "2027-03-15T12:00"),
        ("2027-01-04T13:30", Quiet(22 * 60, 9 * 60), "2027-01-04T15:00"),
    ],
)
def test_the_digest_comes_on_monday_mornings(now, quiet, expected):
    assert next_digest(at(now), quiet, ZONE) == at(expected)
