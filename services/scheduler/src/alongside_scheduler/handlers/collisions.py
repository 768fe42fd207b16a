"""What is said to who would put somebody in two places: who is taken when, and when all are free."""

from alongside.contracts import SeriesState
from alongside.zones import zone
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.series import expected, leaders
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.free import next_free


async def keep(series: SeriesState, uow: SchedulerUow) -> None:
    """Keep a series; where the database refuses, undo everything and raise what happened in words.

    The `AlreadyBooked` that is raised names who is taken when, never by what, and the next times at
    which everybody of the first meeting in question is free. The unit of work is over then.
    """
    try:
        await uow.series.keep(series)
    except AlreadyBooked as refusal:
        # What was read stays readable to whoever adds something to the refusal.
        uow.session.expunge_all()
        await uow.rollback()
        raise await _explained(series, uow, refusal) from refusal


async def _explained(
    series: SeriesState, uow: SchedulerUow, refusal: AlreadyBooked
) -> AlreadyBooked:
    """Look at what is committed now; if the rival has gone meanwhile, the bare refusal stands."""
    async with uow.aside() as looking:
        clashes = await looking.series.clashes(series)
        if not clashes:
            return refusal
        at = zone(series.zone)
        first = next(
            each
            for each in series.occurrences
            if each.status == "planned" and each.starts_at == clashes[0].starts_at
        )
        lead = leaders(series, first)
        free = await next_free(
            looking,
            {*lead, *expected(series, first, at)},
            int((first.ends_at - first.starts_at).total_seconds()) // 60,
            first.starts_at,
            at,
        )
    return AlreadyBooked.because(clashes, free)
