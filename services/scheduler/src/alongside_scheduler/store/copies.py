"""Copies of what other services said, fed by events: answers, progress, what is recorded."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import InvitationAnswered, ProgressChanged
from alongside_scheduler.store.tables import AnswerRow, ProgressRow, RecordedRow


class Copies:
    """The newest of each fact; an older one that comes late changes nothing."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep_answer(self, said: InvitationAnswered) -> bool:
        """Keep an answer if it is newer than the one we have; tell whether it is."""
        at = (said.series_id, said.occurrence_key or "", said.person_id)
        row = await self._session.get(AnswerRow, at)
        if row is not None and row.answered_at >= said.answered_at:
            return False
        await self._session.merge(
            AnswerRow(
                series_id=at[0],
                key=at[1],
                person_id=at[2],
                answer=said.answer,
                proposed_start=said.proposed_start,
                answered_at=said.answered_at,
                channel=said.channel,
            )
        )
        await self._session.flush()
        return True

    async def proposed(self, now: datetime) -> Sequence[AnswerRow]:
        """Return the answers that propose a time which is still to come."""
        query = select(AnswerRow).where(
            AnswerRow.answer == "proposed", col(AnswerRow.proposed_start) > now
        )
        return (await self._session.exec(query)).all()

    async def answers(self, series_id: str) -> Sequence[AnswerRow]:
        """Return every newest answer of a series, for the whole and for single meetings."""
        query = select(AnswerRow).where(AnswerRow.series_id == series_id)
        return (await self._session.exec(query)).all()

    async def keep_progress(self, said: Iterable[ProgressChanged]) -> None:
        """Keep where people stand, as far as it is newer than what we have."""
        newest: dict[str, ProgressChanged] = {}
        for each in said:
            known = newest.get(each.supervisee_id)
            if known is None or known.version < each.version:
                newest[each.supervisee_id] = each
        if not newest:
            return
        insert = _insert(self._session, ProgressRow)
        columns = set(ProgressRow.model_fields)
        await self._session.execute(
            insert.on_conflict_do_update(
                index_elements=["supervisee_id"],
                set_={name: insert.excluded[name] for name in columns - {"supervisee_id"}},
                where=col(ProgressRow.version) < insert.excluded.version,
            ),
            [newest[person_id].model_dump(include=columns) for person_id in sorted(newest)],
        )

    async def progress(self, person_ids: Iterable[str]) -> dict[str, ProgressRow]:
        """Return where people stand, as far as the logbook has said."""
        query = select(ProgressRow).where(col(ProgressRow.supervisee_id).in_(set(person_ids)))
        return {row.supervisee_id: row for row in await self._session.exec(query)}

    async def keep_recorded(self, meetings: Iterable[tuple[str, str]]) -> None:
        """Keep that the attendance of meetings is recorded: of one person is of all."""
        rows = [{"series_id": series_id, "key": key} for series_id, key in sorted(set(meetings))]
        if rows:
            await self._session.execute(
                _insert(self._session, RecordedRow).on_conflict_do_nothing(), rows
            )

    async def recorded(self, series_ids: Iterable[str]) -> set[tuple[str, str]]:
        """Return which meetings of these series are recorded, by series and key."""
        query = select(RecordedRow.series_id, RecordedRow.key).where(
            col(RecordedRow.series_id).in_(set(series_ids))
        )
        return set((await self._session.exec(query)).all())


def _insert(session: AsyncSession, model: type[SQLModel]) -> Any:
    """Return the dialect's INSERT, which knows ON CONFLICT."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if on_postgresql else sqlite.insert)(model)
