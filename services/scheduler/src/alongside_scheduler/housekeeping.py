"""What is forgotten in time: used links, old imports, keys of writes, calendars of who left."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from alongside.web.ended import forget_ended
from alongside.web.writes import forget_keys
from alongside_scheduler.store.uow import SchedulerUow

KEEP_REQUESTS = timedelta(days=7)


class Housekeeping:
    """Sweeps, once an hour."""

    def __init__(self, uow: Callable[[], AbstractAsyncContextManager[SchedulerUow]]) -> None:
        self._uow = uow

    async def tick(self) -> int:
        """Forget what nobody will ask for again; return how much."""
        async with self._uow() as uow:
            swept = await forget_ended(uow) + await forget_keys(uow)
            swept += await uow.sign_ins.forget_requests(uow.now - KEEP_REQUESTS)
            swept += await uow.imports.forget(uow.now - KEEP_REQUESTS)
            swept += await uow.busy.forget_who_left()
            swept += await uow.requests.forget_notes(uow.now)
            await uow.commit()
        return swept
