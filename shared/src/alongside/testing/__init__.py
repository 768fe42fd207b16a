"""What tests share: a clock that stands still, servers, fakes."""

from alongside.testing.clock import FixedClock

__all__ = ["FixedClock"]
