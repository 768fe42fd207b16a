"""When members would reach the hours they are after, as a series is or as it would be.

The logbook says where somebody stands; here only minutes are compared. What counts, it judges.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from alongside.contracts import SeriesState
from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain.forecast import Forecast, Session, forecast
from alongside_scheduler.domain.recurrence import every_start, instant
from alongside_scheduler.domain.series import expected
from alongside_scheduler.store.tables import PersonRow, ProgressRow
from alongside_scheduler.store.uow import SchedulerUow

HORIZON = timedelta(days=3653)
"""How far a rhythm is thought on: ten years."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

Outlook = Literal["nothing", "unknown", "there", "safe", "tight", "late", "short"]
"""Pursues nothing; no hours known; has enough; reaches it, with one to spare or none; reaches it
only if the rhythm goes on; or not at all."""


class MemberForecast(BaseModel):
    """Where a series leads somebody. Dates are wall dates in the zone of the series."""

    person_id: str
    name: str
    pursuing: str | None
    outlook: Outlook
    words: str
    required_minutes: int = 0
    counted_minutes: int = 0
    pending_minutes: int = 0
    other_minutes: int = 0
    """Of sessions ahead in this person's other series."""
    planned_minutes: int = 0
    """Of sessions ahead in this series."""
    short_minutes: int = 0
    reached_on: date | None = None
    one_missed_on: date | None = None
    sessions_planned: int = 0
    """Of this series, those that are over included."""
    sessions_enough: int | None = None
    sessions_with_spare: int | None = None


async def forecasts(
    series: Sequence[SeriesState], uow: SchedulerUow, *, leaving_out: Collection[str] = ()
) -> list[MemberForecast]:
    """Return each member's forecast, by name.

    Several series count as one, in the order given: what a change makes of one, say; the rhythm
    goes on as that of the last. `leaving_out` names kept series that would no longer be.
    """
    at = zone(series[-1].zone)
    members = list(dict.fromkeys(each.person_id for one in series for each in one.members))
    people = await uow.people.named(members)
    progress = await uow.copies.progress(members)
    ids = {each.series_id for each in series} | set(leaving_out)
    others = await uow.ahead.of(members, uow.now, leaving_out=ids)
    return sorted(
        (
            _member(people[person], progress.get(person), series, others[person], at, uow.now)
            for person in members
            if person in people
        ),
        key=lambda each: each.name.lower(),
    )


def _member(
    person: PersonRow,
    progress: ProgressRow | None,
    series: Sequence[SeriesState],
    other: Sequence[Session],
    at: ZoneInfo,
    now: datetime,
) -> MemberForecast:
    facts = {"person_id": person.id, "name": person.name, "pursuing": person.pursuing}
    if not person.pursuing:
        return MemberForecast(**facts, outlook="nothing", words="Pursues no endorsement.")
    if progress is None or progress.category != person.pursuing:
        words = f"Pursues {person.pursuing}. Their hours are not known yet."
        return MemberForecast(**facts, outlook="unknown", words=words)
    sessions = _sessions(series, person.id)
    ahead = [each for each in sessions if each[0] > now]
    found = forecast(
        progress.required_minutes,
        progress.counted_minutes,
        progress.pending_minutes,
        ahead,
        other=other,
        onward=_onward(series[-1], now) if ahead else (),
    )
    begun = len(sessions) - len(ahead)
    return MemberForecast(
        **facts,
        outlook=_outlook(found),
        words=_words(found, begun, at, appears_met=progress.appears_met),
        required_minutes=found.required_minutes,
        counted_minutes=found.counted_minutes,
        pending_minutes=found.pending_minutes,
        other_minutes=found.other_minutes,
        planned_minutes=found.planned_minutes,
        short_minutes=found.short_minutes,
        reached_on=_day(found.reached_at, at),
        one_missed_on=_day(found.one_missed_at, at),
        sessions_planned=len(sessions),
        sessions_enough=_with(begun, found.sessions_enough),
        sessions_with_spare=_with(begun, found.sessions_with_spare),
    )


def _sessions(series: Sequence[SeriesState], person_id: str) -> list[Session]:
    return [
        (each.starts_at, int((each.ends_at - each.starts_at).total_seconds()) // 60)
        for one in series
        if one.purpose == "rsc"
        for each in one.occurrences
        if each.status == "planned" and person_id in expected(one, each, zone(one.zone))
    ]


def _onward(series: SeriesState, now: datetime) -> Iterator[Session]:
    """Yield how a series' rhythm would go on; the forecast takes what is after every planned one."""
    at = zone(series.zone)
    if series.status == "cancelled" or series.purpose != "rsc":
        return iter(())
    starts = (instant(wall, at) for wall in every_start(series.pattern))
    near = takewhile(lambda start: start < now + HORIZON, starts)
    return ((start, series.duration_minutes) for start in near)


def _outlook(found: Forecast) -> Outlook:
    if found.met:
        return "there"
    if found.within_plan:
        return "safe" if found.may_miss_one else "tight"
    return "short" if found.reached_at is None else "late"


def _words(found: Forecast, begun: int, at: ZoneInfo, *, appears_met: bool) -> str:
    goal = times.duration(found.required_minutes)
    if found.met:
        more = (
            ""
            if appears_met or found.pending_minutes
            else " What else is asked for, their hours say."
        )
        return f"Has {goal} already.{more}"
    if found.reached_at is None:
        rest = times.duration(found.short_minutes)
        return f"{rest} short of {goal} after the last session."
    reached = f"{goal} on {_date(found.reached_at, at)}"
    spare = _with(begun, found.sessions_with_spare)
    if found.within_plan and found.may_miss_one and found.one_missed_at:
        return f"{reached}; with one missed session, {_later(found, at)}."
    planned = begun + found.sessions_planned
    if found.within_plan:
        if found.one_missed_at is None:
            return f"{reached}, if no session is missed."
        return (
            f"{reached}; one missed session makes it {_later(found, at)}. "
            f"Plan {spare}, not {planned}."
        )
    rest = times.duration(found.short_minutes)
    enough = _with(begun, found.sessions_enough)
    more = f", or {spare} so that one may be missed" if spare else ""
    return f"{rest} short. At this rhythm {reached}: plan {enough}, not {planned}{more}."


def _later(found: Forecast, at: ZoneInfo) -> str:
    """Return the month in which it would be, if that is another one; else the day."""
    if found.reached_at is None or found.one_missed_at is None:
        return ""
    first, later = (each.astimezone(at) for each in (found.reached_at, found.one_missed_at))
    if (first.year, first.month) == (later.year, later.month):
        return _date(later, at)
    month = _MONTHS[later.month - 1]
    return month if first.year == later.year else f"{month} {later.year}"


def _date(moment: datetime, at: ZoneInfo) -> str:
    """Return `May 14, 2027`."""
    return times.day(moment, at).partition(", ")[2]


def _day(moment: datetime | None, at: ZoneInfo) -> date | None:
    return moment.astimezone(at).date() if moment else None


def _with(begun: int, number: int | None) -> int | None:
    return None if number is None else begun + number
