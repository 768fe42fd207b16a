"""What is due on which day, over everybody: windows that close, hours that wait for a word."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import ProgressChanged
from alongside_notifier.domain.office import Due
from alongside_notifier.store.tables import DeadlineRow, EntryRow, PersonRow
from alongside_notifier.store.upsert import keep_newest


class Dues:
    """The rows of the deadlines table, and sums over entries."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def deadline(self, supervisee_id: str) -> date | None:
        """Return when somebody's window of hours closes, as last heard."""
        row = await self._session.get(DeadlineRow, supervisee_id, populate_existing=True)
        return row.day if row else None

    async def keep_deadline(self, event: ProgressChanged) -> bool:
        """Keep when a window closes, if this is newer; none presses once the hours are enough."""
        return await keep_newest(
            self._session,
            DeadlineRow,
            id=event.supervisee_id,
            version=event.version,
            day=None if event.appears_met else event.window_end,
            said_at=event.occurred_at,
        )

    async def closing(self, *, since: date, days: Collection[date] | None = None) -> list[Due]:
        """Return how many windows close on which day, from a day on or on these days.

        Nothing presses for whoever left.
        """
        day = col(DeadlineRow.day)
        left = select(PersonRow.id).where(col(PersonRow.left_at).is_not(None))
        rows = await self._session.execute(
            select(day, func.count(), func.max(DeadlineRow.said_at))
            .where(*_wanted(day, since, days), col(DeadlineRow.id).not_in(left))
            .group_by(day)
        )
        return [Due("closing", row[0], row[1], 0, _moment(row[2])) for row in rows]

    async def waiting(self, *, since: date, days: Collection[date] | None = None) -> list[Due]:
        """Return how many entries of which day wait for somebody's word."""
        day = col(EntryRow.held_on)
        rows = await self._session.execute(
            select(
                day,
                func.count(),
                func.coalesce(func.sum(EntryRow.minutes), 0),
                func.max(EntryRow.said_at),
            )
            .where(*_wanted(day, since, days), col(EntryRow.awaits).is_not(None))
            .group_by(day)
        )
        return [Due("waiting", row[0], row[1], row[2], _moment(row[3])) for row in rows]


def _wanted(
    day: Any, since: date, days: Collection[date] | None
) -> tuple[ColumnElement[bool], ...]:
    return (day >= since,) if days is None else (day >= since, day.in_(days))


def _moment(value: Any) -> datetime:
    moment: datetime = value
    return moment
