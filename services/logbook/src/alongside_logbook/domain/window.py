"""The best span: which run of at most so many months of somebody's hours serves them best.

A span is measured in days, the first and the last included. Every best span can be had by
beginning on the day of an entry and taking all that fits, so one pass with two pointers finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from alongside_logbook.domain.calendar import last_day
from alongside_logbook.domain.packs import Pack


@dataclass(frozen=True, slots=True)
class Dated:
    """The minutes of one day, per requirement in the order of the pack."""

    day: date
    counted: tuple[int, ...]
    pending: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days, what falls into it, and whether it is long enough."""

    first: date
    last: date
    """The last day that fits, whether or not anything happened on it."""
    counted: tuple[int, ...]
    pending: tuple[int, ...]
    first_counted: date | None
    last_counted: date | None
    long_enough: bool
    appears_met: bool


def best_window(entries: Sequence[Dated], pack: Pack) -> Window | None:
    """Return the best span of the entries, or none if there are no entries.

    Best is: the requirements appear met; then most counted minutes that are needed; then long
    enough; then most that is needed with the pending ones; then most of all; of equals the latest.
    """
    days = _by_day(entries)
    if not days or pack.window is None:
        return None
    required = tuple(requirement.minutes for requirement in pack.required)
    best: tuple[tuple[int | bool, ...], Window] | None = None
    counted = pending = (0,) * len(required)
    counted_days = [entry.day for entry in days if any(entry.counted)]
    first_counted = end_counted = end = 0
    for entry in days:
        last = last_day(entry.day, pack.window.at_most.months)
        while end < len(days) and days[end].day <= last:
            counted = _plus(counted, days[end].counted)
            pending = _plus(pending, days[end].pending)
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
        window = _window(entry.day, last, counted, pending, span, pack, required)
        score = _score(window, required)
        if best is None or score >= best[0]:
            best = (score, window)
        counted = _minus(counted, entry.counted)
        pending = _minus(pending, entry.pending)
    return best[1] if best else None


def first_met(entries: Sequence[Dated], pack: Pack) -> date | None:
    """Return the first day by which the requirements appear met, or none if they never do.

    For each day the longest span that ends on it is looked at: no shorter one holds more.
    """
    if pack.window is None:
        return None
    days = [entry for entry in _by_day(entries) if any(entry.counted)]
    required = tuple(requirement.minutes for requirement in pack.required)
    counted = (0,) * len(required)
    begin = 0
    for entry in days:
        counted = _plus(counted, entry.counted)
        while last_day(days[begin].day, pack.window.at_most.months) < entry.day:
            counted = _minus(counted, days[begin].counted)
            begin += 1
        enough = all(have >= need for have, need in zip(counted, required, strict=True))
        if enough and entry.day >= last_day(days[begin].day, pack.window.at_least.months):
            return entry.day
    return None


def _window(
    first: date,
    last: date,
    counted: tuple[int, ...],
    pending: tuple[int, ...],
    span: tuple[date, date] | None,
    pack: Pack,
    required: tuple[int, ...],
) -> Window:
    long_enough = (
        span is not None
        and pack.window is not None
        and span[1] >= last_day(span[0], pack.window.at_least.months)
    )
    enough = all(have >= need for have, need in zip(counted, required, strict=True))
    return Window(
        first,
        last,
        counted,
        pending,
        span[0] if span else None,
        span[1] if span else None,
        long_enough,
        appears_met=long_enough and enough,
    )


def _score(window: Window, required: tuple[int, ...]) -> tuple[int | bool, ...]:
    needed = sum(map(min, window.counted, required))
    hoped = sum(map(min, _plus(window.counted, window.pending), required))
    everything = window.counted[0] + window.pending[0]
    return (window.appears_met, needed, window.long_enough, hoped, window.counted[0], everything)


def _by_day(entries: Sequence[Dated]) -> list[Dated]:
    days: list[Dated] = []
    for entry in sorted(entries, key=lambda entry: entry.day):
        if days and days[-1].day == entry.day:
            same = days.pop()
            days.append(
                Dated(
                    entry.day,
                    _plus(same.counted, entry.counted),
                    _plus(same.pending, entry.pending),
                )
            )
        else:
            days.append(entry)
    return days


def _plus(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _minus(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a - b for a, b in zip(left, right, strict=True))
