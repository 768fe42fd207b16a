"""What surgery on a series means: for each session, and for each person in it.

Everything here compares states, before and after. Who will be told of what follows from what each
person's calendar shows; how that is worded and sent is not known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from alongside.contracts import Occurrence, SeriesState
from alongside_scheduler.domain.series import expected, is_present, leaders, minutes_of

Fate = Literal["moved", "cancelled", "changed", "new", "gone"]
Message = Literal["invitation", "update", "cancellation"]
"""A calendar hears three things: of a new series, of a change to one it has, and of an end."""
Pair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """One session as it is, or will be."""

    series_id: str
    key: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    place: str | None
    link: str | None
    provider_id: str

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What becomes of one session."""

    fate: Fate
    before: Moment | None
    after: Moment | None
    what: tuple[str, ...] = ()
    """What differs, in one word each: time, length, place, provider."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person's calendar hears of one series."""

    series_id: str
    message: Message
    sessions: tuple[datetime, ...] = ()
    """The starts of the sessions it is about, where it is about some and not the whole."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What surgery means for one person."""

    person_id: str
    leads: bool
    tellings: tuple[Telling, ...]
    minutes_before: int
    """Minutes planned ahead for them in this series, as receivers: those who lead earn none."""
    minutes_after: int
    sessions_before: tuple[tuple[datetime, int], ...]
    """Starts and minutes of the sessions ahead, for a forecast."""
    sessions_after: tuple[tuple[datetime, int], ...]


def moment_of(series: SeriesState, each: Occurrence) -> Moment:
    """Return an occurrence with everything that it has from its series."""
    return Moment(
        series_id=series.series_id,
        key=each.key,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        cancelled=series.status == "cancelled" or each.status == "cancelled",
        place=each.place or series.place,
        link=each.link or series.link,
        provider_id=each.provider_id or series.provider_id,
    )


def session_changes(
    before: SeriesState,
    after: SeriesState,
    later: SeriesState | None = None,
    pairs: Iterable[Pair] = (),
) -> list[SessionChange]:
    """Return what becomes of each session that does not stay as it is, in order of time.

    `pairs` says which session of the later part stands for which old one; every other keeps its
    key.
    """
    old = {each.key: moment_of(before, each) for each in before.occurrences}
    kept = {each.key: moment_of(after, each) for each in after.occurrences}
    part = later or after
    new = {each.key: moment_of(part, each) for each in part.occurrences}
    found: list[SessionChange] = []
    paired: set[str] = set()
    for old_key, new_key in pairs:
        paired |= {key for key in (old_key,) if key}
        change = _change(old[old_key] if old_key else None, new.get(new_key) if new_key else None)
        found += [change] if change else []
    for key, moment in old.items():
        if key not in paired:
            change = _change(moment, kept.get(key))
            found += [change] if change else []
    return sorted(found, key=_place_in_time)


