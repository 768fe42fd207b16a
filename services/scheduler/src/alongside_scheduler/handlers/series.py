"""Series: previewed, scheduled, changed, moved, cancelled. Each step is one transaction and one fact."""

from datetime import date, time
from typing import Any

from pydantic import Field

from alongside.contracts import (
    Event,
    SeriesChanged,
    SeriesEnded,
    SeriesScheduled,
    SeriesState,
    SessionCancelled,
    SessionMoved,
)
from alongside.errors import Invalid
from alongside.zones import tzdata_version, zone
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import GroupRow
from alongside_scheduler.store.uow import SchedulerUow

FREQUENCIES = ("once", "weekly", "monthly_by_weekday", "monthly_by_date", "dates")


class ScheduleSeries(Command):
    """A series to be planned. It always ends: by `count`, by `until`, or with the given dates."""

    frequency: str = Field(description=f"One of: {', '.join(FREQUENCIES)}.")
    starts_on: date | None = Field(
        default=None, description="The day from which to look for the first session."
    )
    start_time: time = Field(description="Wall time in the zone.", examples=["10:00"])
    end_time: time | None = Field(default=None, examples=["12:00"])
    duration_minutes: int | None = Field(
        default=None, description="Instead of end_time.", examples=[90]
    )
    zone: str | None = Field(default=None, description="IANA time zone; default: the group's.")
    interval: int = Field(default=1, description="Every n weeks or months.")
    count: int | None = None
    until: date | None = None
    weekday: int | None = Field(
        default=None, description="0 is Monday; default: that of starts_on."
    )
    week_of_month: int | None = Field(default=None, description="1 to 4, or -1 for the last.")
    month_day: int | None = None
    dates: list[date] = Field(default=[], description="For the frequency dates.")
    title: str | None = Field(default=None, description="Default: the group's name.")
    place: str | None = Field(default=None, description="Default: the group's.")
    link: str | None = Field(default=None, description="Default: the group's.")


class ChangeSeries(Command):
    """What is to be different for the whole series; what is left out stays."""

    title: str | None = None
    place: str | None = None
    link: str | None = None
    duration_minutes: int | None = None
    provider_id: str | None = None
    co_provider_ids: list[str] | None = None


class MoveSession(Command):
    """Where and when one session is to be instead, in wall time of the series' zone."""

    on: date | None = Field(default=None, description="Default: the day it is on.")
    start_time: time | None = Field(default=None, description="Default: the time it is at.")
    end_time: time | None = None
    duration_minutes: int | None = Field(default=None, description="Instead of end_time.")
    place: str | None = Field(default=None, description="Leave out to keep; empty: as the series.")
    link: str | None = Field(default=None, description="Leave out to keep; empty: as the series.")


async def draft_series(group_id: str, command: ScheduleSeries, uow: SchedulerUow) -> SeriesState:
    """Return the series as it would be. Nothing is kept or said."""
    group = await uow.groups.get(group_id)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    return await _drafted(group, command, uow)


async def schedule_series(group_id: str, command: ScheduleSeries, uow: SchedulerUow) -> SeriesState:
    """Plan a series for everybody on the roster: one transaction, one event."""
    group = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    series = await _drafted(group, command, uow)
    return await _said(series, SeriesScheduled, uow)


async def change_series(series_id: str, command: ChangeSeries, uow: SchedulerUow) -> SeriesState:
    """Change the whole series; what has begun keeps its length and who led it."""
    before = await _mine(series_id, uow)
    asked = command.model_fields_set
    new: dict[str, Any] = command.model_dump(include=asked)
    for field in {"title", "duration_minutes", "provider_id", "co_provider_ids"} & asked:
        if new[field] is None:
            raise Invalid("This is needed.", field=field)
    co_provider_ids = tuple(new.get("co_provider_ids", before.co_provider_ids))
    provider_id = new.get("provider_id", before.provider_id)
    await _check_leaders(before, provider_id, co_provider_ids, uow)
    after = life.revise(
        before,
        title=new.get("title", before.title),
        where=life.Where(place=new.get("place", before.place), link=new.get("link", before.link)),
        duration_minutes=new.get("duration_minutes", before.duration_minutes),
        provider_id=provider_id,
        co_provider_ids=co_provider_ids,
        now=uow.now,
    )
    if after is before:
        return before
    return await _said(after, SeriesChanged, uow)


async def cancel_series(series_id: str, uow: SchedulerUow) -> SeriesState:
    """Cancel everything of a series that has not begun."""
    before = await _mine(series_id, uow)
    return await _said(life.end(before, now=uow.now), SeriesEnded, uow)


async def move_session(
    series_id: str, key: str, command: MoveSession, uow: SchedulerUow
) -> SeriesState:
    """Move one session, in time or place."""
    before = await _mine(series_id, uow)
    at = zone(before.zone)
    old = life.find(before, key)
    wall = old.starts_at.astimezone(at).replace(tzinfo=None)
    day = command.on or wall.date()
    start = command.start_time or wall.time()
    _check_year("on", day)
    if start.second or start.microsecond or start.tzinfo:
        raise Invalid("Give hours and minutes only.", field="start_time")
    minutes = command.duration_minutes
    if command.end_time is not None:
        minutes = _minutes(start, command.end_time)
    where = None
    if {"place", "link"} & command.model_fields_set:
        said = command.model_dump(include=command.model_fields_set)
        where = life.Where(place=said.get("place", old.place), link=said.get("link", old.link))
    after = life.move(
        before,
        key,
        start=wall.combine(day, start),
        duration_minutes=minutes,
        where=where,
        zone=at,
        now=uow.now,
    )
    return await _said(after, SessionMoved, uow, occurrence_key=key)


