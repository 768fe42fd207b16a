"""Paths: which may be followed, and what of them may be written down."""

import re
from urllib.parse import urlsplit

# Below these, the rest of a path is a password.
_SECRET_FOLDERS = re.compile(
    r"^((?:/api/logbook/v1)?/(?:feeds|sign-in|answer|set-up|vouch|check|documents))/[^?#]+",
    re.DOTALL,
)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def redacted(path: str) -> str:
    """Return a path that may stand in a log: without query, without links that open something."""
    path = path.partition("?")[0].partition("#")[0]
    return _SECRET_FOLDERS.sub(r"\1/…", path)


def local_path(candidate: str | None, default: str = "/") -> str:
    """Return `candidate` if it is a path of our own, else `default`: nobody is sent elsewhere."""
    if (
        not candidate
        or not candidate.startswith("/")
        or candidate.startswith("//")
        or len(candidate) > 2000  # noqa: PLR2004  # longer than any page of ours
        or _UNSAFE.search(candidate)
    ):
        return default
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else candidate
