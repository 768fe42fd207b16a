"""What will be sent to a person, as far as it is known now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from alongside.zones import zone
from alongside_notifier.domain.digest import MORNING
from alongside_notifier.domain.quiet import Quiet, disturbs_from

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A mail to come: which kind, when, and why. What it will say is not in it."""

    kind: Literal["change", "reminder", "digest", "unseen", "queued"]
    at: datetime
    why: str
    series_id: str | None = None
    mail_kind: str | None = None
    """Of a mail that is written and waits to be sent."""


def next_digest(now: datetime, quiet: Quiet | None, zone_name: str) -> datetime:
    """Return when the next weekly digest is due: on a Monday morning, in the reader's own time."""
    there = zone(zone_name)
    today = now.astimezone(there).date()
    monday = today - timedelta(days=today.weekday())
    while True:
        morning = datetime.combine(monday, MORNING, there).astimezone(UTC)
        due = disturbs_from(morning, quiet, zone_name)
        if due > now:
            return due
        monday += timedelta(days=_WEEK)
