"""Sessions ahead: those in which people receive supervision, and those on given days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.domain.forecast import Session
from alongside_scheduler.store.tables import CommitmentRow, OccurrenceRow, PersonRow, SeriesRow

MOST = 1000


@dataclass(frozen=True, slots=True)
class Ahead:
    """A session, as far as a list of links shows it."""

    series_id: str
    key: str
    title: str
    zone: str
    starts_at: datetime


class SessionsAhead:
    """Asks what lies ahead. Read from columns, never from whole series."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(
        self, person_ids: Collection[str], after: datetime, *, leaving_out: Collection[str] = ()
    ) -> dict[str, list[Session]]:
        """Return start and minutes of each planned session that begins after an instant.

        By person, in order of time; without those they lead, without visits of consultants (which
        are not supervision received), and without these series.
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

    async def within(self, spans: Sequence[tuple[datetime, datetime]]) -> list[Ahead]:
        """Return the planned sessions that begin within any of these spans, in order of time."""
        if not spans:
            return []
        starts_at = col(OccurrenceRow.starts_at)
        query = (
            select(
                col(OccurrenceRow.series_id),
                col(OccurrenceRow.key),
                col(SeriesRow.title),
                col(SeriesRow.zone),
                starts_at,
            )
            .join_from(OccurrenceRow, SeriesRow, col(SeriesRow.id) == OccurrenceRow.series_id)
            .where(
                col(OccurrenceRow.status) == "planned",
                or_(*(and_(starts_at >= begins, starts_at < ends) for begins, ends in spans)),
            )
            .order_by(starts_at, col(OccurrenceRow.series_id))
            .limit(MOST)
        )
        return [Ahead(*row) for row in (await self._session.execute(query)).all()]
