"""One Apache Kafka a test session, and empty topics a test."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiokafka.admin import AIOKafkaAdminClient

from alongside.contracts import TOPICS
from alongside.messaging.kafka import declare_topics
from alongside.stack.kafka import KafkaServer
from alongside.testing.folders import scratch_folder


async def empty_topics(bootstrap: str) -> None:
    """Delete every topic, then declare ours anew: empty, with offsets from zero.

    Committed offsets of a deleted topic go with it, so groups begin at the beginning again.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="alongside-tests")
    await admin.start()
    try:
        old = {name for name in await admin.list_topics() if not name.startswith("__")}
        if old:
            await admin.delete_topics(list(old))
            await _until(admin, lambda names: not old & names)
        await declare_topics(bootstrap)
        await _until(admin, lambda names: names >= set(TOPICS))
    finally:
        await admin.close()


async def _until(admin: AIOKafkaAdminClient, settled: Callable[[set[str]], bool]) -> None:
    # The broker answers before everybody can see what was done, and tells nobody when.
    while not settled(set(await admin.list_topics())):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


@contextmanager
def running_kafka() -> Iterator[KafkaServer]:
    """Run a broker in a folder of its own; stop it and sweep up."""
    with scratch_folder("kafka") as folder, KafkaServer(folder / "data") as server:
        yield server
