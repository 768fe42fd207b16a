"""An SMTP server that keeps what it is given, and refuses on command."""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Delivery:
    """One message as it was handed over: the envelope, the bytes, the message in them."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101  # what this policy makes
        return parsed


@dataclass
class SmtpSink:
    """A mail server on loopback, in a thread of its own, so that any test or process can use it."""

    deliveries: list[Delivery] = field(default_factory=list)
    """What was accepted, in order."""
    attempts: int = 0
    """How many recipients were asked for, refused ones included."""
    port: int = 0

    def __post_init__(self) -> None:
        self._refusal = ""
        self._refusals_left = 0
        self._refused_people: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.BaseTransport] = set()

    @property
    def url(self) -> str:
        """The value for ALONGSIDE_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, answer: str = "451 4.3.0 Try again later", *, times: int = 1_000_000) -> None:
        """Refuse the next recipients with this answer: 4xx for now, 5xx for good."""
        self._refusal, self._refusals_left = answer, times

    def refuse_person(self, address: str, answer: str = "550 5.1.1 No such mailbox") -> None:
        """Refuse one recipient, whenever asked."""
        self._refused_people[address.lower()] = answer

    def accept(self) -> None:
        """Accept everything again."""
        self._refusals_left = 0
        self._refused_people.clear()

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages that one address got, in order."""
        return [
            each.message
            for each in list(self.deliveries)
            if address.lower() in (person.lower() for person in each.recipients)
        ]

    async def wait_for(self, number: int, *, longest: float = 20) -> list[Delivery]:
        """Return the deliveries once there are at least so many; fail after a while."""
        deadline = time.monotonic() + longest
        while len(self.deliveries) < number:
            if time.monotonic() > deadline:
                message = f"{len(self.deliveries)} of {number} messages came within {longest:g} s"
                raise AssertionError(message)
            await asyncio.sleep(0.02)
        return list(self.deliveries)

    def start(self) -> None:
        """Listen; the first time on a free port, later on the same one."""
        if not self._thread.is_alive():
            self._thread.start()

        async def listen() -> asyncio.Server:
            return await self._loop.create_server(self._protocol, "127.0.0.1", self.port)

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def go_away(self) -> None:
        """Stop listening, as a server that is down, and drop who is connected."""
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._close(self._server), self._loop).result(10)
            self._server = None

    def close(self) -> None:
        """Stop for good."""
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for connection in list(self._connections):
            connection.close()
        await server.wait_closed()
        # The closed connections say so in callbacks of this loop.
        while self._connections:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def _protocol(self) -> SMTP:
        sink = self

        class Connection(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                sink._connections.add(transport)
                self._sink_transport = transport
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                sink._connections.discard(self._sink_transport)
                super().connection_lost(error)

        return Connection(self, hostname="sink.example", loop=self._loop, enable_SMTPUTF8=True)

    async def handle_RCPT(  # noqa: N802  # the name that the server calls
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take or refuse a recipient."""
        self.attempts += 1
        if answer := self._refused_people.get(address.lower()):
            return answer
        if self._refusals_left > 0:
            self._refusals_left -= 1
            return self._refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a message."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        self.deliveries.append(
            Delivery(envelope.mail_from or "", tuple(map(str, envelope.rcpt_tos)), raw)
        )
        return "250 Kept"

    def __enter__(self) -> Self:
        """Listen."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.close()
