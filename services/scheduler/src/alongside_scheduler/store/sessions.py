"""Meetings, searched by time and person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import Occurrence, SeriesState
from alongside_scheduler.store.tables import CommitmentRow, OccurrenceRow, PersonRow, SeriesRow


@dataclass(frozen=True)
class Session:
    """One meeting, with the series it belongs to."""

    series: SeriesState
    occurrence: Occurrence

    @property
    def place(self) -> str | None:
        """Where it is: its own place, else that of the series."""
        return self.occurrence.place or self.series.place

    @property
    def link(self) -> str | None:
        """The link of the meeting: its own, else that of the series."""
        return self.occurrence.link or self.series.link

    @property
    def path(self) -> str:
        """Where its page is."""
        kind = "visits" if self.series.purpose == "consultation" else "sessions"
        return f"/{kind}/{self.series.series_id}/{self.occurrence.key}"


class SessionStore:
    """Asks about meetings."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def between(
        self,
        begins: datetime,
        ends: datetime | None,
        *,
        person_id: str | None = None,
        group_id: str | None = None,
        with_cancelled: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Session]:
        """Return meetings that end after `begins` and start before `ends`, in order.

        With a person, only those in which they take part or lead.
        """
        wanted: list[Any] = [OccurrenceRow.ends_at > begins]
        if ends is not None:
            wanted.append(OccurrenceRow.starts_at < ends)
        if not with_cancelled:
            wanted.append(OccurrenceRow.status == "planned")
        if group_id is not None:
            wanted.append(SeriesRow.group_id == group_id)
        query = (
            select(OccurrenceRow.series_id, OccurrenceRow.key)
            .join(SeriesRow, col(SeriesRow.id) == OccurrenceRow.series_id)
            .where(*wanted)
            .order_by(col(OccurrenceRow.starts_at), OccurrenceRow.series_id)
            .limit(limit)
            .offset(offset)
        )
        if person_id is not None:
            mine = (
                select(CommitmentRow.key)
                .join(PersonRow, col(PersonRow.person_no) == CommitmentRow.person_no)
                .where(
                    CommitmentRow.series_id == OccurrenceRow.series_id,
                    CommitmentRow.key == OccurrenceRow.key,
                    PersonRow.id == person_id,
                    or_(col(CommitmentRow.active), col(OccurrenceRow.status) == "cancelled"),
                )
            )
            query = query.where(mine.exists())
        found = (await self._session.exec(query)).all()
        return await self._filled(found)

    async def next_of_groups(self, group_ids: Sequence[str], now: datetime) -> dict[str, Session]:
        """Return the next meeting of each group that has one."""
        first = (
            select(
                SeriesRow.group_id,
                OccurrenceRow.series_id,
                OccurrenceRow.key,
                func.row_number()
                .over(
                    partition_by=col(SeriesRow.group_id),
                    order_by=(col(OccurrenceRow.starts_at), col(OccurrenceRow.series_id)),
                )
                .label("place"),
            )
            .join(SeriesRow, col(SeriesRow.id) == OccurrenceRow.series_id)
            .where(
                col(SeriesRow.group_id).in_(group_ids),
                OccurrenceRow.status == "planned",
                OccurrenceRow.ends_at > now,
            )
            .subquery()
        )
        found = await self._session.exec(
            select(first.c.series_id, first.c.key).where(first.c.place == 1)
        )
        sessions = await self._filled([(row[0], row[1]) for row in found])
        return {each.series.group_id: each for each in sessions}

    async def _filled(self, found: Sequence[tuple[str, str]]) -> list[Session]:
        query = select(col(SeriesRow.state)).where(
            col(SeriesRow.id).in_({series_id for series_id, _ in found})
        )
        series = {each.series_id: each for each in await self._session.exec(query)}
        return [
            Session(
                series=series[series_id],
                occurrence=next(each for each in series[series_id].occurrences if each.key == key),
            )
            for series_id, key in found
        ]
