"""What is taken for granted where nobody says otherwise: how people met, and whom it was about."""

from typing import get_args

from alongside.contracts import Category, Occurrence, SeriesState
from alongside_logbook.domain.entry import Ages, Mode


def mode_of(series: SeriesState, occurrence: Occurrence) -> Mode | None:
    """Return how they met, where place and link leave no doubt: a place alone, or a link alone."""
    place = occurrence.place or series.place
    link = occurrence.link or series.link
    if bool(place) == bool(link):
        return None
    return "in_person" if place else "virtual"


def ages_of(pursuing: str | None) -> tuple[Ages, ...]:
    """Return whom the work concerns that a category asks for: IMH-E up to 36 months, ECMH-E 3 up to 6."""
    if pursuing is None or pursuing not in get_args(Category):
        return ()
    return ("3-6",) if pursuing.startswith("EC") else ("0-3",)
