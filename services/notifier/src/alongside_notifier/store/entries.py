"""Hour entries, as far as mails about them need to know."""

from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import EntryState
from alongside_notifier.store.tables import EntryRow
from alongside_notifier.store.upsert import keep_newest


class Entries:
    """The copy of the hours topic."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def status(self, entry_id: str) -> str | None:
        """Return the status last heard of an entry; None if it is new."""
        row = await self._session.get(EntryRow, entry_id, populate_existing=True)
        return row.status if row else None

    async def keep(self, entry: EntryState) -> bool:
        """Keep an entry if this version is newer; tell whether it was."""
        return await keep_newest(
            self._session,
            EntryRow,
            id=entry.entry_id,
            version=entry.version,
            status=entry.status,
            awaits=entry.awaits,
        )
