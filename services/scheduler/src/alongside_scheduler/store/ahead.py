"""Sessions ahead in which people receive supervision: what a forecast counts besides one series."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.domain.forecast import Session
from alongside_scheduler.store.tables import CommitmentRow, OccurrenceRow, PersonRow, SeriesRow


class SessionsAhead:
    """Asks what lies ahead of people. A visit of a consultant is not supervision received."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(
        self, person_ids: Collection[str], after: datetime, *, leaving_out: Collection[str] = ()
    ) -> dict[str, list[Session]]:
        """Return start and minutes of each planned session that begins after an instant.

        By person, in order of time; without those they lead, and without these series.
        """
        query = (
            select(
                col(PersonRow.id),
                col(OccurrenceRow.starts_at),
                col(OccurrenceRow.ends_at),
                func.coalesce(col(OccurrenceRow.provider_id), col(SeriesRow.provider_id)),
                col(SeriesRow.co_provider_ids),
            )
            .join_from(
                CommitmentRow, PersonRow, col(PersonRow.person_no) == CommitmentRow.person_no
            )
            .join(
                OccurrenceRow,
                (col(OccurrenceRow.series_id) == CommitmentRow.series_id)
                & (col(OccurrenceRow.key) == CommitmentRow.key),
            )
            .join(SeriesRow, col(SeriesRow.id) == OccurrenceRow.series_id)
            .where(
                col(PersonRow.id).in_(person_ids),
                col(CommitmentRow.active),
                col(CommitmentRow.starts_at) > after,
                col(OccurrenceRow.status) == "planned",
                col(SeriesRow.purpose) != "consultation",
                col(SeriesRow.id).not_in(leaving_out),
            )
            .order_by(col(OccurrenceRow.starts_at))
        )
        found: dict[str, list[Session]] = {person: [] for person in person_ids}
        for person, starts_at, ends_at, provider_id, co_provider_ids in (
            await self._session.execute(query)
        ).all():
            if person != provider_id and person not in co_provider_ids:
                minutes = int((ends_at - starts_at).total_seconds()) // 60
                found[person].append((starts_at, minutes))
        return found
