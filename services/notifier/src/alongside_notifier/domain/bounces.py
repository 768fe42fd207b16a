"""Mails that came back: delivery reports (RFC 3464), and what their status (RFC 3463) means for us."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Literal

from alongside_notifier.domain.addresses import tokens_in
from alongside_notifier.domain.plain import clean

Failure = Literal["no_such_address", "full", "policy", "other"]
"""Why a mail was not taken for good. Only `no_such_address` says that no later one will be, either."""

FAILURES: dict[Failure, str] = {
    "no_such_address": "There is no such address.",
    "full": "The mailbox is full.",
    "policy": "Their mail system refuses our mail.",
    "other": "Their mail system refused it.",
}

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_GONE = {"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"}
"""Bad mailbox, bad or unknown host, moved, disabled: RFC 3463 section 3.2, RFC 7505 for 1.10."""

_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that a mail of ours was not delivered."""

    recipient: str
    final: bool
    """False: it is late, and tried again by whoever reports."""
    failure: Failure
    diagnosis: str
    message_id: str | None
    """Of the mail that came back, where the report says."""
    tokens: frozenset[str]
    """The tags of the addresses it came to: only whoever got our mail can know them."""


def read_bounce(raw: bytes, mail_from: str) -> Bounce | None:
    """Read a delivery report; None if the mail is none, or reports nothing but success."""
    mail = message_from_bytes(raw, policy=default)
    if not isinstance(mail, EmailMessage) or mail.get_content_type() != "multipart/report":
        return None
    for report in _reports(mail):
        action = str(report.get("Action", "")).strip().lower()
        recipient = _address(report.get("Original-Recipient") or report.get("Final-Recipient"))
        if recipient is None or action not in {"failed", "delayed"}:
            continue
        said = " ".join(str(report.get("Diagnostic-Code", "")).split())
        status = str(report.get("Status", "")).strip()
        headers = [str(value) for name in _RECIPIENTS for value in mail.get_all(name, [])]
        return Bounce(
            recipient=recipient,
            final=action == "failed",
            failure=failure_of(f"{status} {said}"),
            diagnosis=clean(said.partition(";")[2].strip() or said or status)[:_LONGEST],
            message_id=_original_id(mail),
            tokens=tokens_in(headers, mail_from),
        )
    return None


def failure_of(said: str) -> Failure:
    """Return what a final answer of a mail system means: `550 5.1.1 User unknown`."""
    found = _ENHANCED.search(said)
    if found is None:
        # A bare 550 may be a missing mailbox as well as a matter of policy (RFC 5321, 4.2.3).
        return "other"
    detail = f"{found[2]}.{found[3]}"
    if detail in _GONE:
        return "no_such_address"
    if detail == "2.2":
        return "full"
    return "policy" if found[2] == "7" else "other"


def _reports(mail: EmailMessage) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            if isinstance(blocks, list):
                yield from (block for block in blocks if isinstance(block, Message))


def _address(field: object) -> str | None:
    if field is None:
        return None
    kind, separator, address = str(field).partition(";")
    given = (address if separator else kind).strip().strip("<>").lower()
    return given if "@" in given else None


def _original_id(mail: EmailMessage) -> str | None:
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            original = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(original, Message) and original["Message-ID"]:
                return str(original["Message-ID"]).strip()
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                original = message_from_bytes(payload, policy=default)
                if original["Message-ID"]:
                    return str(original["Message-ID"]).strip()
    return None
