"""What stands in the three databases, read past the services."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import asyncpg

from alongside.messaging.grants import HEARS, SAYS
from alongside.settings import SERVICES, ServiceName

OWNER_OF = {topic: service for service, topics in SAYS.items() for topic in topics}


@dataclass(frozen=True)
class Said:
    """An event in an outbox."""

    event_id: str
    topic: str
    key: str
    type: str
    body: dict[str, Any]


class Books:
    """Connections to the databases of a stack."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._urls = {
            name: environment[f"ALONGSIDE_{name.upper()}_DATABASE_URL"].replace("+asyncpg", "")
            for name in SERVICES
        }
        self._open: dict[str, asyncpg.Connection] = {}

    async def __aenter__(self) -> Self:
        for name, url in self._urls.items():
            self._open[name] = await asyncpg.connect(url)
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._open.values():
            await connection.close()

    async def rows(self, service: ServiceName, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in await self._open[service].fetch(query)]

    async def states(self, service: ServiceName, query: str) -> dict[str, Any]:
        """Return what a query of two columns finds: by the first, the JSON in the second."""
        return {key: json.loads(state) for key, state in await self.rows(service, query)}

    async def said(self, topic: str) -> list[Said]:
        """Return what was said on a topic, in the order of its outbox."""
        query = (
            "SELECT event_id, topic, key, type, payload FROM outbox "
            f"WHERE topic = '{topic}' ORDER BY id"
        )
        return [
            Said(event_id, topic, key, kind.split(".")[2], json.loads(payload))
            for event_id, topic, key, kind, payload in await self.rows(OWNER_OF[topic], query)
        ]

    async def heard(self, service: ServiceName, topic: str) -> set[str]:
        """Return the ids of events that a service has taken in from a topic."""
        consumer = f"{service}-{topic.split('.')[1]}"
        found = await self.rows(
            service, f"SELECT event_id FROM inbox WHERE consumer = '{consumer}'"
        )
        return {row[0] for row in found}

    async def waiting(self) -> dict[str, int]:
        """Return what is under way, by what it is; nothing when all is quiet."""
        counts: dict[str, int] = {}
        for name in SERVICES:
            (row,) = await self.rows(name, "SELECT count(*) FROM outbox WHERE done_at IS NULL")
            counts[f"outbox of {name}"] = row[0]
        for name, topics in HEARS.items():
            for topic in topics:
                query = f"SELECT count(*) FROM outbox WHERE topic = '{topic}'"
                (said,) = await self.rows(OWNER_OF[topic], query)
                heard = len(await self.heard(name, topic))
                counts[f"{topic} to {name}"] = said[0] - heard
        for what, query in (
            ("tellings", "SELECT count(*) FROM tellings"),
            ("mails", "SELECT count(*) FROM mails WHERE done_at IS NULL"),
        ):
            (row,) = await self.rows("notifier", query)
            counts[what] = row[0]
        return {what: number for what, number in counts.items() if number}

    async def until_quiet(self, longest: float, nudge: Any = None) -> None:
        """Return when nothing is under way; `nudge` is called when it takes long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        nudged = 0
        while counts := await self.waiting():
            passed = loop.time() - began
            if passed > longest:
                raise AssertionError(f"still under way after {longest:g} s: {counts}")
            if nudge is not None and passed > 8 * (nudged + 1):
                nudged += 1
                nudge(counts)
            await asyncio.sleep(0.3)

    async def copies(self) -> dict[str, Any]:
        """Return every copy that a service keeps of what others own, and everything that was sent."""
        return {
            f"{what} of {service}": await self.rows(
                service, f"SELECT {facts} FROM {table} ORDER BY {key}"
            )
            for service, what, facts, table, key in _COPIES
        }


_COPIES: tuple[tuple[ServiceName, str, str, str, str], ...] = (
    ("logbook", "people", "person_id, version, name, zone, roles, pursuing, credentials, left_at",
     "people", "1"),
    ("logbook", "association", "*", "association", "1"),
    ("logbook", "series", "series_id, version, state", "series", "1"),
    ("logbook", "sessions", "*", "sessions", "series_id, key"),
    ("logbook", "who is in", "*", "series_people", "1, 2, 3"),
    ("notifier", "people", "id, version, state", "people", "1"),
    ("notifier", "series", "id, version, state", "series", "1"),
    ("notifier", "entries", "id, version, status, awaits, supervisee_id, series_id, minutes",
     "entries", "1"),
    ("notifier", "standings", "*", "standings", "id"),
    ("notifier", "seats", "person_id, series_id, removed, told, fragment", "seats", "1, 2"),
    ("notifier", "answers", "person_id, series_id, occurrence_key, answer", "answers", "1, 2, 3"),
    ("notifier", "feeds", "id, generation, etag", "feeds", "1, 2"),
    ("notifier", "mails", "message_id, outcome", "mails", "1"),
    ("scheduler", "answers", "series_id, key, person_id, answer", "answers", "1, 2, 3"),
    ("scheduler", "progress", "*", "progress", "1"),
    ("scheduler", "recorded", "*", "recorded", "1, 2"),
    ("scheduler", "visits", "*", "visits", "1, 2"),
    ("logbook", "visits", "*", "visits", "1, 2"),
)  # fmt: skip
"""What is a copy of what others own, or was made from it, and what must come out the same again."""


async def kafka_log(bootstrap: str, login: Any) -> dict[tuple[str, str], list[str]]:
    """Return what lies in Kafka: by topic and key, the ids of events in their order."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    found: dict[tuple[str, str], list[str]] = {}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, **login.for_client())
    await consumer.start()
    try:
        places = [
            TopicPartition(topic, number)
            for topic in OWNER_OF
            for number in consumer.partitions_for_topic(topic) or await _partitions(consumer, topic)
        ]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    event_id = dict(record.headers)["ce_id"].decode()
                    found.setdefault((place.topic, record.key.decode()), []).append(event_id)
            await asyncio.sleep(0)
    finally:
        await consumer.stop()
    return found


async def _partitions(consumer: Any, topic: str) -> set[int]:
    await consumer._client.add_topic(topic)
    return consumer.partitions_for_topic(topic) or set()
