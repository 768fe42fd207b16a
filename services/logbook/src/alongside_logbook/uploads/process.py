"""Reads a file in a process of its own, whose time and memory end: this module, run as a program."""

import asyncio
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from alongside.apart import NoAnswer, answer_apart, ask_apart
from alongside.errors import TooLarge
from alongside_logbook.uploads.shapes import MOST_BYTES, Table, UnreadableFile

DEADLINE = timedelta(seconds=30)

_MOST_MEMORY = 768 * 1024 * 1024
"""Several times what the largest log that is taken needs."""

_AT_ONCE = 2
_READERS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

_TOO_MUCH = "It is too large or too tangled to be read. Copy the table alone into a new workbook."


async def read_apart(content: bytes, sheet: str = "", *, deadline: timedelta = DEADLINE) -> Table:
    """Return the table in a file; raise `UnreadableFile` or `TooLarge`, at the latest at the deadline."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file is larger than {MOST_BYTES // 1024 // 1024} MiB.", field="file")
    try:
        async with _turns():
            answer = await ask_apart(__name__, {"sheet": sheet}, content, deadline=deadline)
    except TimeoutError as error:
        raise UnreadableFile(
            f"It could not be read within {int(deadline.total_seconds())} seconds. "
            "Copy the table alone into a new workbook."
        ) from error
    except NoAnswer as error:
        raise UnreadableFile(_TOO_MUCH) from error
    if "error" in answer:
        raise UnreadableFile(answer["error"])
    return Table(
        headings=answer["headings"],
        rows=[(line, cells) for line, cells in answer["rows"]],
        broken=[(line, text) for line, text in answer["broken"]],
        said=answer["said"],
    )


def _turns() -> asyncio.Semaphore:
    """Return what lets only so many files be read at a time: each may take much memory."""
    return _READERS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))


def answer(asked: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Return what one side of this module tells the other."""
    # Here, so that the service itself does not carry the readers of workbooks with it.
    from alongside_logbook.uploads.reading import read_table  # noqa: PLC0415

    try:
        table = read_table(content, asked["sheet"])
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


if __name__ == "__main__":
    answer_apart(answer, most_memory=_MOST_MEMORY)
