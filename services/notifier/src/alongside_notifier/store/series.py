"""Series, as last heard."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Text, type_coerce, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.zones import tzdata_version
from alongside_notifier.store.tables import SeriesRow
from alongside_notifier.store.upsert import keep_newest_of, table_of


class Series:
    """The copy of the sessions topic."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, states: Sequence[SeriesState]) -> set[str]:
        """Keep each of these series of which this version is newer; return which were."""
        drawn_with = tzdata_version()
        rows = [
            {
                "id": state.series_id,
                "version": state.version,
                "uid": state.uid,
                "ends_at": max((o.ends_at for o in state.occurrences), default=state.created_at),
                "state": state,
                "drawn_with": drawn_with,
            }
            for state in sorted(states, key=lambda each: each.series_id)
        ]
        return await keep_newest_of(self._session, SeriesRow, rows)

    async def drawn_with(self, since: datetime) -> set[str]:
        """Return by which versions of the time-zone database series were drawn that ended since then."""
        rows = await self._session.exec(
            select(SeriesRow.drawn_with).where(col(SeriesRow.ends_at) > since).distinct()
        )
        return set(rows)

    async def drawn_by(
        self, versions: Collection[str], since: datetime, limit: int
    ) -> list[SeriesState]:
        """Return series that were drawn by one of these versions, in one order."""
        rows = await self._session.exec(
            select(SeriesRow)
            .where(col(SeriesRow.drawn_with).in_(versions), col(SeriesRow.ends_at) > since)
            .order_by(col(SeriesRow.id))
            .limit(limit)
        )
        return [row.state for row in rows]

    async def note_drawn(self, series_ids: Collection[str]) -> None:
        """Remember that these are drawn by the database of now."""
        table = table_of(SeriesRow)
        await self._session.execute(
            update(table).where(table.c.id.in_(series_ids)).values(drawn_with=tzdata_version())
        )

    async def get(self, series_id: str) -> SeriesState | None:
        """Return a series."""
        rows = await self._session.exec(
            select(SeriesRow).where(SeriesRow.id == series_id),
            execution_options={"populate_existing": True},
        )
        row = rows.first()
        return row.state if row else None

    async def by_ids(self, ids: Collection[str]) -> dict[str, SeriesState]:
        """Return those of these series that are known."""
        rows = await self._session.exec(
            select(SeriesRow).where(col(SeriesRow.id).in_(ids)),
            execution_options={"populate_existing": True},
        )
        return {row.id: row.state for row in rows}

    async def of_group(self, group_id: str, after: datetime) -> list[SeriesState]:
        """Return the series of a group of which something takes place after a moment."""
        named = type_coerce(col(SeriesRow.state), Text).contains(
            f'"group_id":{json.dumps(group_id)}', autoescape=True
        )
        rows = await self._session.exec(
            select(SeriesRow)
            .where(col(SeriesRow.ends_at) > after, named)
            .order_by(col(SeriesRow.id))
        )
        return [row.state for row in rows if row.state.group_id == group_id]

    async def by_uid(self, uid: str) -> SeriesState | None:
        """Return the series of a calendar UID."""
        rows = await self._session.exec(select(SeriesRow).where(SeriesRow.uid == uid))
        row = rows.first()
        return row.state if row else None
