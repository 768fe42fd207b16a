"""Death of a process at a chosen step: from there on it does nothing more, whatever it would still do.

Steps are counted: the beginning and the commit of each transaction, and the moment before and after
a mail is taken. Death within a transaction is death before its commit: the database undoes the rest.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from typing import Any

from sqlalchemy import event

from alongside.db import Database
from alongside_notifier.delivery import Parcel


class Killed(BaseException):
    """No handler of the product catches it, as none hears of a kill."""


class Fuse:
    """Counts steps, and dies at one of them."""

    def __init__(self) -> None:
        self.steps = 0
        self.at = 0
        self.dead = False

    def light(self, at: int) -> None:
        """Die at this step of what comes next; at none, for 0."""
        self.steps, self.at, self.dead = 0, at, False

    def step(self, *_: Any, **__: Any) -> None:
        """Take a step, unless dead; die if it is the one."""
        self.check()
        self.steps += 1
        if self.steps == self.at:
            self.dead = True
            raise Killed

    def check(self, *_: Any, **__: Any) -> None:
        """Do nothing, unless dead."""
        if self.dead:
            raise Killed

    def watch(self, database: Database) -> None:
        """Take a step with each beginning and commit of a transaction."""
        for engine in {database._writer, database._reader}:
            event.listen(engine.sync_engine, "begin", self.step)
            event.listen(engine.sync_engine, "commit", self.step)
            event.listen(engine.sync_engine, "before_cursor_execute", self.check)


class Sink:
    """A mail server that keeps of each Message-ID the first mail alone."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse
        self.mails: dict[str, Parcel] = {}
        self.taken = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Sink"]:
        self._fuse.check()
        yield self

    async def close(self) -> None:
        """Nothing is kept open."""

    async def hand(self, parcel: Parcel) -> None:
        self._fuse.step()
        self.taken += 1
        self.mails.setdefault(str(message_from_bytes(parcel.raw)["Message-ID"]), parcel)
        self._fuse.step()


class Letterbox:
    """A mailbox; what is marked as read is not shown again."""

    def __init__(self, fuse: Fuse, mails: list[bytes]) -> None:
        self._fuse = fuse
        self._mails = {str(number): raw for number, raw in enumerate(mails, 1)}

    def unseen(self) -> list[tuple[str, bytes | None]]:
        self._fuse.step()
        return list(self._mails.items())

    def mark(self, numbers: list[str]) -> None:
        self._fuse.step()
        for number in numbers:
            self._mails.pop(number, None)
        self._fuse.step()
