"""Reminders that are due one day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    select,
    update,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.domain.reminders import Due
from alongside_notifier.store.seats import SeatKey
from alongside_notifier.store.tables import REMINDERS
from alongside_notifier.store.upsert import insert_into

_BATCH = 200


class Reminders:
    """The rows of the reminders table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def plan(
        self,
        wanted: Mapping[SeatKey, Sequence[Due]],
        waiting: Mapping[SeatKey, Sequence[Due]] | None = None,
    ) -> None:
        """Have exactly these reminders pending for these people, when they say. What was sent stays.

        Of those in `waiting`, only what was pending before is kept, and none is made.
        """
        table = REMINDERS
        rows = await self._session.execute(
            select(
                table.c.person_id,
                table.c.series_id,
                table.c.occurrence_key,
                table.c.starts_at,
                table.c.lead_minutes,
                table.c.id,
                table.c.done_at,
                table.c.due_at,
            ).where(
                table.c.series_id.in_({series_id for _, series_id in wanted}),
                table.c.person_id.in_({person_id for person_id, _ in wanted}),
            )
        )
        known = {tuple(row[:5]): row for row in rows if (row[0], row[1]) in wanted}
        late, due = (
            {
                (*seat, each.key, each.starts_at, each.lead_minutes): each.due_at
                for seat, dues in sorted(some.items(), key=lambda item: item[0][::-1])
                for each in dues
            }
            for some in (waiting or {}, wanted)
        )
        due |= {key: due_at for key, due_at in late.items() if key in known}
        unwanted = [row.id for key, row in known.items() if row.done_at is None and key not in due]
        for start in range(0, len(unwanted), _BATCH):
            await self._session.execute(
                delete(table).where(table.c.id.in_(unwanted[start : start + _BATCH]))
            )
        later = [
            {"row_id": row.id, "then": due[key]}
            for key, row in known.items()
            if row.done_at is None and key in due and row.due_at != due[key]
        ]
        if later:
            await self._session.execute(
                update(table)
                .where(table.c.id == bindparam("row_id"))
                .values(due_at=bindparam("then")),
                later,
            )
        names = ("person_id", "series_id", "occurrence_key", "starts_at", "lead_minutes")
        missing = [
            {**dict(zip(names, key, strict=True)), "due_at": due_at}
            for key, due_at in due.items()
            if key not in known
        ]
        if missing:
            insert = insert_into(self._session, table).on_conflict_do_nothing()
            await self._session.execute(insert, missing)

    async def none_to(self, person_id: str) -> None:
        """Forget what is pending for a person."""
        await self._session.execute(
            delete(REMINDERS).where(
                REMINDERS.c.person_id == person_id, REMINDERS.c.done_at.is_(None)
            )
        )

    async def take_due(self, now: datetime, limit: int) -> Sequence[Row[Any]]:
        """Lock reminders that are due until the transaction ends, one for each meeting of a person.

        Of several that were missed it is the newest; the others are finished with it. What another
        worker has is passed over.
        """
        table, newer = REMINDERS, REMINDERS.alias("newer")
        heads = await self._session.execute(
            select(table)
            .where(
                table.c.done_at.is_(None),
                table.c.due_at <= now,
                ~exists().where(
                    _same_meeting(newer, table),
                    newer.c.lead_minutes < table.c.lead_minutes,
                    newer.c.done_at.is_(None),
                    newer.c.due_at <= now,
                ),
            )
            .order_by(table.c.due_at, table.c.id)
            .limit(limit)
            .with_for_update(of=table, skip_locked=True)
        )
        rows = heads.all()
        if rows:
            await self._session.execute(
                update(table)
                .where(
                    table.c.done_at.is_(None),
                    table.c.due_at <= now,
                    table.c.person_id.in_({row.person_id for row in rows}),
                    exists().where(
                        newer.c.id.in_([row.id for row in rows]),
                        _same_meeting(newer, table),
                        newer.c.lead_minutes < table.c.lead_minutes,
                    ),
                )
                .values(done_at=now, outcome="a later one was due too")
            )
        return rows

    async def done(self, ids: Collection[int], *, now: datetime, outcome: str) -> None:
        """Finish reminders, saying how."""
        await self._session.execute(
            update(REMINDERS)
            .where(REMINDERS.c.id.in_(ids))
            .values(done_at=now, outcome=outcome[:64])
        )

    async def put_off(self, row_id: int, due_at: datetime) -> None:
        """Have a reminder wait."""
        await self._session.execute(
            update(REMINDERS).where(REMINDERS.c.id == row_id).values(due_at=due_at)
        )

    async def of_person(self, person_id: str, limit: int) -> Sequence[Row[Any]]:
        """Return the next reminders a person will get."""
        rows = await self._session.execute(
            select(REMINDERS)
            .where(REMINDERS.c.person_id == person_id, REMINDERS.c.done_at.is_(None))
            .order_by(REMINDERS.c.due_at)
            .limit(limit)
        )
        return rows.all()


def _same_meeting(one: FromClause, other: Table) -> ColumnElement[bool]:
    names = ("person_id", "series_id", "occurrence_key", "starts_at")
    return and_(*(one.c[name] == other.c[name] for name in names))
