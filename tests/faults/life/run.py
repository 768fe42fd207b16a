"""A life of an association: people at work, faults that strike, and what must hold at the end."""

import asyncio
import random
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alongside.host import create_services
from alongside.messaging.login import Login
from alongside.secrets import Secrets
from alongside.service import Founder
from alongside.stack.environment import command
from alongside.stack.supervisor import Stack
from alongside.testing.smtp import SmtpSink
from faults.life import truth
from faults.life.books import OWNER_OF, Books, kafka_log
from faults.life.program import Program
from faults.life.weather import Weather, schedule

BOSS = Founder("Cora Sample", "cora@life.example", "America/Chicago", "Sample Life Association")
BATCH = 20
"""Mails that one process takes at a time, as the notifier does."""


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
    """One run. `seed` says what strikes when, and what everybody wants."""

    folder: Path
    seed: int = field(default_factory=lambda: random.SystemRandom().randrange(10**6))
    seconds: float = 60
    replicas: int = 2
    kafka_away: float = 6
    tell: Callable[[str], None] = lambda _line: None

    def run(self) -> str:
        """Live, wait until all is quiet, hold everything against the truth; return what was done.

        Raises AssertionError with everything that was found wrong, and with the diary.
        """
        clock = self.folder / "clock"
        clock.write_text("0")
        self.diary = Diary(self.folder / "diary.log")
        with SmtpSink() as sink:
            settings = {
                "ALONGSIDE_SMTP_URL": sink.url, "ALONGSIDE_CLOCK_FILE": str(clock),
                "ALONGSIDE_COALESCE_SECONDS": "2",
            }  # fmt: skip
            with Stack(
                self.folder / "data", port=0, extra=settings, replicas=self.replicas, secure=True
            ) as stack:
                self._say("the stack is up")
                return self._within(stack, sink)

    def _say(self, line: str) -> None:
        self.diary.say(line)
        self.tell(self.diary.lines[-1])

    def _within(self, stack: Stack, sink: SmtpSink) -> str:
        boss = asyncio.run(_found(stack))
        program = Program(stack.origin, Secrets(stack.data / "keys"), self.seed, self._say)
        weather = Weather(stack, sink, self._say, self.seed)
        people = threading.Thread(target=self._live, args=(program, boss), name="people")
        self._failure: BaseException | None = None
        self._founded = threading.Event()
        people.start()
        try:
            self._founded.wait(120)
            blows = schedule(self.seed, self.seconds, self.replicas, kafka_away=self.kafka_away)
            weather.blow(blows)
        finally:
            program.stop()
            people.join(200)
        if self._failure is not None:
            raise AssertionError(self._report(["the people stopped"])) from self._failure
        self._say(f"{program.done.steps.total()} steps; now it becomes quiet")
        wrong = asyncio.run(self._judge(program, weather))
        verified = subprocess.run(
            [*command(), "--data", str(stack.data), "verify"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if verified.returncode:
            wrong.append(f"verify: {verified.stdout[-2000:]}{verified.stderr[-2000:]}")
        summary = self._summary(program, weather, sink)
        self._say(summary)
        if wrong:
            raise AssertionError(self._report(wrong))
        return summary

    def _live(self, program: Program, boss: str) -> None:
        async def work() -> None:
            async with program:
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

    async def _judge(self, program: Program, weather: Weather) -> list[str]:
        stack, sink = weather.stack, weather.sink

        def nudge(counts: dict[str, int]) -> None:
            self._say(f"still under way: {counts}")
            weather.jump(15 * 60)

        async with Books(stack.environment) as books, program:
            # A claim that nobody holds any more must not need its lease to run out.
            await books.until_quiet(150, nudge)
            self._say("it is quiet")
            # Late echoes, such as what a reminder of the last moment sets in motion.
            await asyncio.sleep(1)
            await books.until_quiet(60, nudge)
            said: dict[tuple[str, str], list[str]] = {}
            for topic in OWNER_OF:
                for each in await books.said(topic):
                    said.setdefault((topic, each.key), []).append(each.event_id)
            log = await kafka_log(stack.kafka.bootstrap, Login.of(stack.settings))
            now = datetime.now(UTC) + timedelta(seconds=weather.shift)
            in_hand = sum(
                number * (BATCH * stack.replicas if kind == "clock" else 1)
                for kind, number in weather.struck.items()
            )
            checks = {
                "parked": await truth.nothing_parked(books),
                "events": await truth.every_event_took_effect(books),
                "copies": await truth.copies_are_equal(books),
                "acknowledged": await truth.acknowledged_and_nothing_else(books, program.done),
                "hours": await truth.hours_are_what_was_recorded(books, program.done),
                "answers": await truth.answers_are_the_last_ones(books, program.done),
                "two places": await truth.nobody_is_in_two_places(books),
                "order": list(truth.in_order(log, said)),
                "mails": await truth.one_mail_each(books, sink, in_hand),
                "feeds": await truth.mailbox_is_feed(program, books, sink, now),
                "answers that none should be": _broken_answers(program),
            }
        self._say("everything was held against the truth")
        return [f"{what}: {each}" for what, found in checks.items() for each in found[:8]]

    def _summary(self, program: Program, weather: Weather, sink: SmtpSink) -> str:
        done = program.done
        return (
            f"seed {self.seed}: {done.steps.total()} steps, {done.refused.total()} refused, "
            f"{done.tries.total()} asked again {dict(done.tries)}, slowest {done.slowest:.1f} s; "
            f"{len(sink.deliveries)} mails; struck {sum(weather.struck.values())}: {weather.struck}\n"
            f"steps {dict(done.steps.most_common())}\nrefused {dict(done.refused.most_common())}"
        )

    def _report(self, wrong: list[str]) -> str:
        lines = "\n".join(self.diary.lines[-200:])
        return "\n".join([*wrong, "", f"seed {self.seed}, {self.seconds:g} s:", lines])


def _broken_answers(program: Program) -> list[str]:
    met = program.done.tries
    return [f"{met[status]} answers were {status}" for status in ("500", "429") if met[status]]


async def _found(stack: Stack) -> str:
    service = create_services(stack.settings, ["scheduler"])["scheduler"]
    try:
        assert service.welcome is not None
        await service.welcome.found(BOSS)
        async with service.uow() as uow:
            return str((await uow.people.first_coordinator()).id)
    finally:
        await service.database.close()
