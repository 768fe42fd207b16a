"""Feeds as they are served, under which addresses, and who fetched them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, update
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.domain.feeds import Channel
from alongside_notifier.store.tables import FeedRow, FetchRow, PartRow, PreferencesRow
from alongside_notifier.store.upsert import insert_into, table_of


@dataclass(frozen=True, slots=True)
class ServedFeed:
    """What a GET needs to know of a feed."""

    etag: str
    last_modified: datetime
    body: bytes
    revoked: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a feed serves from now on."""

    feed_id: str
    etag: str
    body: bytes
    language: str


class Feeds:
    """The rows of the feeds and fetches tables."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def current(self, person_id: str) -> FeedRow | None:
        """Return the person's own feed under the address in force."""
        return await self._first(_in_force(), FeedRow.person_id == person_id, FeedRow.kind == "own")

    async def get(self, feed_id: str, *, lock: bool = False) -> FeedRow | None:
        """Return a feed under its address in force; with `lock`, only we rebuild it now."""
        return await self._first(_in_force(), FeedRow.id == feed_id, lock=lock)

    async def newest(self, person_id: str) -> FeedRow | None:
        """Return the last address of a person's own feed, in force or not."""
        return await self._first(FeedRow.person_id == person_id, FeedRow.kind == "own")

    async def more(self, person_id: str) -> Sequence[FeedRow]:
        """Return a person's feeds beside their own, the oldest first."""
        rows = await self._session.exec(
            select(FeedRow)
            .where(_in_force(), FeedRow.person_id == person_id, FeedRow.kind != "own")
            .order_by(col(FeedRow.id)),
            execution_options={"populate_existing": True},
        )
        return rows.all()

    async def replaced(self, feed_id: str, now: datetime) -> Sequence[FeedRow]:
        """Return the addresses of a feed that were replaced and still go on, the newest first."""
        rows = await self._session.exec(
            select(FeedRow)
            .where(
                FeedRow.id == feed_id,
                col(FeedRow.revoked_at).is_(None),
                col(FeedRow.expires_at) > now,
            )
            .order_by(col(FeedRow.generation).desc()),
            execution_options={"populate_existing": True},
        )
        return rows.all()

    async def channels(self, person_ids: Collection[str]) -> list[Channel]:
        """Return what the feeds of these people are to show, without what they show."""
        return await self._channels(col(FeedRow.person_id).in_(person_ids))

    async def leading(self, group_id: str) -> list[Channel]:
        """Return the feeds of those who lead this group."""
        return await self._channels(col(FeedRow.kind) == "lead", col(FeedRow.group_id) == group_id)

    async def office(self) -> list[Channel]:
        """Return the feeds of coordinators about what is due."""
        return await self._channels(col(FeedRow.kind) == "office")

    async def add(self, feed: FeedRow) -> None:
        """Add a feed under a new address."""
        self._session.add(feed)
        await self._session.flush()

    async def replace(self, feed: FeedRow, until: datetime) -> None:
        """Have the address in force go on until then, as one that was replaced."""
        await self._set(_in_force(), col(FeedRow.id) == feed.id, expires_at=until)

    async def choose(
        self,
        feed_id: str,
        *,
        detail: str,
        hours: bool,
        group_id: str,
        language: str | None,
        alarm: str,
        now: datetime,
    ) -> None:
        """Set what a feed is to show."""
        await self._set(
            col(FeedRow.id) == feed_id,
            detail=detail,
            hours=hours,
            group_id=group_id,
            language=language,
            alarm=alarm,
            chosen_at=now,
        )

    async def revise(self, person_id: str, now: datetime) -> None:
        """Note that what a person's feeds show was chosen anew, where they follow the person's choice."""
        follows = or_(col(FeedRow.language).is_(None), col(FeedRow.alarm) == "")
        await self._set(_in_force(), col(FeedRow.person_id) == person_id, follows, chosen_at=now)

    async def written_else(self, usual: str) -> Sequence[str]:
        """Return whose feeds are written in a language that they are no longer to be in.

        `usual` is the installation's language, for whoever chose none.
        """
        feeds, chosen = table_of(FeedRow), table_of(PreferencesRow)
        wanted = func.coalesce(feeds.c.language, chosen.c.language, usual)
        rows = await self._session.execute(
            columns(feeds.c.person_id)
            .outerjoin(chosen, chosen.c.person_id == feeds.c.person_id)
            .where(_in_force(), feeds.c.written_in != wanted)
            .group_by(feeds.c.person_id)
            .order_by(feeds.c.person_id)
        )
        return [row[0] for row in rows]

    async def revoke(self, feed_id: str, now: datetime, *, generation: int | None = None) -> int:
        """Take back one address of a feed, or all of them; the content is deleted with them."""
        this = col(FeedRow.generation) == generation if generation is not None else None
        number = await self._revoke(now, col(FeedRow.id) == feed_id, this)
        if generation is None:
            await self._session.execute(delete(PartRow).where(col(PartRow.feed_id) == feed_id))
        return number

    async def revoke_all(self, person_id: str, now: datetime) -> int:
        """Take back every address of every feed of a person."""
        mine = select(FeedRow.id).where(FeedRow.person_id == person_id)
        await self._session.execute(delete(PartRow).where(col(PartRow.feed_id).in_(mine)))
        return await self._revoke(now, col(FeedRow.person_id) == person_id)

    async def end_replaced(self, now: datetime) -> int:
        """Take back the addresses that were replaced and have gone on for long enough."""
        return await self._revoke(now, col(FeedRow.expires_at) <= now)

    async def lock(self, feed_ids: Collection[str]) -> dict[str, str]:
        """Lock feeds under their addresses in force: only we rebuild them now. Return their ETags."""
        table = table_of(FeedRow)
        rows = await self._session.execute(
            columns(table.c.id, table.c.etag)
            .where(_in_force(), table.c.id.in_(feed_ids))
            .order_by(table.c.id)
            .with_for_update()
        )
        return {row[0]: row[1] for row in rows}

    async def set_content(self, contents: Sequence[Content], now: datetime) -> None:
        """Set what feeds serve from now on, under each of their addresses."""
        if not contents:
            return
        table = table_of(FeedRow)
        await self._session.execute(
            update(table).where(table.c.id == bindparam("feed"), table.c.revoked_at.is_(None)),
            [
                {
                    "feed": each.feed_id,
                    "etag": each.etag,
                    "body": each.body,
                    "written_in": each.language,
                    "last_modified": now,
                }
                for each in sorted(contents, key=lambda each: each.feed_id)
            ],
        )

    async def served(self, token_hash: str) -> ServedFeed | None:
        """Return what is served under an address: one look-up, no object made."""
        table = table_of(FeedRow)
        rows = await self._session.execute(
            columns(
                table.c.etag,
                table.c.last_modified,
                table.c.body,
                table.c.revoked_at.is_not(None),
                table.c.expires_at,
            ).where(table.c.token_hash == token_hash)
        )
        row = rows.first()
        return None if row is None else ServedFeed(row[0], row[1], row[2], bool(row[3]), row[4])

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

    async def fetches(
        self, token_hash: str, *, since: datetime | None = None
    ) -> Sequence[FetchRow]:
        """Return which programs fetched a feed, the latest first."""
        query = select(FetchRow).where(FetchRow.token_hash == token_hash)
        if since is not None:
            query = query.where(FetchRow.fetched_at >= since)
        rows = await self._session.exec(query.order_by(col(FetchRow.fetched_at).desc()).limit(10))
        return rows.all()

    async def _channels(self, *conditions: ColumnElement[bool]) -> list[Channel]:
        table = table_of(FeedRow)
        rows = await self._session.execute(
            columns(
                table.c.id,
                table.c.person_id,
                table.c.kind,
                table.c.group_id,
                table.c.detail,
                table.c.hours,
                table.c.chosen_at,
                table.c.language,
                table.c.alarm,
            )
            .where(_in_force(), *conditions)
            .order_by(table.c.person_id, table.c.id)
        )
        return [Channel(*row) for row in rows]

    async def _first(self, *conditions: Any, lock: bool = False) -> FeedRow | None:
        query = select(FeedRow).where(*conditions).order_by(col(FeedRow.generation).desc())
        if lock:
            query = query.with_for_update()
        rows = await self._session.exec(query, execution_options={"populate_existing": True})
        return rows.first()

    async def _revoke(self, now: datetime, *conditions: ColumnElement[bool] | None) -> int:
        wanted = (each for each in conditions if each is not None)
        return await self._set(col(FeedRow.revoked_at).is_(None), *wanted, revoked_at=now, body=b"")

    async def _set(self, *conditions: ColumnElement[bool], **values: Any) -> int:
        done = await self._session.execute(
            update(table_of(FeedRow)).where(*conditions).values(**values)
        )
        return int(getattr(done, "rowcount", 0))


def _in_force() -> ColumnElement[bool]:
    return and_(col(FeedRow.revoked_at).is_(None), col(FeedRow.expires_at).is_(None))
