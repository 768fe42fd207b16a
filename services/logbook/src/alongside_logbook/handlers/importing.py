"""Enters what was said yes to, and takes back what was, a batch a transaction.

Each batch and how far the import is commit together, so whoever is stopped anywhere goes on there.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from alongside.contracts import AttendanceRecorded, HoursWithdrawn
from alongside_logbook.domain.outside import OutsideHour, submit, withdraw
from alongside_logbook.handlers.imports import REFUSED_FOR
from alongside_logbook.handlers.progress import recompute
from alongside_logbook.store.tables import ImportRow
from alongside_logbook.store.uow import LogbookUow

log = structlog.get_logger(__name__)

BATCH = 500
"""Entries of one person in a transaction."""

UowFactory = Callable[[], AbstractAsyncContextManager[LogbookUow]]
Told = Callable[[int, int], object]
"""Is told how many of how many are done."""


class Importer:
    """Carries imports on that are under way. Several may run at once: a batch is done by one of them."""

    def __init__(self, uow: UowFactory, *, batch: int = BATCH) -> None:
        self._uow = uow
        self._batch = batch
        self._going: asyncio.Task[None] | None = None

    async def tick(self) -> int:
        """Set to work on what is under way, beside everything else; return how much that is."""
        if self._going is not None and not self._going.done():
            return 0
        async with self._uow() as uow:
            waiting = await uow.imports.under_way()
        if waiting:
            self._going = asyncio.create_task(self._go(), name="imports")
        return len(waiting)

    async def stop(self) -> None:
        """Stop after what is in hand; whoever ticks next goes on there."""
        if self._going is not None:
            self._going.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._going

    async def _go(self) -> None:
        try:
            await self.work()
        except Exception as error:  # noqa: BLE001  # the next tick tries again
            log.warning("import_failed", error=repr(error))

    async def work(self) -> int:
        """Carry everything on that is under way, to its end; return how many batches that took."""
        async with self._uow() as uow:
            waiting = await uow.imports.under_way()
        return sum([await self.carry_on(import_id) for import_id in waiting])

    async def carry_on(self, import_id: str, told: Told | None = None) -> int:
        """Carry one import on to its end; return how many batches that took."""
        plan = _Plan()
        batches = 0
        while True:
            async with self._uow() as uow:
                row = await uow.imports.get(import_id, for_change=True)
                step = _STEPS.get(row.state)
                if step is None:
                    return batches
                await step(row, plan, self._batch, uow)
                done, total = row.done, row.total
                await uow.commit()
            batches += 1
            if told is not None:
                told(done, total)
            await asyncio.sleep(0)


class _Plan:
    """The rows to enter, read once for all batches of a run."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] | None = None

    async def rows(self, import_id: str, uow: LogbookUow) -> list[dict[str, Any]]:
        if self._rows is None:
            kept = await uow.imports.sheet(import_id)
            self._rows = kept["plan"] if kept else []
        return self._rows


async def _enter(row: ImportRow, plan: _Plan, size: int, uow: LogbookUow) -> None:
    rows = await plan.rows(row.id, uow)
    batch = rows[row.done : row.done + size]
    if batch:
        person_id = batch[0]["supervisee_id"]
        batch = [each for each in batch if each["supervisee_id"] == person_id]
        entries = [
            submit(uow.new_id(), OutsideHour.model_validate(each), row.by_id, uow.now)
            for each in batch
        ]
        await uow.entries.append_many(entries)
        await uow.emit_all(
            [
                AttendanceRecorded(id=uow.new_id(), occurred_at=uow.now, entry=entry.state())
                for entry in entries
            ]
        )
        row.done += len(batch)
        more = row.done < len(rows) and rows[row.done]["supervisee_id"] == person_id
        await _worked_out(person_id, uow, later=more)
    if row.done >= len(rows):
        await _end(row, "done", uow)
    await uow.imports.keep(row)


async def _take_back(row: ImportRow, _plan: _Plan, size: int, uow: LogbookUow) -> None:
    statuses = ["recorded", "returned", *(["confirmed"] if row.undo_confirmed else [])]
    first = await uow.entries.of_batch(row.id, statuses=statuses, limit=1)
    through = not first
    if first:
        person_id = first[0].supervisee_id
        # Whoever confirms at this moment is through before, or comes after.
        await uow.entries.hold(person_id)
        waiting = await uow.entries.of_batch(row.id, statuses=statuses, limit=size + 1)
        mine = [each for each in waiting if each.supervisee_id == person_id]
        steps = [
            step
            for each in mine[:size]
            if (step := withdraw(each.current, row.undone_by or row.by_id, uow.now)) is not None
        ]
        await uow.entries.append_many(steps)
        await uow.emit_all(
            [
                HoursWithdrawn(id=uow.new_id(), occurred_at=uow.now, entry=step.state())
                for step in steps
            ]
        )
        row.done += len(steps)
        await _worked_out(person_id, uow, later=len(mine) > size)
        through = len(waiting) <= size and len(mine) == len(waiting)
    if through:
        await _end(row, "undone", uow)
    await uow.imports.keep(row)


async def _worked_out(person_id: str, uow: LogbookUow, *, later: bool) -> None:
    """Work somebody's progress out; where more of theirs is to come, note that it is not so any more."""
    if later:
        await uow.progress.make_stale([person_id])
    else:
        await recompute(person_id, uow)


async def _end(row: ImportRow, state: str, uow: LogbookUow) -> None:
    row.state, row.ended_at = state, uow.now
    if state == "done":
        # What was entered is in the record; what was refused can be fetched for a while.
        kept = await uow.imports.sheet(row.id) or {}
        await uow.imports.keep_sheet(
            row.id, {"refused": kept.get("refused")}, uow.now + REFUSED_FOR
        )


_Step = Callable[[ImportRow, _Plan, int, LogbookUow], Awaitable[None]]
_STEPS: dict[str, _Step] = {"running": _enter, "undoing": _take_back}
