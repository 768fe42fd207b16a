"""Reads the cells of logs that people kept: days, times, durations, words. Each is a value or a reason.

Whole minutes; days and times as the clock on the wall showed them. Nothing is guessed silently:
what can be read in two ways is read in the way that was chosen for the whole file.
"""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

from alongside.contracts import GroupKind
from alongside.contracts.people import CredentialKind
from alongside_logbook.domain.entry import Ages, Mode

DateOrder = Literal["mdy", "dmy"]
Unit = Literal["minutes", "hours"]

_SHOWN = 40
_MINUTES_A_DAY = 24 * 60
_FIRST_TWO_DIGIT_YEAR = 80
_NOON = 12

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"),
            ("may",), ("jun", "june"), ("jul", "july"), ("aug", "august"),
            ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
            ("dec", "december"),
        ), 1,
    )
    for name in names
}  # fmt: skip
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_MONTH_FIRST = re.compile(
    r"([a-z]{3,9})\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?,?[ -]+(?:of )?('?\d{2}|\d{4})"
)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?[ -]*(?:of )?([a-z]{3,9})\.?,?[ -]+('?\d{2}|\d{4})"
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_FIRST_SERIAL, _LAST_SERIAL = 25569, 73050
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's day numbers (those after February 1900)."""

_TIME = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*([ap])?\.?\s*(?(4)m\.?|)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:-|\u2013|\u2014|\bto\b|\buntil\b)\s*")

_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_WITH_UNITS = re.compile(
    r"(?:(?P<hours>\d+(?:\.\d+)?|\.\d+)\s*(?:h|hr|hrs|hour|hours)\.?)?"
    r"\s*(?:and|,)?\s*"
    r"(?:(?P<minutes>\d+(?:\.\d+)?)\s*(?:m|min|mins|minute|minutes|'|\u2032)?\.?)?"
)
_BARE = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}

_YES = {"y", "yes", "true", "x", "✓", "✔", "ja", "sí", "si", "all"}
_NO = {"", "n", "no", "false", "none", "-", "\u2013", "\u2014", "0", "n/a", "na"}


class Unread(ValueError):
    """A cell says something that cannot be taken. Its text is the reason, for the person whose file it is."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and the time of day where the cell named one."""

    date: date
    at: time | None = None
    ambiguous: bool = False
    """It would be another day if days came before months, or the other way round."""


@dataclass(frozen=True, slots=True)
class Length:
    """Whole minutes, and whether they had to be rounded by more than two decimals of an hour explain."""

    minutes: int
    rounded: bool = False


def shown(text: str) -> str:
    """Return what a message says of a cell: its beginning, in quotation marks."""
    line = " ".join(text.split())
    return f"“{line[: _SHOWN - 1]}…”" if len(line) > _SHOWN else f"“{line}”"


def read_day(text: str, order: DateOrder) -> Day:
    """Return the day a cell names. Raises `Unread`."""
    words = " ".join(text.split()).lower()
    if not words:
        raise Unread("There is no date.")
    plain = _WEEKDAY.sub("", words)
    for pattern, read in _DAYS:
        found = pattern.match(plain)
        if found is None:
            continue
        rest = plain[found.end() :].strip(" ,t")
        at = read_times(rest)[0] if rest else None
        day, ambiguous = read(found, order, text)
        return Day(day, at, ambiguous)
    raise Unread(f"{shown(text)} is not a date. Write 2026-03-01 or 3/1/2026.")


def _from_iso(found: re.Match[str], _order: DateOrder, text: str) -> tuple[date, bool]:
    year, month, day = (int(part) for part in found.groups())
    return _date(year, month, day, text), False


def _from_numbers(found: re.Match[str], order: DateOrder, text: str) -> tuple[date, bool]:
    first, second, year = int(found[1]), int(found[2]), _year(found[3])
    month, day = (first, second) if order == "mdy" else (second, first)
    if month > 12 >= day:  # noqa: PLR2004  # there are twelve
        said, other = ("the month", "day/month") if order == "mdy" else ("the day", "month/day")
        raise Unread(
            f"{shown(text)} has {said} first, as this file is read; that is no date. "
            f"Is the order {other} instead?"
        )
    ambiguous = first != second and first <= 12 and second <= 12  # noqa: PLR2004
    return _date(year, month, day, text), ambiguous


def _from_month_first(found: re.Match[str], _order: DateOrder, text: str) -> tuple[date, bool]:
    return _date(_year(found[3]), _month(found[1], text), int(found[2]), text), False


def _from_day_first(found: re.Match[str], _order: DateOrder, text: str) -> tuple[date, bool]:
    return _date(_year(found[3]), _month(found[2], text), int(found[1]), text), False


