"""Whether something that is done again and again still is."""

import time
from collections.abc import Callable


class Pulse:
    """Beats each time that something got through; stands still once it has not for too long."""

    def __init__(
        self, name: str, patience: float, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.patience = patience
        """Seconds without a beat that mean nothing yet."""
        self._now = now
        self._last = now()

    def beat(self) -> None:
        """Say that it got through."""
        self._last = self._now()

    def stands_still(self) -> bool:
        """Tell whether it has not got through for longer than its patience."""
        return self._now() - self._last > self.patience
