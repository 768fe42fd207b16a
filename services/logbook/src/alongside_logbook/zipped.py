"""A ZIP archive that is sent while it is made: only one file's chunk is in memory at a time."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Chunks = AsyncGenerator[bytes]

_READ_BY_ALL = 0o644 << 16


class _Sink:
    """What the archive is written to, until it is sent. It cannot go back, so nothing is changed."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        whole, self._parts, self.size = b"".join(self._parts), [], 0
        return whole


async def zipped(
    files: AsyncGenerator[tuple[str, Chunks]], now: datetime, *, at_least: int = 64 * 1024
) -> Chunks:
    """Yield an archive of these files, in pieces of at least some bytes but for the last."""
    sink = _Sink()
    # Whoever goes away in the middle leaves nothing open behind.
    async with aclosing(files):
        with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
            async for name, chunks in files:
                entry = ZipInfo(name, date_time=now.timetuple()[:6])
                entry.compress_type = ZIP_DEFLATED
                entry.external_attr = _READ_BY_ALL
                with archive.open(entry, "w") as file:
                    async with aclosing(chunks):
                        async for chunk in chunks:
                            file.write(chunk)
                            if sink.size >= at_least:
                                yield sink.taken()
    yield sink.taken()