def _from_serial(found: re.Match[str], _order: DateOrder, text: str) -> tuple[date, bool]:
    number = int(found[1])
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        raise Unread(f"{shown(text)} is a number, not a date.")
    return _SERIAL_ZERO + timedelta(days=number), False


_DAYS = (
    (re.compile(rf"{_ISO.pattern}(?!\d)"), _from_iso),
    (re.compile(rf"{_NUMBERS.pattern}(?!\d)"), _from_numbers),
    (re.compile(rf"{_COMPACT.pattern}(?!\d)"), _from_iso),
    (re.compile(rf"{_MONTH_FIRST.pattern}(?!\d)"), _from_month_first),
    (re.compile(rf"{_DAY_FIRST.pattern}(?!\d)"), _from_day_first),
    (re.compile(rf"{_SERIAL.pattern}$"), _from_serial),
)


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unread(f"{shown(text)} is no day of the calendar.") from None


def _year(text: str) -> int:
    number = int(text.lstrip("'"))
    if len(text.lstrip("'")) > 2:  # noqa: PLR2004  # all four digits
        return number
    return number + (1900 if number >= _FIRST_TWO_DIGIT_YEAR else 2000)


def _month(name: str, text: str) -> int:
    found = _MONTHS.get(name)
    if found is None:
        raise Unread(f"{shown(text)} is not a date: {shown(name)} is no month.")
    return found


def read_times(text: str) -> tuple[time, time | None]:
    """Return when a session began and, if the cell says from when to when, when it ended.

    Raises `Unread`.
    """
    words = " ".join(text.split()).lower()
    parts = [part for part in _BETWEEN.split(words) if part]
    if len(parts) == 1:
        return _time(parts[0], text)[0], None
    if len(parts) != 2:  # noqa: PLR2004  # from and to
        raise Unread(f"{shown(text)} is not a time. Write 10:30 or 2:30 PM.")
    last, other = _time(parts[1], text)
    first, half = _time(parts[0], text, bare=other is not None)
    if half is None and other == "p" and first.hour < _NOON:
        later = first.replace(hour=first.hour + _NOON)
        first = later if later < last else first
    return first, last


def _time(words: str, text: str, *, bare: bool = False) -> tuple[time, str | None]:
    if words in {"noon", "midday"}:
        return time(12), None
    found = _TIME.fullmatch(words)
    compact = re.fullmatch(r"(\d{2})(\d{2})", words)
    if found is None and compact is not None:
        hour, minute, half = int(compact[1]), int(compact[2]), None
    elif found is None or (found[2] is None and found[4] is None and not bare):
        fraction = _day_fraction(words)
        if fraction is None:
            raise Unread(f"{shown(text)} is not a time. Write 10:30 or 2:30 PM.")
        return fraction, None
    else:
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[4] or "").lower() or None
    if half is not None:
        if not 1 <= hour <= _NOON:
            raise Unread(f"{shown(text)} is no time of day.")
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        return time(hour, minute), half
    except ValueError:
        raise Unread(f"{shown(text)} is no time of day.") from None


def _day_fraction(words: str) -> time | None:
    """Return the time that a spreadsheet keeps as a part of a day, such as 0.4375."""
    if not re.fullmatch(r"0?\.\d{3,20}", words):
        return None
    minutes = min(round(float(words) * _MINUTES_A_DAY), _MINUTES_A_DAY - 1)
    return time(*divmod(minutes, 60))


def read_length(text: str, unit: Unit) -> Length:
    """Return how many minutes a cell says; `unit` is what a bare number means. Raises `Unread`."""
    words = " ".join(text.split()).lower()
    for sign, decimal in _FRACTIONS.items():
        words = re.sub(rf"(\d*)\s*{sign}", rf"\g<1>{decimal}", words)
    words = re.sub(r"(\d),(\d{1,2})(?!\d)", r"\1.\2", words)
    if not words:
        raise Unread("There is no duration.")
    clock = _CLOCK.fullmatch(words)
    if clock is not None:
        hours, minutes, seconds = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if minutes > 59 or seconds > 59:  # noqa: PLR2004  # sixty make one more
            raise Unread(f"{shown(text)} is no duration: there are 60 minutes to an hour.")
        return _length(Decimal(hours * 60 + minutes) + Decimal(seconds) / 60, text)
    if _BARE.fullmatch(words):
        number = _decimal(words, text)
        return _length(number * 60 if unit == "hours" else number, text)
    found = _WITH_UNITS.fullmatch(words)
    if found is None or not (found["hours"] or found["minutes"]):
        raise Unread(f"{shown(text)} is not a duration. Write 90, 1:30 or 1.5 h.")
    hours_part = _decimal(found["hours"] or "0", text)
    return _length(hours_part * 60 + _decimal(found["minutes"] or "0", text), text)


