"""Who is on a group's roster. Running series follow, each with its own fact."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field

from alongside.contracts import RosterChanged, SeriesState
from alongside.errors import Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import groups as rules
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow
from alongside_scheduler.store.uow import SchedulerUow

_FARTHEST_DAYS = 3 * 366


class JoinRoster(Command):
    """Somebody who comes from a day on."""

    person_id: str
    on: date | None = Field(default=None, description="First day; default: today.")


class LeaveRoster(Command):
    """The last day on which somebody comes."""

    last_day: date | None = Field(
        default=None, description="Last day, that day included; default: today."
    )


class RosterDone(BaseModel):
    """Which running series follow the roster."""

    person_id: str
    series_ids: list[str]


def today_in(zone_name: str, now: datetime) -> date:
    """Return the wall date of an instant."""
    return now.astimezone(zone(zone_name)).date()


async def join_roster(group_id: str, command: JoinRoster, uow: SchedulerUow) -> RosterDone:
    """Put a person on a roster and into its running series."""
    group = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    person = await uow.people.get(command.person_id)
    on = command.on or today_in(group.zone, uow.now)
    _check_day("on", on, group, uow)
    roster = await uow.groups.roster(group_id)
    if person.id in {each.person_id for each in roster}:
        raise rules.OnRoster(field="person_id")
    life.check_parts(
        group.provider_id, [group.co_provider_id] if group.co_provider_id else [], [person.id]
    )
    rules.check_seat(group.seat_limit, len(roster))
    await uow.groups.add_member(group_id, person.id, on)
    changed = []
    for series in await uow.series.running(group_id, uow.now):
        if person.id not in life.present_ids(series):
            after = life.join(series, person.id, on, now=uow.now)
            await _roster_changed(after, uow, joined=(person.id,))
            changed.append(after.series_id)
    return RosterDone(person_id=person.id, series_ids=changed)


async def leave_roster(
    group_id: str, person_id: str, command: LeaveRoster, uow: SchedulerUow
) -> RosterDone:
    """Take a person off a roster and its running series after a day."""
    group = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    last_day = command.last_day or today_in(group.zone, uow.now)
    _check_day("last_day", last_day, group, uow)
    changed = await _leave(group, person_id, last_day, uow)
    return RosterDone(person_id=person_id, series_ids=changed)


async def take_off_every_roster(person_id: str, uow: SchedulerUow) -> None:
    """Let a person leave every roster they are on, from this moment on."""
    for group in await uow.groups.with_member(person_id):
        await _leave(group, person_id, today_in(group.zone, uow.now) - timedelta(days=1), uow)


async def _leave(group: GroupRow, person_id: str, last_day: date, uow: SchedulerUow) -> list[str]:
    stay = await _stay(group.id, person_id, uow)
    await uow.groups.end_stay(stay, last_day)
    changed = []
    for series in await uow.series.running(group.id, uow.now):
        if person_id in life.present_ids(series):
            after = life.leave(series, person_id, last_day, now=uow.now)
            await _roster_changed(after, uow, left=(person_id,))
            changed.append(after.series_id)
    return changed


async def _stay(group_id: str, person_id: str, uow: SchedulerUow) -> GroupMemberRow:
    for stay in await uow.groups.roster(group_id):
        if stay.person_id == person_id:
            return stay
    raise NotFound("This person is not on the roster.")


async def _roster_changed(
    series: SeriesState,
    uow: SchedulerUow,
    *,
    joined: tuple[str, ...] = (),
    left: tuple[str, ...] = (),
) -> None:
    await uow.series.keep(series)
    await uow.emit(
        RosterChanged(
            id=uow.new_id(),
            occurred_at=uow.now,
            series=series,
            actor_id=uow.actor.person_id,
            joined=joined,
            left=left,
        )
    )


def _check_day(field: str, day: date, group: GroupRow, uow: SchedulerUow) -> None:
    if abs((day - today_in(group.zone, uow.now)).days) > _FARTHEST_DAYS:
        raise Invalid("Choose a day within three years of today.", field=field)
