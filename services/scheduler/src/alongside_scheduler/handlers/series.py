"""Series: changed, moved, cancelled. Each step is one transaction and one fact."""

from datetime import date, time
from typing import Any

from pydantic import Field

from alongside.contracts import (
    SeriesChanged,
    SeriesEnded,
    SeriesState,
    SessionCancelled,
    SessionMoved,
)
from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.saying import length_between, say
from alongside_scheduler.store.uow import SchedulerUow


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
    return await say(after, SeriesChanged, uow)


async def cancel_series(series_id: str, uow: SchedulerUow) -> SeriesState:
    """Cancel everything of a series that has not begun."""
    before = await _mine(series_id, uow)
    return await say(life.end(before, now=uow.now), SeriesEnded, uow)


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
        minutes = length_between(start, command.end_time)
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
    return await say(after, SessionMoved, uow, occurrence_key=key)


async def cancel_session(series_id: str, key: str, uow: SchedulerUow) -> SeriesState:
    """Cancel one session. With the last one, the series is over."""
    before = await _mine(series_id, uow)
    after = life.cancel(before, key, now=uow.now)
    if after.status == "cancelled":
        return await say(after, SeriesEnded, uow)
    return await say(after, SessionCancelled, uow, occurrence_key=key)


async def _mine(series_id: str, uow: SchedulerUow) -> SeriesState:
    series = await uow.series.get(series_id, for_change=True)
    need_lead(uow.actor, series.provider_id, series.co_provider_ids)
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


def _check_year(field: str, day: date) -> None:
    if not recurrence.FIRST_YEAR <= day.year <= recurrence.LAST_YEAR:
        raise Invalid(
            f"Choose a year between {recurrence.FIRST_YEAR} and {recurrence.LAST_YEAR}.",
            field=field,
        )
