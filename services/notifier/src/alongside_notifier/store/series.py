"""Series, each person's seat in them, and what is due to be told."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, delete, type_coerce, update
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.observability.tracing import current_traceparent
from alongside.zones import tzdata_version
from alongside_notifier.domain.told import Told
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.store.tables import SeatRow, SeriesRow, TellingRow
from alongside_notifier.store.upsert import insert_into, keep_newest, table_of

LONGEST_WAIT = 4
"""Changes that keep coming are told after this many coalescing windows all the same."""


class Series:
    """The copy of the sessions topic."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, state: SeriesState) -> bool:
        """Keep a series if this version is newer; tell whether it was."""
        ends_at = max((o.ends_at for o in state.occurrences), default=state.created_at)
        return await keep_newest(
            self._session,
            SeriesRow,
            id=state.series_id,
            version=state.version,
            uid=state.uid,
            ends_at=ends_at,
            state=state,
            drawn_with=tzdata_version(),
        )

    async def drawn_with(self, since: datetime) -> set[str]:
        """Return by which versions of the time-zone database series were drawn that ended since then."""
        rows = await self._session.exec(
            select(SeriesRow.drawn_with).where(col(SeriesRow.ends_at) > since).distinct()
        )
        return set(rows)

    async def drawn_by(
        self, versions: Collection[str], since: datetime, limit: int
    ) -> list[SeriesState]:
        """Return series that were drawn by one of these versions, in one order."""
        rows = await self._session.exec(
            select(SeriesRow)
            .where(col(SeriesRow.drawn_with).in_(versions), col(SeriesRow.ends_at) > since)
            .order_by(col(SeriesRow.id))
            .limit(limit)
        )
        return [row.state for row in rows]

    async def note_drawn(self, series_ids: Collection[str]) -> None:
        """Remember that these are drawn by the database of now."""
        table = table_of(SeriesRow)
        await self._session.execute(
            update(table).where(table.c.id.in_(series_ids)).values(drawn_with=tzdata_version())
        )

    async def get(self, series_id: str) -> SeriesState | None:
        """Return a series."""
        rows = await self._session.exec(
            select(SeriesRow).where(SeriesRow.id == series_id),
            execution_options={"populate_existing": True},
        )
        row = rows.first()
        return row.state if row else None

    async def by_ids(self, ids: Collection[str]) -> dict[str, SeriesState]:
        """Return those of these series that are known."""
        rows = await self._session.exec(select(SeriesRow).where(col(SeriesRow.id).in_(ids)))
        return {row.id: row.state for row in rows}

    async def of_group(self, group_id: str, after: datetime) -> list[SeriesState]:
        """Return the series of a group of which something takes place after a moment."""
        named = type_coerce(col(SeriesRow.state), Text).contains(
            f'"group_id":{json.dumps(group_id)}', autoescape=True
        )
        rows = await self._session.exec(
            select(SeriesRow)
            .where(col(SeriesRow.ends_at) > after, named)
            .order_by(col(SeriesRow.id))
        )
        return [row.state for row in rows if row.state.group_id == group_id]

    async def by_uid(self, uid: str) -> SeriesState | None:
        """Return the series of a calendar UID."""
        rows = await self._session.exec(select(SeriesRow).where(SeriesRow.uid == uid))
        row = rows.first()
        return row.state if row else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What one person's feed says of a series, and how they stand in it."""

    fragment: Fragment
    membership: int
    removed: bool

    @classmethod
    def by(cls, seat: SeatRow) -> "Shown":
        """Return what a seat shows."""
        fragment = Fragment(seat.fragment, _names(seat.zones), seat.revised_at, seat.stale_at)
        return cls(fragment, seat.membership, seat.removed)


