"""Addresses from which mails came back."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.domain.bounces import Failure
from alongside_notifier.domain.silence import falls_silent, strikes_after
from alongside_notifier.store.tables import BouncedRow
from alongside_notifier.store.upsert import put, table_of


class Bounced:
    """What is known of addresses that do not take our mail."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, address: str) -> BouncedRow | None:
        """Return what is known of an address; none if every mail to it was taken."""
        rows = await self._session.exec(
            select(BouncedRow).where(BouncedRow.address == address.lower()),
            execution_options={"populate_existing": True},
        )
        return rows.first()

    async def silent(self, addresses: Collection[str]) -> dict[str, BouncedRow]:
        """Return those of these addresses to which nothing more is sent, in lower case."""
        rows = await self._session.exec(
            select(BouncedRow).where(
                col(BouncedRow.address).in_({each.lower() for each in addresses}),
                col(BouncedRow.silent_since).is_not(None),
            ),
            execution_options={"populate_existing": True},
        )
        return {row.address: row for row in rows}

    async def strike(self, address: str, failure: Failure, diagnosis: str, now: datetime) -> bool:
        """Note that a mail came back for good; tell whether the address falls silent with it."""
        before = await self.of(address)
        strikes = strikes_after(
            before.strikes if before else 0, before.last_at if before else None, now
        )
        was_silent = before.silent_since if before else None
        silent = falls_silent(failure, strikes)
        await put(
            self._session,
            BouncedRow,
            address=address.lower(),
            strikes=strikes,
            failure=failure,
            diagnosis=diagnosis,
            last_at=now,
            silent_since=was_silent or (now if silent else None),
        )
        return silent and was_silent is None

    async def forgive(self, address: str) -> bool:
        """Forget what came back; tell whether there was anything."""
        table = table_of(BouncedRow)
        gone = await self._session.execute(
            table.delete().where(table.c.address == address.lower()).returning(table.c.address)
        )
        return gone.first() is not None
