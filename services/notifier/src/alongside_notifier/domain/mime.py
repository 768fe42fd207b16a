"""Mails as bytes.

An invitation has exactly the tree that every client files by itself:
multipart/mixed { multipart/alternative { text/plain, text/html, text/calendar }, invite.ics }
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alongside_notifier.domain.itip import Party
from alongside_notifier.domain.plain import clean, one_line

_EMPTY_SUBJECT = re.compile(rb"\r\nSubject:\r\n ([^\r\n]+)\r\n(?![ \t])")
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person reads."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who it comes from, whom it is for, and which thread it belongs to."""

    sender: Party
    to: Party
    message_id: str
    date: datetime
    reply_to: Party | None = None
    thread: str | None = None
    unsubscribe: str | None = None
    """Only reminders have one."""


def compose(letter: Letter, envelope: Envelope, calendar: tuple[str, bytes] | None = None) -> bytes:
    """Return the mail, CRLF and all. `calendar` is a METHOD and the object that has it."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(envelope.sender)
    mail["To"] = _address(envelope.to)
    if envelope.reply_to is not None:
        mail["Reply-To"] = _address(envelope.reply_to)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(envelope.date)
    mail["Message-ID"] = envelope.message_id
    if envelope.thread and envelope.thread != envelope.message_id:
        mail["In-Reply-To"] = envelope.thread
        mail["References"] = envelope.thread
    mail["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe:
        mail["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
    mail.set_content(clean(letter.text) + "\n", cte="quoted-printable")
    mail.add_alternative(clean(letter.html) + "\n", subtype="html", cte="quoted-printable")
    if calendar is not None:
        method, body = calendar
        mail.add_alternative(
            body.decode(),
            subtype="calendar",
            params={"method": method, "component": "VEVENT"},
            cte="base64",
        )
        mail.add_attachment(body, maintype="application", subtype="ics", filename="invite.ics")
    _set_boundaries(mail, envelope.message_id)
    return _fold_subject(mail.as_bytes())


def _address(party: Party) -> Address:
    return Address(display_name=one_line(party.name), addr_spec=party.address)


def _fold_subject(raw: bytes) -> bytes:
    """Begin a long subject on its own line: the library may leave that line empty."""
    found = _EMPTY_SUBJECT.search(raw)
    if found is None or (cut := found[1].rfind(b" ", 1, 66)) < 1:
        return raw
    folded = b"\r\nSubject: " + found[1][:cut] + b"\r\n" + found[1][cut:] + b"\r\n"
    return raw[: found.start()] + folded + raw[found.end() :]


def _set_boundaries(mail: EmailMessage, message_id: str) -> None:
    """Make the bytes depend on nothing but what is said."""
    stem = "".join(letter for letter in message_id if letter.isalnum())[:40]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{stem}_{number}")
