"""When people are free: what is taken, and the next times at which all of them could meet."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from alongside_scheduler.domain.availability import open_spans
from alongside_scheduler.domain.free import Span, shared, starts_in, within, without, working_hours
from alongside_scheduler.store.availability import rules_of
from alongside_scheduler.store.uow import SchedulerUow

AHEAD = timedelta(weeks=8)
"""How far ahead the next free times are looked for."""

STEP_MINUTES = 30
_NO_ROOM = timedelta(0)


async def busy_spans(
    uow: SchedulerUow,
    person_ids: Iterable[str],
    begins: datetime,
    ends: datetime,
    *,
    ignoring_series: str | None = None,
    ignoring_session: tuple[str, str] | None = None,
) -> dict[str, list[Span]]:
    """Return the taken time of each person between two instants (UTC), and never by what.

    Spans are in order and may overlap; the room that a provider keeps after a session is part of
    it. Ignored are a whole series, or one session by series and key: what is about to be moved.
    """
    people = set(person_ids)
    taken = await uow.free.taken(
        people,
        begins,
        ends,
        ignoring_series=ignoring_series,
        ignoring_session=ignoring_session,
    )
    elsewhere = await uow.busy.spans(people, begins, ends)
    return {person: sorted(taken[person] + elsewhere[person]) for person in people}


async def next_free(
    uow: SchedulerUow,
    person_ids: Iterable[str],
    minutes: int,
    after: datetime,
    zone: ZoneInfo,
    *,
    limit: int = 3,
    ignoring_series: str | None = None,
) -> list[datetime]:
    """Return the next starts (UTC) at which all of these people are free for so many minutes.

    Within the windows that those of them publish who publish any, else on weekdays between 8:00
    and 18:00 wall time of `zone`; never before `after` or now, and at most eight weeks later. Who
    keeps room after sessions finds it there, too. The list is shorter than `limit` where there is
    not more.
    """
    people = sorted(set(person_ids))
    begins = max(after, uow.now)
    ends = begins + AHEAD
    busy = await busy_spans(uow, people, begins, ends, ignoring_series=ignoring_series)
    published = await _published(uow, people, begins, ends)
    open_to_all = shared(published) if published else working_hours(begins, ends, zone)
    rooms = await uow.availability.rooms(people)
    taken = [
        Span(span.starts_at - rooms.get(person, _NO_ROOM), span.ends_at)
        for person, spans in busy.items()
        for span in spans
    ]
    free = without(within(open_to_all, begins, ends), taken)
    return list(islice(starts_in(free, minutes, STEP_MINUTES, zone), limit))


async def _published(
    uow: SchedulerUow, person_ids: list[str], begins: datetime, ends: datetime
) -> list[list[Span]]:
    """Return the windows of each of these people who publishes any."""
    closed = await uow.association.closed()
    return [
        open_spans(rules_of(row, closed), begins, ends)
        for row in await uow.availability.published(person_ids)
    ]
