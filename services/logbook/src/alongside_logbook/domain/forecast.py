"""When everything appears to be met, at the present rhythm and with the sessions planned.

A forecast is no promise: it takes every planned session as attended in whole and confirmed, and
what waits for a word as confirmed. Beyond what is planned it goes on as often, and for as long, as
the sessions of the last half year. Days are those of the sessions; both ends of a span are in it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, chain

from alongside_logbook.domain.calendar import add_months, last_day
from alongside_logbook.domain.foreseen import Basis, Coming, Expected, Forecast, Missed

_DAY = timedelta(days=1)
_LOOKED_BACK = timedelta(days=183)
_LONGEST_GAP = 183
_FURTHEST_MONTHS = 60
"""How far the rhythm is followed: five years on, nothing can be foreseen."""
_MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Day:
    """The minutes of one day, per requirement."""

    day: date
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a goal asks for, as far as days and minutes go: a sliding window or a fixed cycle."""

    minutes: tuple[int, ...]
    at_least: int | None = None
    """Whole months that the days must span."""
    at_most: int | None = None
    """Whole months within which they must lie."""
    first: date | None = None
    last: date | None = None
    """First and last day of a fixed cycle; nothing outside of it counts."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often somebody meets, and what a meeting brings."""

    every_days: int
    minutes: tuple[int, ...]


def forecast(
    past: Iterable[Day], planned: Iterable[Day], asked: Asked, today: date, ids: Sequence[str]
) -> Forecast:
    """Say when everything asked for appears to be met; `ids` name the requirements, in order."""
    had = by_day(day for day in past if day.day <= today)
    ahead = by_day(day for day in planned if day.day > today)
    steady = rhythm(had, ahead, today)
    more = _going_on(had, ahead, steady, asked, today)
    foreseen = (*had, *ahead, *more)
    on = first_met(foreseen, asked)
    earliest, latest = safe_days(foreseen, asked, today)
    return Forecast(
        on=on,
        basis=_basis(on, ahead, today),
        expected=tuple(
            _expected(name, index, foreseen, ahead, asked, today) for index, name in enumerate(ids)
        ),
        missed=_missed(had, (*ahead, *more), steady, asked, on, today),
        earliest=earliest,
        latest=latest,
        every_days=steady.every_days if steady else None,
        coming=_coming(ahead, more, on),
    )


def by_day(days: Iterable[Day]) -> tuple[Day, ...]:
    """Return days in order, each once, without those on which nothing counts."""
    found: dict[date, tuple[int, ...]] = {}
    for each in days:
        if any(each.minutes):
            known = found.get(each.day)
            found[each.day] = (
                each.minutes
                if known is None
                else tuple(a + b for a, b in zip(known, each.minutes, strict=True))
            )
    return tuple(Day(day, found[day]) for day in sorted(found))


def first_met(days: Sequence[Day], asked: Asked) -> date | None:
    """Return the first day by which everything appears met; `days` are in order, each once."""
    inside = _in_cycle(days, asked)
    had = [0] * len(asked.minutes)
    begin = 0
    for day in inside:
        had = [have + more for have, more in zip(had, day.minutes, strict=True)]
        while asked.at_most is not None and last_day(inside[begin].day, asked.at_most) < day.day:
            had = [have - gone for have, gone in zip(had, inside[begin].minutes, strict=True)]
            begin += 1
        if _enough(had, asked) and _spans(inside[begin].day, day.day, asked):
            return day.day
    return None


def safe_days(days: Sequence[Day], asked: Asked, today: date) -> tuple[date | None, date | None]:
    """Return the first day from today on, and the last in a row, that whoever applies finds it met.

    Only on the day of a session, and on the day after one left the window, can this change; `days`
    are in order, each once.
    """
    inside = _in_cycle(days, asked)
    until = [_last_in_window(day.day, asked) for day in inside]
    changes = {today, *(day.day for day in inside), *(last + _DAY for last in until)}
    sums = [
        list(accumulate((day.minutes[index] for day in inside), initial=0))
        for index in range(len(asked.minutes))
    ]
    earliest: date | None = None
    begin = end = 0
    for turn in sorted(turn for turn in changes if today <= turn < date.max):
        while end < len(inside) and inside[end].day <= turn:
            end += 1
        while begin < end and until[begin] < turn:
            begin += 1
        holds = (
            begin < end
            and _enough([each[end] - each[begin] for each in sums], asked)
            and _spans(inside[begin].day, inside[end - 1].day, asked)
        )
        if earliest is None and holds:
            earliest = turn
        elif earliest is not None and not holds:
            return earliest, turn - _DAY
    return earliest, None


