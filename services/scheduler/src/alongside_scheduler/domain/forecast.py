"""When somebody would reach the hours they are after, at the rhythm that is planned.

Only minutes are compared: which of them count toward an endorsement, the logbook judges and says.
Minutes that wait to be confirmed are taken as confirmed, and every session ahead as attended, save
where one is missed: then it is the longest, whichever costs most.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

Session = tuple[datetime, int]
"""The start of a session ahead (an instant), and its minutes."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where somebody's hours lead. Minutes are whole; instants are starts of sessions."""

    required_minutes: int
    counted_minutes: int
    pending_minutes: int
    planned_minutes: int
    """Of the sessions ahead in the series that is looked at."""
    other_minutes: int
    """Of the sessions ahead in this person's other series."""
    met: bool
    """Counted and pending minutes are enough already."""
    reached_at: datetime | None
    """The session with which the goal is reached: a planned one, or one after them at this rhythm."""
    one_missed_at: datetime | None
    """The same if one session is missed, the longest. Never earlier than `reached_at`."""
    short_minutes: int
    """What is missing after every planned session; 0 where those are enough."""
    sessions_planned: int
    sessions_enough: int | None
    """How many sessions of the series reach the goal; None where none can."""
    sessions_with_spare: int | None
    """How many of them reach it although one is missed; None where none can."""

    @property
    def within_plan(self) -> bool:
        """Whether the planned sessions are enough."""
        return self.short_minutes == 0

    @property
    def may_miss_one(self) -> bool:
        """Whether the planned sessions are enough although one of them is missed."""
        return self.met or (
            self.sessions_with_spare is not None
            and self.sessions_with_spare <= self.sessions_planned
        )


def forecast(
    required_minutes: int,
    counted_minutes: int,
    pending_minutes: int,
    sessions: Sequence[Session],
    *,
    other: Sequence[Session] = (),
    onward: Iterable[Session] = (),
) -> Forecast:
    """Say when the required minutes are reached.

    `sessions` are those of the series that lie ahead, `other` those of the person's other series,
    both in any order. `onward` is how the rhythm would go on, in order of time: only what begins
    after every planned session is counted, so that nothing is counted twice. It may be long; it is
    read no further than needed.
    """
    needed = required_minutes - counted_minutes - pending_minutes
    planned_minutes = sum(minutes for _, minutes in sessions)
    other_minutes = sum(minutes for _, minutes in other)
    met = needed <= 0
    reached, missed = (None, None) if met else _walk(needed, sessions, other, onward)
    return Forecast(
        required_minutes=required_minutes,
        counted_minutes=counted_minutes,
        pending_minutes=pending_minutes,
        planned_minutes=planned_minutes,
        other_minutes=other_minutes,
        met=met,
        reached_at=reached[0] if reached else None,
        one_missed_at=missed[0] if missed else None,
        short_minutes=max(0, needed - planned_minutes - other_minutes),
        sessions_planned=len(sessions),
        sessions_enough=0 if met else reached[1] if reached else None,
        sessions_with_spare=0 if met else missed[1] if missed else None,
    )


def _walk(
    needed: int, sessions: Sequence[Session], other: Sequence[Session], onward: Iterable[Session]
) -> tuple[tuple[datetime, int] | None, tuple[datetime, int] | None]:
    """Return when, and with which session of the series, it is reached: with all, and with one missed."""
    reached = None
    total = longest = own = 0
    for starts_at, minutes, is_own in chain(
        _in_order(sessions, other), _after(sessions, other, onward)
    ):
        total += minutes
        longest = max(longest, minutes)
        own += is_own
        if reached is None and total >= needed:
            reached = (starts_at, own)
        # What is missed may be any one so far: it is enough without the longest of them.
        if total - longest >= needed:
            return reached, (starts_at, own)
    return reached, None


def _in_order(
    sessions: Sequence[Session], other: Sequence[Session]
) -> list[tuple[datetime, int, bool]]:
    mine = [(starts_at, minutes, True) for starts_at, minutes in sessions]
    return sorted([*mine, *((starts_at, minutes, False) for starts_at, minutes in other)])


def _after(
    sessions: Sequence[Session], other: Sequence[Session], onward: Iterable[Session]
) -> Iterator[tuple[datetime, int, bool]]:
    last = max((starts_at for starts_at, _ in (*sessions, *other)), default=None)
    for starts_at, minutes in onward:
        if last is None or starts_at > last:
            yield starts_at, minutes, True
