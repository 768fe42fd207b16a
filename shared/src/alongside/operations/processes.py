"""Whether the processes of a stack of plain processes answer: where they are is in its folder."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from alongside.operations.finding import Finding, bad, good
from alongside.stack.environment import PROCESSES

_LONGEST = 10


async def processes(folder: Path) -> AsyncIterator[Finding]:
    """Ask each process that was started here whether it is ready; say nothing where none was."""
    file = folder / PROCESSES
    if not file.is_file():
        return
    ports: dict[str, int] = json.loads(file.read_text())
    said = await asyncio.gather(
        *(asyncio.to_thread(_ask, name, port) for name, port in ports.items())
    )
    states = dict(zip(ports, said, strict=True))
    start = f"alongside stack --data {folder}"
    if set(states.values()) == {None}:
        yield bad("processes", f"the stack in {folder} does not run.", f"Start it: {start}")
        return
    away = [name for name, state in states.items() if state is None]
    if away:
        yield bad(
            "processes",
            f"{', '.join(away)}: not running, or not answering.",
            f"The end of {folder / 'logs' / away[0]}.log says why. The others go on. Nothing starts a "
            f"process by itself: stop the stack (Ctrl-C) and start it again, by {start}",
        )
    for name, state in states.items():
        if state:
            log = folder / "logs" / f"{name}.log"
            yield bad("processes", f"{name} is not ready: {state}", f"See what follows, and {log}")
    if not away and not any(states.values()):
        yield good("processes", f"all {len(states)} answer")


def _ask(name: str, port: int) -> str | None:
    """Return what keeps a process from being ready, nothing where it is; None where nobody answers."""
    # The door is ready when those behind it are, who are asked themselves.
    path = "healthz" if name == "door" else "readyz"
    try:
        with build_opener(ProxyHandler({})).open(
            f"http://127.0.0.1:{port}/{path}", timeout=_LONGEST
        ) as answer:
            checks = json.load(answer).get("checks", {})
    except HTTPError as error:
        return str(json.load(error).get("detail") or error)
    except (URLError, OSError, TimeoutError):
        return None
    return ", ".join(f"{part} is {state}" for part, state in checks.items() if state != "ok")
