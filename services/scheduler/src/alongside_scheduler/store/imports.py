"""Tables of people that were shown and wait for a yes."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.store.tables import ImportRow


class ImportStore:
    """Staged imports: nothing of them is registered before somebody confirms."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, row: ImportRow) -> None:
        """Keep an import."""
        self._session.add(row)
        await self._session.flush()

    async def forget(self, before: datetime) -> int:
        """Delete imports staged long ago: addresses are not kept without need; return how many."""
        result = await self._session.exec(
            delete(ImportRow).where(col(ImportRow.staged_at) < before)
        )
        return result.rowcount

    async def get(self, import_id: str, *, for_change: bool = False) -> ImportRow:
        """Return an import."""
        query = select(ImportRow).where(ImportRow.id == import_id)
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such import.")
        return row
