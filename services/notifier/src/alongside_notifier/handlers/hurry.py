"""After how long people are told of a series: of a change at short notice, at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alongside.contracts import SeriesState
from alongside_notifier.domain.short_notice import at_short_notice
from alongside_notifier.domain.view import View, view_of
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.uow import NotifierUow

AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Step:
    """How a series came to be what it is now: what it was, and who changed it."""

    before: SeriesState
    actor_id: str | None


async def hurried(
    series: SeriesState,
    waits: Mapping[str, timedelta],
    views: Mapping[str, View | None],
    seats: Mapping[str, SeatRow],
    step: Step | None,
    uow: NotifierUow,
) -> dict[str, timedelta]:
    """Return after how long to tell people, and note what is at short notice for whom.

    Whoever changed it has seen it, and whoever was never told of it hears an invitation.
    """
    if step is not None:
        changes = {
            person_id: at_short_notice(
                view_of(step.before, person_id), series, views.get(person_id), uow.now
            )
            for person_id in waits
            if person_id != step.actor_id
            and person_id in seats
            and seats[person_id].told.standing == "invited"
        }
        await uow.short_notice.keep(series.series_id, changes, uow.now)
        # Where nothing is left to tell, what was noted was taken back before anybody heard of it.
        await uow.short_notice.forget_untold(series.series_id, views.keys() - waits.keys())
    untold = await uow.short_notice.untold(series.series_id, waits)
    return {each: AT_ONCE if each in untold else wait for each, wait in waits.items()}
