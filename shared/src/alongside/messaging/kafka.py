"""Apache Kafka, through FastStream and aiokafka. Only `login`, `grants` and `lag` beside it import them, too.

One batch subscriber per topic and service. `NACK_ON_ERROR` is the only policy that loses nothing
both when a handler raises and when the process is killed, and it rewinds; so it is never used
without the retry-then-park of `Consumer`: a poison record is put aside and its partition goes on,
while a passing fault (the database is away) keeps the batch where it is.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.structs import RecordMetadata
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from alongside.contracts import TOPICS
from alongside.messaging.envelope import Envelope, UnreadableRecord, read_record
from alongside.messaging.grants import give
from alongside.messaging.knock import knock
from alongside.messaging.lag import fell_silent, gave_up, sight_of
from alongside.messaging.login import Login
from alongside.messaging.subscription import Consumer, RawRecord
from alongside.observability import metrics
from alongside.observability.pulse import Pulse

log = structlog.get_logger(__name__)

PARTITIONS = 6
BATCH = 200
POLL_MS = 50
LOOK = 5
"""Seconds between two looks at how the consumers stand."""
METADATA_MS = 30_000
"""After how long a client asks again which partitions there are. The driver's five minutes are how long
a group would stand still that met a topic before Kafka told of its partitions, or had more made."""
MOST_TOGETHER = 256 * 1024
"""Bytes that go to a partition at once; the driver's 16 KiB would have a busy relay wait for each."""
LONGEST_SILENCE = 180
"""Seconds after which a consumer that did not ask for records stands still."""
LONGEST_KNOCK = 5
"""Seconds between tries while Kafka is away: once it is back, nobody waits much longer than this."""
FAREWELL = 10
"""Seconds within which a process must have taken leave of Kafka, whether Kafka is there or not."""


