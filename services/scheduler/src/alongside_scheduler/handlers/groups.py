"""Groups: made and changed."""

from typing import Any

from pydantic import BaseModel, Field

from alongside.contracts import SeriesChanged
from alongside.errors import Forbidden, Invalid
from alongside_scheduler.domain import groups as rules
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.groups import GroupFacts
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.saying import say
from alongside_scheduler.handlers.seating import seats_of, tidy_seats
from alongside_scheduler.handlers.series import ChangeSeries, change_series
from alongside_scheduler.store.tables import GroupRow
from alongside_scheduler.store.uow import SchedulerUow

_MAY_BE_EMPTY = {"place", "link", "seat_limit", "co_provider_id"}

_IN_SERIES = {
    "name": "title",
    "place": "place",
    "link": "link",
    "provider_id": "provider_id",
    "co_provider_id": "co_provider_ids",
}
"""What of a group a series says, too, and how it is called there."""


class MakeGroup(Command):
    """A group to be made."""

    name: str = Field(examples=["Tuesday circle"])
    kind: str = Field(default="group", description="group or individual.")
    zone: str | None = Field(default=None, description="IANA time zone; default: the provider's.")
    place: str | None = None
    link: str | None = Field(default=None, description="An http(s) address to join by.")
    seat_limit: int | None = Field(
        default=None, description="How many people may be on the roster."
    )
    provider_id: str | None = Field(default=None, description="Who leads; default: who asks.")
    co_provider_id: str | None = None
    show_roster: bool = Field(default=False, description="Whether members see each other's names.")
    seat_policy: str = Field(
        default="refuse", description="What a full group does with one more: refuse or warn."
    )
    offer_hours: int = Field(
        default=rules.DEFAULT_OFFER_HOURS, description="How long an offer of a free seat is open."
    )
    takes_asks: bool = Field(
        default=False, description="Whether people may put themselves on the waiting list."
    )


class ChangeGroup(Command):
    """What is to be different; what is left out stays."""

    name: str | None = None
    kind: str | None = None
    zone: str | None = None
    place: str | None = None
    link: str | None = None
    seat_limit: int | None = None
    provider_id: str | None = None
    co_provider_id: str | None = None
    show_roster: bool | None = None
    seat_policy: str | None = None
    offer_hours: int | None = None
    takes_asks: bool | None = None
    running_too: bool = Field(
        default=False,
        description="Whether the series that run get the same new name, place, link and leads.",
    )


class GroupView(BaseModel):
    """A group as it is."""

    group_id: str
    version: int
    name: str
    kind: str
    zone: str
    place: str | None
    link: str | None
    seat_limit: int | None
    provider_id: str
    co_provider_id: str | None
    show_roster: bool
    seat_policy: str
    offer_hours: int
    takes_asks: bool

    @classmethod
    def of(cls, row: GroupRow) -> "GroupView":
        """Return the view of a row."""
        return cls(group_id=row.id, **row.model_dump(exclude={"id", "made_at"}))


async def make_group(command: MakeGroup, uow: SchedulerUow) -> GroupView:
    """Make a group. A supervisor makes groups that they lead or co-lead."""
    provider_id = command.provider_id or uow.actor.person_id or ""
    _need_own_lead(uow, provider_id, command.co_provider_id)
    await uow.seats.hold_people([provider_id, command.co_provider_id or ""])
    provider = await _provider("provider_id", provider_id, uow)
    if command.co_provider_id:
        await _provider("co_provider_id", command.co_provider_id, uow)
    facts = rules.group_facts(
        **command.model_dump(exclude={"zone", "provider_id"}),
        zone=command.zone or provider,
        provider_id=provider_id,
    )
    row = GroupRow(id=uow.new_id(), version=1, made_at=uow.now, **vars(facts))
    await uow.groups.keep(row)
    return GroupView.of(row)


async def change_group(group_id: str, command: ChangeGroup, uow: SchedulerUow) -> GroupView:
    """Change a group, and with `running_too` the series that run; otherwise they keep what they say.

    That members no longer see each other's names holds for what runs at once, whatever is asked.
    Raises `AlreadyBooked` if who leads from now on is taken at the time of a series.
    """
    await uow.seats.hold_people([command.provider_id or "", command.co_provider_id or ""])
    row = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, row.provider_id, [row.co_provider_id])
    new: dict[str, Any] = command.model_dump(include=command.model_fields_set - {"running_too"})
    for field in new.keys() - _MAY_BE_EMPTY:
        if new[field] is None:
            raise Invalid("This is needed.", field=field)
    for field in ("provider_id", "co_provider_id"):
        if new.get(field) and new[field] != getattr(row, field):
            await _provider(field, new[field], uow)
    names = GroupFacts.__dataclass_fields__
    seats = await seats_of(row, uow)
    facts = rules.group_facts(
        **{name: new.get(name, getattr(row, name)) for name in names},
        roster=[each.person_id for each in seats.stays],
        taken=seats.peak(),
    )
    _need_own_lead(uow, facts.provider_id, facts.co_provider_id)
    changed = {name: value for name, value in vars(facts).items() if getattr(row, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        await uow.groups.keep(row)
        await tidy_seats(row, uow)
    if command.running_too:
        await _running_follow(row, changed, uow)
    if "show_roster" in changed and (command.running_too or not row.show_roster):
        await _names_follow(row, uow)
    return GroupView.of(row)


async def _running_follow(row: GroupRow, changed: dict[str, Any], uow: SchedulerUow) -> None:
    """Give the series that run what is new of their group."""
    new = {
        _IN_SERIES[name]: [value] if name == "co_provider_id" and value else value
        for name, value in changed.items()
        if name in _IN_SERIES
    }
    if "co_provider_ids" in new:
        new["co_provider_ids"] = new["co_provider_ids"] or []
    if not new:
        return
    command = ChangeSeries.model_validate(new)
    for series in await uow.series.running(row.id, uow.now):
        await change_series(series.series_id, command, uow)


async def _names_follow(row: GroupRow, uow: SchedulerUow) -> None:
    """Let the series that run show their members' names, or no longer."""
    for series in await uow.series.running(row.id, uow.now):
        after = life.show_names(series, shown=row.show_roster, now=uow.now)
        if after is not series:
            await say(after, SeriesChanged, uow)


def _need_own_lead(uow: SchedulerUow, provider_id: str, co_provider_id: str | None) -> None:
    actor = uow.actor
    if actor.is_coordinator:
        return
    if not actor.is_supervisor:
        raise Forbidden("Groups are made by supervisors and coordinators.")
    if not actor.leads(provider_id, [co_provider_id]):
        raise Forbidden("You can make groups that you lead or co-lead; a coordinator makes others.")


async def _provider(field: str, person_id: str, uow: SchedulerUow) -> str:
    """Check that this person may lead, and return their zone."""
    person = (await uow.people.named([person_id])).get(person_id) if person_id else None
    if person is None or person.left_at is not None:
        raise Invalid("Choose who leads this group.", field=field)
    if "supervisor" not in person.roles:
        raise Invalid(f"{person.name} is not a supervisor.", field=field)
    return person.zone
