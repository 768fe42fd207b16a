"""Surgery on a series: one step, worked out, then kept and said in one transaction.

A preview is the same use case in a transaction that is not committed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from alongside.contracts import (
    Event,
    SeriesChanged,
    SeriesEnded,
    SeriesScheduled,
    SeriesState,
    SessionCancelled,
    SessionMoved,
)
from alongside.errors import Conflict, Invalid
from alongside.zones import tzdata_version, zone
from alongside_scheduler.domain import continuation, recurrence, surgery
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.days_off import goes_around
from alongside_scheduler.domain.impact import Pair
from alongside_scheduler.handlers import steps
from alongside_scheduler.handlers.saying import length_between, say
from alongside_scheduler.store.uow import SchedulerUow

_LAST_DAYS = 7


class ChangedMeanwhile(Conflict):
    """Somebody changed this series since you looked at it. Look at it again first; nothing was saved."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class Operated:
    """A series before and after a step."""

    before: SeriesState
    series: SeriesState
    later: SeriesState | None = None
    """The series that takes over from one session on."""
    pairs: tuple[Pair, ...] = ()
    dropped: tuple[str, ...] = ()
    """Keys of sessions that had something of their own and do not keep it."""
    says: type[Event] = SeriesChanged
    about: dict[str, str] = field(default_factory=dict)
    group_too: bool = False


async def operate(series_id: str, step: steps.Step, uow: SchedulerUow) -> Operated:
    """Take one step and say it; a step that changes nothing says nothing.

    Raises `AlreadyBooked` if somebody would be in two places, `ChangedMeanwhile` if the series is
    no longer the one that was looked at.
    """
    done = await work_out(series_id, step, uow)
    await keep(done, uow)
    return done


async def work_out(series_id: str, step: steps.Step, uow: SchedulerUow) -> Operated:
    """Return what a step makes of a series, which is locked from here on; nothing is kept yet."""
    if isinstance(step, steps.HandOver) and step.group_too:
        # Always the group first, then its series: so nobody waits in a ring.
        whole = await uow.series.get(series_id)
        if whole.purpose == "rsc":
            await uow.groups.get(whole.group_id, for_change=True)
    before = await uow.series.get(series_id, for_change=True)
    need_lead(uow.actor, before.provider_id, before.co_provider_ids)
    if isinstance(step, steps.HandOver) and before.purpose == "consultation":
        raise Invalid(
            "Visits belong to a pairing. End it, and pair the other consultant with the site.",
            field="provider_id",
        )
    if step.expected_version not in {None, before.version}:
        raise ChangedMeanwhile
    return await _taken(before, step, uow)


async def keep(done: Operated, uow: SchedulerUow) -> None:
    """Keep what was worked out, and say it: the old series gives its time back first."""
    if done.series is done.before:
        return
    await say(done.series, done.says, uow, **done.about)
    if done.later is not None:
        await say(done.later, SeriesScheduled, uow)
    if done.group_too:
        await _group_follows(done.series, uow)


async def _taken(  # noqa: C901, PLR0911  # one case a step
    before: SeriesState, step: steps.Step, uow: SchedulerUow
) -> Operated:
    match step:
        case steps.Change():
            return Operated(before, await _changed(before, step, uow))
        case steps.Move():
            after = _moved(before, step, uow.now)
            return Operated(before, after, says=SessionMoved, about={"occurrence_key": step.key})
        case steps.Cancel():
            after = life.cancel(before, step.key, now=uow.now)
            if after.status == "cancelled":
                return _ended(before, after)
            return Operated(
                before, after, says=SessionCancelled, about={"occurrence_key": step.key}
            )
        case steps.MoveLater():
            return await _carried_on(before, step, uow)
        case steps.CancelLater():
            return _ended(before, surgery.cancel_from(before, step.key, now=uow.now))
        case steps.Skip():
            days = (step.first_day, step.last_day)
            return _ended(before, surgery.skip(before, *days, zone=zone(before.zone), now=uow.now))
        case steps.StandIn():
            if step.provider_id is not None:
                await _check_leaders(before, step.provider_id, before.co_provider_ids, uow)
            after = surgery.stand_in(before, step.key, step.provider_id, now=uow.now)
            return Operated(before, after)
        case steps.HandOver():
            return await _handed_over(before, step, uow)
        case steps.CancelAll():
            return _ended(before, life.end(before, now=uow.now))


