"""The languages in which people are written to."""

from typing import Literal, get_args

Language = Literal["en", "es"]
"""By the tag that HTML and mails carry."""

LANGUAGES: tuple[Language, ...] = get_args(Language)

NAMES: dict[Language, str] = {"en": "English", "es": "Español"}
"""Each in its own words, so that whoever looks for theirs finds it."""


def language_of(tag: str | None) -> Language | None:
    """Return the language of a tag; None for none, or for one that nobody speaks here."""
    return next((each for each in LANGUAGES if each == tag), None)
