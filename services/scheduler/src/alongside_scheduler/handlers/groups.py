"""Groups: made and changed."""

from typing import Any

from pydantic import BaseModel, Field

from alongside.errors import Forbidden, Invalid
from alongside_scheduler.domain import groups as rules
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.groups import GroupFacts
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import GroupRow
from alongside_scheduler.store.uow import SchedulerUow


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


class ChangeGroup(Command):
    """What is to be different; what is left out stays. Running series keep what they say."""

    name: str | None = None
    kind: str | None = None
    zone: str | None = None
    place: str | None = None
    link: str | None = None
    seat_limit: int | None = None
    provider_id: str | None = None
    co_provider_id: str | None = None
    show_roster: bool | None = None


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

    @classmethod
    def of(cls, row: GroupRow) -> "GroupView":
        """Return the view of a row."""
        return cls(group_id=row.id, **row.model_dump(exclude={"id", "made_at"}))


async def make_group(command: MakeGroup, uow: SchedulerUow) -> GroupView:
    """Make a group. A supervisor makes groups that they lead or co-lead."""
    provider_id = command.provider_id or uow.actor.person_id or ""
    _need_own_lead(uow, provider_id, command.co_provider_id)
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
    """Change a group. Series that run keep what they were planned with; each has its own page."""
    row = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, row.provider_id, [row.co_provider_id])
    new: dict[str, Any] = command.model_dump(include=command.model_fields_set)
    for field in {"name", "kind", "zone", "provider_id", "show_roster"} & new.keys():
        if new[field] is None:
            raise Invalid("This is needed.", field=field)
    for field in ("provider_id", "co_provider_id"):
        if new.get(field) and new[field] != getattr(row, field):
            await _provider(field, new[field], uow)
    names = GroupFacts.__dataclass_fields__
    roster = await uow.groups.roster(group_id)
    facts = rules.group_facts(
        **{name: new.get(name, getattr(row, name)) for name in names},
        roster=[each.person_id for each in roster],
    )
    _need_own_lead(uow, facts.provider_id, facts.co_provider_id)
    changed = {name: value for name, value in vars(facts).items() if getattr(row, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        await uow.groups.keep(row)
    return GroupView.of(row)


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
