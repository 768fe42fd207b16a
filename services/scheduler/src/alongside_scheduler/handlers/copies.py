"""What other services said is kept as a copy, newest first."""

from collections.abc import Sequence

from alongside.contracts import (
    AttendanceRecorded,
    Event,
    InvitationAnswered,
    ProgressChanged,
    VisitLogged,
)
from alongside_scheduler.handlers.proposals import tell_proposed
from alongside_scheduler.store.uow import SchedulerUow


async def on_answers(event: Event, uow: SchedulerUow) -> None:
    """Hear who comes, and who would rather come at another time."""
    if isinstance(event, InvitationAnswered) and await uow.copies.keep_answer(event):
        await tell_proposed(event, uow)


async def hear_hours(events: Sequence[Event], uow: SchedulerUow) -> None:
    """Hear where supervisees stand, what is recorded, and what came of a consultant's visits."""
    await uow.copies.keep_progress(each for each in events if isinstance(each, ProgressChanged))
    entries = [each.entry for each in events if isinstance(each, AttendanceRecorded)]
    await uow.copies.keep_recorded(
        (entry.series_id, entry.occurrence_key)
        for entry in entries
        if entry.series_id and entry.occurrence_key
    )
    for event in events:
        if isinstance(event, VisitLogged):
            await uow.visits.keep_log(event.visit)
