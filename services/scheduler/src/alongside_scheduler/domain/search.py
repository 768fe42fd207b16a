"""Words as they are searched: without accents or capitals, by how they begin; and days among them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

MOST_WORDS = 8
LONGEST_QUERY = 100

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_HYPHENS = re.compile("[-\u2010-\u2015]")
_BARE = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
    }
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_NAME = 3
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_ISO_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?:19|20|21)\d{2}")


def folded(*texts: str | None) -> str:
    """Return texts as they are kept to be searched: each word in small plain letters after a blank.

    A word with a hyphen or apostrophe is there in parts and in one: `O'Brien` as ` o brien obrien`.
    """
    return "".join(f" {word}" for text in texts for word in _kept_words(text or ""))


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, plain and small; each is to be the beginning of a kept word."""
    typed = _HYPHENS.sub(" ", _APOSTROPHES.sub("", query[:LONGEST_QUERY]))
    return tuple(dict.fromkeys(_plain(typed)))[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks of sessions: days, first and last, and words besides."""

    words: tuple[str, ...]
    days: tuple[date, date] | None = None


def asked(query: str, today: date) -> Asked:
    """Return what a query asks of sessions, seen from a day: `circle nov 12`, `tuesday`, `2026-11`.

    A month or a day without a year is the one nearest to come, or the one just past within
    two months.
    """
    typed = query[:LONGEST_QUERY].lower().replace(",", " ").split()
    days, used = _days(typed, today)
    rest = " ".join(word for place, word in enumerate(typed) if place not in used)
    return Asked(words=words_of(rest), days=days)


def _kept_words(text: str) -> list[str]:
    parts = _plain(_HYPHENS.sub(" ", _APOSTROPHES.sub(" ", text)))
    joined = _plain(_HYPHENS.sub("", _APOSTROPHES.sub("", text)))
    half = _plain(_HYPHENS.sub(" ", _APOSTROPHES.sub("", text)))
    return list(dict.fromkeys([*parts, *half, *joined]))


def _plain(text: str) -> list[str]:
    # Taken apart, some characters show capitals that were not there before, and the other way round.
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    bare = "".join(each for each in bare if not unicodedata.combining(each)).translate(_BARE)
    return "".join(each if each.isalnum() else " " for each in bare).split()


def _days(typed: list[str], today: date) -> tuple[tuple[date, date] | None, set[int]]:
    """Return the days that words speak of, and the places of these words."""
    for place, word in enumerate(typed):
        if found := _one_word(word, today):
            return found, {place}
        month = _named(word, _MONTHS)
        if month is not None:
            return _month_and_more(typed, place, month + 1, today)
    return None, set()


def _one_word(word: str, today: date) -> tuple[date, date] | None:
    if word in {"today", "tomorrow", "yesterday"}:
        day = today + timedelta(days={"today": 0, "tomorrow": 1, "yesterday": -1}[word])
        return day, day
    if match := _ISO_DAY.fullmatch(word):
        return _same(_date(*map(int, match.groups())))
    if match := _ISO_MONTH.fullmatch(word):
        return _month(int(match[1]), int(match[2]))
    if match := _SLASHED.fullmatch(word):
        month, number, year = int(match[1]), int(match[2]), match[3]
        return _same(_date(int(year), month, number) if year else _nearest(month, number, today))
    weekday = _named(word, _WEEKDAYS)
    if weekday is None:
        return None
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    return day, day


def _month_and_more(
    typed: list[str], place: int, month: int, today: date
) -> tuple[tuple[date, date] | None, set[int]]:
    """Read what stands around the name of a month: `nov 12`, `12 nov`, `nov 2026`, `nov 12 2026`."""
    used, day, year = {place}, None, None
    for beside in (place + 1, place + 2, place - 1):
        text = typed[beside] if 0 <= beside < len(typed) else ""
        if year is None and beside > place and _YEAR.fullmatch(text):
            year = int(text)
            used.add(beside)
        elif day is None and beside != place + 2 and (match := _ORDINAL.fullmatch(text)):
            day = int(match[1])
            used.add(beside)
    if day is not None:
        found = _date(year, month, day) if year else _nearest(month, day, today)
        return _same(found), used if found else set()
    return _month(year or (_nearest(month, 1, today) or today).year, month), used


def _named(word: str, names: tuple[str, ...]) -> int | None:
    if len(word) < _SHORTEST_NAME:
        return None
    return next((place for place, name in enumerate(names) if name.startswith(word)), None)


def _nearest(month: int, day: int, today: date) -> date | None:
    """Return the next such day; the last one if that is at most two months ago."""
    years = range(today.year - 1, today.year + 9)  # a leap year is among them
    found = [each for year in years if (each := _date(year, month, day))]
    return next((each for each in found if each >= today - timedelta(days=61)), None)


def _month(year: int, month: int) -> tuple[date, date] | None:
    first = _date(year, month, 1)
    if first is None:
        return None
    later = _date(year + month // 12, month % 12 + 1, 1)
    return first, (later or date.max) - timedelta(days=1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _same(day: date | None) -> tuple[date, date] | None:
    return None if day is None else (day, day)
