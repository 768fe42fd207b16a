"""A running installation, as its users meet it: a process, pages, mail, the command line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2

from alongside.stack.ports import free_port
from alongside.stack.process import leashed

ALONGSIDE = Path(sys.executable).with_name("alongside")
PATIENCE = 30
"""Seconds within which what was said must have had its effect elsewhere."""


@dataclass
class Installation:
    """One installation of a kind (`embedded` or `stack`) in a folder of its own."""

    kind: str
    folder: Path
    port: int = field(default_factory=free_port)
    shift: float = 0
    """Seconds by which its clock is ahead of the machine's."""
    process: subprocess.Popen[str] | None = None
    browsers: list[httpx2.Client] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock"

    def environment(self) -> dict[str, str]:
        mine = {
            "ALONGSIDE_DATA": str(self.data),
            "ALONGSIDE_PORT": str(self.port),
            "ALONGSIDE_CLOCK_FILE": str(self.clock_file),
            "ALONGSIDE_COALESCE_SECONDS": "0",
        }
        rest = {key: value for key, value in os.environ.items() if not key.startswith("ALONGSIDE_")}
        return rest | mine | self.settings

    def start(self, *arguments: str) -> str:
        """Start it and return the link it prints."""
        command = ["up"] if self.kind == "embedded" else ["stack", "--compact"]
        self.clock_file.write_text(str(self.shift))
        log = (self.folder / f"{self.kind}.log").open("a")
        self.process = subprocess.Popen(
            # It ends with the tests, however those end.
            leashed([ALONGSIDE, *command, *arguments]),
            env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            text=True, start_new_session=True,
        )  # fmt: skip
        log.close()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"https?://\S+", line):
                return found[0]
        raise AssertionError(f"it ended: {(self.folder / f'{self.kind}.log').read_text()[-3000:]}")

    def stop(self) -> int:
        """Stop it as Ctrl-C does; return its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(60)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdout.close()
        self.process = None
        return code

    def leave(self) -> int:
        """Close every browser and stop it for good; return its exit code."""
        for browser in self.browsers:
            browser.close()
        return self.stop()

    def travel(self, seconds: float) -> None:
        """Move its clock forward."""
        self.shift += seconds
        self.clock_file.write_text(str(self.shift))
        os.utime(self.clock_file, (time.time(), time.time() + self.shift % 1000))

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run the command line on the data folder, beside the running program."""
        done = subprocess.run(
            [ALONGSIDE, *arguments], env=self.environment(), capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        return done.stdout

    def mails(self, to: str, *, subject: str = "") -> list[EmailMessage]:
        """Return what was mailed to somebody, oldest first."""
        read = []
        for path in sorted((self.data / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            if to in str(message["To"]) and subject.lower() in str(message["Subject"]).lower():
                read.append(message)
        return read

    def mail(self, to: str, *, subject: str = "", after: int = 0) -> EmailMessage:
        """Wait for the next mail to somebody beyond the first `after`, and return it."""
        return until(lambda: self.mails(to, subject=subject)[after:])[0]


def until(look: Any, *, seconds: float = PATIENCE) -> Any:
    """Look again and again until there is something; fail when there is nothing in time."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < end, f"nothing within {seconds} s: {seen!r}"
        time.sleep(0.1)


class Person:
    """Somebody with a browser (a cookie jar) before an installation."""

    def __init__(self, where: Installation, email: str) -> None:
        self.where = where
        self.email = email
        self.browser = httpx2.Client(
            base_url=where.origin,
            follow_redirects=True,
            headers={"Origin": where.origin, "Sec-Fetch-Site": "same-origin"},
            timeout=20,
        )
        where.browsers.append(self.browser)

    def sign_in(self, link: str | None = None) -> "Person":
        """Sign in as a person does: ask for a link, open it, press the button."""
        if link is None:
            before = len(self.where.mails(self.email, subject="sign-in"))
            self.post("/sign-in", email=self.email)
            mail = self.where.mail(self.email, subject="sign-in", after=before)
            text = mail.get_body(("plain",)).get_content()
            link = re.search(rf"{re.escape(self.where.origin)}/sign-in/\S+", text)[0]
        path = link.removeprefix(self.where.origin)
        assert "<form" in self.page(path), "a GET must show a button, not consume the link"
        self.post(path)
        return self

    def page(self, path: str, *, status: int = 200) -> str:
        """Open a page and return its HTML."""
        answer = self.browser.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.text

    def post(self, path: str, *, status: int = 200, **fields: Any) -> str:
        """Send a form and return the page that follows."""
        answer = self.browser.post(path, data=fields, headers={"Accept": "text/html"})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.text

    def get(self, path: str, *, status: int = 200) -> Any:
        """Read a JSON route."""
        return self._json("GET", path, None, status)

    def send(self, method: str, path: str, body: Any = None, *, status: int | None = None) -> Any:
        """Write through a JSON route."""
        return self._json(method, path, body, status)

    def _json(self, method: str, path: str, body: Any, status: int | None) -> Any:
        answer = self.browser.request(
            method, path, json=body, headers={"Accept": "application/json"}
        )
        expected = {status} if status else {200, 201, 204}
        assert answer.status_code in expected, (path, answer.status_code, answer.text[:2000])
        return json.loads(answer.text) if answer.text else None
