"""Whose installation this is."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_scheduler.store.tables import AssociationRow


class AssociationStore:
    """The one association of an installation."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, *, for_change: bool = False) -> AssociationRow | None:
        """Return the association, or None before the set-up."""
        query = select(AssociationRow).limit(1)
        if for_change:
            query = query.with_for_update(key_share=True)
        return (await self._session.exec(query)).first()

    async def zone(self) -> str:
        """Return the zone that stands in where none is given."""
        association = await self.get()
        return association.zone if association else "UTC"

    def add(self, row: AssociationRow) -> None:
        """Keep a new association."""
        self._session.add(row)
