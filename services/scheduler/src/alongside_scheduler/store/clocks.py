"""Which series are known to be right by which time-zone database."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.store.tables import METADATA

_SERIES = METADATA.tables["series"]
_OCCURRENCES = METADATA.tables["occurrences"]
_TAKEN = METADATA.tables["commitments"]


class ClockStore:
    """What is looked at after an upgrade of the time-zone database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def versions(self, now: datetime) -> set[str]:
        """Return by which versions running series were looked at; an empty text is none yet."""
        found = await self._session.execute(
            select(_SERIES.c.looked_with)
            .where(_SERIES.c.status == "planned", _SERIES.c.ends_at > now)
            .distinct()
        )
        return set(found.scalars())

    async def looked_at(
        self, versions: Collection[str], now: datetime, *, after: str = "", limit: int
    ) -> Sequence[str]:
        """Return running series last looked at by these versions, in order of their ids."""
        found = await self._session.execute(
            select(_SERIES.c.id)
            .where(
                _SERIES.c.status == "planned",
                _SERIES.c.ends_at > now,
                _SERIES.c.looked_with.in_(versions),
                _SERIES.c.id > after,
            )
            .order_by(_SERIES.c.id)
            .limit(limit)
        )
        return found.scalars().all()

    async def version_of(self, series_id: str) -> str:
        """Return by which version a series was last looked at."""
        found = await self._session.execute(
            select(_SERIES.c.looked_with).where(_SERIES.c.id == series_id)
        )
        return str(found.scalar_one())

    async def note(self, series_id: str, version: str) -> None:
        """Remember that a series is right by this version."""
        await self._session.execute(
            update(_SERIES).where(_SERIES.c.id == series_id).values(looked_with=version)
        )

    async def walls(self, series_id: str) -> dict[str, str | None]:
        """Return the wall time at which each session begins, as it was agreed on, by key."""
        found = await self._session.execute(
            select(_OCCURRENCES.c.key, _OCCURRENCES.c.wall).where(
                _OCCURRENCES.c.series_id == series_id
            )
        )
        return {row.key: row.wall for row in found}

    async def yielding(self, now: datetime) -> Sequence[str]:
        """Return the series of which something that is not over collides by new clocks."""
        found = await self._session.execute(
            select(_TAKEN.c.series_id)
            .where(_TAKEN.c.yields != "", _TAKEN.c.ends_at > now)
            .distinct()
            .order_by(_TAKEN.c.series_id)
        )
        return found.scalars().all()
