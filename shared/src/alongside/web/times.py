"""How instants and minutes read on a page. Every time says its zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from alongside import zones

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUS = "\N{MINUS SIGN}"


def local(instant: datetime, zone: str | ZoneInfo) -> str:
    """Return `Tue, Mar 10, 2026, 10:00 AM CDT (UTC-5)`, with a true minus sign."""
    return f"{day(instant, zone)}, {clock(instant, zone)} {zone_name(instant, zone)}"


def day(instant: datetime | date, zone: str | ZoneInfo = "UTC") -> str:
    """Return `Tue, Mar 10, 2026`. A plain date needs no zone."""
    when = _there(instant, zone) if isinstance(instant, datetime) else instant
    return f"{_DAYS[when.weekday()]}, {_MONTHS[when.month - 1]} {when.day}, {when.year}"


def clock(instant: datetime, zone: str | ZoneInfo) -> str:
    """Return `10:00 AM`."""
    when = _there(instant, zone)
    return f"{when.hour % 12 or 12}:{when.minute:02} {'AM' if when.hour < 12 else 'PM'}"  # noqa: PLR2004


def zone_name(instant: datetime, zone: str | ZoneInfo) -> str:
    """Return `CDT (UTC-5)`, or only the offset where a zone has no letters of its own."""
    when = _there(instant, zone)
    offset = int((when.utcoffset() or timedelta(0)).total_seconds()) // 60
    hours, minutes = divmod(abs(offset), 60)
    sign = _MINUS if offset < 0 else "+"
    utc = f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "") if offset else "UTC"
    letters = when.tzname() or ""
    return f"{letters} ({utc})" if letters.isalpha() and letters != utc else utc


def hours(minutes: int) -> str:
    """Return minutes as hours, exactly: `1.50 h`, and `0 h 20 min` where two digits would round."""
    sign = _MINUS if minutes < 0 else ""
    whole, rest = divmod(abs(minutes), 60)
    if rest * 100 % 60 == 0:
        return f"{sign}{whole}.{rest * 100 // 60:02} h"
    return f"{sign}{whole} h {rest} min"


def duration(minutes: int) -> str:
    """Return `1 h 30 min`, `45 min` or `2 h`."""
    sign = _MINUS if minutes < 0 else ""
    whole, rest = divmod(abs(minutes), 60)
    parts = [f"{whole} h"] if whole else []
    if rest or not whole:
        parts.append(f"{rest} min")
    return sign + " ".join(parts)


def relative(instant: datetime, now: datetime) -> str:
    """Return `in 3 days`, `2 hours ago` or `now`."""
    seconds = (instant - now).total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(abs(seconds) // length)
        if count:
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "now"


def filters() -> Mapping[str, Any]:
    """Return the template filters. Without a zone they speak in the viewer's own."""
    return {
        "local": _in_the_viewers_zone(local),
        "day": _in_the_viewers_zone(day),
        "clock": _in_the_viewers_zone(clock),
        "zone_name": _in_the_viewers_zone(zone_name),
        "hours": hours,
        "duration": duration,
        "relative": _relative_to_now,
    }


def _in_the_viewers_zone(told: Any) -> Any:
    @pass_context
    def in_zone(context: Context, instant: Any, zone: Any = None) -> str:
        chosen = zone or context.get("zone")
        return str(told(instant, "UTC" if not chosen or isinstance(chosen, Undefined) else chosen))

    return in_zone


@pass_context
def _relative_to_now(context: Context, instant: datetime, now: datetime | None = None) -> str:
    return relative(instant, now or context.get("now") or datetime.now(UTC))


def _there(instant: datetime, zone: str | ZoneInfo) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone, got {instant!r}")
    return instant.astimezone(zone if isinstance(zone, ZoneInfo) else zones.zone(zone))
