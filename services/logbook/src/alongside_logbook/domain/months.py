"""The months of the drawing: what was counted and what waits, and which lie within the frame."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from alongside_logbook.domain.calendar import add_months, month_of, months_between
from alongside_logbook.domain.progress import Month

SHOWN_MONTHS = 36


def months_of(
    days: Sequence[tuple[date, int, int]], frame: tuple[date, date] | None, today: date
) -> tuple[Month, ...]:
    """Return the months from the first that is shown to the last.

    `days` are days with the minutes counted and pending on them; `frame` the first and last day of
    the window or cycle.
    """
    counted: Counter[str] = Counter()
    pending: Counter[str] = Counter()
    for day, done, waits in days:
        counted[month_of(day)] += done
        pending[month_of(day)] += waits
    if not days:
        return ()
    first = min(day for day, _, _ in days)
    last = max(today, *(day for day, _, _ in days))
    if frame is not None:
        last = max(last, frame[1])
        first = max(first, min(frame[0], add_months(last, 1 - SHOWN_MONTHS)))
    else:
        first = max(first, add_months(last, 1 - SHOWN_MONTHS))
    inside = months_between(*frame) if frame else ()
    return tuple(
        Month(
            month=month, counted=counted[month], pending=pending[month], in_window=month in inside
        )
        for month in months_between(first, last)
    )
