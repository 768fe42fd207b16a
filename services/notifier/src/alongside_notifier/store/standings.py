"""Where supervisees stand, as the logbook last said."""

from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import ProgressChanged
from alongside_notifier.store.tables import StandingRow
from alongside_notifier.store.upsert import keep_newest


class Standings:
    """The rows of the standings table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, event: ProgressChanged) -> bool:
        """Keep where somebody stands, if this is newer; tell whether it was."""
        return await keep_newest(
            self._session,
            StandingRow,
            id=event.supervisee_id,
            version=event.version,
            category=event.category,
            required_minutes=event.required_minutes,
            counted_minutes=event.counted_minutes,
            pending_minutes=event.pending_minutes,
            appears_met=event.appears_met,
        )

    async def of(self, person_id: str) -> StandingRow | None:
        """Return where somebody stands, if the logbook has said so."""
        return await self._session.get(StandingRow, person_id, populate_existing=True)
