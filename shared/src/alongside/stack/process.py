"""One child process: started with its output in a file, watched, and stopped for certain."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

_LEASH = Path(__file__).with_name("leash.py")


class StackError(Exception):
    """A part of the stack could not be had, started or stopped."""


def leashed(
    command: Sequence[str | Path],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    user: tuple[int, int] | None = None,
) -> list[str]:
    """Return the words that run a command which gets this signal at the latest when we end."""
    uid, gid = (str(part) for part in user) if user else ("-", "-")
    leash = [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), str(int(stop_signal))]
    return [*leash, uid, gid, *map(str, command)]


class Process:
    """A running child in its own process group, so that Ctrl-C reaches only its parent.

    It must be started from the main thread: the kernel ends it when the thread that started
    it ends. It keeps the open files of `holds`, and with them their locks, as long as it lives.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: tuple[int, int] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        holds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603  # our own words, no shell
                leashed(command, stop_signal=stop_signal, user=user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if env is None else env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=tuple(holds),
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, or nothing while it runs."""
        return self._child.poll()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.running:
            self._child.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.signal(signal.SIGKILL)
        self._child.wait()

    def wait(self, longest: float) -> int:
        """Wait for its end and return how it ended."""
        try:
            return self._child.wait(longest)
        except subprocess.TimeoutExpired as error:
            message = f"{self.name} did not end within {longest:g} s (see {self.log})"
            raise StackError(message) from error

    def ask_to_stop(self) -> None:
        """Ask it to end, and do not wait."""
        self.signal(self._stop_signal)

    def stop(self, *, patience: float = 20) -> None:
        """Ask it to end, and end it if it has not done so in time. A second call does nothing."""
        self.ask_to_stop()
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self, lines: int = 15) -> str:
        """Return the end of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def ensure_running(self) -> None:
        """Raise with the end of its log if it has ended."""
        if not self.running:
            message = f"{self.name} ended with {self.returncode}.\n{self.last_words()}"
            raise StackError(message)

    def __enter__(self) -> Self:
        """Return the process itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()


def wait_until(
    ready: Callable[[], bool], process: Process, *, longest: float = 60, pause: float = 0.1
) -> None:
    """Return as soon as the process is ready; raise if it ends before, or takes too long."""
    deadline = time.monotonic() + longest
    while not ready():
        process.ensure_running()
        if time.monotonic() > deadline:
            message = f"{process.name} is not ready after {longest:g} s.\n{process.last_words()}"
            raise StackError(message)
        time.sleep(pause)
