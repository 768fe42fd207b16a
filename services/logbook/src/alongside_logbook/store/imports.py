"""Logs that were read in, and what of their rows is still needed."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside.secrets import Secrets
from alongside_logbook.store.sql import upsert
from alongside_logbook.store.tables import ImportRow, ImportSheetRow, table

_SHEETS = table(ImportSheetRow)
_IMPORTS = table(ImportRow)
_PURPOSE = "import"

UNDER_WAY = ("running", "undoing")


class ImportStore:
    """Imports, and their rows for as long as they are needed: sealed, for they hold addresses."""

    def __init__(self, session: AsyncSession, secrets: Secrets) -> None:
        self._session = session
        self._secrets = secrets

    async def keep(self, row: ImportRow) -> None:
        """Keep an import."""
        self._session.add(row)
        await self._session.flush()

    async def get(self, import_id: str, *, for_change: bool = False) -> ImportRow:
        """Return an import; raise `NotFound`. `for_change` holds it against other writers."""
        query = (
            select_rows(ImportRow)
            .where(ImportRow.id == import_id)
            .execution_options(populate_existing=True)
        )
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such import.")
        return row

    async def some(
        self, person_id: str | None, *, limit: int, offset: int = 0
    ) -> Sequence[ImportRow]:
        """Return the imports of a person's hours, or made by them, newest first; for none, all."""
        query = select_rows(ImportRow)
        if person_id is not None:
            query = query.where(
                or_(col(ImportRow.person_id) == person_id, col(ImportRow.by_id) == person_id)
            )
        query = query.order_by(col(ImportRow.staged_at).desc(), col(ImportRow.id))
        return (await self._session.exec(query.limit(limit).offset(offset))).all()

    async def under_way(self) -> Sequence[str]:
        """Return the imports that are being entered, or taken back, oldest first."""
        query = (
            select(_IMPORTS.c.id)
            .where(_IMPORTS.c.state.in_(UNDER_WAY))
            .order_by(_IMPORTS.c.staged_at, _IMPORTS.c.id)
        )
        return list((await self._session.execute(query)).scalars())

    async def forget(self, import_id: str) -> None:
        """Delete an import nothing was entered from, with its rows."""
        await self._session.execute(delete(_SHEETS).where(_SHEETS.c.import_id == import_id))
        await self._session.execute(delete(_IMPORTS).where(_IMPORTS.c.id == import_id))

    async def keep_sheet(self, import_id: str, content: Any, until: datetime) -> None:
        """Keep rows, anything that JSON can say, until a day."""
        packed = b64encode(zlib.compress(json.dumps(content).encode(), 1)).decode()
        body = self._secrets.seal(_PURPOSE, packed)
        await upsert(
            self._session,
            _SHEETS,
            [{"import_id": import_id, "body": body, "kept_until": until}],
        )

    async def sheet(self, import_id: str) -> Any | None:
        """Return the rows that were kept, or none if they are gone."""
        query = select(_SHEETS.c.body).where(_SHEETS.c.import_id == import_id)
        body = (await self._session.execute(query)).scalar()
        if body is None:
            return None
        packed = b64decode(self._secrets.unseal(_PURPOSE, body))
        return json.loads(zlib.decompress(packed))

    async def forget_old(self, now: datetime) -> int:
        """Delete rows nobody needs any more, and imports that nobody confirmed; return how many."""
        over = select(_SHEETS.c.import_id).where(_SHEETS.c.kept_until < now)
        going = select(_IMPORTS.c.id).where(_IMPORTS.c.state.in_(UNDER_WAY))
        gone = await self._session.execute(
            delete(_SHEETS).where(_SHEETS.c.import_id.in_(over), _SHEETS.c.import_id.not_in(going))
        )
        await self._session.execute(
            delete(_IMPORTS).where(
                _IMPORTS.c.state == "staged", _IMPORTS.c.id.not_in(select(_SHEETS.c.import_id))
            )
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]  # of a delete
