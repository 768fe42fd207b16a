"""Who sits in which series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, tuple_, update
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.domain.told import Told
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.store.tables import SeatRow
from alongside_notifier.store.upsert import insert_into, table_of

SeatKey = tuple[str, str]
"""A person and a series, by their ids."""


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
        found = await self.of_all([series_id], only=only, lock=lock)
        return {person_id: row for (person_id, _), row in found.items()}

    async def of_all(
        self,
        series_ids: Collection[str],
        *,
        only: Collection[str] | None = None,
        lock: bool = False,
    ) -> dict[SeatKey, SeatRow]:
        """Return the seats of several series, or those that `only` these people have in them.

        With `lock`, nobody is told of them meanwhile. Locked in the order in which everybody locks
        them: by series, then by person.
        """
        query = select(SeatRow).where(col(SeatRow.series_id).in_(series_ids))
        if only is not None:
            query = query.where(col(SeatRow.person_id).in_(only))
        if lock:
            query = query.order_by(col(SeatRow.series_id), col(SeatRow.person_id)).with_for_update()
        rows = await self._session.exec(query, execution_options={"populate_existing": True})
        return {(row.person_id, row.series_id): row for row in rows}

    async def hold(self, person_ids: Collection[str]) -> None:
        """Lock all seats of the series in which these people have one, in the order of everybody."""
        if not person_ids:
            return
        mine = select(SeatRow.series_id).where(col(SeatRow.person_id).in_(person_ids))
        await self._session.exec(
            select(SeatRow.person_id)
            .where(col(SeatRow.series_id).in_(mine))
            .order_by(col(SeatRow.series_id), col(SeatRow.person_id))
            .with_for_update()
        )

    async def take(self, wanted: Collection[SeatKey]) -> dict[SeatKey, SeatRow]:
        """Lock seats until the transaction ends, but for those that somebody else has, or nobody.

        What was told and what is due changes under this lock only, so no change falls between.
        """
        rows = await self._session.exec(
            select(SeatRow)
            .where(tuple_(col(SeatRow.person_id), col(SeatRow.series_id)).in_(wanted))
            .order_by(col(SeatRow.series_id), col(SeatRow.person_id))
            .with_for_update(skip_locked=True),
            execution_options={"populate_existing": True},
        )
        return {(row.person_id, row.series_id): row for row in rows}

    async def of_person(self, person_id: str, *, lock: bool = False) -> Sequence[SeatRow]:
        """Return the seats of a person, in a fixed order; with `lock`, only we change them now."""
        query = (
            select(SeatRow).where(SeatRow.person_id == person_id).order_by(col(SeatRow.series_id))
        )
        if lock:
            query = query.with_for_update()
        rows = await self._session.exec(query, execution_options={"populate_existing": True})
        return rows.all()

    async def fragments(self, person_ids: Collection[str]) -> dict[str, list[Fragment]]:
        """Return what the own feeds of these people say of each series, in a fixed order."""
        table = table_of(SeatRow)
        rows = await self._session.execute(
            columns(table.c.person_id, table.c.fragment, table.c.zones, table.c.revised_at)
            .where(table.c.person_id.in_(person_ids), table.c.fragment != "")
            .order_by(table.c.person_id, table.c.series_id)
        )
        found: dict[str, list[Fragment]] = {}
        for person_id, text, zones, revised_at in rows:
            found.setdefault(person_id, []).append(Fragment(text, _names(zones), revised_at))
        return found

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

    async def show(self, shown: Mapping[SeatKey, Shown]) -> None:
        """Set what people's feeds say of series, leaving what was told as it is."""
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
            for (person_id, series_id), each in sorted(shown.items(), key=_by_series)
        ]
        kept = ("membership", "removed", "fragment", "zones", "revised_at", "stale_at")
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "series_id"],
                set_={name: statement.excluded[name] for name in kept},
            ),
            rows,
        )

    async def set_told(self, told: Mapping[SeatKey, Told]) -> None:
        """Set what people's calendars were told of series."""
        if not told:
            return
        table = table_of(SeatRow)
        await self._session.execute(
            update(table).where(
                table.c.person_id == bindparam("who"), table.c.series_id == bindparam("of_what")
            ),
            [
                {"who": person_id, "of_what": series_id, "told": each}
                for (person_id, series_id), each in sorted(told.items(), key=_by_series)
            ],
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


def _by_series(item: tuple[SeatKey, object]) -> SeatKey:
    return item[0][::-1]
