"""The mailbox that our address is delivered to, read over IMAP: answers, and mails that came back."""

import asyncio
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import structlog

from alongside_notifier.desk import Desk
from alongside_notifier.handlers.intake import take_mail
from alongside_notifier.handlers.tell import OpenUow

log = structlog.get_logger(__name__)

_SECONDS = 30
_LARGEST = 1_048_576
_AT_ONCE = 100
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailboxAway(Exception):
    """The mailbox cannot be reached, or will not have us."""


class Mailbox:
    """One folder: `imaps://user:password@host/INBOX`, or `imap://`, where STARTTLS is demanded.

    Only an office's own machine (loopback) is spoken to in the clear.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "imaps"
        self._port = parts.port or (993 if self._tls else 143)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        try:
            client = self._connected()
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxAway(f"{self._host}:{self._port}: {error}") from error
        try:
            client.login(self._user, self._password)
            answer, said = client.select(_quoted(self._folder))
            if answer != "OK":
                raise MailboxAway(f"There is no folder {self._folder}: {said!r}")
            yield client
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxAway(f"{self._host}:{self._port}: {error}") from error
        finally:
            _leave(client)

    def unseen(self) -> list[tuple[str, bytes | None]]:
        """Return some mails that nobody has read: their number, and the mail; none if it is too large."""
        with self._opened() as client:
            _, found = client.uid("SEARCH", "UNSEEN")
            numbers = (found[0] or b"").decode().split()[:_AT_ONCE]
            return [(number, _fetched(client, number)) for number in numbers]

    def knock(self) -> None:
        """Sign in and leave again; raise `MailboxAway` if that cannot be."""
        with self._opened():
            pass

    def mark(self, numbers: list[str]) -> None:
        """Mark mails as read: they are not taken again."""
        if numbers:
            with self._opened() as client:
                client.uid("STORE", ",".join(numbers), "+FLAGS.SILENT", r"(\Seen)")

    def _connected(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self._tls:
            return imaplib.IMAP4_SSL(self._host, self._port, ssl_context=context, timeout=_SECONDS)
        client = imaplib.IMAP4(self._host, self._port, timeout=_SECONDS)
        if self._host not in _LOOPBACK:
            # A password goes over an encrypted line or not at all.
            client.starttls(context)
        return client


async def read_mailbox(open_uow: OpenUow, desk: Desk, mailbox: Mailbox) -> int:
    """Take what is unread, each mail in a transaction of its own; return how many were taken.

    A mail is marked as read after its transaction: whoever dies in between takes it once more, and
    exactly the same mail changes nothing.
    """
    number = 0
    while True:
        try:
            mails = await asyncio.to_thread(mailbox.unseen)
        except MailboxAway as error:
            log.warning("mailbox_away", error=str(error))
            return number
        done: list[str] = []
        try:
            for uid, raw in mails:
                if raw is None:
                    log.warning("mail_too_large", uid=uid)
                else:
                    async with open_uow() as uow:
                        taken = await take_mail(raw, uow, desk)
                        await uow.session.commit()
                    number += taken.outcome != "seen"
                done.append(uid)
        finally:
            try:
                await asyncio.to_thread(mailbox.mark, done)
            except MailboxAway as error:
                log.warning("mailbox_away", error=str(error))
        if len(mails) < _AT_ONCE:
            return number


def _fetched(client: imaplib.IMAP4, number: str) -> bytes | None:
    _, sizes = client.uid("FETCH", number, "(RFC822.SIZE)")
    size = (sizes[0] or b"").rpartition(b"RFC822.SIZE ")[2].partition(b")")[0]
    if not size.isdigit() or int(size) > _LARGEST:
        return None
    # PEEK: what we fetched and could not take stays unread.
    _, parts = client.uid("FETCH", number, "(BODY.PEEK[])")
    for part in parts:
        if isinstance(part, tuple):
            return bytes(part[1])
    return None


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        client.shutdown()
