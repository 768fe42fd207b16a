"""Consultants' visits: a table of their own, which no question about hours ever reads."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.zones import zone
from alongside_logbook.domain.visits import VisitLog
from alongside_logbook.store.sql import upsert
from alongside_logbook.store.tables import VisitRow, VisitVersionRow, table

_VISITS = table(VisitRow)
_DUE = (_VISITS.c.version == 0, _VISITS.c.status == "planned")
_LOG = ("version", "held", "minutes", "activity", "people", "reason", "logged_at", "logged_by")


class VisitStore:
    """Every visit the scheduler has told of, and what was logged of it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, series: SeriesState) -> None:
        """Keep the visits of a series as they are now; what was logged stays as it was."""
        await self._session.execute(
            delete(_VISITS).where(
                _VISITS.c.series_id == series.series_id,
                _VISITS.c.version == 0,
                _VISITS.c.key.not_in([each.key for each in series.occurrences]),
            )
        )
        await upsert(self._session, _VISITS, _rows_of(series), keep=_LOG)

    async def get(self, series_id: str, key: str) -> VisitRow | None:
        """Return a visit."""
        return await self._session.get(VisitRow, (series_id, key))

    async def lock(self, series_id: str, key: str) -> VisitRow | None:
        """Return a visit, held against anybody else who logs it at this moment."""
        here = (_VISITS.c.series_id == series_id, _VISITS.c.key == key)
        await self._session.execute(update(_VISITS).where(*here).values(version=_VISITS.c.version))
        query = select_rows(VisitRow).where(*here).execution_options(populate_existing=True)
        return (await self._session.exec(query)).first()

    async def log(self, row: VisitRow, log: VisitLog, by: str, at: datetime) -> None:
        """Keep what was logged as the newest version; the earlier ones stay."""
        version = row.version + 1
        facts: dict[str, Any] = {**log.model_dump(), "logged_at": at, "logged_by": by}
        await self._session.execute(
            insert(table(VisitVersionRow)).values(
                series_id=row.series_id, key=row.key, version=version, **facts
            )
        )
        await self._session.execute(
            update(_VISITS)
            .where(_VISITS.c.series_id == row.series_id, _VISITS.c.key == row.key)
            .values(version=version, **facts)
        )
        await self._session.refresh(row)

    async def versions(self, series_id: str, key: str) -> Sequence[VisitVersionRow]:
        """Return every version of what was logged, the newest first."""
        query = (
            select_rows(VisitVersionRow)
            .where(VisitVersionRow.series_id == series_id, VisitVersionRow.key == key)
            .order_by(col(VisitVersionRow.version).desc())
        )
        return (await self._session.exec(query)).all()

    async def due(
        self, consultant: str | None, now: datetime, *, limit: int = 100
    ) -> tuple[Sequence[VisitRow], int]:
        """Return what has begun and is not logged, oldest first, and how many there are."""
        wanted = (*_DUE, _VISITS.c.starts_at <= now, *_made_by(consultant))
        query = select_rows(VisitRow).where(*wanted)
        page = query.order_by(col(VisitRow.starts_at), col(VisitRow.series_id)).limit(limit)
        count = select(func.count()).select_from(_VISITS).where(*wanted)
        rows = (await self._session.exec(page)).all()
        return rows, int((await self._session.execute(count)).scalar_one())

    async def logged(
        self,
        consultant: str | None,
        *,
        site_id: str | None = None,
        since: date | None = None,
        until: date | None = None,
        limit: int | None = 20,
        offset: int = 0,
    ) -> tuple[Sequence[VisitRow], int]:
        """Return what is logged, newest first, and how many there are; with no limit, all."""
        wanted = [_VISITS.c.version > 0, *_made_by(consultant)]
        if site_id is not None:
            wanted.append(_VISITS.c.site_id == site_id)
        if since is not None:
            wanted.append(_VISITS.c.held_on >= since)
        if until is not None:
            wanted.append(_VISITS.c.held_on <= until)
        query = (
            select_rows(VisitRow)
            .where(*wanted)
            .order_by(col(VisitRow.starts_at).desc(), col(VisitRow.series_id))
            .limit(limit)
            .offset(offset)
        )
        count = select(func.count()).select_from(_VISITS).where(*wanted)
        rows = (await self._session.exec(query)).all()
        return rows, int((await self._session.execute(count)).scalar_one())


def _made_by(consultant: str | None) -> tuple[Any, ...]:
    return () if consultant is None else (_VISITS.c.consultant_id == consultant,)


def _rows_of(series: SeriesState) -> list[dict[str, Any]]:
    where, site = zone(series.zone), series.site
    return [
        {
            "series_id": series.series_id,
            "key": each.key,
            "title": series.title[:200],
            "site_id": site.site_id if site else series.group_id,
            "site": site.name if site else series.title[:100],
            "site_kind": site.kind if site else "other",
            "consultant_id": each.provider_id or series.provider_id,
            "zone": series.zone,
            "starts_at": each.starts_at,
            "held_on": each.starts_at.astimezone(where).date(),
            "scheduled_minutes": int((each.ends_at - each.starts_at).total_seconds()) // 60,
            "status": each.status,
            "version": 0,
        }
        for each in series.occurrences
    ]
