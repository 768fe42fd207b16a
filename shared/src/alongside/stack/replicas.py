"""The processes of one service behind the door: asked in turn, and passed over while they are away."""

import time
from collections.abc import Callable, Sequence

import httpx2

_REST = 2.0
"""Seconds for which a process that could not be reached is asked last."""


class Replicas:
    """Where one service listens, once or several times.

    Which process answers makes no difference to whoever asks: each works on the same database.
    """

    def __init__(
        self, origins: Sequence[str], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        if not origins:
            message = "A service needs at least one address."
            raise ValueError(message)
        self.origins = tuple(httpx2.URL(origin) for origin in origins)
        self._now = now
        self._turn = 0
        self._away_since: dict[httpx2.URL, float] = {}

    def in_turn(self) -> list[httpx2.URL]:
        """Return every address in the order in which to try them for the next request."""
        begin, self._turn = self._turn, (self._turn + 1) % len(self.origins)
        rotated = [*self.origins[begin:], *self.origins[:begin]]
        return sorted(rotated, key=self._rests)

    def could_not_be_reached(self, origin: httpx2.URL) -> None:
        """Ask this process last for a while."""
        self._away_since[origin] = self._now()

    def answered(self, origin: httpx2.URL) -> None:
        """Take this process in turn again."""
        self._away_since.pop(origin, None)

    def _rests(self, origin: httpx2.URL) -> bool:
        since = self._away_since.get(origin)
        return since is not None and self._now() - since < _REST
