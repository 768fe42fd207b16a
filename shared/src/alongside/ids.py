"""Opaque identities: UUIDv7 text, ordered by time of making."""

import random
from collections.abc import Callable
from uuid import UUID

import uuid6

NewId = Callable[[], str]
"""Makes a new opaque identity."""


def new_id() -> str:
    """Return a fresh UUIDv7 as text."""
    return str(uuid6.uuid7())


class SeededIds:
    """Identities that are the same for the same seed: for demonstrations and tests, never for secrets."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311  # repeatable by intent

    def __call__(self) -> str:
        """Return the next identity of the sequence."""
        return str(UUID(int=self._random.getrandbits(128), version=4))
