"""VTIMEZONE of our own: at most one STANDARD and one DAYLIGHT, each with a yearly rule.

It is what every client understands, Exchange included; lists of past changes are not. The rule
comes from the end of the zone's TZif file and so is true for the present and the future only.
A dozen zones change their clocks at 24:00 of a day, or two days after it, or before it: what no
client would understand is said at the nearest time of that day, and so is not true for some hours.
Whoever renders a series checks each instant against `zoneinfo` and writes UTC where the rule
cannot say it.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from alongside.zones import zone
from alongside_notifier.domain.posix_tz import Change, PosixRule, rule_of

_DAY = timedelta(days=1)
_LAST = 5
_END_OF_DAY = timedelta(hours=23, minutes=59)
_BYDAY = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_SINCE = 1970


@dataclass(frozen=True, slots=True)
class ZoneBlock:
    """A zone as its VTIMEZONE says it."""

    name: str
    rule: PosixRule
    text: str
    """The component, CRLF and all."""
    is_near: bool = False
    """Whether the block changes the clocks at another time than they are changed."""

    def offset(self, wall: datetime) -> timedelta:
        """Return the UTC offset that a client reads from the block for a naive wall time."""
        rule = self.rule
        if rule.daylight is None or rule.start is None or rule.end is None:
            return rule.standard
        changes = sorted(
            (_onset(change, year), offset)
            for year in (wall.year - 1, wall.year)
            for change, offset in ((rule.start, rule.daylight), (rule.end, rule.standard))
        )
        return [offset for onset, offset in changes if onset <= wall][-1]

    def says(self, wall: datetime) -> datetime | None:
        """Return the instant of a wall time, or None where clients may read it in two ways."""
        truth = zone(self.name)
        if _is_unclear(wall, truth) or (self.is_near and self._is_unclear(wall)):
            return None
        return (wall - self.offset(wall)).replace(tzinfo=UTC)

    def _is_unclear(self, wall: datetime) -> bool:
        """Tell whether the clocks of the block show this wall time twice, or never."""
        around = (self.rule.daylight or self.rule.standard) - self.rule.standard
        return self.offset(wall - abs(around)) != self.offset(wall + abs(around))


@cache
def zone_block(name: str) -> ZoneBlock | None:
    """Return the block of a zone, or None if the two-rule form cannot say this zone at all."""
    told = rule_of(name)
    if told is None or not _has_whole_minutes(told):
        return None
    rule = _within_days(told)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    if rule.daylight is None or rule.start is None or rule.end is None:
        lines += _observance("STANDARD", rule.standard_name, rule.standard, rule.standard, None)
    else:
        # A few zones call winter their daylight time; what is ahead is DAYLIGHT all the same.
        summer_first = rule.daylight > rule.standard
        names = ("DAYLIGHT", "STANDARD") if summer_first else ("STANDARD", "DAYLIGHT")
        begin = _observance(
            names[0], rule.daylight_name or "", rule.standard, rule.daylight, rule.start
        )
        end = _observance(names[1], rule.standard_name, rule.daylight, rule.standard, rule.end)
        lines += [*end, *begin] if summer_first else [*begin, *end]
    lines.append("END:VTIMEZONE")
    text = "".join(f"{line}\r\n" for line in lines)
    return ZoneBlock(name, rule, text, is_near=rule != told)


def is_utc(name: str) -> bool:
    """Tell whether a zone is UTC itself under one of its names."""
    rule = rule_of(name)
    return (
        rule is not None
        and rule.daylight is None
        and rule.standard_name in {"UTC", "GMT"}
        and (name.startswith("Etc/") or "/" not in name)
    )


def _observance(
    kind: str, name: str, before: timedelta, after: timedelta, change: Change | None
) -> list[str]:
    onset = datetime(_SINCE, 1, 1) if change is None else _onset(change, _SINCE)  # noqa: DTZ001  # wall time
    lines = [
        f"BEGIN:{kind}",
        f"DTSTART:{onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset_text(before)}",
        f"TZOFFSETTO:{_offset_text(after)}",
    ]
    if change is not None:
        nth = -1 if change.week == _LAST else change.week
        lines.append(
            f"RRULE:FREQ=YEARLY;BYMONTH={change.month};BYDAY={nth}{_BYDAY[change.weekday]}"
        )
    return [*lines, f"TZNAME:{name}", f"END:{kind}"]


def _onset(change: Change, year: int) -> datetime:
    """Return the wall time, before the change, at which the clocks change in a year."""
    days = monthrange(year, change.month)[1]
    first = date(year, change.month, 1).isoweekday() % 7
    day = 1 + (change.weekday - first) % 7 + (change.week - 1) * 7
    while day > days:
        day -= 7
    return datetime(year, change.month, day) + change.at  # noqa: DTZ001  # wall time by meaning


def _is_unclear(wall: datetime, truth: ZoneInfo) -> bool:
    """Tell whether the clocks show this wall time twice, or never."""
    return (
        wall.replace(tzinfo=truth, fold=0).utcoffset()
        != wall.replace(tzinfo=truth, fold=1).utcoffset()
    )


def _within_days(rule: PosixRule) -> PosixRule:
    """Return the rule with each change at a time of its own day."""
    if rule.start is None or rule.end is None:
        return rule
    return replace(rule, start=_within_day(rule.start), end=_within_day(rule.end))


def _within_day(change: Change) -> Change:
    if timedelta(0) <= change.at < _DAY:
        return change
    return replace(change, at=min(max(change.at, timedelta(0)), _END_OF_DAY))


def _has_whole_minutes(rule: PosixRule) -> bool:
    return not any(
        offset is not None and offset % timedelta(minutes=1)
        for offset in (rule.standard, rule.daylight)
    )


def _offset_text(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
