"""Finds hours that are there twice, and hours of one person at the same time.

Near-linear: everything is sorted once, and what is kept of the new never overlaps itself.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from alongside_logbook.domain.entry import OUTSIDE, EntryVersion
from alongside_logbook.domain.outside import is_timed


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of somebody's supervision, as far as it is told from others."""

    key: str
    person_id: str
    provider_id: str
    held_on: date
    starts_at: datetime | None
    """Aware; none if only the day is known. Such a stretch overlaps nothing."""
    minutes: int
    """Above 0: an absence clashes with nothing, and is not to be asked about."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What a new stretch stands against."""

    kind: Literal["duplicate", "overlap"]
    """duplicate: the same day, provider and minutes, or the same start. overlap: both at a time."""
    key: str
    """Of the other one: of those that were there, or of a new one before this that is kept."""


def stretch(entry: EntryVersion) -> Stretch | None:
    """Return the stretch of an entry; none if it counts for nothing: an absence, or withdrawn."""
    if entry.status == "withdrawn" or entry.minutes == 0:
        return None
    timed = entry.occurrence_key != OUTSIDE or is_timed(entry)
    return Stretch(
        key=entry.entry_id,
        person_id=entry.supervisee_id,
        provider_id=entry.provider_id,
        held_on=entry.held_on,
        starts_at=entry.started_at if timed else None,
        minutes=entry.minutes,
    )


def clashes(new: Iterable[Stretch], existing: Iterable[Stretch] = ()) -> dict[str, Clash]:
    """Return, by key, which of the new should be left out, and because of what.

    The new are taken in their order: one that clashes with something existing, or with a new one
    that was kept before it, is left out. So those that are kept clash with nothing, and each of
    the others clashes with something that stays.
    """
    people: dict[str, _Known] = {}
    for each in existing:
        people.setdefault(each.person_id, _Known()).was_there(each)
    for known in people.values():
        known.sort()
    found: dict[str, Clash] = {}
    for each in new:
        known = people.setdefault(each.person_id, _Known())
        clash = known.clash(each)
        if clash is None:
            known.keep(each)
        else:
            found[each.key] = clash
    return found


_Times = list[tuple[datetime, datetime, str]]


@dataclass(slots=True)
class _Known:
    """What one person has: by day and by start, and in order of time."""

    same: dict[tuple[date, str, int] | datetime, str] = field(default_factory=dict)
    there: _Times = field(default_factory=list)
    """Those that were there, by start; of each and all before it: the latest end, and whose it is."""
    kept: _Times = field(default_factory=list)
    """The new ones that are kept, by start. None of them overlaps another."""

    def was_there(self, each: Stretch) -> None:
        self._remember(each)
        if each.starts_at is not None:
            self.there.append((each.starts_at, _end(each, each.starts_at), each.key))

    def sort(self) -> None:
        self.there.sort()
        for at in range(1, len(self.there)):
            start, end, _ = self.there[at]
            _, latest, key = self.there[at - 1]
            if latest > end:
                self.there[at] = (start, latest, key)

    def keep(self, each: Stretch) -> None:
        self._remember(each)
        if each.starts_at is not None:
            at = bisect_left(self.kept, (each.starts_at,))
            self.kept.insert(at, (each.starts_at, _end(each, each.starts_at), each.key))

    def clash(self, each: Stretch) -> Clash | None:
        twice = self.same.get((each.held_on, each.provider_id, each.minutes))
        if twice is None and each.starts_at is not None:
            twice = self.same.get(each.starts_at)
        if twice is not None:
            return Clash("duplicate", twice)
        if each.starts_at is None:
            return None
        end = _end(each, each.starts_at)
        for times in (self.there, self.kept):
            # Of all that begin before this ends, the one that ends last overlaps if any does.
            before = bisect_left(times, (end,))
            if before and times[before - 1][1] > each.starts_at:
                return Clash("overlap", times[before - 1][2])
        return None

    def _remember(self, each: Stretch) -> None:
        self.same.setdefault((each.held_on, each.provider_id, each.minutes), each.key)
        if each.starts_at is not None:
            self.same.setdefault(each.starts_at, each.key)


def _end(each: Stretch, starts_at: datetime) -> datetime:
    return starts_at + timedelta(minutes=each.minutes)
