"""Text from people, made safe for calendars and mail headers."""

import unicodedata

_KEPT = {"\n", "\t"}


def clean(text: str) -> str:
    """Return the text with one kind of line end and without control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(
        letter for letter in text if letter in _KEPT or unicodedata.category(letter) not in _REFUSED
    ).strip()


def one_line(text: str) -> str:
    """Return the text on one line, fit for a header, a subject or a name."""
    return " ".join(clean(text).split())


_REFUSED = {"Cc", "Cs", "Zp"}
