"""Handing mails over: to an SMTP server, or to files where there is none."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from alongside.settings import Settings
from alongside_notifier.signing import Signer

_PERMANENT = 500
_SECONDS = 30
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


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


def post_of(settings: Settings) -> Post:
    """Return where an installation hands its mails over; raise `BadKey` if it could not sign them."""
    if settings.smtp_url is None:
        return MailFolder(settings.mail_folder)
    return SmtpPost(settings.smtp_url.get_secret_value(), Signer.of(settings))


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
    """An SMTP server: `smtp://` with STARTTLS where offered, `smtps://` with TLS from the start."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        parts = urlsplit(url)
        self._signer = signer
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    @asynccontextmanager
    async def open(self) -> AsyncIterator["_SmtpCounter"]:
        """Connect, verify the certificate where there is one, sign in where asked to."""
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls,
            # A password goes over an encrypted line or not at all.
            start_tls=True if self._needs_tls else None,
            username=self._user,
            password=self._password,
            timeout=_SECONDS,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Away(f"{self._host}:{self._port}: {error}") from error
        try:
            yield _SmtpCounter(client, self._signer)
        finally:
            try:
                await client.quit()
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    @property
    def _needs_tls(self) -> bool:
        return self._user is not None and not self._tls and self._host not in _LOOPBACK


class _SmtpCounter:
    def __init__(self, client: aiosmtplib.SMTP, signer: Signer | None) -> None:
        self._client = client
        self._signer = signer

    async def hand(self, parcel: Parcel) -> None:
        raw = parcel.raw
        if self._signer is not None:
            raw = await asyncio.to_thread(self._signer.sign, raw)
        try:
            await self._client.sendmail(parcel.sender, [parcel.recipient], raw)
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
