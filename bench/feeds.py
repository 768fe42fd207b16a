"""A feed of a hundred sessions, whole and unchanged, against a bare route of the same bytes."""

import asyncio
import re
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alongside.stack.ports import free_port, is_free
from alongside.stack.process import Process, wait_until
from alongside.testing.folders import scratch_folder
from bench.client import Load, fetch, load
from bench.figures import Figure
from bench.installation import Embedded, Office, command, wait_for

HERE = Path(__file__).parent.parent
SESSIONS = 100
REQUESTS = 5_000
ROUNDS = 5


def measure() -> list[Figure]:
    """Return the figures of the feed."""
    with scratch_folder("bench") as folder, Embedded(folder / "data").running() as house:
        url = _feed(house)
        return asyncio.run(_measure(house, url, folder))


def _feed(house: Embedded) -> str:
    """Fill a feed; return its address."""
    office = Office(house.origin, house.settings)
    group = office.group(1)
    start = datetime.now(UTC).date() + timedelta(days=7)
    # Single sessions, as a feed has them after a year of moves: no rule shortens it.
    for number in range(SESSIONS):
        office.book(group, start + timedelta(days=number), 10)
    url = command(house.settings, "feed", "p1@bench.example")
    wait_for(lambda: asyncio.run(fetch(url))[1].count(b"BEGIN:VEVENT") == SESSIONS)
    return url


async def _measure(house: Embedded, url: str, folder: Path) -> list[Figure]:
    head, body = await fetch(url)
    tag = re.search(rb"etag: (\S+)", head)
    assert tag is not None, head
    etag = tag[1].decode()
    file = folder / "feed.ics"
    file.write_bytes(body)
    seen: dict[str, list[tuple[Load, Load]]] = {"200": [], "304": []}
    with _bare(file) as (bare, port):
        origin = f"http://127.0.0.1:{port}"
        ours = house.pid
        for _ in range(ROUNDS):
            # In turn, so that what else the machine does falls on both.
            seen["200"].append((
                await load(url, ours, status=200, count=REQUESTS),
                await load(f"{origin}/feed.ics", bare.pid, status=200, count=REQUESTS),
            ))  # fmt: skip
            seen["304"].append((
                await load(url, ours, status=304, count=REQUESTS, headers={"If-None-Match": etag}),
                await load(f"{origin}/unchanged.ics", bare.pid, status=304, count=REQUESTS),
            ))  # fmt: skip
    return [
        figure for status, rounds in seen.items() for figure in _figures(status, rounds, len(body))
    ]


def _figures(status: str, rounds: list[tuple[Load, Load]], size: int) -> list[Figure]:
    def middle(of: str, index: int) -> float:
        return float(statistics.median(getattr(pair[index], of) for pair in rounds))

    remark = f"{SESSIONS} sessions, {size / 1000:.0f} kB" if status == "200" else "If-None-Match"
    return [
        Figure(f"feed {status}", middle("rate", 0), "req/s", middle("rate", 1), remark),
        Figure(
            f"feed {status}, server's own time", middle("cpu", 0), "µs", middle("cpu", 1),
            "less is better",
        ),
    ]  # fmt: skip


@contextmanager
def _bare(file: Path) -> Iterator[tuple[Process, int]]:
    port = free_port()
    words = [sys.executable, "-m", "bench.bare", str(file), str(port)]
    with Process("bare", words, log=file.with_suffix(".log"), cwd=HERE) as process:
        wait_until(lambda: not is_free(port), process)
        yield process, port
