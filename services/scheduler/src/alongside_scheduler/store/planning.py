"""What stands around a group when a series is planned, looked up in one trip."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, cast, literal, null, or_, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.domain.days_off import NO_HOLIDAYS, Closure
from alongside_scheduler.domain.seats import Stay
from alongside_scheduler.store.tables import METADATA, GroupRow

_STAYS = METADATA.tables["group_members"]
_PEOPLE = METADATA.tables["people"]
_ASSOCIATION = METADATA.tables["association"]
_CLOSURES = METADATA.tables["closures"]
_NO_DAY = cast(null(), Date)
_AROUND = union_all(
    select(
        literal("stay").label("what"),
        _STAYS.c.person_id.label("name"),
        _STAYS.c.joined_on.label("first_day"),
        _STAYS.c.left_on.label("last_day"),
    ).where(
        _STAYS.c.group_id == bindparam("group_id"),
        or_(_STAYS.c.left_on.is_(None), _STAYS.c.left_on >= bindparam("today", type_=Date)),
    ),
    select(literal("gone"), _PEOPLE.c.name, _NO_DAY, _NO_DAY).where(
        _PEOPLE.c.id.in_([bindparam("provider_id"), bindparam("co_provider_id")]),
        _PEOPLE.c.left_at.is_not(None),
    ),
    select(literal("region"), _ASSOCIATION.c.holidays, _NO_DAY, _NO_DAY),
    select(literal("closed"), _CLOSURES.c.name, _CLOSURES.c.first_day, _CLOSURES.c.last_day),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who is on a roster, who of those who lead has left, and when the association is closed."""

    stays: list[Stay]
    gone: list[str]
    """Names of those who lead the group and have left."""
    region: str
    closures: list[Closure]


class PlanningStore:
    """Looks around before a series is planned."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def around(self, group: GroupRow, today: date) -> Surroundings:
        """Return what a plan of this group meets; stays that are not over, in the order of joining."""
        found = Surroundings([], [], NO_HOLIDAYS, [])
        region = NO_HOLIDAYS
        for what, name, first_day, last_day in await self._session.execute(
            _AROUND,
            {
                "group_id": group.id,
                "today": today,
                "provider_id": group.provider_id,
                "co_provider_id": group.co_provider_id,
            },
        ):
            if what == "stay":
                found.stays.append(Stay(name, first_day, last_day))
            elif what == "closed":
                found.closures.append(Closure(name, first_day, last_day))
            elif what == "gone":
                found.gone.append(name)
            else:
                region = name
        return Surroundings(
            sorted(found.stays, key=lambda stay: (stay.joined_on, stay.person_id)),
            found.gone,
            region,
            sorted(found.closures, key=lambda closure: closure.first_day),
        )
