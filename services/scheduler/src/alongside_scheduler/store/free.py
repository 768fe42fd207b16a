"""The time people have given away: their commitments, searched by person and time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.domain.free import Span
from alongside_scheduler.store.tables import CommitmentRow, PersonRow

_LONGEST = timedelta(days=1)
"""Nothing that takes a person's time lasts longer."""


class FreeStore:
    """Asks which time of people is taken, and never by what."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def taken(
        self,
        person_ids: Iterable[str],
        begins: datetime,
        ends: datetime,
        *,
        ignoring_series: str | None = None,
        ignoring_session: tuple[str, str] | None = None,
    ) -> dict[str, list[Span]]:
        """Return what overlaps the time between two instants, for each person, in order.

        It lasts until the person is free again: with the room that who leads keeps after it.
        """
        found: dict[str, list[Span]] = {person: [] for person in person_ids}
        query = (
            select(PersonRow.id, CommitmentRow.starts_at, CommitmentRow.free_from)
            .join(CommitmentRow, col(CommitmentRow.person_no) == PersonRow.person_no)
            .where(
                col(PersonRow.id).in_(list(found)),
                CommitmentRow.active,
                CommitmentRow.starts_at > begins - _LONGEST,
                CommitmentRow.starts_at < ends,
                CommitmentRow.free_from > begins,
            )
            .order_by(col(CommitmentRow.starts_at))
        )
        if ignoring_series is not None:
            query = query.where(CommitmentRow.series_id != ignoring_series)
        if ignoring_session is not None:
            series_id, key = ignoring_session
            query = query.where(
                or_(col(CommitmentRow.series_id) != series_id, col(CommitmentRow.key) != key)
            )
        for person, starts_at, free_from in await self._session.exec(query):
            found[person].append(Span(starts_at, free_from))
        return found
