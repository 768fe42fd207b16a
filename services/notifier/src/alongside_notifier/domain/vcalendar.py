"""Whole VCALENDAR objects: header, zones, events; and feeds, joined from fragments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar.parser import Contentline, Parameters
from icalendar.prop import vDuration, vText, vUri

from alongside_notifier.domain.plain import clean
from alongside_notifier.domain.vtimezone import zone_block
from alongside_notifier.domain.words import ENGLISH, Words

_REFRESH = b"\r\nREFRESH-INTERVAL;"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One series' part of a feed."""

    text: str
    zones: tuple[str, ...] = ()
    revised_at: datetime | None = None
    stale_at: datetime | None = None
    """When the passing of time alone will change it."""


def feed(
    *,
    name: str,
    description: str,
    zone: str,
    fragments: Iterable[Fragment],
    words: Words = ENGLISH,
) -> bytes:
    """Join fragments into a calendar. The address of the feed is not in it; see `with_source`."""
    parts = [fragment for fragment in fragments if fragment.text]
    zones = sorted({zone_name for part in parts for zone_name in part.zones})
    revised = max((part.revised_at for part in parts if part.revised_at), default=None)
    lines = [
        _line("CALSCALE", "GREGORIAN"),
        _line("NAME", vText(clean(name))),
        _line("X-WR-CALNAME", vText(clean(name))),
        _line("DESCRIPTION", vText(clean(description))),
        _line("X-WR-CALDESC", vText(clean(description))),
        _line("X-WR-TIMEZONE", vText(zone)),
        _line("COLOR", "teal"),
        _line("REFRESH-INTERVAL", vDuration(timedelta(hours=1)), VALUE="DURATION"),
        _line("X-PUBLISHED-TTL", "PT1H"),
    ]
    if revised is not None:
        lines.append(_line("LAST-MODIFIED", f"{revised:%Y%m%dT%H%M%SZ}"))
    return calendar_text(lines, zones, "".join(part.text for part in parts), words)


def with_source(body: bytes, address: str) -> bytes:
    """Return a feed with its own address in it (SOURCE).

    The address is a secret. It is put in when the feed is handed to who knows it, so that what
    is kept in the database never holds it.
    """
    source = _line("SOURCE", vUri(address), VALUE="URI").encode()
    return body.replace(_REFRESH, b"\r\n" + source.rstrip(b"\r\n") + _REFRESH, 1)


def calendar_text(
    lines: Iterable[str], zones: Iterable[str], events: str, words: Words = ENGLISH
) -> bytes:
    """Return a whole VCALENDAR: header, the zones that its events name, events."""
    blocks = (zone_block(name) for name in zones)
    return "".join(
        [
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
            _line("PRODID", words.calendars.prodid),
            *lines,
            *(block.text for block in blocks if block),
            events,
            "END:VCALENDAR\r\n",
        ]
    ).encode()


def _line(name: str, value: object, **parameters: str) -> str:
    line = Contentline.from_parts(name, Parameters(parameters), value)
    folded: bytes = line.to_ical()
    return folded.decode() + "\r\n"
