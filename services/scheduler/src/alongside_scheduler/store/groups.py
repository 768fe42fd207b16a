"""Groups and their rosters."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, bindparam, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.domain.search import folded
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow

_MEETS_FOR_RSC = col(GroupRow.purpose) == "rsc"
_ONE = select(GroupRow).where(GroupRow.id == bindparam("group_id"), _MEETS_FOR_RSC)
_ONE_TO_CHANGE = _ONE.with_for_update(key_share=True)


class GroupStore:
    """Every group, and every stay on a roster.

    A consultant's pairing with a site is a group only to its series: nothing here returns it but
    `behind`, so that no list, roster or offer ever holds one.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, group_id: str, *, for_change: bool = False) -> GroupRow:
        """Return a group that meets for RSC."""
        query = _ONE_TO_CHANGE if for_change else _ONE
        found = await self._session.execute(query, {"group_id": group_id})
        row: GroupRow | None = found.scalars().first()
        if row is None:
            raise NotFound("There is no such group.")
        return row

    async def behind(self, pairing_id: str, *, for_change: bool = False) -> GroupRow:
        """Return the group behind a consultant's pairing with a site."""
        query = select(GroupRow).where(
            GroupRow.id == pairing_id, GroupRow.purpose == "consultation"
        )
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such pairing.")
        return row

    async def keep(self, row: GroupRow) -> None:
        """Keep a new or changed group."""
        row.search_text = folded(row.name)
        self._session.add(row)
        await self._session.flush()

    async def seen_by(
        self, person_id: str | None, *, today: date | None = None
    ) -> Sequence[GroupRow]:
        """Return the groups a person leads or is in, by name; for None, every group.

        With `today`, whose last day is still to come is in it; otherwise who has no last day.
        """
        query = (
            select(GroupRow).where(_MEETS_FOR_RSC).order_by(func.lower(GroupRow.name), GroupRow.id)
        )
        if person_id is not None:
            stays: ColumnElement[bool] = col(GroupMemberRow.left_on).is_(None)
            if today is not None:
                stays = or_(stays, col(GroupMemberRow.left_on) >= today)
            on_roster = select(GroupMemberRow.group_id).where(
                GroupMemberRow.person_id == person_id, stays
            )
            query = query.where(
                or_(
                    col(GroupRow.provider_id) == person_id,
                    col(GroupRow.co_provider_id) == person_id,
                    col(GroupRow.id).in_(on_roster),
                )
            )
        return (await self._session.exec(query)).all()

    async def led_by(self, person_id: str) -> Sequence[GroupRow]:
        """Return the groups this person provides or co-provides."""
        query = select(GroupRow).where(
            _MEETS_FOR_RSC,
            or_(
                col(GroupRow.provider_id) == person_id,
                col(GroupRow.co_provider_id) == person_id,
            ),
        )
        return (await self._session.exec(query)).all()

    async def roster(self, group_id: str) -> list[GroupMemberRow]:
        """Return who is on the roster without an end, in the order of joining."""
        return (await self.rosters([group_id]))[group_id]

    async def rosters(self, group_ids: Iterable[str]) -> dict[str, list[GroupMemberRow]]:
        """Return the present rosters of groups."""
        found: dict[str, list[GroupMemberRow]] = {each: [] for each in group_ids}
        query = (
            select(GroupMemberRow)
            .where(
                col(GroupMemberRow.group_id).in_(list(found)),
                col(GroupMemberRow.left_on).is_(None),
            )
            .order_by(col(GroupMemberRow.joined_on), col(GroupMemberRow.person_id))
        )
        for row in await self._session.exec(query):
            found[row.group_id].append(row)
        return found

    async def former(self, group_id: str) -> Sequence[GroupMemberRow]:
        """Return the stays on the roster that have an end, newest first."""
        query = (
            select(GroupMemberRow)
            .where(GroupMemberRow.group_id == group_id, col(GroupMemberRow.left_on).is_not(None))
            .order_by(col(GroupMemberRow.left_on).desc(), col(GroupMemberRow.person_id))
        )
        return (await self._session.exec(query)).all()
