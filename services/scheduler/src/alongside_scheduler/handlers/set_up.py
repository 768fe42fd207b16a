"""The first start: the association, and its first coordinator."""

from pydantic import Field

from alongside.contracts import PersonState
from alongside.errors import Gone
from alongside_scheduler.domain.access import OPERATOR
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.handlers.association import DescribeAssociation, describe_association
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.people import RegisterPerson, register_person
from alongside_scheduler.store.uow import SchedulerUow


class SetUpBefore(Gone):
    """This installation is set up already. Sign in instead."""

    code = "set_up_before"


class SetUp(Command):
    """The answers to the first questions."""

    association: str = Field(examples=["Sample Association"])
    name: str
    email: str
    zone: str


async def set_up(command: SetUp, uow: SchedulerUow) -> PersonState:
    """Describe the association and register its first coordinator, once."""
    if await uow.people.count():
        raise SetUpBefore
    uow.actor = OPERATOR
    problems = Problems()
    described = DescribeAssociation(name=command.association, zone=command.zone)
    person = RegisterPerson(
        name=command.name, email=command.email, zone=command.zone, roles=["coordinator"]
    )
    state = None
    with problems.noting():
        await describe_association(described, uow)
    with problems.noting():
        state = await register_person(person, uow)
    if state is None or problems.fields:
        problems.raise_any()
        raise SetUpBefore
    return state
