"""Quiet hours: a stretch of every day, in somebody's own wall time, in which nothing disturbs them.

On the days on which clocks change, a stretch covers every moment whose wall time lies in it,
whichever way its ends are read: it may be longer by what the clocks jump, never shorter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alongside.errors import Invalid
from alongside.zones import zone

LONGEST = 16 * 60
"""Minutes. Whoever is never to be disturbed wants no reminders instead."""

HEADROOM = timedelta(minutes=5)
"""So long before they begin, what would fall into them goes out: it is there before, not after."""

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one wall time until another, in minutes after midnight; over midnight, if the second is less."""

    begins: int
    ends: int

    def __post_init__(self) -> None:
        """Raise `Invalid` for what is no stretch of a day, or leaves too little of it."""
        if not (0 <= self.begins < _DAY and 0 <= self.ends < _DAY):
            raise Invalid("Quiet hours are two times of day.", field="quiet_from")
        if self.begins == self.ends:
            raise Invalid("Quiet hours end at another time than they begin.", field="quiet_until")
        if self.minutes > LONGEST:
            raise Invalid(
                f"Quiet hours are at most {LONGEST // 60} hours a day.", field="quiet_until"
            )

    @property
    def minutes(self) -> int:
        """How long they are by the clock on the wall."""
        return (self.ends - self.begins) % _DAY

    def stretch(self, instant: datetime, zone_name: str) -> tuple[datetime, datetime] | None:
        """Return when the quiet hours began and end that this moment falls into; None outside."""
        there = zone(zone_name)
        today = instant.astimezone(there).date()
        for begin, end in self._around(today, there):
            if begin <= instant < end:
                return begin, end
        return None

    def _around(self, today: date, there: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        for days in (-1, 0):
            first = today + timedelta(days=days)
            last = first + timedelta(days=int(self.ends < self.begins))
            yield (
                min(_instants(first, self.begins, there)),
                max(_instants(last, self.ends, there)),
            )


def quiet_of(begins: int | None, ends: int | None) -> Quiet | None:
    """Return the quiet hours between two times of day; None unless both are given."""
    return None if begins is None or ends is None else Quiet(begins, ends)


def minutes_of(text: str) -> int | None:
    """Return the minutes after midnight of `22:30`; None for an empty text. Raises `Invalid`."""
    if not text.strip():
        return None
    try:
        found = time.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("Write a time of day such as 22:00.", field="quiet_from") from error
    return found.hour * 60 + found.minute


def clock_of(minutes: int | None) -> str:
    """Return `22:30`, as forms and scripts write a time of day; empty for none."""
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def disturbs_from(instant: datetime, quiet: Quiet | None, zone_name: str) -> datetime:
    """Return the first moment from this one on that is outside the quiet hours."""
    stretch = quiet.stretch(instant, zone_name) if quiet else None
    return stretch[1] if stretch else instant


def remind_at(
    due_at: datetime, starts_at: datetime, quiet: Quiet | None, zone_name: str, now: datetime
) -> datetime | None:
    """Return when a reminder goes out that is due then; None if it cannot any more.

    What falls into quiet hours goes out before they begin or, where that is past, at their end:
    always after `now`, and before the meeting starts.
    """
    stretch = quiet.stretch(due_at, zone_name) if quiet else None
    for moment in (due_at,) if stretch is None else (stretch[0] - HEADROOM, stretch[1]):
        if now < moment < starts_at:
            return moment
    return None


def _instants(day: date, minutes: int, there: ZoneInfo) -> tuple[datetime, datetime]:
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), there)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
