"""A calendar client, written from RFC 5546 and from nothing of ours.

It files the mails of one mailbox and can say what it shows. It reads a feed, too.
"""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from functools import lru_cache

import icalendar
import recurring_ical_events

SPAN = (date(2020, 1, 1), date(2042, 1, 1))


def calendar_part(raw: bytes) -> str:
    mail = message_from_bytes(raw)  # without a policy it does not parse every header again
    parts = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
    assert len(parts) == 1
    return parts[0].get_payload(decode=True).decode()


def instant(value) -> datetime:
    assert value.tzinfo is not None
    return value.astimezone(UTC)


class Client:
    def __init__(self) -> None:
        self.series: dict[str, dict] = {}
        self.zones: dict[str, icalendar.Timezone] = {}
        self.shown: dict[str, set[tuple]] = {}
        """What was expanded of each series, until a mail says something new of it."""

    def receive(self, raw: bytes) -> None:
        calendar = icalendar.Calendar.from_ical(calendar_part(raw))
        assert not [error for part in calendar.walk() for error in part.errors]
        for block in calendar.walk("VTIMEZONE"):
            self._hear_zone(str(block["TZID"]), block)
        method = str(calendar["METHOD"])
        events = calendar.walk("VEVENT")
        assert len({str(event["UID"]) for event in events}) == 1
        uid = str(events[0]["UID"])
        self.shown.pop(uid, None)
        if method == "CANCEL":
            self._cancel(uid, events)
        else:
            assert method == "REQUEST"
            self._request(uid, events)

    def _hear_zone(self, name: str, block: icalendar.Timezone) -> None:
        """A newer block is what the zone is from then on, as clients that keep one a name have it."""
        known = self.zones.get(name)
        if known is None or known.to_ical() != block.to_ical():
            self.zones[name] = block
            self.shown.clear()
            # What a client keeps are wall times: they are read anew, those that were cancelled too.
            for each in self.series.values() if known is not None else ():
                each["master"] = again(each["master"])
                for part in ("overrides", "gone"):
                    read = [again(event) for event in each[part].values()]
                    each[part] = {recurrence(event): event for event in read}

    def _request(self, uid: str, events) -> None:
        masters = [event for event in events if "RECURRENCE-ID" not in event]
        if masters:
            (master,) = masters
            known = self.series.get(uid)
            if known is not None and known["sequence"] > int(master["SEQUENCE"]):
                return
            overrides = {recurrence(e): e for e in events if "RECURRENCE-ID" in e}
            self.series[uid] = {
                "master": master,
                "sequence": int(master["SEQUENCE"]),
                "overrides": overrides,
                "gone": {},
            }
            return
        known = self.series[uid]
        for event in events:
            key = recurrence(event)
            before = known["overrides"].get(key) or known["gone"].get(key)
            if before is not None and int(before["SEQUENCE"]) > int(event["SEQUENCE"]):
                continue
            assert "RRULE" not in event
            known["gone"].pop(key, None)
            known["overrides"][key] = event

    def _cancel(self, uid: str, events) -> None:
        known = self.series.get(uid)
        for event in events:
            assert str(event["STATUS"]) == "CANCELLED"
            if "RECURRENCE-ID" not in event:
                assert known is None or int(event["SEQUENCE"]) > known["sequence"]
                self.series.pop(uid, None)
            elif known is not None:
                key = recurrence(event)
                known["overrides"].pop(key, None)
                known["gone"][key] = event

    def shows(self) -> set[tuple]:
        for uid, known in self.series.items():
            if uid in self.shown:
                continue
            calendar = icalendar.Calendar()
            for block in self.zones.values():
                calendar.add_component(block)
            master = known["master"].copy(recursive=True)
            # An instance that was cancelled is taken out; one restated replaces EXDATE.
            excluded = {
                instant(each.dt) for group in _lists(master.get("EXDATE")) for each in group.dts
            }
            back = excluded & set(known["overrides"])
            master.pop("EXDATE", None)
            out = (excluded - back) | set(known["gone"])
            for moment in sorted(out):
                start = master["DTSTART"].dt
                master.add("exdate", moment.astimezone(start.tzinfo))
            calendar.add_component(master)
            for event in known["overrides"].values():
                calendar.add_component(event)
            self.shown[uid] = expanded(calendar)
        return set().union(*(self.shown[uid] for uid in self.series))


def shown_by(feed: bytes) -> set[tuple]:
    """Return what a feed shows. Of series that did not change since, what was expanded is known."""
    text = feed.decode()
    zones = "".join(_ZONE.findall(text))
    found: dict[str, list[str]] = {}
    events = _EVENT.findall(text)
    rest = _EVENT.sub("", _ZONE.sub("", text))
    assert "VEVENT" not in rest
    _sound(rest)
    for event in events:
        (uid,) = _UID.findall(event)
        found.setdefault(uid, []).append(event)
    return set().union(*(_shown(zones, "".join(each)) for each in found.values()))


_ZONE = re.compile(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", re.DOTALL)
_EVENT = re.compile(r"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_UID = re.compile(r"\r\nUID:((?!alarm)\S+)\r\n")


@lru_cache(maxsize=1024)
def _shown(zones: str, events: str) -> frozenset[tuple]:
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{zones}{events}END:VCALENDAR\r\n"
    return frozenset(expanded(_sound(text)))


def _sound(text: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar.from_ical(text)
    assert not [error for part in calendar.walk() for error in part.errors]
    return calendar


def expanded(calendar) -> set[tuple]:
    found = set()
    for event in recurring_ical_events.of(calendar).between(*SPAN):
        if str(event.get("STATUS", "")) == "CANCELLED":
            continue
        found.add(
            (
                instant(event["DTSTART"].dt),
                instant(event["DTEND"].dt),
                str(event.get("SUMMARY")),
                str(event.get("LOCATION")),
            )
        )
    return found


def again(event) -> icalendar.Event:
    return icalendar.Event.from_ical(event.to_ical())


def recurrence(event) -> datetime:
    return instant(event["RECURRENCE-ID"].dt)


def _lists(value) -> list:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
