"""One thing that was looked at: how it is, and what to do where it is not well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody who was asked about an installation found."""

    about: str
    """Which part: a service, `kafka`, `keys`, `disk`, `mail`."""
    good: bool
    said: str
    advice: str = ""
    """What to do; empty where all is well."""


def good(about: str, said: str) -> Finding:
    """Return that a part is well."""
    return Finding(about, good=True, said=said)


def bad(about: str, said: str, advice: str) -> Finding:
    """Return that a part is not well, and what to do."""
    return Finding(about, good=False, said=said, advice=advice)