def rhythm(past: Sequence[Day], planned: Sequence[Day], today: date) -> Rhythm | None:
    """Return how often somebody met in the last half year, or where that says nothing, will meet."""
    recent = [day for day in past if day.day > today - _LOOKED_BACK]
    for known in (recent, planned):
        if len(known) > 1:
            span = (known[-1].day - known[0].day).days
            every = max(1, round(span / (len(known) - 1)))
            if every <= _LONGEST_GAP:
                sums = zip(*(day.minutes for day in known), strict=True)
                return Rhythm(every, tuple(sum(each) // len(known) for each in sums))
    return None


def _in_cycle(days: Sequence[Day], asked: Asked) -> Sequence[Day]:
    if asked.first is None or asked.last is None:
        return days
    return [day for day in days if asked.first <= day.day <= asked.last]


def _last_in_window(day: date, asked: Asked) -> date:
    """Return the last day on which whoever looks back still finds a day."""
    if asked.last is not None:
        return asked.last
    return date.max - _DAY if asked.at_most is None else last_day(day, asked.at_most)


def _enough(had: Sequence[int], asked: Asked) -> bool:
    return all(have >= need for have, need in zip(had, asked.minutes, strict=True))


def _spans(first: date, last: date, asked: Asked) -> bool:
    return asked.at_least is None or last >= last_day(first, asked.at_least)


def _going_on(
    had: Sequence[Day],
    ahead: Sequence[Day],
    steady: Rhythm | None,
    asked: Asked,
    today: date,
) -> tuple[Day, ...]:
    """Return days by which the rhythm goes on until everything is met, or nothing if it never is."""
    known = (*had, *ahead)
    if steady is None or first_met(known, asked) is not None:
        return ()
    until = asked.last or add_months(today, _FURTHEST_MONTHS)
    last = known[-1].day if known else today
    step = timedelta(days=steady.every_days)
    day = max(last + step, today + timedelta(days=1))
    more: list[Day] = []
    while day <= until and len(more) < _MOST_STEPS:
        more.append(Day(day, steady.minutes))
        day += step
    met = first_met((*known, *more), asked)
    if met is None:
        return ()
    return tuple(more[: bisect_right([each.day for each in more], met)])


def _basis(on: date | None, ahead: Sequence[Day], today: date) -> Basis:
    if on is None:
        return "not_in_sight"
    if on <= today:
        return "met"
    return "planned" if ahead and on <= ahead[-1].day else "rhythm"


def _expected(
    name: str,
    index: int,
    foreseen: Sequence[Day],
    ahead: Sequence[Day],
    asked: Asked,
    today: date,
) -> Expected:
    alone = replace(asked, minutes=(asked.minutes[index],), at_least=None)
    on = first_met(by_day(Day(day.day, (day.minutes[index],)) for day in foreseen), alone)
    return Expected(id=name, on=on, basis=_basis(on, ahead, today))


def _missed(
    had: Sequence[Day],
    coming: Sequence[Day],
    steady: Rhythm | None,
    asked: Asked,
    on: date | None,
    today: date,
) -> Missed | None:
    if on is None or on <= today or not coming:
        return None
    made_up_for = _going_on(had, coming[1:], steady, asked, today)
    then = first_met((*had, *coming[1:], *made_up_for), asked)
    return Missed(
        session_on=coming[0].day,
        then_on=then,
        later_days=(then - on).days if then is not None else None,
    )


def _coming(ahead: Sequence[Day], more: Sequence[Day], on: date | None) -> tuple[Coming, ...]:
    needed = [day for day in more if on is not None and day.day <= on]
    return tuple(
        chain(
            (Coming(day=day.day, minutes=day.minutes[0], planned=True) for day in ahead),
            (Coming(day=day.day, minutes=day.minutes[0], planned=False) for day in needed),
        )
    )
