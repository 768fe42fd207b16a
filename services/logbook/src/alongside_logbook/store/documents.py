"""Issued documents, and the files that were handed out of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.store.sql import insert_for
from alongside_logbook.store.tables import DocumentFileRow, DocumentRow, table

_DOCUMENTS = table(DocumentRow)
_FILES = table(DocumentFileRow)


class DocumentStore:
    """Every document that was ever issued."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: DocumentRow) -> None:
        """Keep a document that is issued now."""
        self._session.add(row)
        await self._session.flush()

    async def get(self, code: str) -> DocumentRow | None:
        """Return the document of a code."""
        query = (
            select_rows(DocumentRow)
            .where(DocumentRow.code == code)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def of_person(
        self, person_id: str, *, limit: int | None = None
    ) -> tuple[Sequence[DocumentRow], int]:
        """Return a person's documents, newest first, and how many there are."""
        mine = DocumentRow.person_id == person_id
        query = (
            select_rows(DocumentRow)
            .where(mine)
            .order_by(col(DocumentRow.issued_at).desc(), col(DocumentRow.code))
        )
        count = (
            select(func.count()).select_from(_DOCUMENTS).where(_DOCUMENTS.c.person_id == person_id)
        )
        rows = (await self._session.exec(query.limit(limit) if limit else query)).all()
        return rows, int((await self._session.execute(count)).scalar_one())

    async def revoke(self, code: str, actor_id: str, now: datetime) -> None:
        """Withdraw a document; the first time it is said stands."""
        await self._session.execute(
            update(_DOCUMENTS)
            .where(_DOCUMENTS.c.code == code, _DOCUMENTS.c.revoked_at.is_(None))
            .values(revoked_at=now, revoked_by=actor_id)
        )

    async def hand_out(self, code: str, file_format: str, sha256: str, now: datetime) -> None:
        """Remember that a file of this content was handed out."""
        await self._session.execute(
            insert_for(self._session, _FILES)
            .values(sha256=sha256, code=code, format=file_format, made_at=now)
            .on_conflict_do_nothing()
        )

    async def file(self, sha256: str) -> DocumentFileRow | None:
        """Return which document a file of this content is of."""
        query = select_rows(DocumentFileRow).where(DocumentFileRow.sha256 == sha256)
        return (await self._session.exec(query)).first()
