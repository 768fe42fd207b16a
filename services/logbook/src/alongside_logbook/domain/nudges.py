"""When somebody is gently reminded that others wait for their word: late, seldom, and not for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside.contracts.hours import AwaitedFor, EntryOrigin

PATIENCE = timedelta(days=3)
"""Nobody is reminded of what has waited for less."""

PATIENCE_WITH_IMPORTS = timedelta(days=14)
"""A log that was brought in asks for many words at once: that takes longer."""

PAUSE = timedelta(days=7)
MOST = 4
"""Reminders to somebody who does nothing; once they did something, they may be reminded again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody's word."""

    about: AwaitedFor
    since: datetime
    minutes: int
    origin: EntryOrigin = "session"

    @property
    def ripe_at(self) -> datetime:
        """From when on somebody may be reminded of it."""
        patience = PATIENCE_WITH_IMPORTS if self.origin == "import" else PATIENCE
        return self.since + patience


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder: of what, since when the oldest waits, the how manieth it is, and when it is said."""

    about: AwaitedFor
    since: datetime
    times: int
    last_at: datetime


def due(waiting: list[Waiting], before: Nudge | None, now: datetime) -> Nudge | None:
    """Return the reminder that is due for things of one kind that wait for one person, or none."""
    if not waiting or min(each.ripe_at for each in waiting) > now:
        return None
    oldest = min(waiting, key=lambda each: each.since)
    if before is None:
        return Nudge(oldest.about, oldest.since, 1, now)
    acted = oldest.since > before.since
    if before.last_at + PAUSE > now or (before.times >= MOST and not acted):
        return None
    return Nudge(oldest.about, oldest.since, 1 if acted else before.times + 1, now)
