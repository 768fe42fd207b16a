"""From `alongside up` on a folder that exists to the first page, and the memory it then rests on."""

import statistics
import time

from alongside.testing.folders import scratch_folder
from bench.figures import Figure
from bench.installation import Embedded, cpu_seconds, resident_mb

STARTS = 3
REST = 5
"""Seconds of nothing to do before memory is read."""
WANTED_SECONDS = 3
WANTED_MB = 200


def measure() -> list[Figure]:
    """Return the figures of starting and resting."""
    waited, worked, memory = [], [], []
    with scratch_folder("bench") as folder:
        house = Embedded(folder / "data")
        house.start()  # makes the folder
        house.stop()
        for _ in range(STARTS):
            waited.append(house.start())
            worked.append(cpu_seconds(house.pid))
            time.sleep(REST)
            memory.append(resident_mb(house.pid))
            house.stop()
    return [
        Figure("first page after `alongside up`", statistics.median(waited), "s",
               remark=f"target: {WANTED_SECONDS} s"),
        Figure("of that, processor time", statistics.median(worked), "s",
               remark="what it takes on a machine that does nothing else"),
        Figure("memory at rest", max(memory), "MB", remark=f"target: {WANTED_MB} MB"),
    ]  # fmt: skip
