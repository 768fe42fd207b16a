"""Hour entries: the append-only history, and the newest version of each."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, insert, select, update
from sqlmodel import col
from sqlmodel import select as select_rows

from alongside.db.rows import insert_rows
from alongside_logbook.domain.chain import GENESIS, Link
from alongside_logbook.domain.entry import EntryVersion, sealed
from alongside_logbook.store.entry_reads import EntryReads
from alongside_logbook.store.sql import insert_for, upsert
from alongside_logbook.store.tables import ChainRow, EntryRow, EntryVersionRow, table

_CHAINS = table(ChainRow)
_VERSIONS = table(EntryVersionRow)
_ENTRIES = table(EntryRow)
_PEOPLE_AT_ONCE = 500
_ANY_ZONE = timedelta(days=2)
_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)


class EntryStore(EntryReads):
    """Every hour entry, in every version."""

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

    async def append_many(self, entries: Sequence[EntryVersion]) -> None:
        """Add versions of one person to their history, in this order, in a few statements.

        As `append` one after the other would; several may be of the same entry.
        """
        if not entries:
            return
        (supervisee_id,) = {entry.supervisee_id for entry in entries}
        position, head = await self.hold(supervisee_id)
        versions: list[dict[str, object]] = []
        newest: dict[str, dict[str, object]] = {}
        for entry in entries:
            position += 1
            body, digest = sealed(entry, position, head)
            versions.append(
                {
                    "supervisee_id": supervisee_id,
                    "position": position,
                    "entry_id": entry.entry_id,
                    "version": entry.version,
                    "body": body,
                    "prev_hash": head,
                    "hash": digest,
                }
            )
            newest[entry.entry_id] = _newest(entry, position)
            head = digest
        first = {entry.entry_id for entry in entries if entry.version == 1}
        fresh = [row for entry_id, row in newest.items() if entry_id in first]
        await insert_rows(self._session, (_VERSIONS, versions), (_ENTRIES, fresh))
        await upsert(
            self._session,
            _ENTRIES,
            [row for entry_id, row in newest.items() if entry_id not in first],
        )
        await self._session.execute(
            update(_CHAINS)
            .where(_CHAINS.c.supervisee_id == supervisee_id)
            .values(position=position, head=head)
        )

    async def of_batch(
        self, batch_id: str, *, statuses: Iterable[str] | None = None, limit: int | None = None
    ) -> Sequence[EntryRow]:
        """Return what came with an import, those of each person together, oldest first."""
        query = select_rows(EntryRow).where(EntryRow.batch_id == batch_id)
        if statuses is not None:
            query = query.where(col(EntryRow.status).in_(tuple(statuses)))
        query = query.order_by(
            col(EntryRow.supervisee_id), col(EntryRow.started_at), col(EntryRow.entry_id)
        )
        query = query.limit(limit).execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def around(self, people: Iterable[str], first: date, last: date) -> Sequence[EntryRow]:
        """Return what some people have between two days, and a little before and after."""
        wanted = sorted(set(people))
        since = datetime.combine(max(first, _EARLIEST), time.min, UTC) - _ANY_ZONE
        until = datetime.combine(min(last, _LATEST), time.max, UTC) + _ANY_ZONE
        found: list[EntryRow] = []
        for at in range(0, len(wanted), _PEOPLE_AT_ONCE):
            query = select_rows(EntryRow).where(
                col(EntryRow.supervisee_id).in_(wanted[at : at + _PEOPLE_AT_ONCE]),
                col(EntryRow.started_at) >= since,
                col(EntryRow.started_at) <= until,
            )
            found += (await self._session.exec(query)).all()
        return found

    async def statuses_of_batch(self, batch_id: str) -> dict[tuple[str, str], int]:
        """Return how many entries of a batch there are, by supervisee and status."""
        query = (
            select(_ENTRIES.c.supervisee_id, _ENTRIES.c.status, func.count())
            .where(_ENTRIES.c.batch_id == batch_id)
            .group_by(_ENTRIES.c.supervisee_id, _ENTRIES.c.status)
        )
        rows = await self._session.execute(query)
        return {(person, status): int(number) for person, status, number in rows}

    async def awaited_in_batch(self, batch_id: str) -> dict[str, tuple[int, int]]:
        """Return for whom entries of a batch wait: how many, and their minutes."""
        query = (
            select(_ENTRIES.c.awaits, func.count(), func.sum(_ENTRIES.c.minutes))
            .where(_ENTRIES.c.batch_id == batch_id, _ENTRIES.c.awaits.is_not(None))
            .group_by(_ENTRIES.c.awaits)
        )
        rows = await self._session.execute(query)
        return {person: (int(number), int(minutes)) for person, number, minutes in rows}

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
        query = select_rows(EntryRow).where(
            EntryRow.status == "returned", EntryRow.awaits == EntryRow.provider_id
        )
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

    async def have_any(self, supervisee_id: str) -> bool:
        """Tell whether somebody has any entry."""
        query = select(_ENTRIES.c.entry_id).where(_ENTRIES.c.supervisee_id == supervisee_id)
        return (await self._session.execute(query.limit(1))).first() is not None

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
        "batch_id": entry.batch_id,
        "current": entry,
        "verdict": None,
        "verdicts": None,
    }
