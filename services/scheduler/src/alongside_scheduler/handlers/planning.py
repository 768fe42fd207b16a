"""A series before it is there: previewed, then planned for everybody on the roster at once."""

from dataclasses import dataclass
from datetime import date, time

from pydantic import Field

from alongside.contracts import (
    SeriesScheduled,
    SeriesState,
)
from alongside.errors import Invalid
from alongside.zones import tzdata_version, zone
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain import seats as seat_rules
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.days_off import days_off
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.saying import length_between, say
from alongside_scheduler.handlers.seating import today_in
from alongside_scheduler.store.planning import Group, Surroundings
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
    on_day_off: str = Field(
        default="keep",
        description=(
            "What becomes of a session on a public holiday or a closure day of the association: "
            f"one of {', '.join(recurrence.ON_DAY_OFF)}. A count counts what takes place."
        ),
    )
    title: str | None = Field(default=None, description="Default: the group's name.")
    place: str | None = Field(default=None, description="Default: the group's.")
    link: str | None = Field(default=None, description="Default: the group's.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A series as it would be, and what became of each day of its rhythm, skipped ones included."""

    series: SeriesState
    meetings: tuple[recurrence.Meeting, ...]


async def draft_series(group_id: str, command: ScheduleSeries, uow: SchedulerUow) -> Draft:
    """Return the series as it would be. Nothing is kept or said."""
    group = await uow.planning.group(group_id)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    return await _draft(group, command, uow)


async def schedule_series(group_id: str, command: ScheduleSeries, uow: SchedulerUow) -> SeriesState:
    """Plan a series for everybody on the roster: one transaction, one event."""
    group = await uow.planning.group(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    series = await drafted(group, command, uow)
    return await say(series, SeriesScheduled, uow)


def _check_still_here(around: Surroundings) -> None:
    for name in around.gone:
        raise Invalid(f"{name} has left. Choose who leads this group first.")


async def drafted(
    group: Group | GroupRow, command: ScheduleSeries, uow: SchedulerUow
) -> SeriesState:
    """Return the series that a group would have by this command, before anybody asks who may."""
    return (await _draft(group, command, uow)).series


async def _draft(group: Group | GroupRow, command: ScheduleSeries, uow: SchedulerUow) -> Draft:
    problems = Problems()
    rhythm = minutes = None
    with problems.noting():
        rhythm = _rhythm(command)
    with problems.noting():
        minutes = _length(command)
    at = None
    with problems.noting():
        at = zone(command.zone or group.zone)
    on_day_off = None
    with problems.noting():
        on_day_off = _on_day_off(command)
    today = today_in(group.zone, uow)
    around = await uow.planning.around(group, today)
    planned = None
    if rhythm is not None and on_day_off is not None:
        with problems.noting():
            days = days_off(around.region, around.closures)
            planned = recurrence.plan_around(rhythm, on_day_off, days)
    problems.raise_any()
    if planned is None or minutes is None or at is None:
        raise Invalid
    _check_still_here(around)
    asked = command.model_fields_set
    series = life.schedule(
        series_id=uow.new_id(),
        group_id=group.id,
        title=command.title or group.name,
        kind="individual" if group.kind == "individual" else "group",
        zone=at,
        tzdata=tzdata_version(),
        pattern=planned.pattern,
        walls=planned.walls,
        held=planned.held,
        duration_minutes=minutes,
        where=life.Where(
            place=command.place if "place" in asked else group.place,
            link=command.link if "link" in asked else group.link,
        ),
        provider_id=group.provider_id,
        co_provider_ids=(group.co_provider_id,) if group.co_provider_id else (),
        member_ids=[each.person_id for each in around.stays],
        now=uow.now,
        show_roster=group.show_roster,
    )
    members = seat_rules.members_of(series, around.stays, today)
    return Draft(series=series.model_copy(update={"members": members}), meetings=planned.meetings)


def _on_day_off(command: ScheduleSeries) -> recurrence.OnDayOff:
    found = next((known for known in recurrence.ON_DAY_OFF if known == command.on_day_off), None)
    if found is None:
        known = ", ".join(recurrence.ON_DAY_OFF)
        raise Invalid(f"Choose one of: {known}.", field="on_day_off")
    return found


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
        return length_between(command.start_time, command.end_time)
    if command.duration_minutes is None:
        raise Invalid("Say when it ends.", field="end_time")
    life.check_duration(command.duration_minutes)
    return command.duration_minutes
