"""Reads a calendar in a process of its own, whose time and memory end.

The other side of this module is itself: `python -m alongside_scheduler.calendars.process` reads
one line of JSON and then the calendar from its standard input, and writes JSON. It is given
nothing of our environment, so that no setting or password is there to be found.
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from alongside_scheduler.calendars.shapes import Reading, Unreadable, Wanted
from alongside_scheduler.domain.free import Span

DEADLINE = timedelta(seconds=30)

_MOST_MEMORY = 384 * 1024 * 1024
"""More than twice what the largest calendar that is fetched takes, if it is an honest one."""

_NICENESS = 10
_AFTER_THE_DEADLINE = 5
"""Seconds of work that a reader gets beyond its deadline where nobody ends it."""
_KEPT_OF_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_TOO_MUCH = "It is too large or too tangled to be read. Publish a shorter stretch of it."


async def read_apart(content: bytes, wanted: Wanted, *, deadline: timedelta = DEADLINE) -> Reading:
    """Return when a calendar is busy; raise `Unreadable`, at the latest when the deadline is over."""
    head = {
        "begins": wanted.begins.timestamp(),
        "ends": wanted.ends.timestamp(),
        "zone": wanted.zone,
        "emails": wanted.emails,
        "seconds": max(1, int(deadline.total_seconds())),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
    )  # fmt: skip
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            told, _ = await process.communicate(json.dumps(head).encode() + b"\n" + content)
    except TimeoutError as error:
        raise Unreadable(
            f"It could not be read within {int(deadline.total_seconds())} seconds. "
            "Does an event in it repeat without end, or in an odd way?"
        ) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _understood(told)


def _understood(told: bytes) -> Reading:
    try:
        answer = json.loads(told)
    except ValueError as error:
        raise Unreadable(_TOO_MUCH) from error
    if "error" in answer:
        raise Unreadable(answer["error"])
    spans = tuple(Span(_at(begins), _at(ends)) for begins, ends in answer["spans"])
    return Reading(spans, answer["left_out"])


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def answer(head: bytes, content: bytes) -> dict[str, Any]:
    """Return what one side of this module tells the other."""
    # Here, so that the service itself does not carry the readers of calendars with it.
    from alongside_scheduler.calendars.reading import read_busy  # noqa: PLC0415

    asked = json.loads(head)
    wanted = Wanted(_at(asked["begins"]), _at(asked["ends"]), asked["zone"], tuple(asked["emails"]))
    try:
        reading = read_busy(content, wanted)
    except Unreadable as error:
        return {"error": error.detail}
    except (MemoryError, RecursionError):
        return {"error": _TOO_MUCH}
    spans = [(each.starts_at.timestamp(), each.ends_at.timestamp()) for each in reading.spans]
    return {"spans": spans, "left_out": reading.left_out}


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
