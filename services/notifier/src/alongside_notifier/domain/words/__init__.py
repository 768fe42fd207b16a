"""The words that people read, by language: of times, series, hours, questions and calendars.

Both languages of a subject stand in one module, beside what they have to say: whoever adds a
phrase to one is told by the types that the other has none.
"""

from dataclasses import dataclass

from alongside_notifier.domain.words.asked import ENGLISH_ASKED, SPANISH_ASKED, Asked
from alongside_notifier.domain.words.calendars import (
    Calendars,
    EnglishCalendars,
    SpanishCalendars,
)
from alongside_notifier.domain.words.hours import EnglishHours, Hours, SpanishHours
from alongside_notifier.domain.words.language import LANGUAGES, NAMES, Language, language_of
from alongside_notifier.domain.words.series import EnglishSeries, Series, SpanishSeries
from alongside_notifier.domain.words.times import EnglishTimes, SpanishTimes, Times

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "NAMES",
    "SPANISH",
    "Language",
    "Words",
    "language_of",
    "words_in",
]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said in one language beside the templates of mails."""

    language: Language
    times: Times
    series: Series
    hours: Hours
    asked: Asked
    calendars: Calendars
    via: str
    """How a mail is signed that comes on somebody's behalf, filled with `format`."""


ENGLISH = Words(
    "en",
    EnglishTimes(),
    EnglishSeries(),
    EnglishHours(),
    ENGLISH_ASKED,
    EnglishCalendars(),
    "{name} (via {association})",
)
SPANISH = Words(
    "es",
    SpanishTimes(),
    SpanishSeries(),
    SpanishHours(),
    SPANISH_ASKED,
    SpanishCalendars(),
    "{name} (vía {association})",
)


def words_in(language: Language) -> Words:
    """Return the words of a language."""
    return SPANISH if language == "es" else ENGLISH
