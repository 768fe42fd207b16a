"""A life of an association, in chapters: people at work while everything is struck, the loss of half
of the processes, of all of Kafka, of the databases.
"""

import asyncio
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError

from alongside.host import ROLES, create_services
from alongside.messaging.login import Login
from alongside.secrets import Secrets
from alongside.service import Founder
from alongside.settings import SERVICES, ServiceName
from alongside.stack.supervisor import Stack, process_name
from alongside.testing.smtp import SmtpSink
from faults.life import losses, truth
from faults.life.books import OWNER_OF, Books, kafka_log
from faults.life.program import Program
from faults.life.weather import Weather, schedule

BOSS = Founder("Cora Sample", "cora@life.example", "America/Chicago", "Sample Life Association")
KEPT = Path(__file__).parents[3] / ".cache" / "tests"
"""Where the logs of a life that failed are kept."""
TAKEN, SETTLED = 20, 10
"""Mails that one process takes at a time, and settles together, as the notifier does."""


@dataclass
class Diary:
    """What happened, and when."""

    file: Path
    began: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Write a line down."""
        self.lines.append(f"{time.monotonic() - self.began:7.2f} s  {line}")
        with self.file.open("a") as file:
            file.write(self.lines[-1] + "\n")


@dataclass
class Life:
    """One run. `seed` says what strikes when, and what everybody wants.

    Each chapter raises AssertionError with everything that was found wrong, and with the diary.
    """

    folder: Path
    seed: int = field(default_factory=lambda: random.SystemRandom().randrange(10**6))
    seconds: float = 60
    replicas: int = 2
    by_role: bool = False
    """Whether each service's pages, consumers, relay and tickers are processes of their own."""
    kafka_away: float = 6
    tell: Callable[[str], None] = lambda _line: None

    @contextmanager
    def begun(self) -> Iterator["Life"]:
        """Bring a stack up, guarded, with every service several times, and a mail server."""
        clock = self.folder / "clock"
        clock.write_text("0")
        self.diary = Diary(self.folder / "diary.log")
        self.backup = losses.Backup(self.folder)
        with SmtpSink() as sink:
            settings = {
                "ALONGSIDE_SMTP_URL": sink.url, "ALONGSIDE_CLOCK_FILE": str(clock),
                "ALONGSIDE_COALESCE_SECONDS": "2",
            }  # fmt: skip
            with Stack(
                self.folder / "data", port=0, extra=settings, replicas=self.replicas,
                by_role=self.by_role, secure=True,
            ) as stack:  # fmt: skip
                self._say("the stack is up")
                self.stack, self.sink = stack, sink
                self.program = Program(
                    stack.origin, Secrets(stack.data / "keys"), self.seed, self._say
                )
                self.weather = Weather(stack, sink, self._say, self.seed, self._back_up)
                yield self

    def _say(self, line: str) -> None:
        self.diary.say(line)
        self.tell(self.diary.lines[-1])

    def _back_up(self, service: ServiceName) -> None:
        self.backup.take(service, self.stack, self.program.done, len(self.sink.deliveries))

    # --- The chapters -----------------------------------------------------------------------------

    def under_faults(self) -> str:
        """Live, wait until all is quiet, hold everything against the truth; return what was done."""
        boss = asyncio.run(_found(self.stack))
        people = threading.Thread(target=self._live, args=(boss,), name="people")
        self._failure: BaseException | None = None
        self._founded = threading.Event()
        people.start()
        try:
            self._founded.wait(120)
            self.weather.blow(
                schedule(
                    self.seed, self.seconds, self.replicas,
                    kafka_away=self.kafka_away, by_role=self.by_role,
                )
            )  # fmt: skip
        finally:
            self.program.stop()
            people.join(200)
        if self._failure is not None:
            wrong = [f"the people stopped: {self._failure!r}"]
            raise AssertionError(self._report(wrong)) from self._failure
        self._say(f"{self.program.done.steps.total()} steps; now it becomes quiet")
        self._hold(asyncio.run(self._judged()))
        summary = self._summary()
        self._say(summary)
        return summary

    def without_half_of_the_processes(self) -> None:
        """One process of each service dies: every page still comes, at the first try."""
        if self.replicas == 1:
            return self._say("each process is the only one of its kind: none may die here")
        losses.start_services(self.stack, *SERVICES, replicas=self.replicas)
        wrong = []
        for number, service in enumerate(SERVICES):
            for role in ROLES if self.by_role else ("web",):
                called = process_name(service, 1 + number % self.replicas, role)
                self.stack.services[called].signal(signal.SIGKILL)
                self._say(f"{called} is dead")
            wrong += asyncio.run(self._pages())
        return self._hold(wrong)

    def without_kafkas_data(self) -> None:
        """All of Kafka is lost; what was said is said again: the same final state, no second mail.

        The notifier was away when the last of it was said, and hears it all the same.
        """
        for called, process in self.stack.services.items():
            if called.startswith("notifier"):
                process.kill()
        before = asyncio.run(self._last_words())
        mails = len(self.sink.deliveries)
        losses.lose_kafka(self.stack)
        self._say("Kafka has lost everything")
        losses.start_services(self.stack, *SERVICES)
        said = losses.alongside(self.stack, "replay")
        after, wrong = asyncio.run(self._said_again())
        self._say("everything was said and heard again")
        wrong += [] if "published again" in said else [said]
        wrong += [
            f"{what}: {len(rows)} rows before, other {len(after[what])} after"
            for what, rows in before.items()
            # Of the notifier, what was made before; time goes on there, and names were new to it.
            if "of notifier" not in what and after[what] != rows
        ]
        for what in ("mails of notifier", "entries of notifier", "standings of notifier"):
            if gone := set(before[what]) - set(after[what]):
                wrong.append(f"{what}: {len(gone)} rows are gone, or others")
        known = {_identity(each.raw) for each in self.sink.deliveries[:mails]}
        wrong += [
            f"{_identity(each.raw)} was mailed again"
            for each in self.sink.deliveries[mails:]
            if _identity(each.raw) in known
        ]
        self._hold(wrong)

    def from_the_backup(self) -> None:
        """The databases are put back as they were backed up in the middle of it, and life goes on.

        What was acknowledged before its database was backed up is there. What any service says or
        hears of the rest agrees again. What had been mailed before the backup is not mailed again.
        """
        losses.stop_services(self.stack)
        self.backup.put_back(self.stack)
        asyncio.run(losses.make_topics_anew(self.stack))
        self._say("the databases are as they were backed up, Kafka is empty")
        asyncio.run(self._forget_copies())
        losses.start_services(self.stack, *SERVICES)
        losses.alongside(self.stack, "replay")
        self._say("everything was said again")
        self._hold(asyncio.run(self._restored()))

    # --- Living and judging -----------------------------------------------------------------------

    def _live(self, boss: str) -> None:
        async def work() -> None:
            async with self.program as program:
                await program.found(boss)
                self._say("everybody is there")
                self._founded.set()
                await program.live()

        try:
            asyncio.run(work())
        except BaseException as error:  # noqa: BLE001  # told in the main thread
            self._failure = error
            self._say(f"the people stopped: {error!r}")
        finally:
            self._founded.set()

    def _nudge(self, counts: dict[str, int]) -> None:
        self._say(f"still under way: {counts}")
        # What was put off comes sooner.
        self.weather.jump(15 * 60)

    async def _judged(self) -> list[str]:
        stack, sink, done = self.stack, self.sink, self.program.done
        async with Books(stack.environment) as books, self.program as program:
            await books.until_quiet(200, self._nudge)
            self._say("it is quiet")
            # Late echoes, such as what a reminder of the last moment sets in motion.
            await asyncio.sleep(1)
            await books.until_quiet(60, self._nudge)
            said = [each for topic in OWNER_OF for each in await books.said(topic)]
            log = await kafka_log(stack.kafka.bootstrap, Login.of(stack.settings))
            now = datetime.now(UTC) + timedelta(seconds=self.weather.shift)
            return _named(
                {
                    **await _always_true(books),
                    "acknowledged": await truth.acknowledged_and_nothing_else(books, done),
                    "hours": await truth.hours_are_what_was_recorded(books, done),
                    "answers": await truth.answers_are_the_last_ones(books, done),
                    "order": list(truth.in_order(log, said)),
                    "mails": await truth.one_mail_each(books, sink, self._in_hand()),
                    "feeds": await truth.mailbox_is_feed(program, books, sink, now),
                    "no answers": [
                        f"{done.tries[status]} were {status}"
                        for status in ("500", "429")
                        if done.tries[status]
                    ],
                    "record": self._verified(),
                }
            )

    def _in_hand(self) -> int:
        """Return how many mails can have been in the hand of what was struck, at most.

        Also where the clock jumps beyond a claim, what is in hand may be taken by another.
        """
        struck = self.weather.struck
        return (
            SETTLED * sum(n for what, n in struck.items() if "notifier" in what)
            + self.replicas * struck.get("smtp away", 0)
            + TAKEN * self.replicas * struck.get("clock", 0)
        )

    async def _restored(self) -> list[str]:
        async with Books(self.stack.environment) as books:
            await books.until_quiet(200, self._nudge)
            await losses.until_all_is_heard(self.stack)
            await books.until_quiet(60, self._nudge)
            self._say("it is quiet again")
            kept = self.backup.acknowledged
            known = Counter(
                _identity(each.raw) for each in self.sink.deliveries[: self.backup.delivered]
            )
            whole = Counter(_identity(each.raw) for each in self.sink.deliveries)
            again = [identity for identity in known if whole[identity] > known[identity]]
            # In hand when the notifier was backed up: handed over, and not yet noted.
            in_hand = SETTLED * self.replicas + self._in_hand()
            return _named(
                {
                    **await _always_true(books),
                    "lost": await truth.what_was_acknowledged_stands(books, kept),
                    "record": self._verified(),
                    "mailed twice": again[:3] if len(again) > in_hand else [],
                }
            )

    async def _last_words(self) -> dict[str, Any]:
        """Say something that the notifier does not hear; return everybody's copies."""
        chance = random.Random(self.seed)
        async with Books(self.stack.environment) as books:
            async with self.program as program:
                for person in program.supervisees[:3]:
                    await program.rename(person, chance)
            async with asyncio.timeout(90):
                while any(what in _HEARD_BY_OTHERS for what in await books.waiting()):
                    await asyncio.sleep(0.3)
            return await books.copies()

    async def _said_again(self) -> tuple[dict[str, Any], list[str]]:
        async with Books(self.stack.environment) as books:
            await books.until_quiet(90, self._nudge)
            await losses.until_all_is_heard(self.stack)
            await books.until_quiet(90, self._nudge)
            return await books.copies(), _named(await _always_true(books))

    async def _forget_copies(self) -> None:
        async with Books(self.stack.environment) as books:
            for statement in losses.FORGET_COPIES:
                await books.rows("scheduler", statement)

    async def _pages(self) -> list[str]:
        async with self.program as program:
            tries = program.done.tries.total()
            for _ in range(2):
                for path in ("/groups", "/cohort", "/messages"):
                    await program.page(path)
            return ["a page did not come at once"] if program.done.tries.total() > tries else []

    def _verified(self) -> list[str]:
        try:
            losses.alongside(self.stack, "verify")
        except AssertionError as error:
            return [str(error)]
        return []

    def _summary(self) -> str:
        done, sink = self.program.done, self.sink
        again = len(sink.deliveries) - len({_identity(each.raw) for each in sink.deliveries})
        return (
            f"seed {self.seed}: {done.steps.total()} steps, {done.refused.total()} refused, "
            f"{done.tries.total()} asked again {dict(done.tries)}, slowest {done.slowest:.1f} s; "
            f"{len(sink.deliveries)} mails, {again} of them again; "
            f"struck {sum(self.weather.struck.values())}: {self.weather.struck}\n"
            f"steps {dict(done.steps.most_common())}\nrefused {dict(done.refused.most_common())}"
        )

    def _hold(self, wrong: list[str]) -> None:
        if wrong:
            raise AssertionError(self._report(wrong))
        self._say("everything holds")

    def _report(self, wrong: list[str]) -> str:
        lines = "\n".join(self.diary.lines[-200:])
        kept = KEPT / f"life-{self.seed}"
        shutil.copytree(self.stack.logs, kept, dirs_exist_ok=True)
        begins = f"seed {self.seed}, {self.seconds:g} s; logs in {kept}:"
        return "\n".join([*wrong, self._under_way(), "", begins, lines])

    def _under_way(self) -> str:
        """Say how far everybody is, by the books and by Kafka, where they answer."""

        async def look() -> str:
            async with Books(self.stack.environment) as books:
                waiting = await books.waiting()
            stands = await losses.stands(self.stack)
            return f"under way: {waiting}; by Kafka: {stands}"

        try:
            return asyncio.run(look())
        except (OSError, asyncpg.PostgresError, KafkaError) as error:
            return f"how far everybody is could not be found out: {error!r}"


_HEARD_BY_OTHERS = ("outbox of scheduler", "alongside.people.v1 to logbook")


async def _always_true(books: Books) -> dict[str, list[str]]:
    return {
        "parked": await truth.nothing_parked(books),
        "events": await truth.every_event_took_effect(books),
        "copies": await truth.copies_are_equal(books),
        "two places": await truth.nobody_is_in_two_places(books),
    }


def _named(checks: dict[str, list[str]]) -> list[str]:
    return [f"{what}: {each}" for what, found in checks.items() for each in found[:8]]


def _identity(raw: bytes) -> str:
    return str(message_from_bytes(raw, policy=policy.default)["Message-ID"]).strip()


async def _found(stack: Stack) -> str:
    service = create_services(stack.settings, ["scheduler"])["scheduler"]
    try:
        assert service.welcome is not None
        await service.welcome.found(BOSS)
        async with service.uow() as uow:
            return str((await uow.people.first_coordinator()).id)
    finally:
        await service.database.close()
