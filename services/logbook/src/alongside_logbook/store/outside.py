"""Providers from elsewhere, and the links they are asked with."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.entry import OUTSIDE
from alongside_logbook.store.people import digest
from alongside_logbook.store.sql import insert_for
from alongside_logbook.store.tables import EntryRow, OutsideProviderRow, VouchRequestRow, table

_PROVIDERS = table(OutsideProviderRow)
_REQUESTS = table(VouchRequestRow)
_ENTRIES = table(EntryRow)
_AT_ONCE = 500


class OutsideStore:
    """Who gives hours elsewhere, and what they were asked."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, provider_id: str) -> OutsideProviderRow | None:
        """Return a provider from elsewhere."""
        query = (
            select_rows(OutsideProviderRow)
            .where(OutsideProviderRow.provider_id == provider_id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def many(self, provider_ids: Iterable[str]) -> dict[str, OutsideProviderRow]:
        """Return those of these ids that are providers from elsewhere."""
        wanted = set(provider_ids)
        if not wanted:
            return {}
        query = select_rows(OutsideProviderRow).where(
            col(OutsideProviderRow.provider_id).in_(wanted)
        )
        return {row.provider_id: row for row in await self._session.exec(query)}

    async def by_email(self, email: str) -> OutsideProviderRow | None:
        """Find a provider by the digest of their address."""
        query = select_rows(OutsideProviderRow).where(
            OutsideProviderRow.email_digest == digest(email)
        )
        return (await self._session.exec(query)).first()

    async def by_emails(self, emails: Iterable[str]) -> dict[str, OutsideProviderRow]:
        """Return the providers whose these addresses are, by address."""
        wanted = {digest(email): email for email in emails}
        digests = sorted(wanted)
        found: dict[str, OutsideProviderRow] = {}
        for at in range(0, len(digests), _AT_ONCE):
            query = select_rows(OutsideProviderRow).where(
                col(OutsideProviderRow.email_digest).in_(digests[at : at + _AT_ONCE])
            )
            found |= {wanted[row.email_digest]: row for row in await self._session.exec(query)}
        return found

    async def add(self, row: OutsideProviderRow) -> OutsideProviderRow:
        """Keep a new provider; if somebody named the same address first, return theirs."""
        values = {column.name: getattr(row, column.name) for column in _PROVIDERS.c}
        await self._session.execute(
            insert_for(self._session, _PROVIDERS)
            .values(values)
            .on_conflict_do_nothing(index_elements=["email_digest"])
        )
        query = select_rows(OutsideProviderRow).where(
            OutsideProviderRow.email_digest == row.email_digest
        )
        return (await self._session.exec(query)).one()

    async def keep(self, row: OutsideProviderRow) -> None:
        """Keep what changed about a provider."""
        self._session.add(row)
        await self._session.flush()

    async def known_to(self, supervisee_id: str) -> Sequence[OutsideProviderRow]:
        """Return whom a person named, or has entries with, by name."""
        mine = select(_ENTRIES.c.provider_id).where(_ENTRIES.c.supervisee_id == supervisee_id)
        query = (
            select_rows(OutsideProviderRow)
            .where(
                or_(
                    col(OutsideProviderRow.created_by) == supervisee_id,
                    col(OutsideProviderRow.provider_id).in_(mine),
                )
            )
            .order_by(col(OutsideProviderRow.name), col(OutsideProviderRow.provider_id))
        )
        return (await self._session.exec(query)).all()

    async def everybody(self) -> Sequence[OutsideProviderRow]:
        """Return all providers from elsewhere: those that nobody looked up yet first, then by name."""
        query = select_rows(OutsideProviderRow).order_by(
            col(OutsideProviderRow.registry_state) != "unchecked",
            col(OutsideProviderRow.name),
            col(OutsideProviderRow.provider_id),
        )
        return (await self._session.exec(query)).all()

    async def entries_of(self, supervisee_id: str) -> Sequence[EntryRow]:
        """Return a person's entries from elsewhere that were not taken back, newest first."""
        query = (
            select_rows(EntryRow)
            .where(
                EntryRow.supervisee_id == supervisee_id,
                EntryRow.occurrence_key == OUTSIDE,
                EntryRow.status != "withdrawn",
            )
            .order_by(col(EntryRow.started_at).desc(), col(EntryRow.entry_id))
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).all()

    async def awaiting(self, supervisee_id: str, provider_id: str) -> Sequence[EntryRow]:
        """Return a person's entries that wait for one provider's word."""
        query = (
            select_rows(EntryRow)
            .where(EntryRow.supervisee_id == supervisee_id, EntryRow.awaits == provider_id)
            .order_by(col(EntryRow.started_at), col(EntryRow.entry_id))
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).all()

    async def given(self, provider_id: str) -> Sequence[EntryRow]:
        """Return entries from elsewhere, whosever, that wait for a provider's word."""
        query = (
            select_rows(EntryRow)
            .where(
                EntryRow.awaits == provider_id,
                EntryRow.occurrence_key == OUTSIDE,
                EntryRow.status == "recorded",
            )
            .order_by(col(EntryRow.started_at), col(EntryRow.entry_id))
        )
        return (await self._session.exec(query)).all()

    async def entries(self, entry_ids: Iterable[str]) -> dict[str, EntryRow]:
        """Return entries by their ids."""
        wanted = set(entry_ids)
        if not wanted:
            return {}
        query = (
            select_rows(EntryRow)
            .where(col(EntryRow.entry_id).in_(wanted))
            .execution_options(populate_existing=True)
        )
        return {row.entry_id: row for row in await self._session.exec(query)}

    async def add_request(self, row: VouchRequestRow) -> None:
        """Keep a new request; earlier open ones of the same two people are replaced by it."""
        await self.replace_open(row.supervisee_id, row.provider_id)
        self._session.add(row)
        await self._session.flush()

    async def replace_open(self, supervisee_id: str, provider_id: str) -> None:
        """End what is open between two people: those links say that they were replaced."""
        await self._session.execute(
            update(_REQUESTS)
            .where(
                _REQUESTS.c.supervisee_id == supervisee_id,
                _REQUESTS.c.provider_id == provider_id,
                _REQUESTS.c.state == "asked",
            )
            .values(state="replaced")
        )

    async def request(self, request_id: str) -> VouchRequestRow | None:
        """Return a request as it stands."""
        query = (
            select_rows(VouchRequestRow)
            .where(VouchRequestRow.request_id == request_id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def keep_request(self, row: VouchRequestRow) -> None:
        """Keep what was answered."""
        self._session.add(row)
        await self._session.flush()

    async def requests_of(self, supervisee_id: str) -> Sequence[VouchRequestRow]:
        """Return what was asked for a person, newest first."""
        query = (
            select_rows(VouchRequestRow)
            .where(VouchRequestRow.supervisee_id == supervisee_id)
            .order_by(col(VouchRequestRow.asked_at).desc(), col(VouchRequestRow.request_id))
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).all()

    async def was_refused(self, supervisee_id: str, provider_id: str) -> bool:
        """Tell whether a provider said that they gave this person no hours."""
        query = select(func.count()).where(
            _REQUESTS.c.supervisee_id == supervisee_id,
            _REQUESTS.c.provider_id == provider_id,
            _REQUESTS.c.state == "refused",
        )
        return bool((await self._session.execute(query)).scalar_one())

    async def asked_since(
        self, since: datetime, *, supervisee_id: str | None = None, provider_id: str | None = None
    ) -> int:
        """Return how many requests were made since an instant, by or to somebody."""
        query = select(func.count()).where(_REQUESTS.c.asked_at > since)
        if supervisee_id is not None:
            query = query.where(_REQUESTS.c.supervisee_id == supervisee_id)
        if provider_id is not None:
            query = query.where(_REQUESTS.c.provider_id == provider_id)
        return int((await self._session.execute(query)).scalar_one())
