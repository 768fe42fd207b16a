"""Leaving: who asked for it, what is due, and the removal of what need not be kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.leaving import FORGOTTEN
from alongside_logbook.store.sql import upsert
from alongside_logbook.store.tables import (
    BoardRow,
    DepartureRow,
    DocumentRow,
    EndingRow,
    EntryRow,
    GoalProgressRow,
    ImportRow,
    ImportSheetRow,
    OutsideProviderRow,
    PersonRow,
    ProgressRow,
    VouchRequestRow,
    table,
)

_DEPARTURES = table(DepartureRow)
_PROVIDERS = table(OutsideProviderRow)
_ENTRIES = table(EntryRow)
_PEOPLE = table(PersonRow)


class DepartureStore:
    """One row for each who leaves."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, person_id: str) -> DepartureRow | None:
        """Return how far somebody's leaving is."""
        query = (
            select_rows(DepartureRow)
            .where(DepartureRow.person_id == person_id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def keep(self, row: DepartureRow) -> None:
        """Keep what changed about a leaving."""
        values = {column.name: getattr(row, column.name) for column in _DEPARTURES.c}
        await upsert(self._session, _DEPARTURES, [values])

    async def drop(self, person_id: str) -> None:
        """Forget that somebody asked."""
        await self._session.execute(delete(_DEPARTURES).where(_DEPARTURES.c.person_id == person_id))

    async def due(self, now: datetime, *, limit: int) -> Sequence[DepartureRow]:
        """Return what is to be removed now, the longest due first."""
        query = (
            select_rows(DepartureRow)
            .where(col(DepartureRow.removed_at).is_(None), col(DepartureRow.due_at) <= now)
            .order_by(col(DepartureRow.due_at), col(DepartureRow.person_id))
            .limit(limit)
        )
        return (await self._session.exec(query)).all()

    async def to_forget(self, now: datetime, *, limit: int) -> Sequence[DepartureRow]:
        """Return whose names are to be forgotten now."""
        query = (
            select_rows(DepartureRow)
            .where(col(DepartureRow.forgotten_at).is_(None), col(DepartureRow.forget_at) <= now)
            .order_by(col(DepartureRow.forget_at), col(DepartureRow.person_id))
            .limit(limit)
        )
        return (await self._session.exec(query)).all()

    async def named_alone(self, person_id: str) -> Sequence[OutsideProviderRow]:
        """Return the providers from elsewhere that this person named and nobody else has hours with."""
        others = exists().where(
            _ENTRIES.c.provider_id == _PROVIDERS.c.provider_id,
            _ENTRIES.c.supervisee_id != person_id,
        )
        query = (
            select_rows(OutsideProviderRow)
            .where(OutsideProviderRow.created_by == person_id, ~others)
            .order_by(col(OutsideProviderRow.provider_id))
        )
        return (await self._session.exec(query)).all()

    async def drop_address(self, provider_id: str) -> None:
        """Remove a provider's address, so that nothing opens it; nor any link to them."""
        await self._session.execute(
            update(_PROVIDERS)
            .where(_PROVIDERS.c.provider_id == provider_id)
            .values(email_sealed="", email_digest=f"removed:{provider_id}"[:64])
        )
        requests = table(VouchRequestRow)
        await self._session.execute(
            update(requests)
            .where(requests.c.provider_id == provider_id, requests.c.state == "asked")
            .values(state="replaced")
        )

    async def drop_sheets(self, person_id: str) -> int:
        """Remove what is kept of files this person read in, and their names; return how many."""
        imports, sheets = table(ImportRow), table(ImportSheetRow)
        mine = select(imports.c.id).where(imports.c.by_id == person_id)
        await self._session.execute(delete(sheets).where(sheets.c.import_id.in_(mine)))
        gone = await self._session.execute(
            update(imports)
            .where(imports.c.by_id == person_id)
            .values(file_name="removed")
            .returning(imports.c.id)
        )
        return len(gone.all())

    async def forget(self, person_id: str) -> None:
        """Forget who an id was. What it stands in is kept, and proves what it proved."""
        person = await self._session.get(PersonRow, person_id)
        if person is not None:
            held = tuple(
                each.model_copy(update={"registry_number": None}) for each in person.credentials
            )
            await self._session.execute(
                update(_PEOPLE)
                .where(_PEOPLE.c.person_id == person_id)
                .values(
                    name=FORGOTTEN,
                    email_digest="",
                    zone="UTC",
                    pursuing=None,
                    pursuing_since=None,
                    credentials=held,
                )
            )
            self._session.expunge(person)
        for row, column in _READY_ROWS:
            rows = table(row)
            await self._session.execute(delete(rows).where(rows.c[column] == person_id))


_READY_ROWS = (
    (ProgressRow, "supervisee_id"),
    (GoalProgressRow, "supervisee_id"),
    (BoardRow, "supervisee_id"),
    (EndingRow, "person_id"),
    # An issued document says the name; whoever checks it then finds none of that code.
    (DocumentRow, "person_id"),
)
"""What is only worked out from the record, to be read quickly."""