async def cancel_session(series_id: str, key: str, uow: SchedulerUow) -> SeriesState:
    """Cancel one session. With the last one, the series is over."""
    before = await _mine(series_id, uow)
    after = life.cancel(before, key, now=uow.now)
    if after.status == "cancelled":
        return await _said(after, SeriesEnded, uow)
    return await _said(after, SessionCancelled, uow, occurrence_key=key)


async def _mine(series_id: str, uow: SchedulerUow) -> SeriesState:
    series = await uow.series.get(series_id, for_change=True)
    need_lead(uow.actor, series.provider_id, series.co_provider_ids)
    return series


async def _said(
    series: SeriesState, kind: type[Event], uow: SchedulerUow, **facts: str
) -> SeriesState:
    await uow.series.keep(series)
    await uow.emit(
        kind.model_validate(
            {
                "id": uow.new_id(),
                "occurred_at": uow.now,
                "series": series,
                "actor_id": uow.actor.person_id,
                **facts,
            }
        )
    )
    return series


async def _check_leaders(
    series: SeriesState, provider_id: str, co_provider_ids: tuple[str, ...], uow: SchedulerUow
) -> None:
    new = {provider_id, *co_provider_ids} - {series.provider_id, *series.co_provider_ids}
    people = await uow.people.named(new)
    for person_id in new:
        field = "provider_id" if person_id == provider_id else "co_provider_ids"
        person = people.get(person_id)
        if person is None or person.left_at is not None or "supervisor" not in person.roles:
            raise Invalid("Choose a supervisor.", field=field)


async def _check_still_here(group: GroupRow, uow: SchedulerUow) -> None:
    leaders = [group.provider_id, *([group.co_provider_id] if group.co_provider_id else [])]
    for person in (await uow.people.named(leaders)).values():
        if person.left_at is not None:
            raise Invalid(f"{person.name} has left. Choose who leads this group first.")


async def _drafted(group: GroupRow, command: ScheduleSeries, uow: SchedulerUow) -> SeriesState:
    problems = Problems()
    rhythm = minutes = None
    with problems.noting():
        rhythm = _rhythm(command)
    with problems.noting():
        minutes = _length(command)
    at = None
    with problems.noting():
        at = zone(command.zone or group.zone)
    planned = None
    if rhythm is not None:
        with problems.noting():
            planned = recurrence.plan(rhythm)
    problems.raise_any()
    if planned is None or minutes is None or at is None:
        raise Invalid
    pattern, walls = planned
    await _check_still_here(group, uow)
    asked = command.model_fields_set
    members = [each.person_id for each in await uow.groups.roster(group.id)]
    return life.schedule(
        series_id=uow.new_id(),
        group_id=group.id,
        title=command.title or group.name,
        kind="individual" if group.kind == "individual" else "group",
        zone=at,
        tzdata=tzdata_version(),
        pattern=pattern,
        walls=walls,
        duration_minutes=minutes,
        where=life.Where(
            place=command.place if "place" in asked else group.place,
            link=command.link if "link" in asked else group.link,
        ),
        provider_id=group.provider_id,
        co_provider_ids=(group.co_provider_id,) if group.co_provider_id else (),
        member_ids=members,
        now=uow.now,
        show_roster=group.show_roster,
    )


def _rhythm(command: ScheduleSeries) -> recurrence.Rhythm:
    frequency = next((known for known in FREQUENCIES if known == command.frequency), None)
    if frequency is None:
        raise Invalid(f"Choose one of: {', '.join(FREQUENCIES)}.", field="frequency")
    starts_on = command.starts_on
    if frequency == "dates":
        if not command.dates:
            raise Invalid("Give at least one date.", field="dates")
        starts_on = min(command.dates)
    if starts_on is None:
        raise Invalid("Give the first date.", field="starts_on")
    return recurrence.Rhythm(
        frequency=frequency,  # type: ignore[arg-type]  # it is one of FREQUENCIES
        starts_on=starts_on,
        at=command.start_time,
        interval=command.interval,
        count=command.count,
        until=command.until,
        weekday=command.weekday,
        week_of_month=command.week_of_month,
        month_day=command.month_day,
        dates=tuple(command.dates),
    )


def _length(command: ScheduleSeries) -> int:
    if command.end_time is not None:
        return _minutes(command.start_time, command.end_time)
    if command.duration_minutes is None:
        raise Invalid("Say when it ends.", field="end_time")
    life.check_duration(command.duration_minutes)
    return command.duration_minutes


def _minutes(start: time, end: time) -> int:
    """Return the length between two wall times of one day."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes <= 0:
        raise Invalid("It ends before it begins.", field="end_time")
    try:
        life.check_duration(minutes)
    except Invalid as error:
        raise Invalid(error.detail, field="end_time") from error
    return minutes


def _check_year(field: str, day: date) -> None:
    if not recurrence.FIRST_YEAR <= day.year <= recurrence.LAST_YEAR:
        raise Invalid(
            f"Choose a year between {recurrence.FIRST_YEAR} and {recurrence.LAST_YEAR}.",
            field=field,
        )
