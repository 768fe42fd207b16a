"""A lock on a file, which the kernel takes back when the last process that holds it has ended."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

IN_USE: Final = "in-use.lock"
"""In a data folder: shared by whoever works with it, held alone by whoever moves it elsewhere."""


class Lock:
    """Taken by one, and held as well by every child that is given its descriptor."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a child must be given to hold it as well."""
        return () if self._descriptor is None else (self._descriptor,)

    def take(self, *, shared: bool = False) -> None:
        """Take it, alone or beside others who share it; raise BlockingIOError when that cannot be."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def take_within(self, seconds: float, say: Callable[[str], None], why: str) -> bool:
        """Take it once it is free; say why that takes so long; False when it took longer."""
        deadline, said = time.monotonic() + seconds, False
        while True:
            try:
                self.take()
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return False
                if not said:
                    say(why)
                    said = True
                time.sleep(0.1)
            else:
                return True

    def release(self) -> None:
        """Let go of it. A second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
