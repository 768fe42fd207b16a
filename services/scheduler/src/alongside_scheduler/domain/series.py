"""The life of a series: scheduled, moved, cancelled; people join and leave.

Each function takes the series as it is and returns it as it is afterwards. Three things hold
after any sequence of steps, and the tests prove them: an occurrence keeps its key for ever, the
version rises by one with every step, and no counter ever falls.

`sequence` is the counter that calendars see. It rises when times, people or standing change. A
change of words alone (title, place, link) makes a new revision under the same number, so that
nobody is asked to answer again because of a room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from alongside.contracts import GroupKind, Member, Occurrence, Pattern, SeriesState
from alongside.errors import Conflict, Invalid, NotFound
from alongside_scheduler.domain.recurrence import instant, occurrences
from alongside_scheduler.domain.words import checked_link, checked_text

LONGEST_MINUTES = 12 * 60
SHORTEST_MINUTES = 5
LONGEST_TITLE = 120
LONGEST_PLACE = 200


class SeriesOver(Conflict):
    """This series is cancelled; nothing of it can be changed any more."""

    code = "series_over"


class SessionOver(Conflict):
    """This session is cancelled; it can no longer be moved or cancelled again."""

    code = "session_over"


@dataclass(frozen=True)
class Where:
    """Where people meet: a room, a link, or both."""

    place: str | None = None
    link: str | None = None


def schedule(
    *,
    series_id: str,
    group_id: str,
    title: str,
    kind: GroupKind,
    zone: ZoneInfo,
    tzdata: str,
    pattern: Pattern,
    walls: tuple[datetime, ...],
    duration_minutes: int,
    where: Where,
    provider_id: str,
    co_provider_ids: tuple[str, ...],
    member_ids: Iterable[str],
    now: datetime,
    show_roster: bool = False,
    held: Mapping[datetime, datetime] = MappingProxyType({}),
) -> SeriesState:
    """Return a new series in which everybody takes part from the first session on.

    `held` says where a session is from the start moved to: another wall time, by its own.
    """
    check_duration(duration_minutes)
    members = tuple(dict.fromkeys(member_ids))
    check_parts(provider_id, co_provider_ids, members)
    joined_on = min(walls[0].date(), now.astimezone(zone).date())
    return SeriesState(
        series_id=series_id,
        version=1,
        uid=f"{series_id}@alongside",
        sequence=0,
        master_sequence=0,
        group_id=group_id,
        title=checked_text("title", title, LONGEST_TITLE),
        kind=kind,
        zone=zone.key,
        tzdata=tzdata,
        duration_minutes=duration_minutes,
        place=checked_text("place", where.place or "", LONGEST_PLACE, required=False) or None,
        link=checked_link("link", where.link),
        provider_id=provider_id,
        co_provider_ids=co_provider_ids,
        show_roster=show_roster,
        pattern=pattern,
        members=tuple(Member(person_id=person, joined_on=joined_on) for person in members),
        occurrences=occurrences(walls, zone, timedelta(minutes=duration_minutes), held),
        created_at=now,
        revised_at=now,
    )


def check_duration(minutes: int) -> None:
    """Refuse lengths that cannot be meant."""
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Invalid(
            f"A session lasts {SHORTEST_MINUTES} minutes to {LONGEST_MINUTES // 60} hours.",
            field="duration_minutes",
        )


def check_parts(provider_id: str, co_provider_ids: Iterable[str], members: Iterable[str]) -> None:
    """Refuse a person in two parts of the same session."""
    if provider_id in co_provider_ids:
        raise Invalid("The co-provider is somebody else than the provider.", field="co_provider_id")
    if {provider_id, *co_provider_ids} & set(members):
        raise Invalid("Who leads a group is not also on its roster.", field="person_id")


def find(series: SeriesState, key: str) -> Occurrence:
    """Return the occurrence with this key."""
    for occurrence in series.occurrences:
        if occurrence.key == key:
            return occurrence
    raise NotFound("This series has no such session.")


def move(
    series: SeriesState,
    key: str,
    *,
    start: datetime,
    duration_minutes: int | None,
    where: Where | None,
    zone: ZoneInfo,
    now: datetime,
) -> SeriesState:
    """Return the series with one occurrence at another time (wall time), length or place.

    A `where` of None leaves the place alone; an empty one lets it follow the series again.
    """
    old = still_open(series, key)
    starts_at = instant(start, zone)
    minutes = minutes_of(old) if duration_minutes is None else duration_minutes
    check_duration(minutes)
    place, link = old.place, old.link
    if where is not None:
        place = checked_text("place", where.place or "", LONGEST_PLACE, required=False) or None
        link = checked_link("link", where.link)
        place = None if place == series.place else place
        link = None if link == series.link else link
    facts: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "place": place,
        "link": link,
    }
    if all(getattr(old, name) == value for name, value in facts.items()):
        raise Invalid("Nothing would change: that is where and when it is now.", field="date")
    if crowded(series, key, facts["starts_at"], facts["ends_at"]):
        raise Invalid("Another session of this series is at that time.", field="date")
    counter = series.sequence + 1
    moved = old.model_copy(update={**facts, "moved": True, "sequence": counter, "changed_at": now})
    return step(series, now, counter, occurrences=replaced(series, moved))


def cancel(series: SeriesState, key: str, *, now: datetime) -> SeriesState:
    """Return the series without one occurrence; with the last one, the series itself is over."""
    old = still_open(series, key)
    others = [each for each in series.occurrences if each.key != key]
    if all(each.status == "cancelled" for each in others):
        return end(series, now=now, begun_too=True)
    counter = series.sequence + 1
    gone = old.model_copy(update={"status": "cancelled", "sequence": counter, "changed_at": now})
    return step(series, now, counter, occurrences=replaced(series, gone))


def end(series: SeriesState, *, now: datetime, begun_too: bool = False) -> SeriesState:
    """Return the series cancelled: what has begun stays as it was, everything ahead is off."""
    need_planned(series)
    left = tuple(
        each.model_copy(update={"status": "cancelled", "changed_at": now})
        if each.status == "planned" and (begun_too or each.starts_at > now)
        else each
        for each in series.occurrences
    )
    counter = series.sequence + 1
    return step(series, now, counter, whole=True, occurrences=left, status="cancelled")


def join(series: SeriesState, person_id: str, on: date, *, now: datetime) -> SeriesState:
    """Return the series with one more person from a day on.

    Who was on the roster before comes back under a new number, for their calendar to take.
    """
    need_planned(series)
    check_parts(series.provider_id, series.co_provider_ids, [person_id])
    before = [each for each in series.members if each.person_id == person_id]
    if before and before[-1].left_on is None:
        raise Conflict("This person is on the roster already.", field="person_id")
    if not before:
        new = Member(person_id=person_id, joined_on=on, sequence=series.sequence)
        return step(series, now, series.sequence, members=(*series.members, new))
    last = before[-1]
    counter = series.sequence + 1
    if last.left_on is not None and on <= last.left_on + timedelta(days=1):
        # A stay that was taken back before it began covers no day: the new one stands in its place.
        never = last.left_on < last.joined_on
        first = on if never else min(on, last.joined_on)
        back = last.model_copy(update={"joined_on": first, "left_on": None, "sequence": counter})
        members = tuple(back if each is last else each for each in series.members)
    else:
        back = Member(person_id=person_id, joined_on=on, sequence=counter)
        members = (*series.members, back)
    return step(series, now, counter, members=members)


def leave(series: SeriesState, person_id: str, last_day: date, *, now: datetime) -> SeriesState:
    """Return the series with somebody on the roster until a day, that day included.

    A last day that was said before is replaced, and a return that was planned for later is off. What
    changes nothing returns the series itself.
    """
    need_planned(series)
    here = [each for each in series.members if each.person_id == person_id]
    if not here:
        raise NotFound("This person is not on the roster.")
    counter = series.sequence + 1
    gone = {
        each.joined_on: each.model_copy(update={"left_on": last_day, "sequence": counter})
        for each in here
        if each.left_on != last_day
        and (each is here[-1] or each.left_on is None or each.left_on > last_day)
    }
    if not gone:
        return series
    members = tuple(
        gone.get(each.joined_on, each) if each.person_id == person_id else each
        for each in series.members
    )
    return step(series, now, counter, members=members)


def show_names(series: SeriesState, *, shown: bool, now: datetime) -> SeriesState:
    """Return the series whose members see each other's names, or no longer do.

    These are words: nobody is asked to answer again because of them.
    """
    need_planned(series)
    if series.show_roster == shown:
        return series
    return step(series, now, series.sequence, whole=True, show_roster=shown)


def is_present(member: Member, day: date) -> bool:
    """Tell whether this stay on the roster covers a wall date in the zone of the series."""
    return member.joined_on <= day and (member.left_on is None or day <= member.left_on)


def present_ids(series: SeriesState) -> tuple[str, ...]:
    """Return who is on the roster without an end."""
    return tuple(each.person_id for each in series.members if each.left_on is None)


def expected(series: SeriesState, occurrence: Occurrence, zone: ZoneInfo) -> tuple[str, ...]:
    """Return which members an occurrence is for.

    They are on the roster on the day for which it was planned and on the day it is moved to:
    nobody is moved into a time in which they are not here.
    """
    days = {
        moment.astimezone(zone).date()
        for moment in (occurrence.original_start, occurrence.starts_at)
    }
    everybody = dict.fromkeys(each.person_id for each in series.members)
    return tuple(
        person
        for person in everybody
        if all(
            any(each.person_id == person and is_present(each, day) for each in series.members)
            for day in days
        )
    )


def leaders(series: SeriesState, occurrence: Occurrence) -> tuple[str, ...]:
    """Return who leads an occurrence: its provider, and the co-providers."""
    lead = occurrence.provider_id or series.provider_id
    return tuple(dict.fromkeys((lead, *series.co_provider_ids)))


def step(
    series: SeriesState, now: datetime, counter: int, *, whole: bool = False, **facts: Any
) -> SeriesState:
    """Return the next version. A lone meeting has no parts: all that happens to it is of the whole."""
    whole = whole or (len(series.occurrences) == 1 and "occurrences" in facts)
    if whole:
        facts["revised_at"] = now
    if whole and counter > series.sequence:
        facts["master_sequence"] = counter
    return series.model_copy(update={**facts, "version": series.version + 1, "sequence": counter})


def still_open(series: SeriesState, key: str) -> Occurrence:
    """Return an occurrence that can still be changed; raise `SessionOver` or `SeriesOver`."""
    need_planned(series)
    occurrence = find(series, key)
    if occurrence.status == "cancelled":
        raise SessionOver
    return occurrence


def need_planned(series: SeriesState) -> None:
    """Raise `SeriesOver` if the series is cancelled."""
    if series.status == "cancelled":
        raise SeriesOver


def replaced(series: SeriesState, new: Occurrence) -> tuple[Occurrence, ...]:
    """Return the occurrences with this one in the place of its old self."""
    return tuple(new if each.key == new.key else each for each in series.occurrences)


def crowded(series: SeriesState, key: str, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether another planned session of the series takes part of this time."""
    return any(
        each.key != key
        and each.status == "planned"
        and each.starts_at < ends_at
        and starts_at < each.ends_at
        for each in series.occurrences
    )


def minutes_of(occurrence: Occurrence) -> int:
    """Return how long a session is, in whole minutes."""
    return int((occurrence.ends_at - occurrence.starts_at).total_seconds()) // 60
