"""A door for the mail server itself: LMTP (RFC 2033), one mail and one recipient at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope

from alongside_notifier.desk import Desk
from alongside_notifier.domain.addresses import domain_of
from alongside_notifier.handlers.intake import take_mail
from alongside_notifier.handlers.tell import OpenUow

log = structlog.get_logger(__name__)

LARGEST = 1_048_576
"""Octets of a mail; what is larger is refused."""


class Door:
    """Takes mails to our address, tagged or not; each is answered for once it is kept."""

    def __init__(self, open_uow: OpenUow, desk: Desk) -> None:
        self._open_uow = open_uow
        self._desk = desk

    async def handle_RCPT(  # noqa: N802  # as aiosmtpd calls it
        self, _server: LMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take our own addresses only, and one a mail: LMTP answers for each by itself."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time, please"
        local, _, domain = address.lower().rpartition("@")
        ours, _, _ = self._desk.mail_from.lower().rpartition("@")
        if local.partition("+")[0] != ours or domain != domain_of(self._desk.mail_from).lower():
            return "550 5.1.1 Nobody of that name is here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: LMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail and settle it; only then it is taken. What we cannot use is no fault of theirs."""
        raw = envelope.content
        content = raw.encode() if isinstance(raw, str) else raw or b""
        # The address it came to is what only its reader was given; headers may have lost it.
        tagged = b"Delivered-To: " + envelope.rcpt_tos[0].encode() + b"\r\n" + content
        try:
            async with self._open_uow() as uow:
                taken = await take_mail(tagged, uow, self._desk)
                await uow.session.commit()
        except Exception:
            log.exception("mail_not_taken")
            return "451 4.3.0 Not now, please try again"
        log.info("mail_taken", outcome=taken.outcome, reason=taken.reason)
        return f"250 2.0.0 {taken.outcome}"


@asynccontextmanager
async def listening(open_uow: OpenUow, desk: Desk, host: str, port: int) -> AsyncIterator[int]:
    """Listen until the block ends; gives the port. Port 0 takes a free one. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    door = Door(open_uow, desk)

    def made() -> LMTP:
        return LMTP(door, data_size_limit=LARGEST, enable_SMTPUTF8=True, loop=loop, ident="LMTP")

    server = await loop.create_server(made, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
