"""What a new time-zone database changes in feeds, beside what the scheduler issues again.

A feed carries the rules of its zones. Where they changed it is written anew, though no session moved;
and where they no longer say when a session is, it is written in UTC.
"""

from collections.abc import Mapping

from alongside.contracts import SeriesState
from alongside.zones import release, tzdata_version
from alongside_notifier.desk import Desk
from alongside_notifier.domain.calendar import LOOK_BACK
from alongside_notifier.domain.told import noted
from alongside_notifier.domain.view import people_of, view_of
from alongside_notifier.handlers.feeds import rebuild_feeds
from alongside_notifier.handlers.refresh import refresh_seats
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.handlers.turns import Turn
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.uow import NotifierUow

_ROUND = 20


async def draw_anew(open_uow: OpenUow, desk: Desk) -> int:
    """Draw what feeds show of series that were drawn by an older database; return how many.

    What comes out the same is not touched, nobody is told anything, and of two processes with
    databases of different age the older takes nothing back.
    """
    number = 0
    while True:
        async with open_uow() as uow:
            since = uow.now - LOOK_BACK
            ours = release(tzdata_version())
            older = {each for each in await uow.series.drawn_with(since) if release(each) < ours}
            due = await uow.series.drawn_by(older, since, _ROUND) if older else []
            if not due:
                return number
            drawn = [series.series_id for series in due]
            seats = await uow.seats.of_all(drawn, lock=True)
            for series in due:
                await _note(series, seats, uow)
            await refresh_seats([Turn(series, uow.now) for series in due], uow, desk)
            people = {who for series in due for who in people_of(series)}
            await rebuild_feeds(people.union(who for who, _ in seats), uow, desk)
            await uow.series.note_drawn(drawn)
            await uow.commit()
            number += len(due)


async def _note(series: SeriesState, seats: Mapping[SeatKey, SeatRow], uow: NotifierUow) -> None:
    """Note the moments of what was told by an older database, where nobody did at the time.

    Whoever waits to be told something hears it anyway.
    """
    waiting = await uow.tellings.of_series(series.series_id)
    for (person_id, series_id), seat in seats.items():
        if series_id == series.series_id and person_id not in waiting:
            seat.told = noted(seat.told, view_of(series, person_id))