def stakes(
    before: SeriesState,
    after: SeriesState,
    later: SeriesState | None,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> list[Stakes]:
    """Return what surgery means for everybody in the series, before or after."""
    states = [each for each in (before, after, later) if each is not None]
    people = dict.fromkeys(person for each in states for person in people_of(each))
    found = []
    for person in people:
        tellings = [telling(person, before, after, zone=zone, now=now)]
        if later is not None:
            tellings.append(telling(person, None, later, zone=zone, now=now))
        had = _earned(person, [before], zone, now)
        has = _earned(person, [each for each in (after, later) if each is not None], zone, now)
        found.append(
            Stakes(
                person_id=person,
                leads=any(_ever_leads(person, each) for each in states),
                tellings=tuple(each for each in tellings if each is not None),
                minutes_before=sum(minutes for _, minutes in had),
                minutes_after=sum(minutes for _, minutes in has),
                sessions_before=had,
                sessions_after=has,
            )
        )
    return found


def people_of(series: SeriesState) -> tuple[str, ...]:
    """Return everybody a series concerns: who leads it or one session of it, and its members."""
    lead = [each.provider_id for each in series.occurrences if each.provider_id]
    members = [each.person_id for each in series.members]
    return tuple(dict.fromkeys([series.provider_id, *series.co_provider_ids, *lead, *members]))


def telling(
    person_id: str,
    before: SeriesState | None,
    after: SeriesState,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Telling | None:
    """Return what this person's calendar hears of a series that was so and is so now; None: nothing.

    What is over is not told of any more, nor are words alone.
    """
    had = _ahead(person_id, before, zone, now) if before else {}
    has = _ahead(person_id, after, zone, now)
    known = before is not None and before.status == "planned" and _has_part(person_id, before)
    if before is None or not known:
        return Telling(after.series_id, "invitation") if has else None
    if after.status == "cancelled" or _nothing_is_left(person_id, after, zone):
        return Telling(after.series_id, "cancellation") if had else None
    if _is_another_whole(person_id, before, after) and (had or has):
        return Telling(after.series_id, "update")
    gone = had.keys() - has.keys()
    # What was moved into the past is not lost: the calendar hears when it was.
    put_back = {
        each.key
        for each in after.occurrences
        if each.key in gone
        and each.status == "planned"
        and _takes_part(person_id, after, each, zone)
    }
    lost = tuple(sorted(had[key].starts_at for key in gone - put_back))
    changed = tuple(
        sorted(
            moment.starts_at
            for key, moment in has.items()
            if key not in had or _shown(had[key]) != _shown(moment)
        )
    )
    if changed or put_back or len(lost) > 1:
        return Telling(after.series_id, "update", tuple(sorted({*changed, *lost})))
    return Telling(after.series_id, "cancellation", lost) if lost else None


def _change(before: Moment | None, after: Moment | None) -> SessionChange | None:
    if before is None or after is None:
        moment = before or after
        if moment is None or moment.cancelled:
            return None
        return SessionChange("new" if before is None else "gone", before, after)
    if after.cancelled:
        return None if before.cancelled else SessionChange("cancelled", before, after)
    differs = {
        "time": before.starts_at != after.starts_at,
        "length": before.minutes != after.minutes,
        "place": (before.place, before.link) != (after.place, after.link),
        "provider": before.provider_id != after.provider_id,
    }
    what = tuple(word for word, is_so in differs.items() if is_so)
    if before.cancelled:
        return SessionChange("new", before, after, what)
    if not what:
        return None
    return SessionChange("moved" if differs["time"] else "changed", before, after, what)


def _place_in_time(change: SessionChange) -> datetime:
    moment = change.before or change.after
    if moment is None:
        raise LookupError
    return moment.starts_at


def _has_part(person_id: str, series: SeriesState) -> bool:
    return bool(_own_keys(person_id, series))


def _nothing_is_left(person_id: str, series: SeriesState, zone: ZoneInfo) -> bool:
    """Tell whether this person has no session of the series, or a single one that is off."""
    keys = _own_keys(person_id, series)
    if len(keys) > 1:
        return False
    return not any(
        each.key in keys and each.status == "planned" and _takes_part(person_id, series, each, zone)
        for each in series.occurrences
    )


def _own_keys(person_id: str, series: SeriesState) -> tuple[str, ...]:
    """Return the sessions that are in this person's calendar at all, planned or not."""
    if person_id in {series.provider_id, *series.co_provider_ids}:
        return _since_taken_over(person_id, series)
    stays = [each for each in series.members if each.person_id == person_id]
    return tuple(
        sorted(
            each.key
            for each in series.occurrences
            if each.provider_id == person_id
            or any(is_present(stay, _planned_day(each)) for stay in stays)
        )
    )


def _since_taken_over(person_id: str, series: SeriesState) -> tuple[str, ...]:
    """Return every session, but for what others lead before the first of this provider's own."""
    found: list[str] = []
    for each in sorted(series.occurrences, key=lambda each: each.key):
        led_by_another = person_id == series.provider_id and each.provider_id not in {
            None,
            person_id,
        }
        if found or not led_by_another:
            found.append(each.key)
    return tuple(found)


def _planned_day(each: Occurrence) -> date:
    return datetime.strptime(each.key, "%Y%m%dT%H%M").date()  # noqa: DTZ007  # a wall time


def _is_another_whole(person_id: str, before: SeriesState, after: SeriesState) -> bool:
    """Tell whether the series as a whole reads differently in this person's calendar."""

    def whole(series: SeriesState) -> tuple[object, ...]:
        keys = _own_keys(person_id, series)
        if len(keys) == 1:
            # A single session is all there is: it says for itself what it is.
            return keys
        return (
            keys,
            series.duration_minutes,
            series.place,
            series.link,
            series.provider_id,
        )

    return whole(before) != whole(after)


def _takes_part(person_id: str, series: SeriesState, each: Occurrence, zone: ZoneInfo) -> bool:
    return person_id in leaders(series, each) or person_id in expected(series, each, zone)


def _ahead(person_id: str, series: SeriesState, zone: ZoneInfo, now: datetime) -> dict[str, Moment]:
    if series.status == "cancelled":
        return {}
    return {
        each.key: moment_of(series, each)
        for each in series.occurrences
        if each.status == "planned"
        and each.ends_at > now
        and _takes_part(person_id, series, each, zone)
    }


def _shown(moment: Moment) -> tuple[object, ...]:
    return (moment.starts_at, moment.ends_at, moment.place, moment.link, moment.provider_id)


def _ever_leads(person_id: str, series: SeriesState) -> bool:
    return any(person_id in leaders(series, each) for each in series.occurrences)


def _earned(
    person_id: str, states: Sequence[SeriesState], zone: ZoneInfo, now: datetime
) -> tuple[tuple[datetime, int], ...]:
    return tuple(
        sorted(
            (each.starts_at, minutes_of(each))
            for series in states
            if series.status == "planned" and series.purpose == "rsc"
            for each in series.occurrences
            if each.status == "planned"
            and each.starts_at > now
            and person_id not in leaders(series, each)
            and person_id in expected(series, each, zone)
        )
    )
