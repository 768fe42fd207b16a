"""Leaving: how long one may think again, and how long what proves hours is kept."""

from datetime import datetime, timedelta

GRACE = timedelta(days=30)
"""Between asking and removal: as long as that it can be taken back."""

KEPT_YEARS = 7
"""Years after leaving for which it is known whose hours these were.

Longer than the longest renewal cycle (3 years) and an audit of the one before; seven years is what a
neighbouring profession asks of its supervisors. No association of this field names a number.
"""

FORGOTTEN = "Somebody who left"
"""What stands for a name that was forgotten."""


def forget_on(left_at: datetime) -> datetime:
    """Return when a name is forgotten; of February 29, on February 28."""
    year = left_at.year + KEPT_YEARS
    day = 28 if (left_at.month, left_at.day) == (2, 29) else left_at.day
    return left_at.replace(year=year, day=day)
