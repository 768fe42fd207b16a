"""Where mails go to and come from, in a process that may die at any step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes

from alongside_notifier.delivery import Parcel
from fuse import Fuse


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
