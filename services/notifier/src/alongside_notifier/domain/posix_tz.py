"""The rule at the end of a TZif file: a POSIX TZ string such as `CST6CDT,M3.2.0,M11.1.0`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

_NAME = r"(?:<[^>]+>|[A-Za-z]{3,})"
_OFFSET = r"[+-]?\d{1,3}(?::\d{2}){0,2}"
_FORM = re.compile(
    rf"(?P<std>{_NAME})(?P<std_at>{_OFFSET})"
    rf"(?:(?P<dst>{_NAME})(?P<dst_at>{_OFFSET})?,(?P<start>[^,]+),(?P<end>[^,]+))?\Z"
)
_CHANGE = re.compile(
    rf"M(?P<month>\d+)\.(?P<week>[1-5])\.(?P<day>[0-6])(?:/(?P<time>{_OFFSET}))?\Z"
)


@dataclass(frozen=True, slots=True)
class Change:
    """When the clocks change, every year: the nth weekday of a month, at a wall time before it."""

    month: int
    week: int
    """1 to 4, or 5 for the last."""
    weekday: int
    """0 is Sunday, as POSIX counts."""
    at: timedelta
    """Since midnight of that day; may be negative or more than a day."""


@dataclass(frozen=True, slots=True)
class PosixRule:
    """A zone from its last listed change on, for ever."""

    standard_name: str
    standard: timedelta
    daylight_name: str | None = None
    daylight: timedelta | None = None
    start: Change | None = None
    end: Change | None = None


def parse(text: str) -> PosixRule | None:
    """Read a POSIX TZ string; None for forms that change by day of the year, or for none at all."""
    form = _FORM.match(text)
    if form is None:
        return None
    standard = -_duration(form["std_at"])
    if form["dst"] is None:
        return PosixRule(_bare(form["std"]), standard)
    start, end = _change(form["start"]), _change(form["end"])
    if start is None or end is None:
        return None
    daylight = -_duration(form["dst_at"]) if form["dst_at"] else standard + timedelta(hours=1)
    return PosixRule(_bare(form["std"]), standard, _bare(form["dst"]), daylight, start, end)


@cache
def rule_of(name: str) -> PosixRule | None:
    """Return the rule of an IANA zone, from the pinned `tzdata` package."""
    path = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    footer = path.read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[-1]
    try:
        return parse(footer.decode("ascii"))
    except UnicodeDecodeError:
        return None


def _change(text: str) -> Change | None:
    form = _CHANGE.match(text)
    if form is None:
        return None
    at = _duration(form["time"]) if form["time"] else timedelta(hours=2)
    return Change(int(form["month"]), int(form["week"]), int(form["day"]), at)


def _duration(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    return sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _bare(name: str) -> str:
    return name.strip("<>")
