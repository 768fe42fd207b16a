"""What the clock does: works progress out anew each day, and forgets what nobody asks for again."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from alongside.web.ended import forget_ended
from alongside.web.writes import forget_keys
from alongside_logbook.handlers.board import note_all_endings
from alongside_logbook.handlers.leaving import forget_due, remove_due
from alongside_logbook.handlers.nudges import nudge
from alongside_logbook.handlers.progress import refresh
from alongside_logbook.store.uow import LogbookUow

UowFactory = Callable[[], AbstractAsyncContextManager[LogbookUow]]


class Housekeeping:
    """A few chores, each in transactions of its own."""

    def __init__(self, uow: UowFactory) -> None:
        self._uow = uow

    async def refresh_progress(self) -> int:
        """Work out what is stale or of an earlier day, a batch a transaction; return how much."""
        done = 0
        while True:
            async with self._uow() as uow:
                batch = await refresh(uow)
                await uow.commit()
            done += batch
            if not batch:
                return done

    async def note_endings(self) -> int:
        """Keep whose credentials end, as the rules of today have it; return for how many people."""
        async with self._uow() as uow:
            noted = await note_all_endings(uow)
            await uow.commit()
        return noted

    async def nudge(self) -> int:
        """Remind whoever has been waited for long enough, some people a transaction; return how often."""
        done, after = 0, ""
        while True:
            async with self._uow() as uow:
                number, last = await nudge(uow, after=after)
                await uow.commit()
            done += number
            if last is None:
                return done
            after = last

    async def follow_leaving(self) -> int:
        """Remove what is due of those who leave, and forget old names; return of how many people."""
        done = 0
        for step in (remove_due, forget_due):
            batch = 1
            while batch:
                async with self._uow() as uow:
                    batch = await step(uow)
                    await uow.commit()
                done += batch
        return done

    async def sweep(self) -> int:
        """Forget old idempotency keys, refusals and rows of imports; return how many."""
        async with self._uow() as uow:
            swept = await forget_ended(uow) + await forget_keys(uow)
            swept += await uow.imports.forget_old(uow.now)
            await uow.commit()
        return swept
