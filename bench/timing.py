"""How long something takes as a rule, and plain SQL to compare it with."""

import sqlite3
import time as clockwork
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from alongside.testing.folders import scratch_folder
from bench.figures import Figure

Work = Callable[[], Awaitable[object]]
Ask = Callable[..., Awaitable[list[Any]]]

ROUNDS = 25


async def usual_ms(work: Work, rounds: int = ROUNDS) -> float:
    """Return how many milliseconds it takes, as a rule, once it has been done before."""
    await work()
    took = []
    for _ in range(rounds):
        began = clockwork.perf_counter()
        await work()
        took.append((clockwork.perf_counter() - began) * 1000)
    return median(took)


async def on_both(
    on: Callable[[str, str, Path], Awaitable[list[Figure]]], service: str, postgres: str | None
) -> list[Figure]:
    """Return what `on(name, url, folder)` measures on SQLite, and on PostgreSQL where there is one."""
    with scratch_folder("bench") as folder:
        figures = await on("SQLite", f"sqlite+aiosqlite:///{folder}/{service}.db", folder)
        if postgres is not None:
            figures += await on("PostgreSQL", postgres, folder)
    return figures


@asynccontextmanager
async def by_hand(url: str) -> AsyncIterator[Ask]:
    """Give what asks the database of this address in plain SQL ($1, $2 …), by the bare driver."""
    if url.startswith("sqlite"):
        lite = sqlite3.connect(url.partition("///")[2])

        async def read(query: str, values: Sequence[Any] = ()) -> list[Any]:
            plain = [
                f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
                for value in values
            ]
            return lite.execute(query.replace("$", "?"), plain).fetchall()

        yield read
        lite.close()
    else:
        server = await asyncpg.connect(url.replace("+asyncpg", ""))

        async def fetch(query: str, values: Sequence[Any] = ()) -> list[Any]:
            return list(await server.fetch(query, *values))

        yield fetch
        await server.close()
