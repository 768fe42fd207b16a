"""The best span: which run of at most so many months of somebody's hours serves them best.

A span is measured in days, the first and the last included. Every best span can be had by
beginning on the day of an entry and taking all that fits, so one pass with two pointers finds it:
no limit on a share makes a longer span hold less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import add, sub

from alongside_logbook.domain.calendar import last_day

Vector = tuple[int, ...]
_Span = tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Dated:
    """The minutes of one day, per requirement in the order of the pack."""

    day: date
    counted: Vector
    pending: Vector


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the minutes of a span, in the order of their vectors; the whole is first."""

    required: Vector
    limits: tuple[int | None, ...]
    """What may count into the whole at most, of shares that have such a limit."""
    firm: tuple[bool, ...]
    """Whether the requirements do not appear met without it."""

    def limited(self, minutes: Vector) -> Vector:
        """Return what counts of minutes: no share beyond its limit, and the whole without it."""
        within: list[int] | None = None
        for index, limit in enumerate(self.limits):
            if limit is not None and minutes[index] > limit:
                within = within or list(minutes)
                within[0] -= minutes[index] - limit
                within[index] = limit
        return tuple(within) if within else minutes

    def enough(self, counted: Vector) -> bool:
        """Tell whether limited minutes are all that is asked."""
        for have, need, firm in zip(counted, self.required, self.firm, strict=True):
            if have < need and firm:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days, what falls into it, and whether it is long enough."""

    first: date
    last: date
    """The last day that fits, whether or not anything happened on it."""
    counted: Vector
    """What counts, within the limits."""
    pending: Vector
    """What would count besides, once it is confirmed."""
    first_counted: date | None
    last_counted: date | None
    long_enough: bool
    appears_met: bool


def best_span(entries: Sequence[Dated], asked: Asked, at_least: int, at_most: int) -> Window | None:
    """Return the best span of at most so many months, or none if there are no entries.

    Best is: the requirements appear met; then most counted minutes that are needed; then long
    enough; then most that is needed with the pending ones; then most of all; of equals the latest.
    """
    days = by_day(entries)
    if not days:
        return None
    best: tuple[Vector, date, date, Vector, Vector, _Span] | None = None
    counted = pending = (0,) * len(asked.required)
    counted_days = [entry.day for entry in days if any(entry.counted)]
    first_counted = end_counted = end = 0
    for entry in days:
        last = last_day(entry.day, at_most)
        while end < len(days) and days[end].day <= last:
            counted = plus(counted, days[end].counted)
            pending = plus(pending, days[end].pending)
            end += 1
        while first_counted < len(counted_days) and counted_days[first_counted] < entry.day:
            first_counted += 1
        while end_counted < len(counted_days) and counted_days[end_counted] <= last:
            end_counted += 1
        span = (
            (counted_days[first_counted], counted_days[end_counted - 1])
            if first_counted < end_counted
            else None
        )
        score = _score(counted, pending, asked, long_enough=_spans(span, at_least))
        if best is None or score >= best[0]:
            best = (score, entry.day, last, counted, pending, span)
        counted = _minus(counted, entry.counted)
        pending = _minus(pending, entry.pending)
    if best is None:
        return None
    _, first, last, counted, pending, span = best
    return window_of((first, last), (counted, pending), span, asked, at_least)


def first_enough(
    entries: Sequence[Dated], asked: Asked, at_least: int, at_most: int | None
) -> date | None:
    """Return the first day by which a span of at most so many months (none: any) is all that is asked.

    For each day the longest span that ends on it is looked at: no shorter one holds more.
    """
    days = [entry for entry in by_day(entries) if any(entry.counted)]
    counted: Vector = (0,) * len(asked.required)
    begin = 0
    for entry in days:
        counted = plus(counted, entry.counted)
        while at_most is not None and last_day(days[begin].day, at_most) < entry.day:
            counted = _minus(counted, days[begin].counted)
            begin += 1
        if asked.enough(asked.limited(counted)) and entry.day >= last_day(
            days[begin].day, at_least
        ):
            return entry.day
    return None


def window_of(
    ends: tuple[date, date],
    minutes: tuple[Vector, Vector],
    span: _Span,
    asked: Asked,
    at_least: int,
) -> Window:
    """Return the window between two days with so many counted and pending minutes before limits.

    `span` is from the first to the last counted day.
    """
    counted = asked.limited(minutes[0])
    hoped = asked.limited(plus(*minutes))
    long_enough = _spans(span, at_least)
    return Window(
        ends[0],
        ends[1],
        counted,
        _minus(hoped, counted),
        span[0] if span else None,
        span[1] if span else None,
        long_enough,
        appears_met=long_enough and asked.enough(counted),
    )


def _spans(span: _Span, at_least: int) -> bool:
    return span is not None and span[1] >= last_day(span[0], at_least)


def _score(counted: Vector, pending: Vector, asked: Asked, *, long_enough: bool) -> Vector:
    have, hope = asked.limited(counted), asked.limited(plus(counted, pending))
    needed = sum(map(min, have, asked.required))
    hoped = sum(map(min, hope, asked.required))
    met = long_enough and asked.enough(have)
    return (met, needed, long_enough, hoped, have[0], hope[0])


def by_day(entries: Sequence[Dated]) -> list[Dated]:
    """Return one piece a day, in order."""
    days: list[Dated] = []
    for entry in sorted(entries, key=lambda entry: entry.day):
        if days and days[-1].day == entry.day:
            same = days.pop()
            days.append(
                Dated(
                    entry.day,
                    plus(same.counted, entry.counted),
                    plus(same.pending, entry.pending),
                )
            )
        else:
            days.append(entry)
    return days


def plus(left: Vector, right: Vector) -> Vector:
    """Add two vectors."""
    return tuple(map(add, left, right))


def _minus(left: Vector, right: Vector) -> Vector:
    return tuple(map(sub, left, right))
