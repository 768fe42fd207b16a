"""People, as far as the one who asks may see them."""

from datetime import datetime

from pydantic import BaseModel

from alongside.contracts import Open, PersonState, Role
from alongside.errors import Forbidden, Invalid, NotFound
from alongside_scheduler.domain.people import CATEGORIES, ROLES
from alongside_scheduler.store.tables import PersonRow
from alongside_scheduler.store.uow import SchedulerUow

PAGE = 50
MOST = 500


class PersonListed(BaseModel):
    """A person in a list. Addresses are for coordinators only."""

    person_id: str
    name: str
    roles: tuple[Open[Role], ...]
    pursuing: str | None = None
    email: str | None = None
    zone: str | None = None
    left_at: datetime | None = None

    @classmethod
    def of(cls, row: PersonRow, *, whole: bool) -> "PersonListed":
        """Return a row as it may be seen."""
        return cls(
            person_id=row.id,
            name=row.name,
            roles=row.roles,
            pursuing=row.pursuing if whole else None,
            email=row.email if whole else None,
            zone=row.zone if whole else None,
            left_at=row.left_at if whole else None,
        )


class PeoplePage(BaseModel):
    """A part of the people, by name."""

    total: int
    items: list[PersonListed]


async def list_people(
    uow: SchedulerUow,
    *,
    text: str = "",
    role: str | None = None,
    pursuing: str | None = None,
    left: bool = False,
    limit: int = PAGE,
    offset: int = 0,
) -> PeoplePage:
    """Return people by name: all of them for coordinators, names alone for supervisors.

    What somebody pursues, and who has left, is for coordinators alone.
    """
    actor = uow.actor
    if not (actor.is_coordinator or actor.is_supervisor):
        raise Forbidden("The list of people is for supervisors and coordinators.")
    wanted = next((known for known in ROLES if known == role), None)
    if role and wanted is None:
        raise Invalid(f"Roles are: {', '.join(ROLES)}.", field="role")
    category = next((known for known in CATEGORIES if known == pursuing), None)
    if pursuing and category is None:
        raise Invalid(f"Categories are: {', '.join(CATEGORIES)}.", field="pursuing")
    if (category or left) and not actor.is_coordinator:
        raise Forbidden("Only a coordinator may look at people in this way.")
    # Only a coordinator may find somebody by an address.
    rows, total = await uow.people.search(
        text.strip()[:100],
        wanted,
        pursuing=category,
        left=left,
        limit=min(max(limit, 1), MOST),
        offset=max(offset, 0),
        by_email=actor.is_coordinator,
    )
    return PeoplePage(
        total=total, items=[PersonListed.of(row, whole=actor.is_coordinator) for row in rows]
    )


async def show_person(person_id: str, uow: SchedulerUow) -> PersonState:
    """Return all that is known of a person: to coordinators, and to themselves."""
    if not (uow.actor.is_coordinator or uow.actor.person_id == person_id):
        raise NotFound("There is no such person.")
    return await uow.people.state(await uow.people.get(person_id))


async def names_of(person_ids: set[str], uow: SchedulerUow) -> dict[str, str]:
    """Return the names of people by id."""
    return {key: row.name for key, row in (await uow.people.named(person_ids)).items()}
