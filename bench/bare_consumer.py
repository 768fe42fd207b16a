"""The least there is: FastStream takes in series in batches, and does nothing with them.

python -m bench.bare_consumer BOOTSTRAP GROUP FILE   # FILE grows by a byte for each event
"""

import asyncio
import signal
import sys
from pathlib import Path

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from alongside.contracts import SESSIONS, SeriesScheduled
from alongside.messaging.kafka import BATCH, POLL_MS


async def take_all(kafka: str, group: str, file: Path) -> None:
    """Take in whatever comes, until told to stop."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    broker = KafkaBroker(kafka, ack_policy=AckPolicy.NACK_ON_ERROR, logger=None)
    with file.open("ab", buffering=0) as took:

        @broker.subscriber(
            SESSIONS, group_id=group, auto_offset_reset="earliest", batch=True, max_records=BATCH,
            batch_timeout_ms=POLL_MS, no_reply=True,
        )  # fmt: skip
        async def _take(events: list[SeriesScheduled]) -> None:
            took.write(b"." * len(events))

        await broker.start()
        await told.wait()
        await broker.stop()


if __name__ == "__main__":
    asyncio.run(take_all(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
