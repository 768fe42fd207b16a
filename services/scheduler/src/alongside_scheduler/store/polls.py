"""Polls for a time, and what people answered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow, PollAnswerRow, PollRow


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

    async def waiting_for(self, person_id: str, now: datetime) -> Sequence[PollRow]:
        """Return the open polls that this person may answer and has not, the most urgent first."""
        on_roster = select(GroupMemberRow.group_id).where(
            GroupMemberRow.person_id == person_id, col(GroupMemberRow.left_on).is_(None)
        )
        leading = select(GroupRow.id).where(
            or_(col(GroupRow.provider_id) == person_id, col(GroupRow.co_provider_id) == person_id)
        )
        answered = select(PollAnswerRow.poll_id).where(PollAnswerRow.person_id == person_id)
        query = (
            select(PollRow)
            .where(
                or_(col(PollRow.group_id).in_(on_roster), col(PollRow.group_id).in_(leading)),
                PollRow.closes_at > now,
                col(PollRow.decided_at).is_(None),
                col(PollRow.withdrawn_at).is_(None),
                col(PollRow.id).not_in(answered),
            )
            .order_by(col(PollRow.closes_at), col(PollRow.id))
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
