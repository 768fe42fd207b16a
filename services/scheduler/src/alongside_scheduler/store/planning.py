"""What stands around a group when a series is planned, looked up in one trip."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Date, bindparam, cast, literal, null, or_, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.db.direct import Direct
from alongside.errors import NotFound
from alongside_scheduler.domain.days_off import NO_HOLIDAYS, Closure
from alongside_scheduler.domain.seats import Stay
from alongside_scheduler.store.tables import METADATA, GroupRow

_STAYS = METADATA.tables["group_members"]
_PEOPLE = METADATA.tables["people"]
_ASSOCIATION = METADATA.tables["association"]
_CLOSURES = METADATA.tables["closures"]
_GROUPS = METADATA.tables["groups"]
_NO_DAY = cast(null(), Date)
_AROUND = Direct(
    union_all(
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
)


class Group(NamedTuple):
    """What a plan takes from its group."""

    id: str
    name: str
    kind: str
    zone: str
    place: str | None
    link: str | None
    provider_id: str
    co_provider_id: str | None
    show_roster: bool


_MEETS = select(*(_GROUPS.c[name] for name in Group._fields)).where(
    _GROUPS.c.id == bindparam("group_id"), _GROUPS.c.purpose == "rsc"
)
_GROUP = Direct(_MEETS)
_GROUP_TO_CHANGE = Direct(_MEETS.with_for_update(key_share=True))


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

    async def group(self, group_id: str, *, for_change: bool = False) -> Group:
        """Return what a plan takes from a group that meets for RSC; held with `for_change`."""
        query = _GROUP_TO_CHANGE if for_change else _GROUP
        for row in await query.rows(self._session, {"group_id": group_id}):
            return Group(*row)
        raise NotFound("There is no such group.")

    async def around(self, group: Group | GroupRow, today: date) -> Surroundings:
        """Return what a plan of this group meets; stays that are not over, in the order of joining."""
        found = Surroundings([], [], NO_HOLIDAYS, [])
        region = NO_HOLIDAYS
        for what, name, first_day, last_day in await _AROUND.rows(
            self._session,
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
