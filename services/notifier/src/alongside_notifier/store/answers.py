"""What people answered, and the mails in which they did."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import cast

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.domain.answers import Answer, Given
from alongside_notifier.store.tables import AnswerRow, ReplyRow
from alongside_notifier.store.upsert import insert_into, put, table_of


class Answers:
    """Answers by person, series and meeting."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def given(self, person_id: str, series_id: str, key: str | None) -> Given | None:
        """Return what was answered last for the series (`key` None) or for one meeting."""
        rows = await self._session.exec(
            select(AnswerRow).where(
                AnswerRow.person_id == person_id,
                AnswerRow.series_id == series_id,
                AnswerRow.occurrence_key == (key or ""),
            ),
            execution_options={"populate_existing": True},
        )
        row = rows.first()
        return as_given(row) if row else None

    async def last_said(self, person_id: str, series_id: str, key: str | None) -> datetime | None:
        """Return when the last answer was given that `given` returns; None if there is none."""
        rows = await self._session.exec(
            select(AnswerRow.answered_at).where(
                AnswerRow.person_id == person_id,
                AnswerRow.series_id == series_id,
                AnswerRow.occurrence_key == (key or ""),
            )
        )
        return rows.first()

    async def keep(
        self, person_id: str, series_id: str, given: Given, *, now: datetime, channel: str
    ) -> None:
        """Keep an answer in place of an earlier one."""
        await put(
            self._session,
            AnswerRow,
            person_id=person_id,
            series_id=series_id,
            occurrence_key=given.key or "",
            answer=given.answer,
            sequence=given.sequence,
            stamp=given.stamp,
            answered_at=now,
            channel=channel,
            note=given.note,
            proposed_start=given.proposed_start,
        )

    async def of_series(self, series_id: str) -> Sequence[AnswerRow]:
        """Return every answer to a series."""
        rows = await self._session.exec(
            select(AnswerRow).where(AnswerRow.series_id == series_id),
            execution_options={"populate_existing": True},
        )
        return rows.all()

    async def of_person(
        self, person_id: str, series_ids: Collection[str] | None = None
    ) -> Sequence[AnswerRow]:
        """Return a person's answers, to these series or to all."""
        query = select(AnswerRow).where(AnswerRow.person_id == person_id)
        if series_ids is not None:
            query = query.where(col(AnswerRow.series_id).in_(series_ids))
        rows = await self._session.exec(query.order_by(col(AnswerRow.answered_at).desc()))
        return rows.all()

    async def to_series(
        self, person_ids: Collection[str], series_ids: Collection[str]
    ) -> dict[tuple[str, str], list[AnswerRow]]:
        """Return what these people answered to these series, by person and series."""
        rows = await self._session.exec(
            select(AnswerRow).where(
                col(AnswerRow.person_id).in_(person_ids), col(AnswerRow.series_id).in_(series_ids)
            )
        )
        found: dict[tuple[str, str], list[AnswerRow]] = {}
        for row in rows:
            found.setdefault((row.person_id, row.series_id), []).append(row)
        return found


class Replies:
    """Answer mails, raw. The same mail is taken once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def receive(self, raw: bytes, now: datetime) -> int | None:
        """Keep a mail; None if exactly this one came before."""
        table = table_of(ReplyRow)
        kept = await self._session.execute(
            insert_into(self._session, table)
            .values(
                fingerprint=sha256(raw).hexdigest(),
                received_at=now,
                outcome="received",
                reason="",
                raw=raw,
            )
            .on_conflict_do_nothing()
            .returning(table.c.id)
        )
        row = kept.first()
        return int(row[0]) if row else None

    async def settle(
        self,
        reply_id: int,
        *,
        outcome: str,
        reason: str,
        person_id: str | None,
        series_id: str | None,
    ) -> None:
        """Say what became of a mail."""
        table = table_of(ReplyRow)
        await self._session.execute(
            table.update()
            .where(table.c.id == reply_id)
            .values(outcome=outcome, reason=reason, person_id=person_id, series_id=series_id)
        )

    async def recent(self, limit: int) -> Sequence[ReplyRow]:
        """Return the mails that came last."""
        rows = await self._session.exec(
            select(ReplyRow).order_by(col(ReplyRow.id).desc()).limit(limit)
        )
        return rows.all()


def as_given(row: AnswerRow) -> Given:
    """Return a row as the domain knows it."""
    return Given(
        answer=cast("Answer", row.answer),
        sequence=row.sequence,
        stamp=row.stamp,
        key=row.occurrence_key or None,
        note=row.note,
        proposed_start=row.proposed_start,
    )
