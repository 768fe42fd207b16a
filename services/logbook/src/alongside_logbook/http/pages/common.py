"""What several pages say alike."""

from alongside.web.auth import Viewer
from alongside_logbook.domain.progress import Month, Progress, Status
from alongside_logbook.domain.words import month as say_month
from alongside_logbook.store.uow import LogbookUow

STATUSES: dict[Status, tuple[str, str]] = {
    "on_track": ("On track", "good"),
    "drifting": ("Drifting", "warn"),
    "not_started": ("Not started", "calm"),
    "not_counting": ("Not counting", "warn"),
    "appears_met": ("Appears met", "good"),
    "nothing_required": ("None required", "calm"),
    "no_category": ("No category", "calm"),
}
"""How each state is called, and its tone."""


async def counts(viewer: Viewer, uow: LogbookUow) -> dict[str, int]:
    """Return how much waits for this person, for the navigation."""
    waiting = await uow.entries.awaiting(viewer.person_id)
    mine = [row for row in waiting if row.supervisee_id == viewer.person_id]
    found = {"/hours": len(mine)}
    if viewer.is_supervisor:
        _, unrecorded = await uow.sessions.awaiting(viewer.person_id, uow.now, limit=0)
        found["/attendance"] = unrecorded + len(waiting) - len(mine)
    if viewer.is_supervisor or viewer.is_coordinator:
        _, found["/visits"] = await uow.visits.due(viewer.person_id, uow.now, limit=0)
    return found


def strip(progress: Progress) -> list[tuple[str, int, str]]:
    """Return the months of the drawing: label, minutes, and where they stand."""
    this_month = f"{progress.as_of:%Y-%m}"
    return [
        (say_month(month.month), month.counted + month.pending, _state(month, this_month))
        for month in progress.months
    ]


def _state(month: Month, this_month: str) -> str:
    if month.month == this_month:
        return "now"
    if month.month > this_month:
        return "ahead"
    return "in" if month.in_window else "out"
