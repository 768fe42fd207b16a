"""Doing many things in one transaction, and those that cannot be done alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from alongside.db.database import is_lost_race, is_transient

T = TypeVar("T")


async def in_halves(
    items: Sequence[T],
    together: Callable[[Sequence[T]], Awaitable[None]],
    alone: Callable[[T, Exception], Awaitable[None]],
) -> None:
    """Do all of it together; where that fails, each half of it, and so on, in order.

    So one that fails is found among many in a few transactions, and keeps nobody waiting: it is left
    to `alone`, with what it raised. Raises only where the database is away; a lost race is tried in
    halves as well, since short transactions pass where long ones would wait for each other again.
    """
    if not items:
        return
    try:
        await together(items)
    except Exception as error:
        if is_transient(error) and not is_lost_race(error):
            raise
        failed = error
    else:
        return
    if len(items) == 1:
        await alone(items[0], failed)
        return
    middle = len(items) // 2
    await in_halves(items[:middle], together, alone)
    await in_halves(items[middle:], together, alone)
