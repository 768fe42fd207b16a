"""iTIP objects (RFC 5546): one VCALENDAR with one METHOD and one UID for each message."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from icalendar import Event
from icalendar.prop import vCalAddress, vText

from alongside.contracts import SeriesState
from alongside_notifier.domain.calendar import (
    Names,
    leave_out,
    master_event,
    override_event,
)
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.told import Message
from alongside_notifier.domain.vcalendar import calendar_text
from alongside_notifier.domain.view import View, people_of, view_of
from alongside_notifier.domain.words import ENGLISH, Words

PARTSTAT = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}


@dataclass(frozen=True, slots=True)
class Party:
    """A name and a bare address."""

    name: str
    address: str


def itip(
    message: Message,
    series: SeriesState,
    view: View | None,
    names: Names,
    *,
    organizer: Party,
    attendee: Party,
    answer: str | None,
    now: datetime,
    words: Words = ENGLISH,
) -> bytes:
    """Return the calendar object of a message. Its only ATTENDEE is whoever it goes to."""
    shown = view or _anybodys(series)
    if shown is None:
        return b""
    if message.method == "CANCEL":
        events = [_cancelled(message, shown, names, words)]
    elif message.key is None:
        events = _whole(message, shown, names, words)
    else:
        events = [_single(message, message.key, shown, names, words)]
    asked_again = {
        shown.recurrence.shown(meeting.original_start)
        for meeting in shown.meetings
        if meeting.key in message.asks_again
    }
    for event in events:
        event.add("dtstamp", now)
        event.add("created", min(series.created_at, now))
        event.add("last-modified", now)
        original: Any = event.get("RECURRENCE-ID")
        is_asked = original is not None and original.dt in asked_again
        given = None if is_asked else answer
        _add_parties(event, message, shown, organizer, attendee, given)
    text = "".join(event.to_ical().decode() for event in events)
    block = shown.recurrence.block
    zones = [block.name] if block and ";TZID=" in text else []
    header = ["CALSCALE:GREGORIAN\r\n", f"METHOD:{message.method}\r\n"]
    return calendar_text(header, zones, text, words)


def message_id(
    message: Message, series: SeriesState, person_id: str, address: str, domain: str
) -> str:
    """Return the Message-ID: the same for the same news to the same person, however often sent."""
    facts = (
        series.uid,
        message.method,
        message.kind,
        message.key or "",
        str(message.sequence),
        str(series.version),
        person_id,
        address.lower(),
    )
    digest = sha256("\0".join(facts).encode()).hexdigest()[:40]
    return f"<{digest}@{domain}>"


def _anybodys(series: SeriesState) -> View | None:
    """Return the series as somebody has it: who is out of it is told by its UID alone."""
    views = (view_of(series, each) for each in (series.provider_id, *sorted(people_of(series))))
    return next((view for view in views if view is not None), None)


def _whole(message: Message, view: View, names: Names, words: Words) -> list[Event]:
    master = master_event(view, names, words)
    _set_sequence(master, message.sequence)
    gone = [m.original_start for m in view.overrides if m.cancelled]
    leave_out(master, view.recurrence, gone)
    events = [master]
    for meeting in view.overrides:
        if not meeting.cancelled:
            event = override_event(view, meeting, names, words)
            _set_sequence(event, max(message.sequence, meeting.sequence))
            events.append(event)
    return events


def _single(message: Message, key: str, view: View, names: Names, words: Words) -> Event:
    meeting = view.meeting(key)
    if meeting is None:
        raise LookupError(key)
    event = override_event(view, meeting, names, words)
    _set_sequence(event, message.sequence)
    return event


def _cancelled(message: Message, view: View, names: Names, words: Words) -> Event:
    if message.key is None:
        event = master_event(view, names, words)
    else:
        event = _single(message, message.key, view, names, words)
    for name in ("DESCRIPTION", "CONFERENCE"):
        event.pop(name, None)
    _set_sequence(event, message.sequence)
    event["STATUS"] = vText("CANCELLED")
    event["TRANSP"] = vText("TRANSPARENT")
    return event


def _set_sequence(event: Event, sequence: int) -> None:
    event.pop("SEQUENCE", None)
    event.add("sequence", sequence)


def _add_parties(
    event: Event,
    message: Message,
    view: View,
    organizer: Party,
    attendee: Party,
    answer: str | None,
) -> None:
    host = vCalAddress(f"mailto:{organizer.address}")
    host.params["CN"] = vText(one_line(organizer.name))
    event.add("organizer", host)
    guest = vCalAddress(f"mailto:{attendee.address}")
    guest.params["CN"] = vText(one_line(attendee.name) or attendee.address)
    guest.params["CUTYPE"] = vText("INDIVIDUAL")
    leads = view.leads and view.person_id != ""
    guest.params["ROLE"] = vText("CHAIR" if leads else "REQ-PARTICIPANT")
    if message.method == "REQUEST":
        given = PARTSTAT.get(answer or "", "ACCEPTED" if leads else "NEEDS-ACTION")
        guest.params["PARTSTAT"] = vText(given)
        guest.params["RSVP"] = vText("FALSE" if given == "ACCEPTED" and leads else "TRUE")
    event.add("attendee", guest)
