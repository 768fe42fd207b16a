"""Looks at every series ahead after an upgrade of the time-zone database."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog

from alongside_scheduler.handlers.clocks import look_again, older_versions, settle
from alongside_scheduler.store.uow import SchedulerUow

log = structlog.get_logger(__name__)

_ROUND = 50


class ClockKeeper:
    """Does what is due; doing it twice, or in several processes at once, changes nothing more."""

    def __init__(self, uow: Callable[[], AbstractAsyncContextManager[SchedulerUow]]) -> None:
        self._uow = uow

    async def tick(self) -> int:
        """Issue again what moved, then settle what collides; return how many series moved."""
        moved, failed = await self._look()
        if not failed:
            async with self._uow() as uow:
                colliding = await uow.clocks.yielding(uow.now)
            for series_id in colliding:
                async with self._uow() as uow:
                    await settle(series_id, uow)
                    await uow.commit()
        return moved

    async def _look(self) -> tuple[int, int]:
        moved = failed = 0
        after = ""
        while True:
            async with self._uow() as uow:
                older = await older_versions(uow)
                due = await uow.clocks.looked_at(older, uow.now, after=after, limit=_ROUND)
            for series_id in due:
                try:
                    async with self._uow() as uow:
                        moved += await look_again(series_id, uow)
                        await uow.commit()
                except Exception:  # one series must not keep the others waiting
                    log.exception("clocks_failed", series=series_id)
                    failed += 1
            if not due:
                if moved:
                    log.warning("clocks_moved", series=moved)
                return moved, failed
            after = due[-1]
