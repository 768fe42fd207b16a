"""Answers that come by mail: tolerant in form, strict about who may say what."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any, Literal

from icalendar import Calendar, Event

from alongside.contracts import SeriesState
from alongside_notifier.domain.addresses import is_one_of, tokens_in
from alongside_notifier.domain.plain import clean
from alongside_notifier.domain.told import Told

Answer = Literal["accepted", "declined", "tentative", "proposed"]

_ANSWERS: dict[str, Answer] = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "DELEGATED": "declined",
}
_RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is not taken, and why in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An answer that says nothing new, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a REPLY or COUNTER mail says."""

    attendee: str
    uid: str
    recurrence: datetime | date | None
    sequence: int
    stamp: datetime | None
    answer: Answer
    note: str
    proposed_start: datetime | None
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is kept: for a whole series (`key` None) or one occurrence."""

    answer: Answer
    sequence: int
    stamp: datetime
    key: str | None = None
    note: str = ""
    proposed_start: datetime | None = None


def read_reply(raw: bytes, mail_from: str) -> Reply | Refused:
    """Read a mail that a calendar program wrote as an answer."""
    mail = message_from_bytes(raw, policy=default)
    if not isinstance(mail, EmailMessage):  # pragma: no cover  # the policy makes it one
        return Refused("This is not a mail.")
    found = _calendar_in(mail)
    if found is None:
        return Refused("There is no calendar answer in this mail.")
    calendar, event = found
    method = str(calendar.get("METHOD", "")).upper()
    attendee = _attendee(event, mail)
    if attendee is None:
        return Refused("The answer does not name exactly one person who answers.")
    uid = str(event.get("UID", ""))
    if not uid:
        return Refused("The answer does not say which series it is about.")
    address, partstat = attendee
    answer: Answer | None = "proposed" if method == "COUNTER" else _ANSWERS.get(partstat)
    if answer is None:
        return Refused(f"The answer {partstat or 'without a word'!s} is not one we understand.")
    note = clean(str(event.get("COMMENT", "")))[:_LONGEST_NOTE]
    if partstat == "DELEGATED":
        note = f"Delegated to somebody else. {note}".strip()
    headers = [str(value) for name in _RECIPIENT_HEADERS for value in mail.get_all(name, [])]
    organizer = str(event.get("ORGANIZER", ""))
    start = _value(event, "DTSTART")
    return Reply(
        attendee=address,
        uid=uid,
        recurrence=_value(event, "RECURRENCE-ID"),
        sequence=_number(event.get("SEQUENCE")),
        stamp=_instant(_value(event, "DTSTAMP")),
        answer=answer,
        note=note,
        proposed_start=_instant(start) if answer == "proposed" else None,
        tokens=tokens_in([*headers, organizer], mail_from),
    )


def judge(
    reply: Reply,
    *,
    series: SeriesState | None,
    expected_token: str | None,
    told: Told,
    previous: Given | None,
    now: datetime,
) -> Given | Unchanged | Refused:
    """Decide on an answer. `expected_token` is the tag of the person whom ATTENDEE names, if known."""
    if expected_token is None:
        return Refused("Nobody here has the address that answered.")
    if not is_one_of(expected_token, reply.tokens):
        return Refused("The answer did not come to the address that only this person was given.")
    if series is None or told.standing == "nothing":
        return Refused("This person was never invited to that series.")
    key: str | None = None
    if reply.recurrence is not None:
        key = occurrence_key(series, reply.recurrence)
        if key is None:
            return Refused("The series has no meeting at the time that was answered for.")
    stamp = min(reply.stamp or now, now)
    reason = _nothing_new(reply, series, told, key, previous, stamp)
    if reason is not None:
        return Unchanged(reason)
    return Given(reply.answer, reply.sequence, stamp, key, reply.note, reply.proposed_start)


def _nothing_new(
    reply: Reply,
    series: SeriesState,
    told: Told,
    key: str | None,
    previous: Given | None,
    stamp: datetime,
) -> str | None:
    if told.standing != "invited" or series.status == "cancelled":
        return "The series is no longer in this person's calendar."
    if reply.sequence < _sequence_told(told, key):
        return "The answer is about an earlier state; times have changed since."
    if previous is not None and not (reply.sequence > previous.sequence or stamp > previous.stamp):
        return "This answer, or a newer one, is already here."
    return None


def occurrence_key(series: SeriesState, recurrence: datetime | date) -> str | None:
    """Return the occurrence that a RECURRENCE-ID means, whatever zone it was written in."""
    for occurrence in series.occurrences:
        if isinstance(recurrence, datetime):
            if recurrence.tzinfo is not None and recurrence == occurrence.original_start:
                return occurrence.key
            if recurrence.tzinfo is None and f"{recurrence:%Y%m%dT%H%M}" == occurrence.key:
                return occurrence.key
        elif f"{recurrence:%Y%m%d}" == occurrence.key[:8]:
            return occurrence.key
    return None


def _sequence_told(told: Told, key: str | None) -> int:
    if key is not None and key in told.meetings:
        return told.meetings[key].sequence
    return told.sequence


def _calendar_in(mail: EmailMessage) -> tuple[Calendar, Event] | None:
    for part in mail.walk():
        name = (part.get_filename() or "").lower()
        if part.get_content_type() not in {"text/calendar", "application/ics"} and not (
            name.endswith(".ics") and not part.is_multipart()
        ):
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        try:
            calendar = Calendar.from_ical(_text(payload, part.get_content_charset()))
        except (ValueError, IndexError, KeyError):
            continue
        if not isinstance(calendar, Calendar):
            continue
        method = str(calendar.get("METHOD", "")).upper()
        events = [event for event in calendar.events if isinstance(event, Event)]
        if method in {"REPLY", "COUNTER"} and events:
            return calendar, events[0]
    return None


def _text(payload: bytes, said: str | None) -> str:
    """Return a calendar as text: UTF-8 as it should be, else in the charset that is said of it."""
    for charset in ("utf-8-sig", said or "windows-1252"):
        with suppress(UnicodeDecodeError, LookupError):
            return payload.decode(charset)
    return payload.decode("utf-8", errors="replace")


def _attendee(event: Event, mail: EmailMessage) -> tuple[str, str] | None:
    """Return who answers, and what. Of several, who delegates (RFC 5546 4.2.5), else who writes."""
    given: Any = event.get("ATTENDEE")
    if given is None:
        return None
    attendees = [_said(each) for each in (given if isinstance(given, list) else [given])]
    if len(attendees) > 1:
        writers = {address.lower() for _, address in getaddresses(mail.get_all("From", []))}
        delegating = [each for each in attendees if each[1] == "DELEGATED"]
        attendees = delegating or [each for each in attendees if each[0] in writers]
    return attendees[0] if len(attendees) == 1 else None


def _said(attendee: Any) -> tuple[str, str]:
    address = str(attendee).strip()
    if address.lower().startswith("mailto:"):
        address = address[7:]
    return address.strip("<> ").lower(), str(attendee.params.get("PARTSTAT", "")).upper()


def _value(event: Event, name: str) -> datetime | date | None:
    given: Any = event.get(name)
    value = getattr(given, "dt", None)
    return value if isinstance(value, date) else None


def _instant(value: datetime | date | None) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return None


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
