"""Who may do what: a supervisee sees their own, a supervisor their groups, a coordinator all."""

from collections.abc import Iterable
from dataclasses import dataclass

from alongside.contracts import Role
from alongside.errors import Forbidden, NotFound


@dataclass(frozen=True)
class Actor:
    """Who asks, and in which roles."""

    person_id: str | None
    roles: frozenset[Role]

    @property
    def is_coordinator(self) -> bool:
        """Whether everything is open to them."""
        return "coordinator" in self.roles

    @property
    def is_supervisor(self) -> bool:
        """Whether they may lead groups."""
        return "supervisor" in self.roles

    def leads(self, provider_id: str, co_provider_ids: Iterable[str | None]) -> bool:
        """Tell whether this person leads what these people lead."""
        return self.person_id is not None and self.person_id in {provider_id, *co_provider_ids}


NOBODY = Actor(person_id=None, roles=frozenset())
"""Nobody in particular: somebody at the door."""

OPERATOR = Actor(person_id=None, roles=frozenset({"coordinator"}))
"""Whoever works on the machine itself: the command line, the first set-up."""


def need_coordinator(actor: Actor) -> None:
    """Refuse everybody but coordinators."""
    if not actor.is_coordinator:
        raise Forbidden("Only a coordinator may do this.")


def need_lead(
    actor: Actor,
    provider_id: str,
    co_provider_ids: Iterable[str | None],
    *,
    visible: bool = False,
) -> None:
    """Refuse who neither coordinates nor leads here. What they may not see is not there for them."""
    if actor.is_coordinator or actor.leads(provider_id, co_provider_ids):
        return
    if visible:
        raise Forbidden("Only who leads this group, or a coordinator, may do this.")
    raise NotFound
