"""Whose installation this is, and when it is closed."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.domain.availability import Exemption
from alongside_scheduler.domain.days_off import NO_HOLIDAYS, Closure, NameOf, days_off
from alongside_scheduler.store.tables import AssociationRow, ClosureRow


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

    async def closures(self) -> Sequence[ClosureRow]:
        """Return the closures, in order of their first day."""
        query = select(ClosureRow).order_by(col(ClosureRow.first_day), ClosureRow.id)
        return (await self._session.exec(query)).all()

    async def closure(self, closure_id: str) -> ClosureRow:
        """Return one closure, to be changed."""
        row = await self._session.get(ClosureRow, closure_id)
        if row is None:
            raise NotFound("There is no such closure.")
        return row

    async def add_closure(self, row: ClosureRow) -> None:
        """Keep a new closure."""
        self._session.add(row)
        await self._session.flush()

    async def remove_closure(self, row: ClosureRow) -> None:
        """Forget a closure."""
        await self._session.delete(row)
        await self._session.flush()

    async def closed(self) -> tuple[Exemption, ...]:
        """Return the closures as days without hours."""
        return tuple(Exemption(row.first_day, row.last_day) for row in await self.closures())

    async def days_off(self) -> NameOf:
        """Return what says which days are off: public holidays and closures as they are now."""
        association = await self.get()
        closures = [
            Closure(name=row.name, first_day=row.first_day, last_day=row.last_day)
            for row in await self.closures()
        ]
        return days_off(association.holidays if association else NO_HOLIDAYS, closures)
