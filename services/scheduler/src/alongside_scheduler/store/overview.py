"""Counts for the first page: asked of the database, so that ten thousand people cost no more than ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, select, type_coerce
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.store.tables import (
    GroupMemberRow,
    GroupRow,
    OccurrenceRow,
    PersonRow,
    ProgressRow,
    SeriesRow,
)


@dataclass(frozen=True, slots=True)
class Supervisees:
    """How the people who receive supervision stand."""

    all: int
    pursuing: int
    appear_met: int
    to_confirm: int
    without_hours: int
    in_no_group: int


class OverviewStore:
    """Counts people and looks for groups, without reading any of them whole."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def supervisees(self) -> Supervisees:
        """Return how those who receive supervision stand, as the logbook last said."""
        pursues = col(PersonRow.pursuing).is_not(None)
        counted = col(ProgressRow.counted_minutes) + col(ProgressRow.pending_minutes)
        nothing = or_(col(ProgressRow.supervisee_id).is_(None), counted == 0)
        placed = (
            select(col(GroupMemberRow.group_id))
            .where(
                col(GroupMemberRow.person_id) == col(PersonRow.id),
                col(GroupMemberRow.left_on).is_(None),
            )
            .exists()
        )

        def how_many(fits: Any) -> ColumnElement[int]:
            return func.count().filter(fits)

        query = (
            select(
                func.count(),
                how_many(pursues),
                how_many(col(ProgressRow.appears_met)),
                how_many(col(ProgressRow.pending_minutes) > 0),
                how_many(and_(pursues, nothing)),
                how_many(~placed),
            )
            .select_from(PersonRow)
            .outerjoin(ProgressRow, and_(col(ProgressRow.supervisee_id) == PersonRow.id, pursues))
            .where(_has_role("supervisee"), col(PersonRow.left_at).is_(None))
        )
        return Supervisees(*(await self._session.execute(query)).one())

    async def unplanned(self, now: datetime, *, limit: int) -> Sequence[tuple[str, str]]:
        """Return groups with people on the roster and no session ahead, by name: id and name."""
        query = (
            select(col(GroupRow.id), col(GroupRow.name))
            .where(col(GroupRow.purpose) == "rsc", _has_people(), ~_has_ahead(now))
            .order_by(col(GroupRow.search_text), col(GroupRow.id))
            .limit(limit)
        )
        return [(at, name) for at, name in await self._session.execute(query)]

    async def has_role(self, role: str) -> bool:
        """Tell whether anybody here has a role."""
        query = select(col(PersonRow.id)).where(_has_role(role), col(PersonRow.left_at).is_(None))
        return (await self._session.execute(query.limit(1))).first() is not None

    async def groups(
        self, led_by: str | None, now: datetime
    ) -> tuple[str | None, str | None, bool]:
        """Return a group, one with people, and whether any has a session ahead.

        Of all groups, or of those that somebody leads.
        """
        of_theirs = [col(GroupRow.purpose) == "rsc"]
        if led_by is not None:
            of_theirs.append(
                or_(col(GroupRow.provider_id) == led_by, col(GroupRow.co_provider_id) == led_by)
            )
        found = []
        for more in ([], [_has_people()], [_has_ahead(now)]):
            query = (
                select(col(GroupRow.id))
                .where(*of_theirs, *more)
                .order_by(col(GroupRow.search_text), col(GroupRow.id))
                .limit(1)
            )
            found.append((await self._session.execute(query)).scalar())
        return found[0], found[1], found[2] is not None


def _has_role(role: str) -> ColumnElement[bool]:
    return type_coerce(col(PersonRow.roles), Text).like(f'%"{role}"%')


def _has_people() -> ColumnElement[bool]:
    return (
        select(col(GroupMemberRow.person_id))
        .where(
            col(GroupMemberRow.group_id) == col(GroupRow.id), col(GroupMemberRow.left_on).is_(None)
        )
        .exists()
    )


def _has_ahead(now: datetime) -> ColumnElement[bool]:
    return (
        select(col(OccurrenceRow.key))
        .join(SeriesRow, col(SeriesRow.id) == col(OccurrenceRow.series_id))
        .where(
            col(SeriesRow.group_id) == col(GroupRow.id),
            col(SeriesRow.ends_at) > now,
            col(OccurrenceRow.status) == "planned",
            col(OccurrenceRow.ends_at) > now,
        )
        .correlate(GroupRow)
        .exists()
    )
