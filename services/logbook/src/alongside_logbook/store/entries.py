"""Hour entries: the append-only history, and the newest version of each."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.chain import GENESIS, Link
from alongside_logbook.domain.engine import Verdict
from alongside_logbook.domain.entry import EntryVersion, sealed
from alongside_logbook.store.sql import insert_for, upsert
from alongside_logbook.store.tables import ChainRow, EntryRow, EntryVersionRow, table

_CHAINS = table(ChainRow)
_VERSIONS = table(EntryVersionRow)
_ENTRIES = table(EntryRow)


class EntryStore:
    """Every hour entry, in every version."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self, supervisee_id: str) -> tuple[int, str]:
        """Hold a person's history against other writers; return its last position and hash.

        Whoever writes several histories takes them in the order of their ids.
        """
        statement = insert_for(self._session, _CHAINS).values(
            supervisee_id=supervisee_id, position=0, head=GENESIS
        )
        held = statement.on_conflict_do_update(
            index_elements=["supervisee_id"], set_={"position": _CHAINS.c.position}
        ).returning(_CHAINS.c.position, _CHAINS.c.head)
        position, head = (await self._session.execute(held)).one()
        return int(position), str(head)

    async def append(self, entry: EntryVersion) -> EntryVersion:
        """Add a version to its person's history and make it the newest of its entry."""
        last, head = await self.hold(entry.supervisee_id)
        position = last + 1
        body, digest = sealed(entry, position, head)
        await self._session.execute(
            insert(_VERSIONS).values(
                supervisee_id=entry.supervisee_id,
                position=position,
                entry_id=entry.entry_id,
                version=entry.version,
                body=body,
                prev_hash=head,
                hash=digest,
            )
        )
        await self._session.execute(
            update(_CHAINS)
            .where(_CHAINS.c.supervisee_id == entry.supervisee_id)
            .values(position=position, head=digest)
        )
        await upsert(self._session, _ENTRIES, [_newest(entry, position)])
        return entry

    async def get(self, entry_id: str) -> EntryRow | None:
        """Return the newest version of an entry."""
        query = (
            select_rows(EntryRow)
            .where(EntryRow.entry_id == entry_id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def of_session(self, series_id: str, key: str) -> dict[str, EntryRow]:
        """Return the entries of a session, by supervisee."""
        query = (
            select_rows(EntryRow)
            .where(EntryRow.series_id == series_id, EntryRow.occurrence_key == key)
            .execution_options(populate_existing=True)
        )
        return {row.supervisee_id: row for row in await self._session.exec(query)}

    async def unconfirmed_in(self, series_ids: Iterable[str]) -> dict[tuple[str, str], int]:
        """Return how many entries of each session wait for somebody."""
        query = (
            select(_ENTRIES.c.series_id, _ENTRIES.c.occurrence_key, func.count())
            .where(_ENTRIES.c.series_id.in_(set(series_ids)), _ENTRIES.c.awaits.is_not(None))
            .group_by(_ENTRIES.c.series_id, _ENTRIES.c.occurrence_key)
        )
        rows = await self._session.execute(query)
        return {(series_id, key): int(number) for series_id, key, number in rows}

    async def of_person(self, supervisee_id: str) -> Sequence[EntryRow]:
        """Return all entries of a person, oldest first."""
        query = (
            select_rows(EntryRow)
            .where(EntryRow.supervisee_id == supervisee_id)
            .order_by(col(EntryRow.started_at), col(EntryRow.entry_id))
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).all()

    async def page(
        self, supervisee_id: str, *, status: str | None = None, limit: int, offset: int = 0
    ) -> tuple[Sequence[EntryRow], int]:
        """Return some entries of a person, newest first, and how many there are."""
        mine = [_ENTRIES.c.supervisee_id == supervisee_id]
        if status is not None:
            mine.append(_ENTRIES.c.status == status)
        query = (
            select_rows(EntryRow)
            .where(*mine)
            .order_by(col(EntryRow.started_at).desc(), col(EntryRow.entry_id))
        )
        count = select(func.count()).select_from(_ENTRIES).where(*mine)
        rows = (await self._session.exec(query.limit(limit).offset(offset))).all()
        return rows, int((await self._session.execute(count)).scalar_one())

    async def awaiting(self, person_id: str) -> Sequence[EntryRow]:
        """Return what waits for this person, as supervisee or as provider, oldest first."""
        query = (
            select_rows(EntryRow)
            .where(EntryRow.awaits == person_id)
            .order_by(col(EntryRow.started_at), col(EntryRow.entry_id))
        )
        return (await self._session.exec(query)).all()

    async def returned_to(self, leader: str | None) -> Sequence[EntryRow]:
        """Return what was returned to a provider, or for none to any, oldest first."""
        query = select_rows(EntryRow).where(EntryRow.status == "returned")
        if leader is not None:
            query = query.where(EntryRow.awaits == leader)
        return (await self._session.exec(query.order_by(col(EntryRow.started_at)))).all()

    async def unconfirmed_of(self, supervisee_id: str) -> Sequence[EntryRow]:
        """Return a person's entries that wait for anybody, oldest first."""
        query = (
            select_rows(EntryRow)
            .where(EntryRow.supervisee_id == supervisee_id, col(EntryRow.awaits).is_not(None))
            .order_by(col(EntryRow.started_at), col(EntryRow.entry_id))
        )
        return (await self._session.exec(query)).all()

    async def supervisees_of(self, provider_id: str) -> Sequence[str]:
        """Return who has entries with a provider."""
        query = (
            select(_ENTRIES.c.supervisee_id)
            .where(_ENTRIES.c.provider_id == provider_id)
            .distinct()
            .order_by(_ENTRIES.c.supervisee_id)
        )
        return list((await self._session.execute(query)).scalars())

    async def set_verdicts(self, verdicts: Mapping[str, Verdict]) -> None:
        """Remember what entries count for."""
        if not verdicts:
            return
        statement = (
            update(_ENTRIES)
            .where(_ENTRIES.c.entry_id == bindparam("of_entry"))
            .values(verdict=bindparam("found"))
        )
        connection = await self._session.connection()
        await connection.execute(
            statement,
            [{"of_entry": entry, "found": verdict} for entry, verdict in verdicts.items()],
        )

    async def history(self, entry_id: str) -> Sequence[EntryVersionRow]:
        """Return every version of an entry, oldest first."""
        query = (
            select_rows(EntryVersionRow)
            .where(EntryVersionRow.entry_id == entry_id)
            .order_by(col(EntryVersionRow.version))
        )
        return (await self._session.exec(query)).all()

    async def chain(self, supervisee_id: str) -> tuple[list[Link], tuple[int, str] | None]:
        """Return a person's whole history as links, and where it is said to end."""
        query = (
            select(_VERSIONS.c.position, _VERSIONS.c.body, _VERSIONS.c.prev_hash, _VERSIONS.c.hash)
            .where(_VERSIONS.c.supervisee_id == supervisee_id)
            .order_by(_VERSIONS.c.position)
        )
        links = [Link(*row) for row in await self._session.execute(query)]
        end = select(_CHAINS.c.position, _CHAINS.c.head).where(
            _CHAINS.c.supervisee_id == supervisee_id
        )
        head = (await self._session.execute(end)).first()
        return links, (int(head[0]), str(head[1])) if head else None

    async def chained(self) -> Sequence[str]:
        """Return everybody who has a history."""
        known = select(_CHAINS.c.supervisee_id).union(select(_VERSIONS.c.supervisee_id))
        return sorted((await self._session.execute(known)).scalars())


def _newest(entry: EntryVersion, position: int) -> dict[str, object]:
    return {
        "entry_id": entry.entry_id,
        "supervisee_id": entry.supervisee_id,
        "provider_id": entry.provider_id,
        "series_id": entry.series_id,
        "occurrence_key": entry.occurrence_key,
        "started_at": entry.started_at,
        "held_on": entry.held_on,
        "version": entry.version,
        "position": position,
        "status": entry.status,
        "awaits": entry.awaits,
        "minutes": entry.minutes,
        "current": entry,
        "verdict": None,
        "verdicts": None,
    }
