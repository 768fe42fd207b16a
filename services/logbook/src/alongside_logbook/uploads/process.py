"""Reads a file in a process of its own, whose time and memory end.

The other side of this module is itself: `python -m alongside_logbook.uploads.process` reads one line
of JSON and then the file from its standard input, and writes JSON. It is given nothing of our
environment, so that no setting or password is there to be found.
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from alongside.errors import TooLarge
from alongside_logbook.uploads.shapes import MOST_BYTES, Table, UnreadableFile

DEADLINE = timedelta(seconds=30)

_MOST_MEMORY = 768 * 1024 * 1024
"""Several times what the largest log that is taken needs."""

_AT_ONCE = 2
_READERS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

_NICENESS = 10
_AFTER_THE_DEADLINE = 5
"""Seconds of work that a reader gets beyond its deadline where nobody ends it."""
_KEPT_OF_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_TOO_MUCH = "It is too large or too tangled to be read. Copy the table alone into a new workbook."


async def read_apart(content: bytes, sheet: str = "", *, deadline: timedelta = DEADLINE) -> Table:
    """Return the table in a file; raise `UnreadableFile` or `TooLarge`, at the latest at the deadline."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file is larger than {MOST_BYTES // 1024 // 1024} MiB.", field="file")
    head = {"sheet": sheet, "seconds": max(1, int(deadline.total_seconds()))}
    async with _turns():
        return await _read(json.dumps(head).encode() + b"\n" + content, deadline)


def _turns() -> asyncio.Semaphore:
    """Return what lets only so many files be read at a time: each may take much memory."""
    return _READERS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))


async def _read(asked: bytes, deadline: timedelta) -> Table:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
    )  # fmt: skip
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            told, _ = await process.communicate(asked)
    except TimeoutError as error:
        raise UnreadableFile(
            f"It could not be read within {int(deadline.total_seconds())} seconds. "
            "Copy the table alone into a new workbook."
        ) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return await asyncio.to_thread(_understood, told)


def _understood(told: bytes) -> Table:
    try:
        answer = json.loads(told)
    except ValueError as error:
        raise UnreadableFile(_TOO_MUCH) from error
    if "error" in answer:
        raise UnreadableFile(answer["error"])
    return Table(
        headings=answer["headings"],
        rows=[(line, cells) for line, cells in answer["rows"]],
        broken=[(line, text) for line, text in answer["broken"]],
        said=answer["said"],
    )


def answer(head: bytes, content: bytes) -> dict[str, Any]:
    """Return what one side of this module tells the other."""
    # Here, so that the service itself does not carry the readers of workbooks with it.
    from alongside_logbook.uploads.reading import read_table  # noqa: PLC0415

    try:
        table = read_table(content, json.loads(head)["sheet"])
    except UnreadableFile as error:
        return {"error": error.detail}
    except (MemoryError, RecursionError):
        return {"error": _TOO_MUCH}
    return {
        "headings": table.headings,
        "rows": table.rows,
        "broken": table.broken,
        "said": table.said,
    }


def _main() -> None:
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    head = sys.stdin.buffer.readline()
    seconds = json.loads(head)["seconds"]
    # Should our other half be gone, nobody kills us at the deadline: then the system does, a little
    # later. Both at once would race, and whoever is busy for a moment would give the wrong reason.
    seconds += _AFTER_THE_DEADLINE
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    json.dump(answer(head, sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    _main()
