"""Which times can be booked, and why others cannot.

What is offered (`bookable_starts`) and what is accepted (`hindrance`) is judged by the same lines,
so whatever is offered can be booked as long as nobody else was quicker.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from alongside.errors import Conflict, Invalid
from alongside_scheduler.domain.availability import Availability, earliest, latest, starts_on
from alongside_scheduler.domain.free import Span, merged, wall_days
from alongside_scheduler.domain.recurrence import FIRST_YEAR, LAST_YEAR


@dataclass(frozen=True)
class Taken:
    """What speaks against a time.

    The provider's taken time (room after it included), that of who books, and the sessions that
    count toward the provider's limits.
    """

    provider: Sequence[Span] = ()
    guest: Sequence[Span] = ()
    sessions: Sequence[Span] = ()


class Hindrance(StrEnum):
    """Why a time cannot be booked, as far as it is anybody's business."""

    OUTSIDE = "outside"
    NOTICE = "notice"
    HORIZON = "horizon"
    TAKEN = "taken"
    GUEST_TAKEN = "guest_taken"
    DAY_FULL = "day_full"
    WEEK_FULL = "week_full"


_WORDS = {
    Hindrance.OUTSIDE: "This is not one of the times that are offered.",
    Hindrance.NOTICE: "This is too soon to be booked.",
    Hindrance.HORIZON: "This is further ahead than can be booked.",
    Hindrance.TAKEN: "This time has been taken meanwhile.",
    Hindrance.GUEST_TAKEN: "You have another session at that time.",
    Hindrance.DAY_FULL: "No more sessions can be booked on that day.",
    Hindrance.WEEK_FULL: "No more sessions can be booked in that week.",
}


def checked_instant(field: str, instant: datetime) -> datetime:
    """Return an instant in UTC; refuse years in which nobody meets."""
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Invalid(f"Choose a year between {FIRST_YEAR} and {LAST_YEAR}.", field=field)
    return instant.astimezone(UTC)


def in_words(why: Hindrance) -> str:
    """Return a sentence for who wanted to book: about themselves, never about somebody else."""
    return _WORDS[why]


class NotBookable(Conflict):
    """This time cannot be booked. Nothing was saved."""

    code = "not_bookable"
    title = "Not to be had"

    def __init__(
        self,
        detail: str | None = None,
        *,
        next_free: Iterable[datetime] = (),
        refused: Iterable[tuple[datetime, Hindrance]] = (),
    ) -> None:
        self.next_free, self.refused = tuple(next_free), tuple(refused)
        super().__init__(
            detail,
            next_free=[_written(each) for each in self.next_free],
            refused=[
                {"start": _written(start), "reason": why.value} for start, why in self.refused
            ],
        )


class SlotTaken(NotBookable):
    """This time has been taken meanwhile. Nothing was saved."""

    code = "already_booked"
    title = "Already booked"


class TooLate(Conflict):
    """It is too late to change this session here. Please talk to the provider."""

    code = "too_late"
    title = "Too late to change"


def bookable_starts(
    rules: Availability,
    minutes: int,
    taken: Taken,
    now: datetime,
    begins: datetime,
    ends: datetime,
) -> Iterator[datetime]:
    """Return, in order, the starts between two instants (the later not included) to be booked."""
    book = _Book(rules, taken)
    first, last = max(begins, earliest(rules, now)), latest(rules, now)
    if first > last:
        return
    for day in wall_days(first, min(ends, last), rules.zone):
        for start in starts_on(rules, day, minutes):
            if first <= start < ends and start <= last and book.why_not(start, minutes) is None:
                yield start


def hindrance(
    rules: Availability, start: datetime, minutes: int, taken: Taken, now: datetime
) -> Hindrance | None:
    """Return why this start cannot be booked, or None."""
    return _why_not(_Book(rules, taken), start, minutes, now)


