"""Work on what strangers made, in a process of its own, whose time and memory end.

The process is a module of ours, run as a program: it reads one line of JSON and then the content
from its standard input, and writes JSON. It is given nothing of our environment, so that no setting
or password is there to be found.
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

_NICENESS = 10
_AFTER_THE_DEADLINE = 5
"""Seconds of work that a process gets beyond its deadline where nobody ends it."""
_KEPT_OF_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


class NoAnswer(Exception):
    """The process ended without one: what it was given was too much for its memory or its time."""


async def ask_apart(
    module: str, head: Mapping[str, Any], content: bytes, *, deadline: timedelta
) -> Any:
    """Return what a module answers; raise `TimeoutError` at the deadline, `NoAnswer` if it broke."""
    asked = {**head, "seconds": max(1, int(deadline.total_seconds()))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
    )  # fmt: skip
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            told, _ = await process.communicate(json.dumps(asked).encode() + b"\n" + content)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        return await asyncio.to_thread(json.loads, told)
    except ValueError as error:
        raise NoAnswer(module) from error


def answer_apart(
    answer: Callable[[dict[str, Any], bytes], Mapping[str, Any]], *, most_memory: int
) -> None:
    """Be the other side: answer the one question on standard input, within `most_memory` bytes."""
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.loads(sys.stdin.buffer.readline())
    # Should our other half be gone, nobody kills us at the deadline: then the system does, a little
    # later. Both at once would race, and whoever is busy for a moment would give the wrong reason.
    seconds = asked["seconds"] + _AFTER_THE_DEADLINE
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    json.dump(answer(asked, sys.stdin.buffer.read()), sys.stdout)
