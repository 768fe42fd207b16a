"""What strikes: a schedule drawn from a seed, and the hands that carry it out.

Each round, each of these: a process of each service dies, one leaves and comes back; Kafka stops, and
PostgreSQL; the mail server refuses, and goes away; the front door dies; the clock jumps.

It works in the main thread alone: the kernel ends a child together with the thread that started it.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from alongside.host import ROLES
from alongside.settings import SERVICES
from alongside.stack.process import StackError
from alongside.stack.supervisor import Stack, process_name
from alongside.testing.smtp import SmtpSink
from faults.life.losses import IN_TURN

HOUR = 3600
SHORT = 60
BACK_UP = "back up"
EVERY_ROUND = (
    *(f"kill {service}" for service in SERVICES),
    *("leave", "kafka", "postgres cut", "smtp refuses", "smtp away", "door", "clock"),
)
"""What strikes in each round, also in the shortest life: `kafka` is a stop, `postgres cut` a crash."""


@dataclass(frozen=True, order=True)
class Blow:
    """Something that happens at a moment (seconds from the beginning), and for how long."""

    at: float
    what: str
    hold: float = 0
    who: str = ""


def schedule(
    seed: int, seconds: float, replicas: int, *, kafka_away: float = 6, by_role: bool = False
) -> list[Blow]:
    """Draw what happens when: every kind once in each round, rounds of about a minute."""
    chance = random.Random(seed)
    roles = ROLES if by_role else ("web",)
    processes = [
        process_name(name, n, role)
        for n in range(1, replicas + 1)
        for name in SERVICES
        for role in roles
    ]
    rounds = max(1, round(seconds / 60))
    blows: list[Blow] = []
    for number in range(rounds):
        length = seconds / rounds
        kinds = [
            *("kill", "kill", "kill", "leave", "kafka", "postgres cut"),
            *("smtp refuses", "smtp away", "door", "clock", "clock", "clock"),
        ]
        if seconds >= SHORT:
            # In a short life, Kafka dies in a later chapter, and loses its data with that.
            kinds += ["leave", "kafka killed", "postgres", "postgres hurt"]
        chance.shuffle(kinds)
        # Each service is struck in each round.
        struck = [chance.choice([p for p in processes if p.startswith(s)]) for s in SERVICES]
        for place, kind in enumerate(kinds):
            at = number * length + (place + chance.random()) * length / (len(kinds) + 1)
            who = ""
            if kind == "kafka" and kafka_away > length / 2:
                # Early, so that it comes back into the same round.
                at = number * length + chance.random() * length / 10
            if kind == "kill":
                who = struck.pop()
            elif kind == "leave":
                who = chance.choice(processes)
            hold = {"kafka": kafka_away, "kafka killed": 0.1, "smtp refuses": 5, "smtp away": 4}
            blows.append(Blow(at, kind, hold.get(kind, chance.uniform(0.2, 3)), who))
    # A backup is taken in the middle of it, of one database after the other.
    moments = sorted(chance.uniform(0.4, 0.8) * seconds for _ in IN_TURN)
    blows += [Blow(at, BACK_UP, who=who) for at, who in zip(moments, IN_TURN, strict=True)]
    return sorted(blows)


@dataclass
class Weather:
    """The hands: they strike, and put right again what they struck."""

    stack: Stack
    sink: SmtpSink
    say: Callable[[str], None]
    seed: int
    back_up: Callable[[str], None]
    shift: float = 0
    struck: dict[str, int] = field(default_factory=dict)
    """By kind, how often."""
    _later: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed + 1)

    def blow(self, blows: list[Blow]) -> None:
        """Carry a schedule out; return when its last blow is over and everything is back."""
        began = time.monotonic()
        waiting = list(blows)
        while waiting or self._later:
            now = time.monotonic() - began
            for due in [each for each in self._later if each[0] <= now]:
                self._later.remove(due)
                self.say(f"{due[1]} is back")
                due[2]()
            while waiting and waiting[0].at <= now:
                blow = waiting.pop(0)
                if self._is_away(blow):
                    # What is away already cannot be struck again, nor backed up.
                    waiting.append(replace(blow, at=now + 0.5))
                    waiting.sort()
                    continue
                if blow.what == BACK_UP:
                    self.say(f"the database of the {blow.who} is backed up")
                    self.back_up(blow.who)
                    continue
                what = f"{blow.what} {blow.who.split('-')[0]}".strip()
                self.struck[what] = self.struck.get(what, 0) + 1
                back = self._strike(blow)
                if back is not None:
                    self._later.append((now + blow.hold, blow.who or blow.what, back))
            time.sleep(0.02)
        self.all_back()

    def _is_away(self, blow: Blow) -> bool:
        away = {name for _, name, _ in self._later}
        if blow.what == BACK_UP:
            return any(name.startswith("postgres") for name in away)
        if blow.who:
            return blow.who in away
        family = blow.what.split()[0]
        return any(name.split()[0] == family for name in away)

    def _strike(self, blow: Blow) -> Callable[[], None] | None:  # noqa: PLR0911  # one a kind
        stack = self.stack
        self.say(f"{blow.what} {blow.who} for {blow.hold:.1f} s".replace("  ", " "))
        match blow.what:
            case "kill":
                stack.services[blow.who].kill()
                return lambda: self._start(blow.who)
            case "leave":
                stack.services[blow.who].ask_to_stop()
                return lambda: self._after_leaving(blow.who)
            case "kafka":
                stack.kafka.stop()
                return stack.kafka.launch
            case "kafka killed":
                stack.kafka.kill()
                return stack.kafka.launch
            case "postgres":
                stack.postgres.stop()
                return stack.postgres.start
            case "postgres cut":
                # Immediate: no farewell, and recovery from its log at the next start.
                stack.postgres.process.signal(signal.SIGQUIT)
                stack.postgres.process.wait(30)
                return stack.postgres.start
            case "postgres hurt":
                # One of its processes is killed; it ends all others itself, and recovers.
                os.kill(self._chance.choice(_backends(stack.postgres.process.pid)), signal.SIGKILL)
                return None
            case "smtp refuses":
                self.sink.refuse()
                return self.sink.accept
            case "smtp away":
                self.sink.go_away()
                return self.sink.start
            case "door":
                stack.door.kill()
                return stack._open_door
            case _:
                self.jump(self._chance.choice((0.3, 1, 3, 7, -0.2)) * HOUR)
                return None

    def jump(self, seconds: float) -> None:
        """Move the clock by which reminders and everything else go."""
        self.shift += seconds
        self.say(f"the clock jumps by {seconds / HOUR:+.1f} h to {self.shift / HOUR:+.1f} h")
        file = self.stack.settings.clock_file
        draft = file.with_suffix(".new")
        draft.write_text(str(self.shift))
        draft.replace(file)

    def _start(self, called: str) -> None:
        self.stack.start_service(*_service(called))

    def _after_leaving(self, called: str) -> None:
        process = self.stack.services[called]
        process.stop(patience=30)
        # One that had hardly begun does not listen to signals yet.
        if process.returncode not in (0, -signal.SIGTERM):
            raise AssertionError(f"{called} left with {process.returncode}: {process.last_words()}")
        self._start(called)

    def all_back(self) -> None:
        """Return when every process is there and ready."""
        self.stack.kafka.wait_until_ready()
        for called in list(self.stack.services):
            name, number = _service(called)
            for _ in range(3):
                # A process that was to begin while its database was away may have ended.
                with suppress(StackError):
                    self.stack.wait_for_service(name, number)
                    break
                self.say(f"{called} ended by itself: {self.stack.services[called].last_words(4)}")
                self.stack.start_service(name, number)
        self.say("everything is back")


def _backends(server: int) -> list[int]:
    """Return the processes of PostgreSQL that serve our services."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    words = {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in children}
    return [pid for pid, said in words.items() if said.startswith(_SERVING)]


_SERVING = tuple(f"postgres: {name} " for name in SERVICES)


def _service(called: str) -> tuple[str, int]:
    """Return the service and the number of a process, such as `logbook-2` or `logbook-2-worker`."""
    name, *more = called.split("-")
    return name, next((int(word) for word in more if word.isdigit()), 1)
