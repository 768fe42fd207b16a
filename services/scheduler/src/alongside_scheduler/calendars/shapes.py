"""What is wanted of a calendar elsewhere, and what is told of it."""

from dataclasses import dataclass
from datetime import datetime

from alongside.errors import AlongsideError
from alongside_scheduler.domain.free import Span


class Unreadable(AlongsideError):
    """This is not a calendar that can be read."""

    code = "unreadable_calendar"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for: between which instants, for whom, and in which zone a bare time is meant."""

    begins: datetime
    ends: datetime
    zone: str
    emails: tuple[str, ...] = ()
    """Addresses of the owner: what they declined does not keep them busy."""


@dataclass(frozen=True, slots=True)
class Reading:
    """When a calendar is busy, merged and in order; and how many events could not be understood."""

    spans: tuple[Span, ...]
    left_out: int = 0
