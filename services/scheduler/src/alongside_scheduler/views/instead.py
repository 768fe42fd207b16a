"""When all of a series would fit instead, where somebody is taken at one of its times."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from alongside.contracts import SeriesState
from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain.free import Span, merged
from alongside_scheduler.domain.recurrence import ON_DAY_OFF, Rhythm, instant, plan_around
from alongside_scheduler.handlers.planning import ScheduleSeries
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.free import busy_spans, next_free

OFFERED = 3
_TRIED = 200
_MARGIN = timedelta(weeks=14)
"""How much later than the planned one a series may end that begins some weeks later."""


async def fitting_starts(
    series: SeriesState, command: ScheduleSeries, uow: SchedulerUow
) -> list[datetime]:
    """Return first starts (UTC) with which everybody is free at every session of the same rhythm.

    From the day of the first session on, at most eight weeks later, and at most three; the first
    session is never on a day off.
    """
    at = zone(series.zone)
    people = {series.provider_id, *series.co_provider_ids}
    people |= {each.person_id for each in series.members}
    first = min(each.starts_at for each in series.occurrences).astimezone(at)
    begins = datetime.combine(first.date(), time(), at).astimezone(UTC)
    minutes = series.duration_minutes
    candidates = await next_free(uow, people, minutes, begins, at, limit=_TRIED)
    if not candidates:
        return []
    ends = max(each.ends_at for each in series.occurrences) + _MARGIN
    taken = await busy_spans(uow, people, begins, ends)
    busy = merged(span for spans in taken.values() for span in spans)
    name_of = await uow.association.days_off()
    on_day_off = next(known for known in ON_DAY_OFF if known == command.on_day_off)
    found: list[datetime] = []
    for start in candidates:
        wall = start.astimezone(at).replace(tzinfo=None)
        if name_of(wall.date()) is not None:
            continue
        rhythm = Rhythm(
            frequency=series.pattern.frequency,
            starts_on=wall.date(),
            at=wall.time(),
            interval=command.interval,
            count=command.count,
            until=command.until,
            dates=tuple(command.dates),
        )
        try:
            plan = plan_around(rhythm, on_day_off, name_of)
        except Invalid:
            continue
        moved = plan.held
        sessions = (instant(moved.get(each, each), at) for each in plan.walls)
        spans = (Span(begin, begin + timedelta(minutes=minutes)) for begin in sessions)
        if all(_is_free(span, busy) for span in spans):
            begin = instant(moved.get(plan.walls[0], plan.walls[0]), at)
            found += [] if begin in found else [begin]
        if len(found) == OFFERED:
            break
    return found


def _is_free(span: Span, busy: Sequence[Span]) -> bool:
    """Tell whether a span is outside of these, which are merged and in order."""
    place = bisect_left(busy, span.ends_at, key=lambda each: each.starts_at)
    return place == 0 or busy[place - 1].ends_at <= span.starts_at
