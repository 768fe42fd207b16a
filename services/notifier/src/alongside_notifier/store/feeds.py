"""Feeds as they are served, and who fetched them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.store.tables import FeedRow, FetchRow
from alongside_notifier.store.upsert import insert_into, table_of


@dataclass(frozen=True, slots=True)
class ServedFeed:
    """What a GET needs to know of a feed."""

    etag: str
    last_modified: datetime
    body: bytes
    revoked: bool


class Feeds:
    """The rows of the feeds and fetches tables."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def current(self, person_id: str, *, lock: bool = False) -> FeedRow | None:
        """Return the feed of a person that is in force; with `lock`, only we rebuild it now."""
        query = (
            select(FeedRow)
            .where(FeedRow.person_id == person_id, col(FeedRow.revoked_at).is_(None))
            .order_by(col(FeedRow.generation).desc())
        )
        if lock:
            query = query.with_for_update()
        rows = await self._session.exec(query, execution_options={"populate_existing": True})
        return rows.first()

    async def newest(self, person_id: str) -> FeedRow | None:
        """Return the last feed of a person, in force or not."""
        rows = await self._session.exec(
            select(FeedRow)
            .where(FeedRow.person_id == person_id)
            .order_by(col(FeedRow.generation).desc())
        )
        return rows.first()

    async def add(self, feed: FeedRow) -> None:
        """Add a feed under a new address."""
        self._session.add(feed)
        await self._session.flush()

    async def revoke(self, person_id: str, now: datetime) -> int:
        """Take back every address of a person; their content is deleted with them."""
        table = table_of(FeedRow)
        revoked = await self._session.execute(
            update(table)
            .where(table.c.person_id == person_id, table.c.revoked_at.is_(None))
            .values(revoked_at=now, body=b"")
        )
        return int(getattr(revoked, "rowcount", 0))

    async def set_content(self, feed: FeedRow, *, etag: str, body: bytes, now: datetime) -> None:
        """Set what a feed serves from now on."""
        table = table_of(FeedRow)
        await self._session.execute(
            update(table)
            .where(table.c.id == feed.id, table.c.generation == feed.generation)
            .values(etag=etag, body=body, last_modified=now)
        )

    async def served(self, token_hash: str) -> ServedFeed | None:
        """Return what is served under an address: one look-up, no object made."""
        table = table_of(FeedRow)
        rows = await self._session.execute(
            select(
                table.c.etag, table.c.last_modified, table.c.body, table.c.revoked_at.is_not(None)
            ).where(table.c.token_hash == token_hash)
        )
        row = rows.first()
        return None if row is None else ServedFeed(row[0], row[1], row[2], bool(row[3]))

    async def note_fetches(self, fetches: Mapping[tuple[str, str], tuple[datetime, int]]) -> None:
        """Add up who fetched which feed, and when last."""
        table = table_of(FetchRow)
        for (token_hash, agent), (fetched_at, times) in sorted(fetches.items()):
            statement = insert_into(self._session, table).values(
                token_hash=token_hash, agent=agent, fetched_at=fetched_at, times=times
            )
            await self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["token_hash", "agent"],
                    set_={
                        "fetched_at": statement.excluded.fetched_at,
                        "times": table.c.times + statement.excluded.times,
                    },
                )
            )

    async def fetches(self, token_hash: str) -> Sequence[FetchRow]:
        """Return which programs fetched a feed, the latest first."""
        rows = await self._session.exec(
            select(FetchRow)
            .where(FetchRow.token_hash == token_hash)
            .order_by(col(FetchRow.fetched_at).desc())
            .limit(10)
        )
        return rows.all()
