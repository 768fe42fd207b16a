"""Sites, pairings, and visits searched by time, site and person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import Occurrence, SeriesState, VisitState
from alongside.errors import NotFound
from alongside_scheduler.store.tables import (
    CommitmentRow,
    OccurrenceRow,
    PairingRow,
    PersonRow,
    SeriesRow,
    SiteRow,
    VisitRow,
)


@dataclass(frozen=True)
class Visit:
    """One visit: its series, the pairing it belongs to, and what the logbook said of it, if anything."""

    series: SeriesState
    occurrence: Occurrence
    pairing_id: str
    log: VisitRow | None


class VisitStore:
    """Every site, every pairing, and the visits of each."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def site(self, site_id: str, *, for_change: bool = False) -> SiteRow:
        """Return a site."""
        query = select(SiteRow).where(SiteRow.id == site_id)
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such site.")
        return row

    async def sites(self) -> Sequence[SiteRow]:
        """Return every site, by name."""
        query = select(SiteRow).order_by(func.lower(SiteRow.name), SiteRow.id)
        return (await self._session.exec(query)).all()

    async def sites_named(self, site_ids: Iterable[str]) -> dict[str, SiteRow]:
        """Return these sites by id."""
        query = select(SiteRow).where(col(SiteRow.id).in_(set(site_ids)))
        return {row.id: row for row in await self._session.exec(query)}

    async def keep(self, row: SiteRow | PairingRow) -> None:
        """Keep a new or changed site or pairing."""
        self._session.add(row)
        await self._session.flush()

    async def pairing(self, pairing_id: str, *, for_change: bool = False) -> PairingRow:
        """Return a pairing."""
        query = select(PairingRow).where(PairingRow.id == pairing_id)
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such pairing.")
        return row

    async def pairings(
        self, *, site_id: str | None = None, consultant_id: str | None = None
    ) -> Sequence[PairingRow]:
        """Return pairings, the newest first: all, those of a site, or those of a consultant."""
        query = select(PairingRow).order_by(col(PairingRow.begins_on).desc(), PairingRow.id)
        if site_id is not None:
            query = query.where(PairingRow.site_id == site_id)
        if consultant_id is not None:
            query = query.where(PairingRow.consultant_id == consultant_id)
        return (await self._session.exec(query)).all()

    async def between(
        self,
        begins: datetime,
        ends: datetime | None,
        *,
        person_id: str | None = None,
        site_id: str | None = None,
        pairing_id: str | None = None,
        limit: int = 500,
    ) -> list[Visit]:
        """Return visits that end after `begins` and start before `ends`, in order; cancelled ones, too.

        With a person, only those that they make.
        """
        wanted: list[Any] = [OccurrenceRow.ends_at > begins]
        if ends is not None:
            wanted.append(OccurrenceRow.starts_at < ends)
        if site_id is not None:
            wanted.append(PairingRow.site_id == site_id)
        if pairing_id is not None:
            wanted.append(PairingRow.id == pairing_id)
        query = (
            select(OccurrenceRow.series_id, OccurrenceRow.key, PairingRow.id, VisitRow)
            .join(SeriesRow, col(SeriesRow.id) == OccurrenceRow.series_id)
            .join(PairingRow, col(PairingRow.id) == SeriesRow.group_id)
            .outerjoin(
                VisitRow,
                (col(VisitRow.series_id) == OccurrenceRow.series_id)
                & (col(VisitRow.key) == OccurrenceRow.key),
            )
            .where(*wanted)
            .order_by(col(OccurrenceRow.starts_at), OccurrenceRow.series_id)
            .limit(limit)
        )
        if person_id is not None:
            makes = (
                select(CommitmentRow.key)
                .join(PersonRow, col(PersonRow.person_no) == CommitmentRow.person_no)
                .where(
                    CommitmentRow.series_id == OccurrenceRow.series_id,
                    CommitmentRow.key == OccurrenceRow.key,
                    PersonRow.id == person_id,
                )
            )
            query = query.where(makes.exists())
        found = (await self._session.exec(query)).all()
        states = select(col(SeriesRow.state)).where(
            col(SeriesRow.id).in_({series_id for series_id, *_ in found})
        )
        series = {each.series_id: each for each in await self._session.exec(states)}
        return [
            Visit(
                series=series[series_id],
                occurrence=next(each for each in series[series_id].occurrences if each.key == key),
                pairing_id=pairing,
                log=log,
            )
            for series_id, key, pairing, log in found
        ]

    async def log_of(self, series_id: str, key: str) -> VisitRow | None:
        """Return what the logbook last said of a visit."""
        return await self._session.get(VisitRow, (series_id, key))

    async def keep_log(self, said: VisitState) -> None:
        """Keep what the logbook said of a visit, if it is newer than what we have."""
        at = (said.series_id, said.occurrence_key)
        row = await self._session.get(VisitRow, at)
        if row is not None and row.version >= said.version:
            return
        await self._session.merge(
            VisitRow(
                series_id=at[0],
                key=at[1],
                version=said.version,
                held=said.held,
                minutes=said.minutes,
            )
        )
        await self._session.flush()
