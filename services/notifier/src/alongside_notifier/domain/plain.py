"""Text from people, made safe for calendars and mail headers."""

import re

_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2029]")
"""Control characters (Cc) but line ends and tabs, halves of characters (Cs), ends of paragraphs (Zp)."""


def clean(text: str) -> str:
    """Return the text with one kind of line end and without control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return _REFUSED.sub("", text).strip()


def one_line(text: str) -> str:
    """Return the text on one line, fit for a header, a subject or a name."""
    return " ".join(clean(text).split())
