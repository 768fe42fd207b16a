"""Death of a process at a chosen step: from there on it does nothing more, whatever it would still do.

Steps are counted: the beginning and the commit of each transaction, and the moment before and after
a mail is taken. Death within a transaction is death before its commit: the database undoes the rest.
"""

from typing import Any

from sqlalchemy import event

from alongside.db import Database


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
