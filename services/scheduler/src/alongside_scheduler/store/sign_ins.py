"""Links by mail, sign-ins and API tokens."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.store.tables import SignInRequestRow, SignInRow


class SignInStore:
    """What was asked for, begun and ended."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def asked_since(self, person_id: str, since: datetime) -> int:
        """Return how many links were asked for this person since an instant."""
        query = (
            select(func.count())
            .select_from(SignInRequestRow)
            .where(SignInRequestRow.person_id == person_id, SignInRequestRow.asked_at > since)
        )
        return (await self._session.exec(query)).one()

    async def keep_request(self, row: SignInRequestRow) -> None:
        """Keep a request for a link."""
        self._session.add(row)
        await self._session.flush()

    async def request(self, request_id: str) -> SignInRequestRow | None:
        """Return a request for a link."""
        return await self._session.get(SignInRequestRow, request_id)

    async def consume(self, request_id: str, now: datetime) -> SignInRequestRow | None:
        """Use a request up, once, whoever races; None if it is used, stale or unknown."""
        result = await self._session.execute(
            update(SignInRequestRow)
            .where(
                col(SignInRequestRow.id) == request_id,
                col(SignInRequestRow.used_at).is_(None),
                col(SignInRequestRow.expires_at) > now,
            )
            .values(used_at=now)
            .returning(SignInRequestRow)
            .execution_options(populate_existing=True)
        )
        return result.scalar_one_or_none()

    async def forget_requests(self, before: datetime) -> int:
        """Delete requests that ran out long ago; return how many."""
        result = await self._session.exec(
            delete(SignInRequestRow).where(col(SignInRequestRow.expires_at) < before)
        )
        return result.rowcount

    async def keep(self, row: SignInRow) -> None:
        """Keep a sign-in or token."""
        self._session.add(row)
        await self._session.flush()

    async def get(self, session_id: str, person_id: str) -> SignInRow:
        """Return a sign-in or token of a person."""
        row = await self._session.get(SignInRow, session_id)
        if row is None or row.person_id != person_id:
            raise NotFound("There is no such sign-in or token.")
        return row

    async def open(
        self, person_id: str, now: datetime, *, kind: str | None = None
    ) -> Sequence[SignInRow]:
        """Return the sign-ins and tokens of a person that still work, newest first."""
        query = (
            select(SignInRow)
            .where(
                SignInRow.person_id == person_id,
                col(SignInRow.ended_at).is_(None),
                SignInRow.expires_at > now,
            )
            .order_by(col(SignInRow.begun_at).desc(), SignInRow.id)
        )
        if kind is not None:
            query = query.where(SignInRow.kind == kind)
        return (await self._session.exec(query)).all()
