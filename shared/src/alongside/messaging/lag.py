"""How far each consumer is: as its own process sees it, and as anybody may ask Kafka."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import DescribeGroupsRequest_v1, DescribeGroupsRequest_v2
from aiokafka.protocol.api import Request

from alongside.messaging.login import Login

_BEGINNING = 0
"""What a group has taken of a partition of which it has committed nothing yet."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a process knows of one of its own consumers."""

    idle: float
    """Seconds since it last asked for records."""
    waiting: Mapping[int, int]
    """By partition that it has: how many records it has not taken yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What Kafka knows of a consumer's group."""

    waiting: Mapping[int, int]
    """By partition: how many records it has not taken yet. None at all where the topic is not there."""
    listeners: int
    """How many processes listen."""


def sight_of(consumer: AIOKafkaConsumer) -> Sight:
    """Return how a running consumer stands, without asking anybody."""
    state = consumer._subscription  # noqa: SLF001  # the client counts, and does not tell
    # Asking that ended with an error stays counted as going on, and no silence would ever be seen
    # again. One task asks, so that one at most goes on.
    state._fetch_count = min(state._fetch_count, 1)  # noqa: SLF001
    waiting = {}
    for partition in consumer.assignment():
        known = state.subscription.assignment.state_value(partition)
        if known.highwater is not None and known.has_valid_position:
            waiting[partition.partition] = max(0, known.highwater - known.position)
    return Sight(state.fetcher_idle_time, waiting)


def gave_up(consumer: AIOKafkaConsumer | None) -> bool:
    """Tell whether a client will hear nothing any more, although it goes on asking.

    One of its tasks ended for good, as where it met a broker that does not know its rights yet: a new
    one in the place of one that lost everything. The client then repeats that error for ever.
    """
    coordinator: Any = getattr(consumer, "_coordinator", None)
    main = getattr(coordinator, "_coordination_task", None)
    if main is None or main.done():
        return True
    beside = (
        getattr(coordinator, name, None) for name in ("_heartbeat_task", "_commit_refresh_task")
    )
    return any(
        each is not None and each.done() and not each.cancelled() and each.exception() is not None
        for each in beside
    )


def fell_silent(producer: AIOKafkaProducer) -> bool:
    """Tell whether a producer's client will send nothing any more, although it goes on taking records."""
    sender = producer._sender.sender_task  # noqa: SLF001  # the client repeats its error, and does not tell
    return sender is None or sender.done()


async def standing(
    bootstrap: str, login: Login, groups: Mapping[str, str], *, longest: float = 5
) -> dict[str, Standing]:
    """Return how each group stands, given with its topic.

    Raises TimeoutError or OSError when Kafka does not answer, KafkaError when it will not say.
    """
    async with asyncio.timeout(longest):
        servers = bootstrap.split(",")
        admin = AIOKafkaAdminClient(bootstrap_servers=servers, **login.for_client())
        reader = AIOKafkaConsumer(bootstrap_servers=servers, **login.for_client())
        try:
            await admin.start()
            await reader.start()
            ends = await reader.end_offsets(await _partitions(admin, set(groups.values())))
            return {
                group: Standing(
                    await _of_group(admin, group, topic, ends), await _listeners(admin, group)
                )
                for group, topic in groups.items()
            }
        finally:
            await reader.stop()
            await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, topics: Collection[str]) -> list[TopicPartition]:
    # All are asked for: naming one that is not there might make it.
    return [
        TopicPartition(each["topic"], partition["partition"])
        for each in await admin.describe_topics()
        if each["topic"] in topics
        for partition in each["partitions"]
    ]


class _DescribeGroups(Request[DescribeGroupsRequest_v1 | DescribeGroupsRequest_v2]):  # type: ignore[misc]  # it has no types
    """As the client's own, without the third version, whose answer it reads by the second's rules."""

    API_KEY = 15

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[Any]) -> Any:
        return request_struct_class(self._groups)


async def _listeners(admin: AIOKafkaAdminClient, group: str) -> int:
    node = await admin.find_coordinator(group)
    answer = await admin._send_request_to_node(node, _DescribeGroups([group]))  # noqa: SLF001
    *_, members = answer.groups[0]
    return len(members)


async def _of_group(
    admin: AIOKafkaAdminClient, group: str, topic: str, ends: Mapping[TopicPartition, int]
) -> dict[int, int]:
    taken = await admin.list_consumer_group_offsets(group)
    return {
        partition.partition: max(
            0, end - max(_BEGINNING, taken[partition].offset if partition in taken else _BEGINNING)
        )
        for partition, end in sorted(ends.items())
        if partition.topic == topic
    }
