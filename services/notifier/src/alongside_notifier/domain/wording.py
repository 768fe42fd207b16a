"""Phrases of pages, which are in English; what people are written is in `words`."""

from collections.abc import Sequence

from alongside_notifier.domain.words import ENGLISH


def stretch(minutes: int) -> str:
    """Return `2 days`, `1 hour`, `15 minutes`."""
    return ENGLISH.times.ahead(minutes).removeprefix("in ")


def leads(minutes: Sequence[int]) -> str:
    """Return when reminders come: `2 days and 1 hour before`, `1 day before`, `no reminders`."""
    if not minutes:
        return "No reminders"
    words = [stretch(each) for each in sorted(minutes, reverse=True)]
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    return f"{listed} before"
