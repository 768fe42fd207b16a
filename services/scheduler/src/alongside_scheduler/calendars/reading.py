"""Reads a calendar (RFC 5545) as Google, Outlook and Apple write it, and keeps when it is busy.

What is in it may be meant badly. Rules that repeat by the minute are left out before they are
unfolded, and what is unfolded is counted. What only time can tell (a rule that never matches, a
file that is all nesting) is for `process`, which gives this code a process, memory and time that
end.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from alongside import zones
from alongside.errors import Invalid
from alongside_scheduler.calendars.shapes import Reading, Unreadable, Wanted
from alongside_scheduler.domain.free import Span, merged, within
from alongside_scheduler.domain.recurrence import instant

MOST_EVENTS = 20_000
"""Events written in a file."""
MOST_INSTANCES = 30_000
"""Meetings that those events come to, within the time that is looked at."""
MOST_SPANS = 5_000

OUR_UIDS = "@alongside"

_PAGE = timedelta(days=28)
_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
_MOST_A_DAY = 48
_HOURS_A_DAY = 24
_FREE_IN_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
_HEAD = 2000
_SURELY_PAST = timedelta(days=2)


_ONE_TOO_MANY = (Unreadable, MemoryError, RecursionError)
"""What ends the reading of all, and not of one event."""


def read_busy(content: bytes, wanted: Wanted) -> Reading:
    """Return when a calendar is busy; raise `Unreadable` with what is wrong with it."""
    zones.pin()
    spans: list[Span] = []
    left_out = instances = 0
    for calendar in _parsed(content):
        zone = _zone_of(calendar, wanted)
        owner = {each.lower() for each in wanted.emails} | _owner_of(calendar)
        for events in _by_uid(calendar):
            try:
                found = list(_busy_spans(events, calendar, wanted, zone, owner))
            except _ONE_TOO_MANY:
                raise
            except Exception:  # noqa: BLE001  # what one event does to a reader, no other pays for
                left_out += 1
                continue
            instances += len(found)
            if instances > MOST_INSTANCES:
                raise _too_many_meetings()
            spans += found
        spans += _free_busy(calendar)
    found = within(spans, wanted.begins, wanted.ends)
    if len(found) > MOST_SPANS:
        raise Unreadable(f"It is busy at more than {MOST_SPANS} separate times: too much to keep.")
    return Reading(tuple(found), left_out)


def _parsed(content: bytes) -> list[Component]:
    text = content.decode("utf-8-sig", errors="replace").replace("\x00", "")
    head = text[:_HEAD].lstrip()
    if not head.upper().startswith("BEGIN:VCALENDAR"):
        if "<html" in head.lower() or head.lower().startswith("<!doctype"):
            raise Unreadable(
                "This is a web page and not a calendar. Copy the address that ends in .ics, or "
                "that your calendar calls the secret address in iCal format."
            )
        raise Unreadable("What came is not a calendar (it does not begin with BEGIN:VCALENDAR).")
    if text.upper().count("BEGIN:VEVENT") > MOST_EVENTS:
        raise Unreadable(f"It holds more than {MOST_EVENTS} events: too many to read.")
    try:
        calendars: list[Component] = list(Calendar.from_ical(text, multiple=True))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("The calendar is broken: it cannot be taken apart.") from error
    if not calendars:
        raise Unreadable("The calendar is broken: it has no end.")
    return calendars


def _by_uid(calendar: Component) -> Iterable[list[Component]]:
    """Return the events of a calendar, those together that are changes of one another."""
    found: dict[str, list[Component]] = {}
    for number, event in enumerate(calendar.subcomponents):
        if event.name == "VEVENT":
            found.setdefault(str(event.get("UID") or f"without {number}"), []).append(event)
    return found.values()


def _busy_spans(
    events: list[Component],
    calendar: Component,
    wanted: Wanted,
    zone: ZoneInfo,
    owner: Collection[str],
) -> Iterator[Span]:
    if _is_over(events, wanted.begins):
        return
    if any(_repeats_too_often(event) for event in events):
        raise ValueError("repeats more often than anybody meets")
    if len(events) == 1 and _is_once(events[0]):
        if _is_busy(events[0], owner):
            yield _span(events[0], zone)
        return
    alone = Calendar()
    if str(calendar.get("X-WR-TIMEZONE")) == zone.key:
        alone.add("X-WR-TIMEZONE", zone.key)
    alone.subcomponents = events
    for event in _instances(alone, wanted):
        if _is_busy(event, owner):
            yield _span(event, zone)


def _is_once(event: Component) -> bool:
    """Tell whether there is nothing to unfold: most events are such, and this is the quick way."""
    names = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
    return "DTSTART" in event and "DTEND" in event and not any(name in event for name in names)


def _span(event: Component, zone: ZoneInfo) -> Span:
    begins, ends = (_instant(_moment(event, name), zone) for name in ("DTSTART", "DTEND"))
    if ends < begins:
        raise ValueError("ends before it begins")
    return Span(begins, ends)


def _is_over(events: list[Component], begins: datetime) -> bool:
    """Tell, without unfolding anything, of what is plainly past: most of a calendar is."""
    for event in events:
        if any(name in event for name in ("RRULE", "RDATE", "DURATION")):
            return False
        for name in ("DTSTART", "DTEND"):
            moment = _moment(event, name) if name in event else None
            day = moment.date() if isinstance(moment, datetime) else moment
            if day is not None and day >= begins.date() - _SURELY_PAST:
                return False
    return True


def _repeats_too_often(component: Component) -> bool:
    rules = component.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        if not hasattr(rule, "get"):
            return True
        frequency = {str(each).upper() for each in rule.get("FREQ", [])}
        if frequency & _OFTEN:
            return True
        a_day = _HOURS_A_DAY if "HOURLY" in frequency else max(1, len(rule.get("BYHOUR", [])))
        a_day *= max(1, len(rule.get("BYMINUTE", []))) * max(1, len(rule.get("BYSECOND", [])))
        if a_day > _MOST_A_DAY:
            return True
    return False


def _instances(calendar: Component, wanted: Wanted) -> Iterator[Component]:
    """Return every meeting that touches the time wanted; in pages, so that a count can stop it."""
    query = recurring_ical_events.of(calendar)
    begins, seen = wanted.begins, set[Any]()
    while begins < wanted.ends:
        ends = min(begins + _PAGE, wanted.ends)
        for event in query.between(begins, ends):
            identity = (_moment(event, "DTSTART"), _moment(event, "DTEND"))
            if identity not in seen:
                seen.add(identity)
                yield event
        if len(seen) > MOST_INSTANCES:
            raise _too_many_meetings()
        begins = ends


def _too_many_meetings() -> "Unreadable":
    return Unreadable(
        f"It holds more than {MOST_INSTANCES} meetings in half a year: too many to read."
    )


def _zone_of(calendar: Component, wanted: Wanted) -> ZoneInfo:
    try:
        return zones.zone(str(calendar.get("X-WR-TIMEZONE") or wanted.zone))
    except Invalid:
        return zones.zone(wanted.zone)


def _owner_of(calendar: Component) -> set[str]:
    # Google calls a person's own calendar by their address.
    name = str(calendar.get("X-WR-CALNAME", "")).strip().lower()
    return {name} if "@" in name else set()


def _moment(event: Component, name: str) -> Any:
    """Return the date, or the time with or without a zone, that a property holds."""
    held: Any = event[name]
    return held.dt


def _instant(moment: Any, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return instant(datetime.combine(moment, time()), zone)
    if moment.tzinfo is None:
        return instant(moment, zone)
    return moment.astimezone(UTC)


def _is_busy(event: Component, owner: Collection[str]) -> bool:
    if str(event.get("UID", "")).strip().lower().endswith(OUR_UIDS):
        # Our own sessions guard themselves; read back from a subscription they would guard twice.
        return False
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or _is_declined(event, owner):
        return False
    in_outlook = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if in_outlook in _FREE_IN_OUTLOOK:
        return False
    shown = str(event.get("TRANSP", "")).upper()
    if shown == "TRANSPARENT":
        return False
    start = _moment(event, "DTSTART")
    all_day = isinstance(start, date) and not isinstance(start, datetime)
    # A birthday or a holiday stands in the calendar and keeps nobody: whole days must say so.
    return not all_day or shown == "OPAQUE" or bool(in_outlook)


def _is_declined(event: Component, owner: Collection[str]) -> bool:
    attendees = event.get("ATTENDEE") or []
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        address = str(attendee).lower().removeprefix("mailto:")
        answer = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
        if answer == "DECLINED" and address in owner:
            return True
    return False


def _free_busy(calendar: Component) -> list[Span]:
    found = []
    for component in calendar.walk("VFREEBUSY"):
        lines = component.get("FREEBUSY") or []
        for line in lines if isinstance(lines, list) else [lines]:
            if str(getattr(line, "params", {}).get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            for period in getattr(line, "dts", None) or [line]:
                begins, ends = (getattr(period, name, None) for name in ("start", "end"))
                if isinstance(begins, datetime) and isinstance(ends, datetime) and begins.tzinfo:
                    found.append(Span(begins.astimezone(UTC), ends.astimezone(UTC)))
    return merged(found)