def _decimal(words: str, text: str) -> Decimal:
    try:
        return Decimal(words)
    except InvalidOperation:  # pragma: no cover  # the patterns let only numbers through
        raise Unread(f"{shown(text)} is not a number.") from None


def _length(minutes: Decimal, text: str) -> Length:
    if minutes > _MINUTES_A_DAY:
        raise Unread(f"{shown(text)} is longer than a day.")
    whole = minutes.quantize(Decimal(1), ROUND_HALF_UP)
    # Two decimals of an hour are at most 0.3 minutes off: 1.33 h means 80 minutes.
    return Length(int(whole), rounded=abs(whole - minutes) > Decimal("0.3"))


def between(start: time, end: time) -> int:
    """Return the minutes from one time to another of the same day. Raises `Unread` if it ends before."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes <= 0:
        raise Unread(f"It ends at {end:%H:%M}, which is not after {start:%H:%M}.")
    return minutes


def read_share(text: str, unit: Unit, minutes: int) -> int:
    """Return how many of a session's minutes a cell means: yes, no, or a duration. Raises `Unread`."""
    words = " ".join(text.split()).lower()
    if words in _NO:
        return 0
    if words in _YES:
        return minutes
    try:
        return read_length(text, unit).minutes
    except Unread:
        raise Unread(f"{shown(text)} is neither yes or no nor a duration.") from None


def read_kind(text: str) -> GroupKind:
    """Return whether it was individual or a group. Raises `Unread`."""
    words = re.sub(r"[^a-z0-9: ]+", " ", text.lower()).strip()
    if words in {"g", "grp"} or "group" in words or "team" in words:
        return "group"
    if words in {"i", "1", "1:1", "1 1"} or re.search(r"\bind|\bone (?:on|to) one|\b1 on 1", words):
        return "individual"
    raise Unread(f"{shown(text)} is neither individual nor group.")


def read_count(text: str) -> int:
    """Return a number of people. Raises `Unread`."""
    words = text.strip()
    if not re.fullmatch(r"[0-9]{1,4}(?:\.0+)?", words):
        raise Unread(f"{shown(text)} is not a number of people.")
    return int(words.partition(".")[0])


def read_mode(text: str) -> Mode | None:
    """Return whether people met in person or not; none where the cell does not say. Raises `Unread`."""
    words = text.strip().lower()
    if not words:
        return None
    if re.search(r"virtual|online|video|zoom|teams|remote|phone|tele|web", words):
        return "virtual"
    if re.search(r"person|face|onsite|on-site|office|live|f2f", words):
        return "in_person"
    raise Unread(f"{shown(text)} is neither in person nor virtual.")


def read_ages(text: str) -> tuple[Ages, ...]:
    """Return the ages a session was about; nothing where the cell says none that is known."""
    words = re.sub(r"\s", "", text.lower()).replace("\u2013", "-").replace("to", "-")
    infant = re.search(r"0-3|0-36|prenatal|infant|b-3|birth-3|imh", words) is not None
    child = re.search(r"3-6|3-5|earlychild|preschool|ecmh", words) is not None
    return (*(("0-3",) if infant else ()), *(("3-6",) if child else ()))


_CREDENTIAL_NAMES: tuple[tuple[str, CredentialKind], ...] = (
    (r"ecmhm[- ]?c", "ECMHM-C"),
    (r"ecmhm[- ]?p", "ECMHM-P"),
    (r"ecmhm[- ]?rf?", "ECMHM-RF"),
    (r"imhm[- ]?c", "IMHM-C"),
    (r"imhm[- ]?p", "IMHM-P"),
    (r"imhm[- ]?rf?", "IMHM-RF"),
    (r"ecmhs", "ECMHS"),
    (r"imhs", "IMHS"),
    (r"ecfrs", "ECFRS"),
    (r"ifrs", "IFRS"),
    (r"ecfs", "ECFS"),
    (r"ecfa", "ECFA"),
    (r"ifs", "IFS"),
    (r"ifa", "IFA"),
    (r"ers", "ERS"),
)


def read_credentials(text: str) -> tuple[CredentialKind, ...]:
    """Return the credentials a cell names by their short names; others are left out."""
    words = text.lower()
    return tuple(
        kind
        for pattern, kind in _CREDENTIAL_NAMES
        if re.search(rf"(?<![a-z]){pattern}(?![a-z])", words)
    )
