"""Working out where somebody stands, in the transaction that changed it."""

from alongside.contracts import MilestoneReached, ProgressChanged
from alongside_logbook.domain.progress import Progress
from alongside_logbook.handlers.board import show_on_board
from alongside_logbook.handlers.goals import pack_for
from alongside_logbook.handlers.working_out import WorkedOut, credentials_of, work_out
from alongside_logbook.store.tables import ProgressRow
from alongside_logbook.store.uow import LogbookUow

__all__ = ["credentials_of", "pack_for", "recompute", "refresh"]


async def recompute(supervisee_id: str, uow: LogbookUow) -> Progress:
    """Judge all hours of a person anew, under every goal; keep the result, and say what changed.

    Whoever recomputes several people takes them in the order of their ids.
    """
    await uow.entries.hold(supervisee_id)
    found = await work_out(supervisee_id, uow)
    await uow.entries.tell(found.changed)
    await uow.goals.keep(supervisee_id, found.further)
    await _keep(supervisee_id, found, uow)
    await show_on_board(supervisee_id, found.all, found.entries, uow)
    return found.progress


async def refresh(uow: LogbookUow, *, limit: int = 10) -> int:
    """Work out again what is stale or of an earlier day; return how many were."""
    due = await uow.progress.due(uow.now.date(), limit=limit)
    for supervisee_id in due:
        await recompute(supervisee_id, uow)
    return len(due)


async def _keep(supervisee_id: str, found: WorkedOut, uow: LogbookUow) -> None:
    progress = found.progress
    before = await uow.progress.get(supervisee_id)
    said = _said(supervisee_id, 0, progress, uow)
    changed = before is None or _differs(before, said, uow)
    version = (before.version if before else 0) + (1 if changed else 0)
    await uow.progress.keep(supervisee_id, version, progress)
    if said is None or found.person is None or found.person.pursuing is None:
        return
    if changed:
        await uow.emit(said.model_copy(update={"version": version}))
    if progress.appears_met and await uow.progress.reach(supervisee_id, said.category, uow.now):
        await uow.emit(
            MilestoneReached(
                id=uow.new_id(),
                occurred_at=uow.now,
                supervisee_id=supervisee_id,
                category=said.category,
                counted_minutes=said.counted_minutes,
            )
        )


def _differs(before: ProgressRow, said: ProgressChanged | None, uow: LogbookUow) -> bool:
    ignored = {"id", "occurred_at", "version"}
    earlier = _said(before.supervisee_id, 0, before.body, uow)
    if said is None or earlier is None:
        return said is not earlier
    return said.model_dump(exclude=ignored) != earlier.model_dump(exclude=ignored)


def _said(
    supervisee_id: str, version: int, progress: Progress, uow: LogbookUow
) -> ProgressChanged | None:
    """Return what other services are told: the hours of the category that is pursued."""
    if progress.category is None:
        return None
    main, span = progress.main, progress.span
    return ProgressChanged(
        id=uow.new_id(),
        occurred_at=uow.now,
        supervisee_id=supervisee_id,
        version=version,
        category=progress.category,
        required_minutes=main.required if main else 0,
        counted_minutes=main.counted if main else 0,
        pending_minutes=main.pending if main else 0,
        window_start=span.first if span else None,
        window_end=span.last if span else None,
        appears_met=progress.appears_met,
    )
