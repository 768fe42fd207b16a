"""The coordinator's board: in which of a few states somebody is, and the one thing that matters most.

Worked out when progress is, so that the board of a whole association is read from ready rows.
Nothing here knows what was talked about: only minutes, days and people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from alongside.contracts import Credential
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.entry import OUTSIDE
from alongside_logbook.domain.facts import EntryFacts
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.standing import name_of
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

BoardState = Literal[
    "out_of_window",
    "drifting",
    "not_counting",
    "not_started",
    "on_track",
    "appears_met",
    "nothing_required",
    "no_category",
]

URGENCY: dict[BoardState, int] = {
    "out_of_window": 0,
    "drifting": 1,
    "not_counting": 2,
    "not_started": 3,
    "on_track": 4,
    "appears_met": 5,
    "nothing_required": 6,
    "no_category": 7,
}
"""Whoever needs a word soonest comes first."""

LONG = timedelta(days=14)
"""After how long without a second person's word an hour is listed as unconfirmed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is on the board, toward one goal."""

    state: BoardState
    because: str
    """One sentence; empty where the state says it all."""
    until: date | None
    """The day that presses: hours leave the window, or it closes."""


def place_of(progress: Progress, today: date) -> Place:
    """Say in which state somebody is, and why."""
    span = progress.span
    if progress.appears_met or span is None:
        return Place(progress.status, _because(progress), None)
    if span.last < today and progress.attended:
        return Place(
            "out_of_window",
            f"The best window closed on {say_day(span.last)} with {_of(progress)}.",
            span.last,
        )
    if progress.ageing is not None:
        leaves = progress.ageing.first_leaves_on
        return Place(
            "drifting",
            f"{duration(progress.ageing.minutes)} leave the window from {say_day(leaves)} on.",
            leaves,
        )
    return Place(progress.status, _because(progress), span.last)


def _because(progress: Progress) -> str:
    if progress.status == "drifting" and progress.main is not None:
        last = progress.span.last_counted if progress.span else None
        since = f"; the last counted meeting was on {say_day(last)}" if last else ""
        return f"Behind the slowest pace that still fits{since}."
    if progress.appears_met:
        return " ".join(progress.missing_trainings)
    if progress.status == "not_counting":
        return f"{duration(progress.not_counted)} were attended, and none of it counts."
    return ""


def _of(progress: Progress) -> str:
    main = progress.main
    return f"{duration(main.counted)} of {duration(main.required)}" if main else "hours missing"


@dataclass(frozen=True, slots=True)
class Tally:
    """Somebody's minutes with one provider in one series and year. Series is empty for hours from elsewhere."""

    provider_id: str
    series_id: str
    year: int
    sessions: int
    confirmed: int
    waiting: int


def tallies(entries: Iterable[EntryFacts]) -> tuple[Tally, ...]:
    """Add up attended minutes by provider, series and year of the session's own day."""
    sums: dict[tuple[str, str, int], list[int]] = {}
    for entry in entries:
        if not entry.minutes or entry.status == "withdrawn":
            continue
        series = "" if entry.occurrence_key == OUTSIDE else entry.series_id
        added = sums.setdefault((entry.provider_id, series, entry.held_on.year), [0, 0, 0])
        added[0] += 1
        added[1 if entry.status == "confirmed" else 2] += entry.minutes
    return tuple(Tally(*key, *added) for key, added in sorted(sums.items()))


@dataclass(frozen=True, slots=True)
class Ending:
    """A provider's credential that ends, or ceases to count, on a day, with nothing held after it."""

    credential_id: str
    name: str
    ends_on: date
    """The last day on which it counts."""
    emerging: bool
    """It does not lapse by its own dates; it is emerging, and counts for so many months only."""


def endings(credentials: Sequence[Credential], packs: Iterable[Pack]) -> tuple[Ending, ...]:
    """Return which credentials end, unless the same kind is held on the day after."""
    longest = _months_of_emerging(packs)
    found = []
    for credential in credentials:
        last, emerging = credential.valid_until, False
        months = longest.get(credential.kind) if credential.standing == "emerging" else None
        if months is not None:
            expires = add_months(credential.valid_from, months) - timedelta(days=1)
            if last is None or expires < last:
                last, emerging = expires, True
        if last is None or any(_goes_on(other, credential, last) for other in credentials):
            continue
        found.append(Ending(credential.credential_id, name_of(credential), last, emerging))
    return tuple(found)


def _months_of_emerging(packs: Iterable[Pack]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for pack in packs:
        for row in pack.providers.rows if pack.providers else ():
            if row.at_most and "emerging" in row.standing:
                for kind in row.kinds:
                    longest[kind] = max(longest.get(kind, 0), row.at_most.months)
    return longest


def _goes_on(other: Credential, ended: Credential, last: date) -> bool:
    after = last + timedelta(days=1)
    return (
        other.credential_id != ended.credential_id
        and other.kind == ended.kind
        and other.valid_from <= after
        and (other.valid_until is None or other.valid_until >= after)
    )