def _ended(before: SeriesState, after: SeriesState) -> Operated:
    kind = SeriesEnded if after.status == "cancelled" else SeriesChanged
    return Operated(before, after, says=kind)


async def _changed(
    before: SeriesState, command: steps.ChangeSeries, uow: SchedulerUow
) -> SeriesState:
    asked = command.model_fields_set
    new: dict[str, Any] = command.model_dump(include=asked)
    for name in {"title", "duration_minutes", "provider_id", "co_provider_ids"} & asked:
        if new[name] is None:
            raise Invalid("This is needed.", field=name)
    co_provider_ids = tuple(new.get("co_provider_ids", before.co_provider_ids))
    provider_id = new.get("provider_id", before.provider_id)
    await _check_leaders(before, provider_id, co_provider_ids, uow)
    return surgery.revise(
        before,
        title=new.get("title", before.title),
        where=life.Where(place=new.get("place", before.place), link=new.get("link", before.link)),
        duration_minutes=new.get("duration_minutes", before.duration_minutes),
        provider_id=provider_id,
        co_provider_ids=co_provider_ids,
        now=uow.now,
    )


def _moved(before: SeriesState, command: steps.Move, now: datetime) -> SeriesState:
    at = zone(before.zone)
    old = life.find(before, command.key)
    wall = old.starts_at.astimezone(at).replace(tzinfo=None)
    day = command.on or wall.date()
    start = command.start_time or wall.time()
    _check_wall("on", day, start)
    minutes = command.duration_minutes
    if command.end_time is not None:
        minutes = length_between(start, command.end_time)
    where = None
    if {"place", "link"} & command.model_fields_set:
        said = command.model_dump(include=command.model_fields_set)
        where = life.Where(place=said.get("place", old.place), link=said.get("link", old.link))
    return life.move(
        before,
        command.key,
        start=wall.combine(day, start),
        duration_minutes=minutes,
        where=where,
        zone=at,
        now=now,
    )


async def _carried_on(before: SeriesState, step: steps.MoveLater, uow: SchedulerUow) -> Operated:
    at = zone(before.zone)
    gone = continuation.leaving(before, step.key, uow.now)
    first = life.find(before, step.key)
    wall = first.original_start.astimezone(at).replace(tzinfo=None)
    day, start = step.on or wall.date(), step.start_time or wall.time()
    _check_wall("on", day, start)
    minutes = step.duration_minutes or before.duration_minutes
    if step.end_time is not None:
        minutes = length_between(start, step.end_time)
    day_off = await uow.association.days_off()
    rhythm = _rhythm(before, step, gone, day, start)
    # A series that skips days off goes on to skip them.
    on_day_off: recurrence.OnDayOff = "skip" if goes_around(before, day_off) else "keep"
    planned = recurrence.plan_around(rhythm, on_day_off, day_off)
    provider_id = step.provider_id or before.provider_id
    co_provider_ids = tuple(each for each in before.co_provider_ids if each != provider_id)
    await _check_leaders(before, provider_id, co_provider_ids, uow)
    asked = step.model_fields_set
    done = continuation.carry_on(
        before,
        step.key,
        continuation.Later(
            pattern=planned.pattern,
            walls=planned.walls,
            title=step.title or before.title,
            where=life.Where(
                place=step.place if "place" in asked else before.place,
                link=step.link if "link" in asked else before.link,
            ),
            duration_minutes=minutes,
            provider_id=provider_id,
            co_provider_ids=co_provider_ids,
        ),
        series_id=uow.new_id(),
        zone=at,
        tzdata=tzdata_version(),
        now=uow.now,
    )
    return Operated(
        before,
        done.series,
        done.later,
        done.pairs,
        tuple(each.key for each in done.dropped),
    )


