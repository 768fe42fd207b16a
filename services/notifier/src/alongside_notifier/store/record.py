"""Everything that was sent to a person, mails and short messages, in one order."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Row, Table, func, literal, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.store.channel_tables import CHANNEL_MESSAGES
from alongside_notifier.store.tables import MAILS

Source = Literal["mail", "channel"]

_TABLES: Mapping[Source, Table] = {"mail": MAILS, "channel": CHANNEL_MESSAGES}


class Record:
    """Reads both queues. Contents of mails are left out."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def listed(
        self, person_id: str | None, *, limit: int, offset: int = 0
    ) -> tuple[Sequence[tuple[Source, Row[Any]]], int]:
        """Return what was sent to somebody, or to all, the newest first, and how much there is."""
        both = union_all(
            *(
                select(literal(source).label("source"), table.c.id, table.c.queued_at).where(
                    *([] if person_id is None else [table.c.person_id == person_id])
                )
                for source, table in _TABLES.items()
            )
        ).subquery()
        chosen = (
            await self._session.execute(
                select(both.c.source, both.c.id)
                .order_by(both.c.queued_at.desc(), both.c.source, both.c.id.desc())
                .limit(limit)
                .offset(offset)
            )
        ).all()
        rows = {
            (source, row.id): row
            for source in _TABLES
            for row in await self._rows(source, [each.id for each in chosen if each[0] == source])
        }
        number = await self._session.execute(select(func.count()).select_from(both))
        return [(each[0], rows[(each[0], each[1])]) for each in chosen], int(number.scalar_one())

    async def _rows(self, source: Source, ids: Sequence[int]) -> Sequence[Row[Any]]:
        if not ids:
            return []
        table = _TABLES[source]
        columns = [column for column in table.c if column.name != "raw"]
        rows = await self._session.execute(select(*columns).where(table.c.id.in_(ids)))
        return rows.all()
