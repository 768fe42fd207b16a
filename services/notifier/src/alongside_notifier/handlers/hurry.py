"""After how long people are told of a series: of a change at short notice, at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alongside.contracts import SeriesState
from alongside_notifier.domain.short_notice import at_short_notice
from alongside_notifier.domain.view import View, view_of
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.uow import NotifierUow

AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Step:
    """How a series came to be what it is now: what it was, and who changed it."""

    before: SeriesState
    actor_id: str | None


async def hurried(
    turns: Sequence[tuple[SeriesState, Step | None]],
    waits: Mapping[SeatKey, timedelta],
    views: Mapping[SeatKey, View | None],
    seats: Mapping[SeatKey, SeatRow],
    uow: NotifierUow,
) -> dict[SeatKey, timedelta]:
    """Return after how long to tell people, and note what is at short notice for whom.

    Whoever changed it has seen it, and whoever was never told of it hears an invitation.
    """
    for series, step in turns:
        if step is not None:
            await _note(series, step, waits, views, seats, uow)
    untold = await uow.short_notice.untold(waits)
    return {each: AT_ONCE if each in untold else wait for each, wait in waits.items()}


async def _note(
    series: SeriesState,
    step: Step,
    waits: Mapping[SeatKey, timedelta],
    views: Mapping[SeatKey, View | None],
    seats: Mapping[SeatKey, SeatRow],
    uow: NotifierUow,
) -> None:
    mine = [seat for seat in views if seat[1] == series.series_id]
    changes = {
        seat[0]: at_short_notice(view_of(step.before, seat[0]), series, views[seat], uow.now)
        for seat in mine
        if seat in waits
        and seat[0] != step.actor_id
        and seat in seats
        and seats[seat].told.standing == "invited"
    }
    await uow.short_notice.keep(series.series_id, changes, uow.now)
    # Where nothing is left to tell, what was noted was taken back before anybody heard of it.
    await uow.short_notice.forget_untold(
        series.series_id, {seat[0] for seat in mine if seat not in waits}
    )
