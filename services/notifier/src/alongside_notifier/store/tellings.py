"""What is due to be told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, tuple_, update
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.observability.tracing import current_traceparent
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import TellingRow
from alongside_notifier.store.upsert import insert_into, table_of

LONGEST_WAIT = 4
"""Changes that keep coming are told after this many coalescing windows all the same."""


class Tellings:
    """What is due to be told. One row a person and series; changes gather in it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def soon(
        self,
        waits: Mapping[SeatKey, timedelta],
        now: datetime,
        traces: Mapping[str, str | None] | None = None,
    ) -> None:
        """Have people told after their wait; a change meanwhile waits again, but not for ever.

        `traces` are those of the changes, by series; where there is none, it is what runs now.
        """
        if not waits:
            return
        known = await self._since(waits)
        running = current_traceparent()
        statement = insert_into(self._session, table_of(TellingRow))
        rows = [
            {
                "person_id": seat[0],
                "series_id": seat[1],
                "since": known.get(seat, now),
                "due_at": min(now + wait, known.get(seat, now) + LONGEST_WAIT * wait),
                "attempts": 0,
                "traceparent": (traces or {}).get(seat[1]) or running,
            }
            for seat, wait in sorted(waits.items())
        ]
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "series_id"],
                set_={
                    "due_at": statement.excluded.due_at,
                    "attempts": 0,
                    "last_error": None,
                    "traceparent": statement.excluded.traceparent,
                },
            ),
            rows,
        )

    async def nothing(self, seats: Collection[SeatKey]) -> None:
        """There is nothing left to tell of these."""
        if seats:
            await self._session.execute(delete(TellingRow).where(_one_of(seats)))

    async def _since(self, seats: Collection[SeatKey]) -> dict[SeatKey, datetime]:
        """Return since when which of these wait to be told."""
        table = table_of(TellingRow)
        rows = await self._session.execute(
            columns(table.c.person_id, table.c.series_id, table.c.since).where(_one_of(seats))
        )
        return {(person_id, series_id): since for person_id, series_id, since in rows}

    async def none_to(self, person_id: str) -> None:
        """There is nothing left to tell this person at all."""
        await self._session.execute(
            delete(TellingRow).where(col(TellingRow.person_id) == person_id)
        )

    async def of_series(self, series_id: str) -> set[str]:
        """Return who is about to be told something of a series."""
        rows = await self._session.exec(
            select(TellingRow.person_id).where(TellingRow.series_id == series_id)
        )
        return set(rows)

    async def of_person(self, person_id: str) -> Sequence[TellingRow]:
        """Return what a person is about to be told."""
        rows = await self._session.exec(select(TellingRow).where(TellingRow.person_id == person_id))
        return rows.all()

    async def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str, str | None]]:
        """Return (person, series, trace) of what is due, the oldest first."""
        rows = await self._session.exec(
            select(TellingRow.person_id, TellingRow.series_id, TellingRow.traceparent)
            .where(col(TellingRow.due_at) <= now)
            .order_by(col(TellingRow.due_at))
            .limit(limit)
        )
        return rows.all()

    async def still_due(self, seats: Collection[SeatKey], now: datetime) -> set[SeatKey]:
        """Return which of these are to be told now. Ask with the seats locked."""
        rows = await self._session.exec(
            select(TellingRow.person_id, TellingRow.series_id).where(
                _one_of(seats), col(TellingRow.due_at) <= now
            )
        )
        return set(rows.all())

    async def hurry(self, person_id: str, now: datetime) -> None:
        """Make everything due for this person that waited for them to become known."""
        table = table_of(TellingRow)
        await self._session.execute(
            update(table)
            .where(table.c.person_id == person_id, table.c.attempts > 0)
            .values(due_at=now)
        )

    async def later(self, person_id: str, series_id: str, *, due_at: datetime, error: str) -> None:
        """Try again later, and remember why."""
        table = table_of(TellingRow)
        await self._session.execute(
            update(table)
            .where(table.c.person_id == person_id, table.c.series_id == series_id)
            .values(due_at=due_at, attempts=table.c.attempts + 1, last_error=error[:2000])
        )


def _one_of(seats: Collection[SeatKey]) -> ColumnElement[bool]:
    return tuple_(col(TellingRow.person_id), col(TellingRow.series_id)).in_(seats)