def hindrances(
    rules: Availability,
    starts: Sequence[datetime],
    minutes: int,
    taken: Taken,
    now: datetime,
) -> list[tuple[datetime, Hindrance]]:
    """Return which starts of a standing appointment cannot be booked, and why.

    They lie in different weeks. The horizon binds the first one alone.
    """
    return _hindrances(_Book(rules, taken), starts, minutes, now)


def standing_starts(
    rules: Availability,
    minutes: int,
    taken: Taken,
    now: datetime,
    begins: datetime,
    repeat: Callable[[datetime], Sequence[datetime]],
) -> Iterator[datetime]:
    """Return, in order, the starts from an instant on at which a whole standing appointment fits."""
    book = _Book(rules, taken)
    ends = latest(rules, now) + timedelta(seconds=1)
    for start in bookable_starts(rules, minutes, taken, now, begins, ends):
        if not _hindrances(book, repeat(start), minutes, now):
            yield start


def _hindrances(
    book: "_Book", starts: Sequence[datetime], minutes: int, now: datetime
) -> list[tuple[datetime, Hindrance]]:
    judged = (
        (start, _why_not(book, start, minutes, now, later=number > 0))
        for number, start in enumerate(starts)
    )
    return [(start, why) for start, why in judged if why is not None]


def _why_not(
    book: "_Book", start: datetime, minutes: int, now: datetime, *, later: bool = False
) -> Hindrance | None:
    rules = book.rules
    if start not in set(starts_on(rules, start.astimezone(rules.zone).date(), minutes)):
        return Hindrance.OUTSIDE
    if start < earliest(rules, now):
        return Hindrance.NOTICE
    if not later and start > latest(rules, now):
        return Hindrance.HORIZON
    return book.why_not(start, minutes)


@dataclass
class _Book:
    """What is taken, made quick to ask."""

    rules: Availability
    taken: Taken
    provider: "_Line" = field(init=False)
    guest: "_Line" = field(init=False)
    days: dict[date, tuple[int, int]] = field(init=False, default_factory=dict)
    weeks: dict[date, tuple[int, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.provider, self.guest = _Line(self.taken.provider), _Line(self.taken.guest)
        for each in self.taken.sessions:
            day = each.starts_at.astimezone(self.rules.zone).date()
            minutes = int((each.ends_at - each.starts_at).total_seconds()) // 60
            for counts, key in ((self.days, day), (self.weeks, _monday(day))):
                count, length = counts.get(key, (0, 0))
                counts[key] = (count + 1, length + minutes)

    def why_not(self, start: datetime, minutes: int) -> Hindrance | None:
        rules, ends = self.rules, start + timedelta(minutes=minutes)
        if self.guest.is_taken(start, ends):
            return Hindrance.GUEST_TAKEN
        if self.provider.is_taken(start, ends + timedelta(minutes=rules.buffer_minutes)):
            return Hindrance.TAKEN
        day = start.astimezone(rules.zone).date()
        if _is_full(self.days.get(day), minutes, rules.day_sessions, rules.day_minutes):
            return Hindrance.DAY_FULL
        if _is_full(self.weeks.get(_monday(day)), minutes, rules.week_sessions, rules.week_minutes):
            return Hindrance.WEEK_FULL
        return None


class _Line:
    """Taken time on one line, asked by halving."""

    def __init__(self, spans: Iterable[Span]) -> None:
        tidy = merged(spans)
        self._begins = [span.starts_at for span in tidy]
        self._ends = [span.ends_at for span in tidy]

    def is_taken(self, begins: datetime, ends: datetime) -> bool:
        return bisect_right(self._ends, begins) < bisect_left(self._begins, ends)


def _is_full(
    so_far: tuple[int, int] | None, minutes: int, sessions: int | None, most_minutes: int | None
) -> bool:
    count, length = so_far or (0, 0)
    return (sessions is not None and count + 1 > sessions) or (
        most_minutes is not None and length + minutes > most_minutes
    )


def _written(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
