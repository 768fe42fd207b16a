"""Nobody is in two places: what is said when somebody would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alongside.errors import Conflict

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Clash:
    """A chosen person who is taken at a chosen time. By what, stays theirs."""

    name: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    def __str__(self) -> str:
        begin, end = self.starts_at.astimezone(self.zone), self.ends_at.astimezone(self.zone)
        return f"{self.name}, {begin:%A %d %B %Y %H:%M}-{end:%H:%M} ({begin.tzname()})"


class AlreadyBooked(Conflict):
    """One of the people you chose is booked at that time already. Nothing was saved."""

    code = "already_booked"
    title = "Already booked"

    @classmethod
    def because(cls, clashes: Sequence[Clash]) -> "AlreadyBooked":
        """Return the error that names who is taken when."""
        if not clashes:
            return cls()
        shown = "; ".join(str(clash) for clash in clashes[:_MOST_SHOWN])
        more = len(clashes) - _MOST_SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        return cls(f"Booked at that time already: {shown}{tail}. Nothing was saved.")
