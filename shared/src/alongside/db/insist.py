"""Writing down what has been done already: it must not be forgotten because the database is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from alongside.db.database import is_transient

log = structlog.get_logger(__name__)

T = TypeVar("T")

_PAUSE = 0.5


async def insist(work: Callable[[], Awaitable[T]], *, longest: float) -> T:
    """Do the work; while the database is away, again and again for at most `longest` seconds.

    For what settles a claim after its work was done: forgotten, the same would be done a second time
    when the claim ends. So `longest` must be shorter than the claim, and the work must be safe to
    repeat when nobody knows whether it was committed.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + longest
    while True:
        try:
            return await work()
        except Exception as error:
            if not is_transient(error) or loop.time() > deadline:
                raise
            log.warning("settling_waits", error=repr(error))
        await asyncio.sleep(_PAUSE)
