"""Finds people and groups by how the words of their names begin."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.store.likeness import begins_a_word, escaped
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow, PersonRow

MOST = 12
"""How many of a kind are found at most."""


class SearchStore:
    """Looks through folded names (see `domain.search`), in order of name."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def people(
        self,
        words: Sequence[str],
        *,
        limit: int = MOST,
        led_by: str | None = None,
        address: str | None = None,
    ) -> Sequence[PersonRow]:
        """Return who is here by name, or by how their address begins.

        With `led_by`, only who is on a roster of a group that this person leads.
        """
        fits = and_(*begins_a_word(col(PersonRow.search_text), words))
        if address:
            fits = or_(fits, col(PersonRow.email).like(f"{escaped(address)}%", escape="\\"))
        query = select(PersonRow).where(fits, col(PersonRow.left_at).is_(None))
        if led_by is not None:
            on_roster = (
                select(GroupMemberRow.person_id)
                .join(GroupRow, col(GroupRow.id) == GroupMemberRow.group_id)
                .where(
                    col(GroupMemberRow.left_on).is_(None),
                    or_(
                        col(GroupRow.provider_id) == led_by, col(GroupRow.co_provider_id) == led_by
                    ),
                )
            )
            query = query.where(col(PersonRow.id).in_(on_roster))
        query = query.order_by(col(PersonRow.search_text), PersonRow.id).limit(limit)
        return (await self._session.exec(query)).all()

    async def providers(self, words: Sequence[str], person_id: str) -> Sequence[PersonRow]:
        """Return who leads the groups on whose roster a person is."""
        theirs = select(GroupMemberRow.group_id).where(
            GroupMemberRow.person_id == person_id, col(GroupMemberRow.left_on).is_(None)
        )
        leading = select(GroupRow.provider_id).where(col(GroupRow.id).in_(theirs))
        helping = select(GroupRow.co_provider_id).where(col(GroupRow.id).in_(theirs))
        query = (
            select(PersonRow)
            .where(
                *begins_a_word(col(PersonRow.search_text), words),
                or_(col(PersonRow.id).in_(leading), col(PersonRow.id).in_(helping)),
                col(PersonRow.left_at).is_(None),
            )
            .order_by(col(PersonRow.search_text), PersonRow.id)
            .limit(MOST)
        )
        return (await self._session.exec(query)).all()

    async def groups(
        self, words: Sequence[str], among: Iterable[str] | None = None
    ) -> Sequence[GroupRow]:
        """Return groups that meet for RSC; with `among`, only of these ids."""
        query = select(GroupRow).where(
            GroupRow.purpose == "rsc", *begins_a_word(col(GroupRow.search_text), words)
        )
        if among is not None:
            query = query.where(col(GroupRow.id).in_(set(among)))
        query = query.order_by(col(GroupRow.search_text), GroupRow.id).limit(MOST)
        return (await self._session.exec(query)).all()
