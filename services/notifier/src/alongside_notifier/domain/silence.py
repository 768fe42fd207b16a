"""When no further mail goes to an address: at once if it is gone, after some failures otherwise."""

from datetime import datetime, timedelta

from alongside_notifier.domain.bounces import Failure

STRIKES = 3
"""So many mails in a row have to come back before an address that exists is left alone."""

WITHIN = timedelta(days=30)
"""Failures further apart than this do not add up."""


def strikes_after(before: int, last: datetime | None, now: datetime) -> int:
    """Return how many failures in a row there are with the one of now."""
    return before + 1 if last is not None and now - last <= WITHIN else 1


def falls_silent(failure: Failure, strikes: int) -> bool:
    """Tell whether nothing more is mailed to the address, until somebody asks for it."""
    return failure == "no_such_address" or strikes >= STRIKES
