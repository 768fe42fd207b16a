"""Changes at short notice, and who has seen them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.db import UtcDateTime
from alongside_notifier.domain.short_notice import Change
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import ShortNoticeRow
from alongside_notifier.store.upsert import insert_into, table_of


def change_of(row: ShortNoticeRow) -> Change:
    """Return the change that a row is about."""
    return Change(row.occurrence_key, row.was_at, row.now_at)


class ShortNotice:
    """The rows of the short_notice table: one a person and session, about its latest change."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._table = table_of(ShortNoticeRow)

    async def keep(
        self, series_id: str, changes: Mapping[str, Sequence[Change]], now: datetime
    ) -> None:
        """Note what changed for whom; what they had seen of the same session no longer counts."""
        rows = [
            {
                "person_id": person_id,
                "series_id": series_id,
                "occurrence_key": each.key,
                "was_at": each.was_at,
                "now_at": each.now_at,
                "changed_at": now,
                "told_at": None,
                "seen_at": None,
                "again_at": None,
            }
            for person_id, some in sorted(changes.items())
            for each in some
        ]
        if not rows:
            return
        statement = insert_into(self._session, self._table)
        keys = ("person_id", "series_id", "occurrence_key")
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=list(keys),
                set_={name: statement.excluded[name] for name in rows[0] if name not in keys},
            ),
            rows,
        )

    async def untold(self, seats: Collection[SeatKey]) -> frozenset[SeatKey]:
        """Return of which of these something at short notice is yet to be told."""
        if not seats:
            return frozenset()
        rows = await self._session.exec(
            select(ShortNoticeRow.person_id, ShortNoticeRow.series_id).where(
                col(ShortNoticeRow.series_id).in_({series_id for _, series_id in seats}),
                col(ShortNoticeRow.told_at).is_(None),
            )
        )
        return frozenset(rows).intersection(seats)

    async def told(self, person_id: str, series_id: str, now: datetime) -> None:
        """Note that somebody was told of all of it."""
        await self._session.execute(
            update(self._table)
            .where(*self._of(person_id, series_id), self._table.c.told_at.is_(None))
            .values(told_at=now)
        )

    async def forget_untold(self, series_id: str, person_ids: Collection[str]) -> None:
        """Forget what came to nothing before these people were told."""
        await self._session.execute(
            delete(self._table).where(
                self._table.c.series_id == series_id,
                self._table.c.person_id.in_(person_ids),
                self._table.c.told_at.is_(None),
            )
        )

    async def none_to(self, person_id: str) -> None:
        """Forget all that concerns a person."""
        await self._session.execute(delete(self._table).where(self._table.c.person_id == person_id))

    async def forget(self, before: datetime) -> int:
        """Forget what concerns sessions that were to begin before then; return how many."""
        later = func.coalesce(self._table.c.now_at, self._table.c.was_at, type_=UtcDateTime)
        gone = await self._session.execute(
            delete(self._table)
            .where(self._table.c.was_at < before, later < before)
            .returning(self._table.c.person_id)
        )
        return len(gone.all())

    async def seen(
        self, person_id: str, series_id: str, now: datetime, *, key: str | None, at: datetime
    ) -> None:
        """Note that somebody saw what they were told until a moment, of one session or of all."""
        which = [] if key is None else [self._table.c.occurrence_key == key]
        await self._session.execute(
            update(self._table)
            .where(
                *self._of(person_id, series_id),
                *which,
                self._table.c.told_at <= at,
                self._table.c.seen_at.is_(None),
            )
            .values(seen_at=now)
        )

    async def of(self, person_id: str, series_id: str) -> Sequence[ShortNoticeRow]:
        """Return what somebody was told of a series at short notice, in order of time."""
        rows = await self._session.exec(
            select(ShortNoticeRow)
            .where(
                ShortNoticeRow.person_id == person_id,
                ShortNoticeRow.series_id == series_id,
                col(ShortNoticeRow.told_at).is_not(None),
            )
            .order_by(col(ShortNoticeRow.was_at)),
            execution_options={"populate_existing": True},
        )
        return rows.all()

    async def take_unseen(
        self, told_before: datetime, now: datetime, limit: int
    ) -> Sequence[ShortNoticeRow]:
        """Lock what was told that long ago, still matters and was not seen, until the transaction ends."""
        rows = await self._session.exec(
            select(ShortNoticeRow)
            .where(
                col(ShortNoticeRow.told_at) <= told_before,
                col(ShortNoticeRow.seen_at).is_(None),
                col(ShortNoticeRow.again_at).is_(None),
                func.coalesce(
                    col(ShortNoticeRow.now_at), col(ShortNoticeRow.was_at), type_=UtcDateTime
                )
                > now,
            )
            .order_by(
                col(ShortNoticeRow.person_id),
                col(ShortNoticeRow.series_id),
                col(ShortNoticeRow.told_at),
                col(ShortNoticeRow.was_at),
            )
            .limit(limit)
            .with_for_update(skip_locked=True),
            execution_options={"populate_existing": True},
        )
        return rows.all()

    async def again(self, row: ShortNoticeRow, now: datetime) -> None:
        """Note that somebody was written to once more, or need not be."""
        await self._session.execute(
            update(self._table)
            .where(
                *self._of(row.person_id, row.series_id),
                self._table.c.occurrence_key == row.occurrence_key,
            )
            .values(again_at=now)
        )

    async def since(self, moment: datetime) -> Sequence[ShortNoticeRow]:
        """Return what anybody was told of at short notice since a moment."""
        rows = await self._session.exec(
            select(ShortNoticeRow)
            .where(
                col(ShortNoticeRow.changed_at) > moment, col(ShortNoticeRow.told_at).is_not(None)
            )
            .order_by(col(ShortNoticeRow.was_at), col(ShortNoticeRow.person_id))
        )
        return rows.all()

    def _of(self, person_id: str, series_id: str) -> tuple[ColumnElement[bool], ...]:
        return (
            self._table.c.person_id == person_id,
            self._table.c.series_id == series_id,
        )
