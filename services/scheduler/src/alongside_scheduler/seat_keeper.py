"""Looks after seats as time passes: offers run out, seats come free."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from alongside_scheduler.handlers.waitlist import look_after
from alongside_scheduler.store.uow import SchedulerUow


class SeatKeeper:
    """Does what is due; doing it twice, or in two processes at once, changes nothing more."""

    def __init__(self, uow: Callable[[], AbstractAsyncContextManager[SchedulerUow]]) -> None:
        self._uow = uow

    async def tick(self) -> int:
        """Let offers run out whose time is over and offer what is free; return how many new offers.

        One transaction for each group: its row is the claim.
        """
        async with self._uow() as uow:
            due = await uow.seats.groups_to_look_at(uow.now)
        made = 0
        for group_id in due:
            async with self._uow() as uow:
                made += await look_after(group_id, uow)
                await uow.commit()
        return made
