"""What holds for everybody in a group, where they chose nothing of their own."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.store.people import leads_from, leads_text
from alongside_notifier.store.tables import GroupLeadsRow
from alongside_notifier.store.upsert import put


class Groups:
    """The rows of the group_leads table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def leads(self, group_id: str) -> tuple[int, ...] | None:
        """Return when people of a group are reminded; None where nobody said so."""
        return (await self.leads_of([group_id])).get(group_id)

    async def leads_of(self, ids: Collection[str]) -> dict[str, tuple[int, ...]]:
        """Return when people of these groups are reminded, for those of which somebody said it."""
        rows = await self._session.exec(
            select(GroupLeadsRow).where(col(GroupLeadsRow.group_id).in_(ids))
        )
        return {row.group_id: leads_from(row.leads) or () for row in rows}

    async def set_leads(
        self, group_id: str, leads: tuple[int, ...] | None, by: str, now: datetime
    ) -> None:
        """Keep when people of a group are reminded; with None, it is the installation's again."""
        if leads is None:
            await self._session.exec(
                delete(GroupLeadsRow).where(col(GroupLeadsRow.group_id) == group_id)
            )
            return
        await put(
            self._session,
            GroupLeadsRow,
            group_id=group_id,
            leads=leads_text(leads),
            chosen_by=by,
            chosen_at=now,
        )
