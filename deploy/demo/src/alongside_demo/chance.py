"""Chance that can be repeated: a stream of its own for every decision."""

from random import Random

Stream = Random


def stream(seed: int, *names: object) -> Stream:
    """Return the random stream of a decision: the same for the same seed and names."""
    return Random("/".join(map(str, (seed, *names))))  # noqa: S311  # repeatable by intent
