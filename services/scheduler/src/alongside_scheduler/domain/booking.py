"""Nobody is in two places: what is said when somebody would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alongside.errors import Conflict

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Clash:
    """A chosen person who is taken at a chosen time. By what, stays theirs."""

    person_id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    only_room: bool = False
    """Only the room that somebody keeps after their sessions is in the way."""

    def __str__(self) -> str:
        begin, end = self.starts_at.astimezone(self.zone), self.ends_at.astimezone(self.zone)
        why = ", too close to another session" if self.only_room else ""
        return f"{self.name}, {begin:%A %d %B %Y %H:%M}-{end:%H:%M} ({begin.tzname()}){why}"


class AlreadyBooked(Conflict):
    """One of the people you chose is booked at that time already. Nothing was saved."""

    code = "already_booked"
    title = "Already booked"

    @classmethod
    def because(
        cls, clashes: Sequence[Clash], next_free: Sequence[datetime] = ()
    ) -> "AlreadyBooked":
        """Return the error that names who is taken when, and when all of them are free (UTC)."""
        extra: dict[str, Any] = {}
        if next_free:
            extra["next_free"] = [each.isoformat() for each in next_free]
        if not clashes:
            return cls(**extra)
        shown = "; ".join(str(clash) for clash in clashes[:_MOST_SHOWN])
        more = len(clashes) - _MOST_SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        return cls(f"Booked at that time already: {shown}{tail}. Nothing was saved.", **extra)

    @property
    def next_free(self) -> tuple[datetime, ...]:
        """When everybody chosen is free instead (UTC), the nearest first; empty if not known."""
        return tuple(datetime.fromisoformat(each) for each in self.extra.get("next_free", ()))
