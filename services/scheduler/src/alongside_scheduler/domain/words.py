"""What people type: short texts, addresses, links. Each check says what is wrong, in words."""

import re
import unicodedata
from urllib.parse import urlsplit

from alongside.errors import Invalid

LONGEST_LINK = 500
LONGEST_EMAIL = 254

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.IGNORECASE,
)


def checked_text(field: str, text: str, longest: int, *, required: bool = True) -> str:
    """Return the text on one line, without the blanks around it."""
    cleaned = " ".join(text.split())
    if required and not cleaned:
        raise Invalid("This is needed.", field=field)
    if len(cleaned) > longest:
        raise Invalid(f"At most {longest} characters, please.", field=field)
    if any(unicodedata.category(character) in {"Cc", "Cs", "Cn"} for character in cleaned):
        raise Invalid("This holds characters that cannot be shown.", field=field)
    return cleaned


def checked_link(field: str, link: str | None) -> str | None:
    """Return an http(s) address, or None for an empty one."""
    cleaned = (link or "").strip()
    if not cleaned:
        return None
    problem = Invalid("Give a whole address, such as https://meet.example.org/room.", field=field)
    if len(cleaned) > LONGEST_LINK or not cleaned.isprintable() or " " in cleaned:
        raise problem
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
    except ValueError:
        raise problem from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise problem
    return cleaned


def checked_email(field: str, email: str) -> str:
    """Return a mail address in small letters."""
    cleaned = email.strip().lower()
    local, _, domain = cleaned.rpartition("@")
    if (
        len(cleaned) > LONGEST_EMAIL
        or not _EMAIL.fullmatch(cleaned)
        or ".." in cleaned
        or local.startswith(".")
        or local.endswith(".")
        or not ("." in domain or domain == "localhost")
    ):
        raise Invalid("This is not an e-mail address.", field=field)
    return cleaned