class Seats:
    """Who sits in which series: what their calendar was told, and their part of the feed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_series(
        self, series_id: str, *, only: Collection[str] | None = None, lock: bool = False
    ) -> dict[str, SeatRow]:
        """Return the seats of a series by person; with `lock`, nobody is told of it meanwhile."""
        query = select(SeatRow).where(SeatRow.series_id == series_id)
        if only is not None:
            query = query.where(col(SeatRow.person_id).in_(only))
        if lock:
            query = query.order_by(col(SeatRow.person_id)).with_for_update()
        rows = await self._session.exec(query, execution_options={"populate_existing": True})
        return {row.person_id: row for row in rows}

    async def take(self, person_id: str, series_id: str) -> SeatRow | None:
        """Lock one seat until the transaction ends; None if somebody else has it, or it is not there.

        What was told and what is due changes under this lock only, so no change falls between.
        """
        rows = await self._session.exec(
            select(SeatRow)
            .where(SeatRow.person_id == person_id, SeatRow.series_id == series_id)
            .with_for_update(skip_locked=True),
            execution_options={"populate_existing": True},
        )
        return rows.first()

    async def of_person(self, person_id: str, *, lock: bool = False) -> Sequence[SeatRow]:
        """Return the seats of a person, in a fixed order; with `lock`, only we change them now."""
        query = (
            select(SeatRow).where(SeatRow.person_id == person_id).order_by(col(SeatRow.series_id))
        )
        if lock:
            query = query.with_for_update()
        rows = await self._session.exec(query, execution_options={"populate_existing": True})
        return rows.all()

    async def fragments(self, person_id: str) -> list[Fragment]:
        """Return what a person's own feed says of each series, in a fixed order."""
        table = table_of(SeatRow)
        rows = await self._session.execute(
            columns(table.c.fragment, table.c.zones, table.c.revised_at)
            .where(table.c.person_id == person_id, table.c.fragment != "")
            .order_by(table.c.series_id)
        )
        return [Fragment(text, _names(zones), revised_at) for text, zones, revised_at in rows]

    async def get(self, person_id: str, series_id: str) -> SeatRow | None:
        """Return one seat."""
        rows = await self._session.exec(
            select(SeatRow).where(SeatRow.person_id == person_id, SeatRow.series_id == series_id),
            execution_options={"populate_existing": True},
        )
        return rows.first()

    async def removed(
        self, person_ids: Collection[str], series_ids: Collection[str]
    ) -> set[tuple[str, str]]:
        """Return who of these people is out of which of these series, as (person, series)."""
        rows = await self._session.exec(
            select(SeatRow.person_id, SeatRow.series_id).where(
                col(SeatRow.person_id).in_(person_ids),
                col(SeatRow.series_id).in_(series_ids),
                col(SeatRow.removed).is_(True),
            )
        )
        return set(rows.all())

    async def show(self, series_id: str, shown: Mapping[str, Shown]) -> None:
        """Set what people's feeds say of the series, leaving what was told as it is."""
        if not shown:
            return
        statement = insert_into(self._session, table_of(SeatRow))
        rows = [
            {
                "person_id": person_id,
                "series_id": series_id,
                "membership": each.membership,
                "removed": each.removed,
                "told": Told(),
                "fragment": each.fragment.text,
                "zones": ",".join(each.fragment.zones),
                "revised_at": each.fragment.revised_at,
                "stale_at": each.fragment.stale_at,
            }
            for person_id, each in sorted(shown.items())
        ]
        kept = ("membership", "removed", "fragment", "zones", "revised_at", "stale_at")
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "series_id"],
                set_={name: statement.excluded[name] for name in kept},
            ),
            rows,
        )

    async def set_told(self, person_id: str, series_id: str, told: Told) -> None:
        """Set what the person's calendar was told."""
        table = table_of(SeatRow)
        await self._session.execute(
            update(table)
            .where(table.c.person_id == person_id, table.c.series_id == series_id)
            .values(told=told)
        )

    async def stale(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (person, series) of fragments that the passing of time has changed."""
        rows = await self._session.exec(
            select(SeatRow.person_id, SeatRow.series_id)
            .where(col(SeatRow.stale_at) <= now)
            .order_by(col(SeatRow.stale_at))
            .limit(limit)
        )
        return rows.all()


def _names(zones: str) -> tuple[str, ...]:
    return tuple(name for name in zones.split(",") if name)


class Tellings:
    """What is due to be told. One row a person and series; changes gather in it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def soon(self, series_id: str, waits: Mapping[str, timedelta], now: datetime) -> None:
        """Have people told after their wait; a change meanwhile waits again, but not for ever."""
        if not waits:
            return
        known = {row.person_id: row.since for row in await self._of(series_id, waits)}
        statement = insert_into(self._session, table_of(TellingRow))
        rows = [
            {
                "person_id": person_id,
                "series_id": series_id,
                "since": known.get(person_id, now),
                "due_at": min(now + wait, known.get(person_id, now) + LONGEST_WAIT * wait),
                "attempts": 0,
                "traceparent": current_traceparent(),
            }
            for person_id, wait in sorted(waits.items())
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

    async def nothing(self, series_id: str, person_ids: Collection[str]) -> None:
        """There is nothing left to tell these people of the series."""
        await self._session.execute(
            delete(TellingRow).where(
                col(TellingRow.person_id).in_(person_ids), col(TellingRow.series_id) == series_id
            )
        )

    async def _of(self, series_id: str, person_ids: Collection[str]) -> Sequence[TellingRow]:
        rows = await self._session.exec(
            select(TellingRow).where(
                col(TellingRow.person_id).in_(person_ids), TellingRow.series_id == series_id
            ),
            execution_options={"populate_existing": True},
        )
        return rows.all()

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

    async def is_due(self, person_id: str, series_id: str, now: datetime) -> bool:
        """Tell whether the person is to hear of the series now. Ask with their seat locked."""
        rows = await self._session.exec(
            select(TellingRow.series_id).where(
                TellingRow.person_id == person_id,
                TellingRow.series_id == series_id,
                col(TellingRow.due_at) <= now,
            )
        )
        return rows.first() is not None

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
