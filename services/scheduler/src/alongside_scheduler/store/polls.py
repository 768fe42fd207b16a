"""Polls for a time, and what people answered."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.store.tables import PollAnswerRow, PollRow


class PollStore:
    """Every poll, with the newest answers of each person."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, poll_id: str, *, for_change: bool = False) -> PollRow:
        """Return a poll."""
        query = select(PollRow).where(PollRow.id == poll_id)
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such poll.")
        return row

    async def keep(self, row: PollRow) -> None:
        """Keep a new or changed poll."""
        self._session.add(row)
        await self._session.flush()

    async def of_group(self, group_id: str) -> Sequence[PollRow]:
        """Return the polls of a group, newest first."""
        query = (
            select(PollRow)
            .where(PollRow.group_id == group_id)
            .order_by(col(PollRow.made_at).desc(), col(PollRow.id))
        )
        return (await self._session.exec(query)).all()

    async def answers(self, poll_id: str) -> dict[str, tuple[str, ...]]:
        """Return what each person answered last."""
        query = select(PollAnswerRow).where(PollAnswerRow.poll_id == poll_id)
        return {row.person_id: row.answers for row in await self._session.exec(query)}

    async def keep_answers(
        self, poll_id: str, person_id: str, answers: tuple[str, ...], now: datetime
    ) -> None:
        """Keep what somebody answers, instead of what they said before."""
        await self._session.merge(
            PollAnswerRow(poll_id=poll_id, person_id=person_id, answers=answers, answered_at=now)
        )
        await self._session.flush()
