"""A measured figure, and how a table of them is printed."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Say = Callable[[str], None]
"""Told how far a part is."""


def silent(_line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Figure:
    """One line of the report: ours, the bare baseline of the same run, and what to make of it."""

    name: str
    ours: float
    unit: str
    bare: float | None = None
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours as a share of the baseline; above 1 is better than bare for rates."""
        return None if not self.bare else self.ours / self.bare


def show(title: str, figures: list[Figure]) -> None:
    """Print one group of figures."""
    table = Table(title=title, title_justify="left")
    for heading in ("what", "ours", "bare", "ratio", "remark"):
        table.add_column(
            heading, justify="right" if heading in {"ours", "bare", "ratio"} else "left"
        )
    for each in figures:
        table.add_row(
            each.name,
            f"{each.ours:,.1f} {each.unit}",
            "" if each.bare is None else f"{each.bare:,.1f} {each.unit}",
            "" if each.ratio is None else f"{each.ratio:.2f}",
            each.remark,
        )
    Console(width=118).print(table)


async def rate(
    work: Callable[[], Awaitable[object]], *, seconds: float = 2, workers: int = 1
) -> float:
    """Return how often per second `work` completes, over some seconds."""
    done, end = 0, time.perf_counter() + seconds

    async def loop() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await work()
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(loop() for _ in range(workers)))
    return done / (time.perf_counter() - began)


def p95(samples: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(samples, n=20)[-1] if len(samples) > 1 else samples[0]
