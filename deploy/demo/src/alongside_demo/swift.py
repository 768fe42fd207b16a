"""SQLite without the way to another thread and back, for a while.

The driver hands each call to a thread, so that a slow disk never keeps other requests waiting.
While the past is lived there are no others: a statement costs such a trip, and a life has some
fifty thousand statements. Calls are made where they stand instead, which takes more than half of
the time away. Everything else stays as it is; a driver that works differently is left alone.
"""

from asyncio import Future
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import Engine


class _Queue(Protocol):
    def put_nowait(self, item: Any) -> None: ...


class _AtOnce:
    """Stands before a connection's queue. What opens and ends a connection still goes through."""

    def __init__(self, queue: _Queue) -> None:
        self._queue = queue

    def put_nowait(self, item: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        """Make a call now, and have its result ready."""
        future, call = item
        if future is None or not isinstance(call, partial):
            self._queue.put_nowait(item)
            return
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001  # it is for whoever awaits the call
            future.set_exception(error)


@contextmanager
def swift_sqlite() -> Iterator[None]:
    """Have every SQLite connection that is opened meanwhile work without its thread.

    Only for one task at a time: a second writer would wait for the first in its way.
    """

    def on_connect(connection: Any, _record: object) -> None:
        driver: Any = getattr(connection, "driver_connection", None)
        if isinstance(driver, aiosqlite.Connection) and hasattr(driver, "_tx"):
            at_once: Any = _AtOnce(driver._tx)  # noqa: SLF001  # the driver has no door for this
            driver._tx = at_once  # noqa: SLF001

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