def _rhythm(
    before: SeriesState,
    step: steps.MoveLater,
    gone: tuple[Any, ...],
    day: date,
    start: time,
) -> recurrence.Rhythm:
    """Return the rhythm of the later part: that of the series from another day on, or another one."""
    old = before.pattern
    frequency = step.frequency or old.frequency
    own = step.frequency is None
    shift = day - datetime.strptime(step.key, "%Y%m%dT%H%M").date()  # noqa: DTZ007  # a wall time
    if frequency == "dates":
        dates = tuple(
            datetime.strptime(each.key, "%Y%m%dT%H%M").date() + shift  # noqa: DTZ007  # wall times
            for each in gone
        )
        return recurrence.Rhythm(frequency="dates", starts_on=min(dates), at=start, dates=dates)
    stays = own and not shift
    last_week = own and old.week_of_month == recurrence.LAST_WEEK and _ends_its_month(day)
    week = old.week_of_month if stays else recurrence.LAST_WEEK if last_week else None
    return recurrence.Rhythm(
        frequency=frequency,
        starts_on=day,
        at=start,
        interval=step.interval or (old.interval if own else 1),
        count=None if step.until else step.count or len(gone),
        until=step.until,
        week_of_month=week if frequency == "monthly_by_weekday" else None,
        month_day=old.month_day if stays and frequency == "monthly_by_date" else None,
    )


def _ends_its_month(day: date) -> bool:
    return (date.fromordinal(day.toordinal() + _LAST_DAYS)).month != day.month


async def _handed_over(before: SeriesState, step: steps.HandOver, uow: SchedulerUow) -> Operated:
    co_provider_ids = tuple(each for each in before.co_provider_ids if each != step.provider_id)
    await _check_leaders(before, step.provider_id, co_provider_ids, uow)
    _check_wall("on", step.on, time(0))
    after = surgery.hand_over(
        before, step.provider_id, step.on, zone=zone(before.zone), now=uow.now
    )
    return Operated(before, after, group_too=step.group_too)


async def _group_follows(series: SeriesState, uow: SchedulerUow) -> None:
    group = await uow.groups.get(series.group_id, for_change=True)
    roster = await uow.groups.roster(series.group_id)
    co_provider_id = group.co_provider_id
    if co_provider_id == series.provider_id:
        co_provider_id = None
    life.check_parts(series.provider_id, (), [each.person_id for each in roster])
    if (group.provider_id, group.co_provider_id) == (series.provider_id, co_provider_id):
        return
    group.provider_id, group.co_provider_id = series.provider_id, co_provider_id
    group.version += 1
    await uow.groups.keep(group)


async def _check_leaders(
    series: SeriesState, provider_id: str, co_provider_ids: tuple[str, ...], uow: SchedulerUow
) -> None:
    new = {provider_id, *co_provider_ids} - {series.provider_id, *series.co_provider_ids}
    people = await uow.people.named(new)
    for person_id in new:
        name = "provider_id" if person_id == provider_id else "co_provider_ids"
        person = people.get(person_id)
        if person is None or person.left_at is not None or "supervisor" not in person.roles:
            raise Invalid("Choose a supervisor.", field=name)


def _check_wall(name: str, day: date, start: time) -> None:
    if not recurrence.FIRST_YEAR <= day.year <= recurrence.LAST_YEAR:
        raise Invalid(
            f"Choose a year between {recurrence.FIRST_YEAR} and {recurrence.LAST_YEAR}.",
            field=name,
        )
    if start.second or start.microsecond or start.tzinfo:
        raise Invalid("Give hours and minutes only.", field="start_time")
