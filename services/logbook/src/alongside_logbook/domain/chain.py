"""The hash chain of a person's history: each version holds the SHA-256 of the one before it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64
"""What the first version of a person's history follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the history as it is stored."""

    position: int
    body: str
    """Canonical JSON of the version, position and person included."""
    prev_hash: str
    hash: str


def seal(prev_hash: str, body: str) -> str:
    """Return the hash of a version that follows another."""
    return hashlib.sha256(prev_hash.encode() + body.encode()).hexdigest()


def broken(links: Iterable[Link], head: tuple[int, str] | None = None) -> str | None:
    """Return what is wrong with a chain, in words; none if it holds together.

    `head` is the position and hash that the newest version must have: it shows a cut-off end.
    """
    prev, expected = GENESIS, 1
    for link in links:
        if link.position != expected:
            return f"version {expected} of the history is missing"
        if link.prev_hash != prev:
            return f"version {link.position} does not follow the one before it"
        if link.hash != seal(prev, link.body):
            return f"version {link.position} was changed after it was written"
        prev, expected = link.hash, expected + 1
    if head is not None and head != (expected - 1, prev):
        return f"the history ends at version {expected - 1}, but version {head[0]} had been written"
    return None
