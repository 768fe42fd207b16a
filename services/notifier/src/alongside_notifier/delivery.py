"""Handing mails over: to an SMTP server, or to files where there is none."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from alongside.errors import AlongsideError
from alongside.settings import Settings
from alongside_notifier.signing import Signer

_PERMANENT = 500
_SECONDS = 30
_SECONDS_TO_ANSWER = 5
_SECONDS_IDLE = 15
"""So long a connection is kept for the next mail; servers wait for minutes (RFC 5321, 4.5.3.2.7)."""
_MOST_ON_A_LINE = 100
"""Mails over one connection; some servers take no more."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


Tls = Literal["auto", "required", "off"]


class BadMailServer(AlongsideError):
    """The mail server is set in a way that cannot be meant."""

    code = "bad_mail_server"
    title = "The mail server is set wrongly"


class Refused(Exception):
    """The mail itself was refused for good: trying again cannot help."""


class NotNow(Exception):
    """The mail was not taken at this moment."""


class Away(Exception):
    """The server cannot be reached, or will not have us: no mail's fault."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail on its way."""

    number: int
    kind: str
    queued_at: datetime
    sender: str
    recipient: str
    raw: bytes


class Counter(Protocol):
    """An open connection over which mails are handed."""

    async def hand(self, parcel: Parcel) -> None:
        """Hand one mail over; raise `Refused`, `NotNow` or `Away`."""
        ...


class Post(Protocol):
    """Where mails are handed over."""

    def open(self) -> AbstractAsyncContextManager[Counter]:
        """Open a connection for a batch of mails; raise `Away` if there is none to be had."""
        ...

    async def close(self) -> None:
        """Give back what is kept open."""
        ...


def post_of(settings: Settings) -> Post:
    """Return where an installation hands its mails over; raise `BadKey` or `BadMailServer`."""
    if settings.smtp_url is None:
        return MailFolder(settings.mail_folder)
    url = settings.smtp_url.get_secret_value()
    return SmtpPost(url, Signer.of(settings), settings.smtp_tls)


class MailFolder:
    """A folder in which each mail is one file. Names sort by time; a repeat replaces its like."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def open(self) -> AsyncIterator["MailFolder"]:
        """Make sure the folder is there."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Away(f"{self._folder} cannot be made: {error.strerror}") from error
        yield self

    async def close(self) -> None:
        """Do nothing: no file stays open."""

    async def hand(self, parcel: Parcel) -> None:
        """Write one file; it appears whole or not at all."""
        try:
            await asyncio.to_thread(self._write, parcel)
        except OSError as error:
            raise Away(f"{self._folder} cannot be written: {error.strerror}") from error

    def _write(self, parcel: Parcel) -> None:
        draft = self._folder / f".{parcel.number}.part"
        with draft.open("wb") as file:
            file.write(parcel.raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / file_name(parcel))


def file_name(parcel: Parcel) -> str:
    """Return the name of a mail's file: when, which, what and to whom."""
    moment = f"{parcel.queued_at:%Y%m%dT%H%M%S}.{parcel.queued_at.microsecond // 1000:03d}Z"
    whom = re.sub(r"[^A-Za-z0-9@._-]", "_", parcel.recipient)[:80]
    return f"{moment}-{parcel.number:08d}-{parcel.kind}-{whom}.eml"


