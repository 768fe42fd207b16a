"""Hour entries, as far as mails about them and calendars need to know."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select as columns
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import EntryState
from alongside_notifier.domain.feeds import Confirmed
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import EntryRow
from alongside_notifier.store.upsert import keep_newest, table_of


class Entries:
    """The copy of the hours topic."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def status(self, entry_id: str) -> str | None:
        """Return the status last heard of an entry; None if it is new."""
        row = await self._session.get(EntryRow, entry_id, populate_existing=True)
        return row.status if row else None

    async def held_on(self, entry_id: str) -> date | None:
        """Return the day last heard of an entry."""
        row = await self._session.get(EntryRow, entry_id, populate_existing=True)
        return row.held_on if row else None

    async def keep(
        self, entry: EntryState, said_at: datetime, *, held_on: date | None = None
    ) -> bool:
        """Keep an entry if this version is newer; tell whether it was."""
        here = entry.origin == "session"
        return await keep_newest(
            self._session,
            EntryRow,
            id=entry.entry_id,
            version=entry.version,
            status=entry.status,
            awaits=entry.awaits,
            supervisee_id=entry.supervisee_id,
            series_id=entry.series_id if here else None,
            occurrence_key=entry.occurrence_key if here else None,
            minutes=entry.minutes,
            said_at=said_at,
            held_on=held_on,
        )

    async def awaiting(self, person_id: str) -> tuple[int, int]:
        """Return how many entries wait for somebody's word, and how many minutes they are."""
        table = table_of(EntryRow)
        rows = await self._session.execute(
            select(func.count(), func.coalesce(func.sum(table.c.minutes), 0)).where(
                table.c.awaits == person_id
            )
        )
        number, minutes = rows.one()
        return int(number), int(minutes)

    async def confirmed(
        self, series_ids: Collection[str], person_ids: Collection[str]
    ) -> dict[SeatKey, list[Confirmed]]:
        """Return what is confirmed of these series' sessions for these people."""
        table = table_of(EntryRow)
        rows = await self._session.execute(
            columns(
                table.c.series_id,
                table.c.supervisee_id,
                table.c.occurrence_key,
                table.c.minutes,
                table.c.said_at,
            )
            .where(
                table.c.series_id.in_(series_ids),
                table.c.supervisee_id.in_(person_ids),
                table.c.status == "confirmed",
                col(EntryRow.occurrence_key).is_not(None),
                col(EntryRow.minutes).is_not(None),
                col(EntryRow.said_at).is_not(None),
            )
            .order_by(table.c.id)
        )
        found: dict[SeatKey, list[Confirmed]] = {}
        for series_id, *confirmed in rows:
            found.setdefault((confirmed[0], series_id), []).append(Confirmed(*confirmed))
        return found
