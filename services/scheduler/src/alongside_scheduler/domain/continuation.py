"""This and all later sessions, at other times: the series is shortened and another takes over.

What has begun, and what comes before, stays in the old series under its keys. The later part is a
new series with an identity of its own, linked both ways: no calendar can move half of a series.
Where nothing would stay behind, the same series is laid anew and keeps its identity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alongside.contracts import Occurrence, Pattern, SeriesState
from alongside.errors import Invalid
from alongside_scheduler.domain.recurrence import occurrence_key, occurrences, wall_starts
from alongside_scheduler.domain.series import (
    LONGEST_PLACE,
    LONGEST_TITLE,
    Where,
    check_duration,
    check_parts,
    minutes_of,
    present_ids,
    step,
    still_open,
)
from alongside_scheduler.domain.surgery import SessionBegun
from alongside_scheduler.domain.words import checked_link, checked_text


@dataclass(frozen=True)
class Later:
    """How the later part is to be: its pattern with every start in wall time, and its facts."""

    pattern: Pattern
    walls: tuple[datetime, ...]
    title: str
    where: Where
    duration_minutes: int
    provider_id: str
    co_provider_ids: tuple[str, ...]


@dataclass(frozen=True)
class Continued:
    """What becomes of a series that is changed from one session on."""

    series: SeriesState
    """The old series: shortened, or laid anew."""
    later: SeriesState | None
    """The series that takes over; None where the old one was laid anew."""
    pairs: tuple[tuple[str | None, str | None], ...]
    """Old key and new key of each session of the later part; None where there is no counterpart."""
    dropped: tuple[Occurrence, ...]
    """Sessions that had been changed on their own, and follow the new rhythm now."""


def leaving(series: SeriesState, key: str, now: datetime) -> tuple[Occurrence, ...]:
    """Return which occurrences a change from this one on is about: it and all later that have not begun."""
    if still_open(series, key).starts_at <= now:
        raise SessionBegun
    found = (each for each in series.occurrences if each.key >= key and each.starts_at > now)
    return tuple(sorted(found, key=lambda each: each.key))


def carry_on(
    series: SeriesState,
    key: str,
    later: Later,
    *,
    series_id: str,
    zone: ZoneInfo,
    tzdata: str,
    now: datetime,
) -> Continued:
    """Return the series changed from one occurrence on. `series_id` is for the new one, if need be.

    Members come along with the dates of their stays. A session that had been cancelled, is led by
    a stand-in or meets elsewhere keeps that in the new rhythm; a time of its own only where the
    rhythm has the same start.
    """
    gone = leaving(series, key, now)
    facts = _checked(series, later)
    new = _laid(series, gone, later, zone, facts)
    pairs = _pairs(series, gone, new, later.pattern)
    old_by_key = {each.key: each for each in gone}
    carried = tuple(
        _carried(each, old_by_key.get(_old_key(pairs, each.key) or ""), series, facts)
        for each in new
    )
    if all(each.starts_at <= now for each in carried):
        raise Invalid("All of that would be in the past.", field="on")
    dropped = tuple(_dropped(gone, carried, pairs, series))
    staying = tuple(each for each in series.occurrences if each.key not in old_by_key)
    if not any(each.status == "planned" for each in staying):
        counter = series.sequence + 1
        known = {each.key: each for each in series.occurrences}
        again = tuple(_under(each, known.get(each.key), counter, now) for each in carried)
        laid = step(
            series,
            now,
            counter,
            whole=True,
            **facts,
            tzdata=tzdata,
            pattern=later.pattern,
            occurrences=again,
        )
        return Continued(laid, None, pairs, dropped)
    new_series = series.model_copy(
        update={
            **facts,
            "series_id": series_id,
            "version": 1,
            "uid": f"{series_id}@alongside",
            "sequence": 0,
            "master_sequence": 0,
            "tzdata": tzdata,
            "pattern": later.pattern,
            "members": _members(series, carried, zone),
            "occurrences": carried,
            "continues": series.series_id,
            "created_at": now,
            "revised_at": now,
        }
    )
    old = step(
        series,
        now,
        series.sequence + 1,
        whole=True,
        occurrences=staying,
        pattern=_shortened(series.pattern, staying),
        continued_by=series_id,
    )
    return Continued(old, new_series, pairs, dropped)


def _checked(series: SeriesState, later: Later) -> dict[str, Any]:
    check_duration(later.duration_minutes)
    check_parts(later.provider_id, later.co_provider_ids, present_ids(series))
    place = checked_text("place", later.where.place or "", LONGEST_PLACE, required=False)
    return {
        "title": checked_text("title", later.title, LONGEST_TITLE),
        "place": place or None,
        "link": checked_link("link", later.where.link),
        "duration_minutes": later.duration_minutes,
        "provider_id": later.provider_id,
        "co_provider_ids": later.co_provider_ids,
    }


def _laid(
    series: SeriesState,
    gone: Sequence[Occurrence],
    later: Later,
    zone: ZoneInfo,
    facts: Mapping[str, Any],
) -> tuple[Occurrence, ...]:
    new = occurrences(later.walls, zone, timedelta(minutes=later.duration_minutes))
    same = [(each.key, each.starts_at) for each in new] == [
        (each.key, each.starts_at) for each in gone
    ]
    if same and all(getattr(series, name) == value for name, value in facts.items()):
        raise Invalid("Nothing would change: that is where and when they are now.", field="on")
    return new


def _pairs(
    series: SeriesState,
    gone: Sequence[Occurrence],
    new: Sequence[Occurrence],
    pattern: Pattern,
) -> tuple[tuple[str | None, str | None], ...]:
    """Say which new session stands for which old one: of the same start, else of the same place in line."""
    old_keys, new_keys = [each.key for each in gone], [each.key for each in new]
    both = set(old_keys) & set(new_keys)
    alike = (pattern.frequency, pattern.interval) == (
        series.pattern.frequency,
        series.pattern.interval,
    )
    if both or not alike:
        every = sorted({*old_keys, *new_keys})
        olds, news = set(old_keys), set(new_keys)
        return tuple((key if key in olds else None, key if key in news else None) for key in every)
    longest = max(len(old_keys), len(new_keys))
    return tuple(
        (
            old_keys[place] if place < len(old_keys) else None,
            new_keys[place] if place < len(new_keys) else None,
        )
        for place in range(longest)
    )


def _old_key(pairs: Sequence[tuple[str | None, str | None]], key: str) -> str | None:
    return next((old for old, new in pairs if new == key), None)


def _carried(
    new: Occurrence, old: Occurrence | None, series: SeriesState, facts: Mapping[str, Any]
) -> Occurrence:
    """Return a session of the later part with what its counterpart had of its own."""
    if old is None:
        return new
    update: dict[str, Any] = {"status": old.status}
    if old.provider_id not in {None, series.provider_id, facts["provider_id"]}:
        update["provider_id"] = old.provider_id
    for name in ("place", "link"):
        own = getattr(old, name)
        update[name] = None if own == facts[name] else own
    if old.key == new.key and old.starts_at != old.original_start:
        own_length = minutes_of(old) != series.duration_minutes
        minutes = minutes_of(old) if own_length else facts["duration_minutes"]
        update["starts_at"] = old.starts_at
        update["ends_at"] = old.starts_at + timedelta(minutes=minutes)
    carried = new.model_copy(update=update)
    moved = (carried.starts_at, carried.place, carried.link) != (new.starts_at, None, None)
    return carried.model_copy(update={"moved": moved})


def _dropped(
    gone: Sequence[Occurrence],
    carried: Sequence[Occurrence],
    pairs: Sequence[tuple[str | None, str | None]],
    series: SeriesState,
) -> list[Occurrence]:
    """Return which old sessions had something of their own that the later part does not keep."""
    by_key = {each.key: each for each in carried}
    found = []
    for each in gone:
        counterpart = by_key.get(next((new for old, new in pairs if old == each.key), None) or "")
        own_time = each.starts_at != each.original_start
        own_length = minutes_of(each) != series.duration_minutes
        own = own_time or own_length or each.status == "cancelled" or bool(each.provider_id)
        if counterpart is None:
            lost = own or bool(each.place or each.link)
        else:
            lost = (own_time and counterpart.starts_at != each.starts_at) or (
                own_length and minutes_of(counterpart) != minutes_of(each)
            )
        if lost:
            found.append(each)
    return found


def _under(each: Occurrence, old: Occurrence | None, counter: int, now: datetime) -> Occurrence:
    """Return a session of a series laid anew; the counter of a start that was there before never falls."""
    if old is None or old.sequence == 0:
        return each
    return each.model_copy(update={"sequence": counter, "changed_at": now})


def _members(series: SeriesState, carried: Sequence[Occurrence], zone: ZoneInfo) -> tuple[Any, ...]:
    first: date = min(
        moment.astimezone(zone).date()
        for each in carried
        for moment in (each.original_start, each.starts_at)
    )
    return tuple(
        each.model_copy(update={"sequence": 0})
        for each in series.members
        if each.left_on is None or each.left_on >= first
    )


def _shortened(pattern: Pattern, staying: Sequence[Occurrence]) -> Pattern:
    if pattern.frequency == "dates":
        return pattern.model_copy(update={"count": len(staying)})
    last = max(each.key for each in staying)
    count = sum(occurrence_key(wall) <= last for wall in wall_starts(pattern))
    return pattern.model_copy(update={"count": max(count, 1)})
