"""The clock. Domain code never reads one: it is handed `now`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...


class SystemClock:
    """The machine's clock, optionally shifted by the seconds written in a file.

    The shift is for rehearsals and tests: several processes that share the file travel through
    time together, without the machine's own clock being touched.
    """

    def __init__(self, shift_file: Path | None = None) -> None:
        self._shift_file = shift_file
        self._read_at: float | None = None
        self._shift = timedelta(0)

    def now(self) -> datetime:
        """Return the present instant, shifted where a shift file says so."""
        return datetime.now(UTC) + self._current_shift()

    def _current_shift(self) -> timedelta:
        if self._shift_file is None:
            return timedelta(0)
        try:
            modified = self._shift_file.stat().st_mtime
            if modified != self._read_at:
                self._shift = timedelta(seconds=float(self._shift_file.read_text() or 0))
                self._read_at = modified
        except FileNotFoundError:
            return timedelta(0)
        return self._shift
