"""All that an operator sees of one service at one moment, and what they can do about it."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import func, select

from alongside.errors import Conflict
from alongside.messaging.dead_letters import NoSuchLetter, replay
from alongside.messaging.subscription import Consumer
from alongside.observability.figure import Figure
from alongside.observability.pulse import Pulse
from alongside.operations.figures import figures_of
from alongside.operations.parked import Parked, parked_in, reason_of
from alongside.service import ServiceApp, Undone

if TYPE_CHECKING:
    from alongside.messaging.lag import Standing  # which brings Kafka's client along

    Known = Mapping[str, Standing]

log = structlog.get_logger(__name__)

MANY = 1000
"""Records that wait for one consumer and are worth a look."""

_FRESH = 10.0
"""Seconds for which what Kafka said is shown again."""


class StillFails(Conflict):
    """The record was tried again and failed again; it stays parked."""

    code = "still_fails"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Events of one type that are not on the bus yet."""

    type: str
    count: int
    oldest: datetime
    attempts: int
    """Most that any of them was tried."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One consumer, and what Kafka says of it; None where nobody could say."""

    consumer: str
    topic: str
    standing: "Standing | None"

    @property
    def waiting(self) -> int | None:
        """How many records wait for it in all."""
        return None if self.standing is None else sum(self.standing.waiting.values())

    @property
    def trouble(self) -> str:
        """What is wrong with it, and what to do; empty where nothing is."""
        if self.standing is None:
            return ""
        if not self.standing.waiting:
            return f"There is no topic {self.topic}. Run: alongside topics, then alongside replay."
        if not self.standing.listeners:
            return (
                f"Nobody listens. Start the process of the {self.consumer.split('-')[0]} with the role "
                "worker, or read its log. What is said waits for it in Kafka."
            )
        if sum(self.standing.waiting.values()) > MANY:
            return (
                f"{self.waiting} records wait. If one partition alone does, the log says what "
                "cannot be taken; if all do, start more workers."
            )
        return ""

    @property
    def strip(self) -> list[tuple[str, int, str]]:
        """The partitions to be drawn: name, number, and the number in words."""
        return [
            (f"Partition {number}", waiting, f"{waiting} waiting")
            for number, waiting in (self.standing.waiting if self.standing else {}).items()
        ]


@dataclass(frozen=True, slots=True)
class Overview:
    """One service at one moment."""

    figures: tuple[Figure, ...]
    outbox: tuple[Waiting, ...]
    hearing: tuple[Hearing, ...]
    parked: tuple[Parked, ...]
    parked_count: int
    undone: tuple[Undone, ...]
    still: tuple[str, ...]
    """Loops of this process that stand still."""

    @property
    def wrong(self) -> tuple[Figure, ...]:
        """What is worth a look."""
        return tuple(each for each in self.figures if each.is_wrong)

    @property
    def troubled(self) -> tuple[Hearing, ...]:
        """Consumers that are worth a look."""
        return tuple(each for each in self.hearing if each.trouble)


class Watch:
    """Looks at one service from inside one of its processes."""

    def __init__(
        self,
        app: ServiceApp,
        consumers: Sequence[Consumer],
        *,
        loops: Mapping[str, Pulse],
        ask_kafka: "Callable[[Collection[Consumer]], Awaitable[Known]] | None" = None,
    ) -> None:
        self.app = app
        self._consumers = consumers
        self._loops = loops
        self._ask_kafka = ask_kafka
        self._known: Known = {}
        self._asked_at = -_FRESH

    @property
    def asks_kafka(self) -> bool:
        """Whether there is a Kafka to ask."""
        return self._ask_kafka is not None

    async def look(self) -> Overview:
        """Return how the service stands. Kafka is asked as well, and may stay silent."""
        known = await self._standings()
        parked, count = await parked_in(self.app.database)
        return Overview(
            figures=await figures_of(self.app),
            outbox=await self._waiting(),
            hearing=tuple(
                Hearing(each.name, each.subscription.topic, known.get(each.name))
                for each in self._consumers
            ),
            parked=parked,
            parked_count=count,
            undone=tuple(await self.app.undone.listed()) if self.app.undone else (),
            still=tuple(each.name for each in self._loops.values() if each.stands_still()),
        )

    async def replay(self, number: int) -> None:
        """Have a parked record tried again; raise `StillFails` if it fails again."""
        try:
            await replay(self.app.database, self._consumers, number, self.app.clock.now())
        except NoSuchLetter:
            raise
        except Exception as error:
            log.warning("replay_failed", service=self.app.name, letter=number, error=repr(error))
            why = reason_of(f"{type(error).__name__}: {error}")
            raise StillFails(f"It failed again, and stays parked: {why}") from error

    async def replay_all(self) -> tuple[int, int]:
        """Have what is shown tried again, the oldest first; return how many did, and how many failed."""
        parked, _ = await parked_in(self.app.database)
        failed = 0
        for each in parked:
            try:
                await self.replay(each.number)
            except StillFails:
                failed += 1
        return len(parked) - failed, failed

    async def _standings(self) -> "Known":
        if self._ask_kafka is None or time.monotonic() - self._asked_at < _FRESH:
            return self._known
        try:
            self._known = await self._ask_kafka(self._consumers)
        except Exception as error:  # noqa: BLE001  # the page says so, and shows the rest
            log.info("kafka_silent", service=self.app.name, error=repr(error))
            self._known = {}
        self._asked_at = time.monotonic()
        return self._known

    async def _waiting(self) -> tuple[Waiting, ...]:
        outbox = self.app.database.plumbing.outbox
        oldest = func.min(outbox.c.occurred_at)
        async with self.app.database.read() as session:
            rows = await session.execute(
                select(outbox.c.type, func.count(), oldest, func.max(outbox.c.attempts))
                .where(outbox.c.done_at.is_(None))
                .group_by(outbox.c.type)
                .order_by(oldest)
                .limit(20)
            )
        return tuple(Waiting(*row) for row in rows)
