"""Who is on a group's roster. Running series follow, each with its own fact."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from alongside.errors import Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import groups as rules
from alongside_scheduler.domain import seats as seat_rules
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers import seating
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow
from alongside_scheduler.store.uow import SchedulerUow

_FARTHEST_DAYS = 3 * 366
_DAY = timedelta(days=1)


class JoinRoster(Command):
    """Somebody who comes from a day on."""

    person_id: str
    on: date | None = Field(default=None, description="First day; default: today.")
    or_wait: bool = Field(
        default=False, description="Where no seat is free: put them on the waiting list instead."
    )


class LeaveRoster(Command):
    """The last day on which somebody comes."""

    last_day: date | None = Field(
        default=None, description="Last day, that day included; default: today."
    )


class RosterDone(BaseModel):
    """What became of it, and which running series follow the roster."""

    person_id: str
    series_ids: list[str]
    standing: Literal["joined", "waiting", "offered", "left"]
    over_seats: int = Field(
        default=0, description="By how many the group is over its seats, where it only warns."
    )
    waiting_number: int | None = Field(
        default=None, description="Rises in the order of asking, where standing is waiting."
    )


def today_in(zone_name: str, now: datetime) -> date:
    """Return the wall date of an instant."""
    return now.astimezone(zone(zone_name)).date()


async def join_roster(group_id: str, command: JoinRoster, uow: SchedulerUow) -> RosterDone:
    """Put a person on a roster and into its running series; or to the waiting list, if that is asked.

    Who has a last day that is still to come stays on from the day after it.
    """
    return (await join_people(group_id, [command], uow))[0]


async def join_people(
    group_id: str, commands: Sequence[JoinRoster], uow: SchedulerUow
) -> list[RosterDone]:
    """Put several people on a roster; all of them or none."""
    await uow.seats.hold_people(each.person_id for each in commands)
    group = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    await seating.tidy_seats(group, uow)
    return [await _join(group, each, uow) for each in commands]


async def leave_roster(
    group_id: str, person_id: str, command: LeaveRoster, uow: SchedulerUow
) -> RosterDone:
    """Take a person off a roster and its running series after a day; a day said before is replaced."""
    await uow.seats.hold_people([person_id])
    group = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    seats = await seating.seats_of(group, uow)
    last_day = command.last_day or seats.today
    _check_day("last_day", last_day, seats.today)
    stay = seats.stay_of(person_id)
    if stay is None:
        raise NotFound("This person is not on the roster.")
    changed = []
    if stay.left_on != last_day:
        _check_longer(group, seats, stay, last_day)
        changed = await seating.go(group, seats, person_id, last_day, uow)
        await seating.tidy_seats(group, uow)
    return RosterDone(person_id=person_id, series_ids=changed, standing="left")


async def take_off_every_roster(person_id: str, uow: SchedulerUow) -> None:
    """Let a person leave every roster and waiting list, from this moment on."""
    for group in await uow.seats.groups_of(person_id, uow.now.date() - _DAY):
        seats = await seating.seats_of(group, uow)
        if seats.stay_of(person_id) is not None:
            await seating.go(group, seats, person_id, seats.today - _DAY, uow)
        offer = seats.offer_to(person_id)
        if offer is not None:
            await seating.settle(offer, "withdrawn", uow)
        await uow.seats.wait_no_more(group.id, person_id)
        await seating.tidy_seats(group, uow)


async def _join(group: GroupRow, command: JoinRoster, uow: SchedulerUow) -> RosterDone:
    person = await uow.people.get(command.person_id)
    seats = await seating.seats_of(group, uow)
    on = command.on or seats.today
    _check_day("on", on, seats.today)
    stay = seats.stay_of(person.id)
    if stay is not None and stay.left_on is None:
        raise rules.OnRoster(_since(stay, seats.today), field="person_id")
    life.check_parts(
        group.provider_id, [group.co_provider_id] if group.co_provider_id else [], [person.id]
    )
    first = on if stay is None or stay.left_on is None else max(on, stay.left_on + _DAY)
    offer = seats.offer_to(person.id)
    holds = [each for each in seats.holds if each.person_id != person.id]
    try:
        over = seat_rules.check_seat(
            group.seat_limit,
            group.seat_policy,
            seats.stays,
            holds,
            seat_rules.Stay(person.id, first),
        )
    except rules.GroupFull:
        if not command.or_wait:
            raise
        return await _wait_instead(group, person.id, seats, uow)
    if offer is not None:
        await seating.settle(offer, "accepted", uow)
    changed = await seating.come(group, person.id, on, uow)
    return RosterDone(person_id=person.id, series_ids=changed, standing="joined", over_seats=over)


async def _wait_instead(
    group: GroupRow, person_id: str, seats: seating.Seats, uow: SchedulerUow
) -> RosterDone:
    offer = seats.offer_to(person_id)
    if offer is not None:
        return RosterDone(
            person_id=person_id, series_ids=[], standing="offered", waiting_number=offer.number
        )
    wait = await uow.seats.wait_of(group.id, person_id) or await uow.seats.wait(
        group.id, person_id, uow.now
    )
    return RosterDone(
        person_id=person_id, series_ids=[], standing="waiting", waiting_number=wait.number
    )


def _check_longer(
    group: GroupRow, seats: seating.Seats, stay: GroupMemberRow, last_day: date
) -> None:
    """Refuse to keep somebody longer than was said where the seat is somebody else's by then."""
    if stay.left_on is not None and last_day > stay.left_on:
        longer = seat_rules.Stay(stay.person_id, stay.left_on + _DAY, last_day)
        seat_rules.check_seat(group.seat_limit, group.seat_policy, seats.stays, seats.holds, longer)


def _since(stay: GroupMemberRow, today: date) -> str:
    if stay.joined_on <= today:
        return "This person is on the roster already."
    return (
        f"This person comes from {stay.joined_on:%A, %d %B %Y} on already. To have them come "
        "earlier, take them off the roster first."
    )


def _check_day(field: str, day: date, today: date) -> None:
    if abs((day - today).days) > _FARTHEST_DAYS:
        raise Invalid("Choose a day within three years of today.", field=field)
