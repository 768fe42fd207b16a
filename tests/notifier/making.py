"""A small scheduler for tests: it keeps the sequence rules of the contracts and nothing else."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from alongside.contracts import Member, Occurrence, Pattern, PersonState, SeriesState
from alongside.zones import zone
from alongside_notifier.domain.recurrence import _expand

NOW = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
ORIGIN = "https://supervision.example"
MAIL_FROM = "calendar@supervision.example"


def person(person_id: str, name: str | None = None, **facts: Any) -> PersonState:
    return PersonState(
        **{
            "person_id": person_id,
            "version": 1,
            "name": name or person_id.capitalize(),
            "email": f"{person_id}@people.example",
            "zone": "America/Chicago",
            "roles": ("supervisee",),
            **facts,
        }
    )


def weekly(first: datetime, count: int, interval: int = 1) -> Pattern:
    return Pattern(
        frequency="weekly",
        interval=interval,
        count=count,
        first_start=first,
        weekday=first.weekday(),
    )


def monthly(first: datetime, count: int, week: int) -> Pattern:
    return Pattern(
        frequency="monthly_by_weekday",
        count=count,
        first_start=first,
        weekday=first.weekday(),
        week_of_month=week,
    )


def make_series(
    pattern: Pattern | None = None,
    *,
    zone_name: str = "America/Chicago",
    minutes: int = 90,
    members: tuple[str, ...] = ("ben", "cleo"),
    starts: list[datetime] | None = None,
    **facts: Any,
) -> SeriesState:
    pattern = pattern or weekly(datetime(2027, 1, 12, 10, 0), 6, 2)
    if starts is None:
        if pattern.frequency == "once":
            starts = [pattern.first_start]
        else:
            every = _expand(pattern, pattern.first_start)
            starts = [next(every) for _ in range(pattern.count)]
    there = zone(zone_name)
    occurrences = []
    for wall in starts:
        instant = wall.replace(tzinfo=there).astimezone(UTC)
        occurrences.append(
            Occurrence(
                key=f"{wall:%Y%m%dT%H%M}",
                original_start=instant,
                starts_at=instant,
                ends_at=instant + timedelta(minutes=minutes),
            )
        )
    base: dict[str, Any] = {
        "series_id": "series-1",
        "version": 1,
        "uid": "01jseries1@supervision.example",
        "sequence": 0,
        "master_sequence": 0,
        "group_id": "group-1",
        "title": "Tuesday Circle",
        "kind": "group",
        "zone": zone_name,
        "tzdata": "2026.6",
        "duration_minutes": minutes,
        "place": "Room 5, Oak House",
        "link": "https://meet.example/tuesday",
        "provider_id": "ada",
        "pattern": pattern,
        "members": tuple(Member(person_id=each, joined_on=date(2026, 1, 1)) for each in members),
        "occurrences": tuple(occurrences),
        "created_at": NOW - timedelta(days=3),
        "revised_at": NOW - timedelta(days=3),
    }
    return SeriesState(**{**base, **facts})


@dataclass
class Life:
    """One series and what happens to it, with the counters as the scheduler keeps them."""

    series: SeriesState
    now: datetime = NOW
    history: list[SeriesState] = field(default_factory=list)

    def _next(self, *, master: bool = False, **changes: Any) -> SeriesState:
        self.history.append(self.series)
        sequence = self.series.sequence + 1
        facts: dict[str, Any] = {
            "version": self.series.version + 1,
            "sequence": sequence,
            **changes,
        }
        if master:
            facts |= {"master_sequence": sequence, "revised_at": self.now}
        self.series = self.series.model_copy(update=facts)
        return self.series

    def _set(self, key: str, **changes: Any) -> SeriesState:
        sequence = self.series.sequence + 1
        occurrences = tuple(
            o.model_copy(update={"sequence": sequence, "changed_at": self.now, **changes})
            if o.key == key
            else o
            for o in self.series.occurrences
        )
        return self._next(occurrences=occurrences)

    def occurrence(self, key: str) -> Occurrence:
        return next(o for o in self.series.occurrences if o.key == key)

    def keys(self) -> list[str]:
        return [o.key for o in self.series.occurrences]

    def move(self, key: str, by: timedelta, **changes: Any) -> SeriesState:
        old = self.occurrence(key)
        start, end = old.starts_at + by, old.ends_at + by
        moved = start != old.original_start
        return self._set(key, starts_at=start, ends_at=end, moved=moved, **changes)

    def elsewhere(self, key: str, place: str) -> SeriesState:
        return self._set(key, place=place, moved=True)

    def cancel(self, key: str) -> SeriesState:
        return self._set(key, status="cancelled")

    def restore(self, key: str) -> SeriesState:
        return self._set(key, status="planned")

    def lengthen(self, minutes: int) -> SeriesState:
        by = timedelta(minutes=minutes - self.series.duration_minutes)
        occurrences = tuple(
            o.model_copy(update={"ends_at": o.ends_at + by}) for o in self.series.occurrences
        )
        return self._next(master=True, duration_minutes=minutes, occurrences=occurrences)

    def change(self, **changes: Any) -> SeriesState:
        return self._next(master=True, **changes)

    def retitle(self, title: str) -> SeriesState:
        """A change of words only: no calendar needs to take it."""
        state = self._next(title=title)
        self.series = state.model_copy(update={"sequence": state.sequence - 1})
        return self.series

    def join(self, person_id: str, on: date) -> SeriesState:
        member = Member(person_id=person_id, joined_on=on, sequence=self.series.sequence + 1)
        others = tuple(m for m in self.series.members if m.person_id != person_id)
        return self._next(members=(*others, member))

    def leave(self, person_id: str, on: date) -> SeriesState:
        members = tuple(
            m.model_copy(update={"left_on": on, "sequence": self.series.sequence + 1})
            if m.person_id == person_id
            else m
            for m in self.series.members
        )
        return self._next(members=members)

    def end(self) -> SeriesState:
        return self._next(master=True, status="cancelled")