class KafkaBus:
    """One process's connection to Kafka: it publishes for the relay and feeds the consumers."""

    def __init__(
        self,
        bootstrap: str,
        *,
        client: str,
        consumers: Iterable[Consumer] = (),
        login: Login = Login(),  # noqa: B008  # it is frozen
    ) -> None:
        self._servers = bootstrap.split(",")
        self.client = client
        self.broker = KafkaBroker(
            self._servers,
            client_id=client,
            consumer_only=True,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            allow_auto_create_topics=False,
            metadata_max_age_ms=METADATA_MS,
            security=login.for_broker(),
            graceful_timeout=FAREWELL - 2,
            logger=logging.getLogger("alongside.kafka"),
        )
        self._listening: dict[str, Any] = {}
        self.pulses: dict[str, Pulse] = {}
        """By consumer: whether it still asks for records."""
        self._login = login
        self._producer: AIOKafkaProducer | None = None
        self._connected = asyncio.Event()
        for consumer in consumers:
            self._listen(consumer)

    def _listen(self, consumer: Consumer) -> None:
        async def records_alone(_message: KafkaMessage) -> bytes:
            # The handler reads the raw records itself: nothing may fail before it can park.
            return b""

        async def parse(records: Sequence[ConsumerRecord], original: Any) -> Any:
            # FastStream's own parser reads the headers of all: those that are not text would raise
            # and be skipped in silence. It sees one record without any; `_take` parks the others.
            message = await original((_without_headers(records[0]),))
            message.raw_message = tuple(records)
            return message

        subscriber = self.broker.subscriber(
            consumer.subscription.topic,
            group_id=f"alongside.{consumer.name}",
            auto_offset_reset="earliest",
            batch=True,
            max_records=BATCH,
            batch_timeout_ms=POLL_MS,
            no_reply=True,
            parser=parse,
            decoder=records_alone,
        )

        @subscriber
        async def _on_batch(_body: Any, message: KafkaMessage) -> None:
            await self._take(consumer, message.raw_message)

        self._listening[consumer.name] = subscriber
        self.pulses[consumer.name] = Pulse(consumer.name, LONGEST_SILENCE)

    async def _take(self, consumer: Consumer, records: Any) -> None:
        good: list[tuple[Envelope, RawRecord]] = []
        broken: list[tuple[RawRecord, UnreadableRecord]] = []
        for record in records:
            raw = _raw(record)
            try:
                envelope = read_record(
                    topic=raw.topic, key=raw.key, value=raw.value, headers=raw.headers
                )
            except UnreadableRecord as error:
                broken.append((raw, error))
            else:
                good.append((envelope, raw))
        for raw, why in broken:
            await consumer.park(raw, why)
        await consumer.deliver_batch(good)

    async def publish(self, envelope: Envelope) -> None:
        """Put a record on its topic and wait until all in-sync replicas have it."""
        if self._producer is None:
            message = "not connected to Kafka"
            raise ConnectionError(message)
        headers = [(name, value.encode()) for name, value in envelope.headers().items()]
        # Straight to the driver: it sends in one request what is said side by side.
        acknowledged = await self._producer.send(
            envelope.topic, envelope.payload, key=envelope.key.encode(), headers=headers
        )
        result = await acknowledged
        if not isinstance(result, RecordMetadata):
            message = f"Kafka did not acknowledge the record: {result!r}"
            raise TypeError(message)

    async def publish_all(
        self, envelopes: Sequence[Envelope], *, within: float
    ) -> list[BaseException | None]:
        """Put records on their topics; return None for each that all in-sync replicas have."""
        said = [asyncio.create_task(self.publish(each)) for each in envelopes]
        try:
            await asyncio.wait(said, timeout=within)
        finally:
            for each in said:
                each.cancel()  # without effect on what is done
        return [each.exception() if each.done() else TimeoutError() for each in said]

    @property
    def connected(self) -> bool:
        """Whether the first connection was made."""
        return self._connected.is_set()

    async def run(self) -> None:
        """Connect, however long Kafka is away, and stay until cancelled."""
        pause = 0.5
        while True:
            try:
                # FastStream leaves half-made clients behind when it cannot connect: knock first.
                await knock(self._servers)
                await self._begin_to_speak()
                await self.broker.start()
            except (KafkaError, OSError) as error:
                log.warning("kafka_away", client=self.client, error=repr(error), next_try=pause)
                await self.broker.stop()
                for pulse in self.pulses.values():
                    pulse.beat()  # away is not standing still
                await asyncio.sleep(pause)
                pause = min(LONGEST_KNOCK, pause * 2)
                continue
            break
        self._connected.set()
        log.info("kafka_connected", client=self.client)
        while True:
            self._look()
            await self._begin_anew()
            await asyncio.sleep(LOOK)

    def _look(self) -> None:
        """Have Prometheus see how each consumer stands."""
        # Partitions come and go between processes: what this one no longer has, it does not judge.
        metrics.CONSUMER_LAG.clear()
        for name, subscriber in self._listening.items():
            if subscriber.consumer is None:
                continue
            sight = sight_of(subscriber.consumer)
            metrics.CONSUMER_SECONDS_SINCE_POLL.labels(name).set(sight.idle)
            for partition, waiting in sight.waiting.items():
                metrics.CONSUMER_LAG.labels(name, str(partition)).set(waiting)
            if sight.idle < LONGEST_SILENCE:
                self.pulses[name].beat()

    async def _begin_anew(self) -> None:
        """Have clients that gave up speak and listen again, unless it is time to leave."""
        if self.connected and (self._producer is None or fell_silent(self._producer)):
            log.warning("producer_begins_anew", client=self.client)
            try:
                async with asyncio.timeout(FAREWELL):
                    await self._fall_silent()
                    await self._begin_to_speak()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("producer_cannot_begin", client=self.client, error=repr(error))
        for name, subscriber in self._listening.items():
            if not self.connected or not gave_up(subscriber.consumer):
                continue
            log.warning("consumer_begins_anew", consumer=name)
            try:
                async with asyncio.timeout(FAREWELL):
                    await subscriber.stop()
                await subscriber.start()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("consumer_cannot_begin", consumer=name, error=repr(error))

    async def stop(self) -> None:
        """Finish the record in hand and leave the group, so that others need not wait for a timeout.

        Where Kafka is away nobody can be told: then it ends all the same. What was not acknowledged
        stays in the outbox, and what was not committed is heard again.
        """
        self._connected.clear()
        try:
            async with asyncio.timeout(FAREWELL):
                await self.broker.stop()
                await self._fall_silent()
        except TimeoutError:
            log.warning("kafka_left_without_farewell", client=self.client)

    async def _begin_to_speak(self) -> None:
        """Connect the producer.

        It is not Kafka's "idempotent" one, by intention. That would spare the inboxes some repetitions,
        which they absorb anyway. But the driver never asks for another number of producer: where one
        batch was given up, all that follow are refused for ever; and where Kafka lost its data and
        gives the same numbers out again, it acknowledges events of one process as repetitions of
        another's, and does not keep them.
        """
        if self._producer is not None:
            return
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            client_id=self.client,
            acks="all",
            metadata_max_age_ms=METADATA_MS,
            max_batch_size=MOST_TOGETHER,
            **self._login.for_client(),
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def _fall_silent(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()


async def declare_topics(
    bootstrap: str,
    *,
    partitions: int = PARTITIONS,
    replication: int = 1,
    login: Login = Login(),  # noqa: B008  # it is frozen
    grant: bool = False,
) -> list[str]:
    """Make the topics that do not exist yet; return their names. Waits up to a minute for Kafka.

    With `grant`, each service's user is allowed what it needs (see `grants`); `login` must be of
    somebody who may say so.
    """
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="alongside-topics", **login.for_client()
    )
    for tries_left in range(30, -1, -1):
        try:
            await admin.start()
            break
        except (KafkaError, OSError):
            if not tries_left:
                raise
            await asyncio.sleep(2)
    try:
        wanted = sorted(set(TOPICS) - set(await admin.list_topics()))
        answer = await admin.create_topics(
            [NewTopic(name, partitions, replication) for name in wanted]
        )
        for topic, code, *_ in answer.topic_errors if wanted else ():
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(topic)
        if grant:
            await give(admin)
        return wanted
    finally:
        await admin.close()


def _raw(record: ConsumerRecord) -> RawRecord:
    return RawRecord(
        topic=record.topic,
        position=f"{record.partition}/{record.offset}",
        key=record.key,
        value=record.value,
        headers=tuple(record.headers or ()),
    )


def _without_headers(record: ConsumerRecord) -> ConsumerRecord:
    return ConsumerRecord(
        topic=record.topic, partition=record.partition, offset=record.offset,
        timestamp=record.timestamp, timestamp_type=record.timestamp_type, key=record.key,
        value=b"", checksum=record.checksum, serialized_key_size=record.serialized_key_size,
        serialized_value_size=0, headers=(),
    )  # fmt: skip