class SmtpPost:
    """An SMTP server: `smtp://` with STARTTLS, `smtps://` with TLS from the start.

    A connection is kept for some seconds after a batch, for the next: shaking hands takes longer
    than a mail. Each process keeps one at most; whoever finds it in use makes another.
    """

    def __init__(self, url: str, signer: Signer | None = None, tls: Tls = "auto") -> None:
        """Read the address; raise `BadMailServer` for what would send a password in the open."""
        parts = urlsplit(url)
        self._signer = signer
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._wants_tls = tls
        self._kept: _Line | None = None
        self._idle: asyncio.Task[None] | None = None
        if tls == "off" and (self._tls or self._needs_tls):
            raise BadMailServer(
                "ALONGSIDE_SMTP_TLS is off, but ALONGSIDE_SMTP_URL "
                + ("begins with smtps://." if self._tls else "has a password for another machine.")
            )

    @asynccontextmanager
    async def open(self) -> AsyncIterator["_SmtpCounter"]:
        """Take the connection that was kept, else connect; keep it, unless something went wrong."""
        counter = _SmtpCounter(await self._take() or await self._connect(), self)
        try:
            yield counter
        except BaseException:
            counter.line.client.close()
            raise
        await self._keep(counter.line)

    async def close(self) -> None:
        """Close what is kept."""
        line, self._kept = self._kept, None
        if self._idle is not None:
            self._idle.cancel()
        if line is not None:
            await line.quit()

    async def renewed(self, line: "_Line") -> "_Line":
        """Return a connection that may carry one more mail."""
        if line.handed < _MOST_ON_A_LINE:
            return line
        await line.quit()
        return await self._connect()

    async def signed(self, raw: bytes) -> bytes:
        """Return a mail as it leaves."""
        return raw if self._signer is None else await asyncio.to_thread(self._signer.sign, raw)

    async def _connect(self) -> "_Line":
        """Connect, verify the certificate where there is one, sign in where asked to."""
        # A password goes over an encrypted line or not at all.
        required = self._wants_tls == "required" or self._needs_tls
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls,
            start_tls=None
            if self._tls
            else required or (None if self._wants_tls == "auto" else False),
            username=self._user,
            password=self._password,
            timeout=_SECONDS,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Away(f"{self._host}:{self._port}: {error}") from error
        return _Line(client)

    async def _take(self) -> "_Line | None":
        """Return the connection that was kept, if the server still listens at its other end."""
        line, self._kept = self._kept, None
        if line is None:
            return None
        if self._idle is not None:
            self._idle.cancel()
        try:
            await line.client.noop(timeout=_SECONDS_TO_ANSWER)
        except (aiosmtplib.SMTPException, OSError):
            line.client.close()
            return None
        return line

    async def _keep(self, line: "_Line") -> None:
        if self._kept is not None or not line.client.is_connected:
            await line.quit()
            return
        self._kept = line
        self._idle = asyncio.create_task(self._close_idle(line), name="idle SMTP connection")

    async def _close_idle(self, line: "_Line") -> None:
        try:
            await asyncio.sleep(_SECONDS_IDLE)
            if self._kept is line:
                self._kept = None
                await line.quit()
        finally:
            if self._kept is line:
                self._kept = None
                line.client.close()

    @property
    def _needs_tls(self) -> bool:
        return self._user is not None and not self._tls and self._host not in _LOOPBACK


@dataclass(slots=True)
class _Line:
    """A connection, and how many mails it carried."""

    client: aiosmtplib.SMTP
    handed: int = 0

    async def quit(self) -> None:
        """Say good-bye, and close it whatever the server says to that."""
        try:
            await self.client.quit(timeout=_SECONDS_TO_ANSWER)
        except (aiosmtplib.SMTPException, OSError):
            self.client.close()


class _SmtpCounter:
    def __init__(self, line: _Line, post: SmtpPost) -> None:
        self.line = line
        self._post = post

    async def hand(self, parcel: Parcel) -> None:
        raw = await self._post.signed(parcel.raw)
        self.line = await self._post.renewed(self.line)
        self.line.handed += 1
        try:
            await self.line.client.sendmail(parcel.sender, [parcel.recipient], raw)
        except aiosmtplib.SMTPRecipientsRefused as error:
            _raise(error.recipients[0].code, error.recipients[0].message)
        except aiosmtplib.SMTPResponseException as error:
            _raise(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            if isinstance(error, ValueError):
                raise Refused(str(error)) from error
            raise Away(str(error)) from error


def _raise(code: int, message: str) -> None:
    said = f"{code} {' '.join(message.split())}"
    if code == 421:  # noqa: PLR2004  # the server is closing the connection
        raise Away(said)
    if code >= _PERMANENT:
        raise Refused(said)
    raise NotNow(said)
