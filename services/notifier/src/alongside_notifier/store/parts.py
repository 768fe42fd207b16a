"""What the feeds beside people's own say, series by series."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.store.tables import FeedRow, PartRow
from alongside_notifier.store.upsert import insert_into, table_of

PartKey = tuple[str, str]
"""A feed and a series, by their ids."""


class Parts:
    """The rows of the feed_parts table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_feeds(self, feed_ids: Collection[str]) -> dict[str, dict[str, Fragment]]:
        """Return the fragments of feeds, each by series in a fixed order."""
        if not feed_ids:
            return {}
        rows = await self._session.exec(
            select(PartRow)
            .where(col(PartRow.feed_id).in_(feed_ids))
            .order_by(col(PartRow.feed_id), col(PartRow.series_id)),
            execution_options={"populate_existing": True},
        )
        found: dict[str, dict[str, Fragment]] = {}
        for row in rows:
            found.setdefault(row.feed_id, {})[row.series_id] = _fragment(row)
        return found

    async def of_series(
        self, series_ids: Collection[str], feed_ids: Collection[str]
    ) -> dict[PartKey, Fragment]:
        """Return what these feeds say of these series."""
        rows = await self._session.exec(
            select(PartRow).where(
                col(PartRow.series_id).in_(series_ids), col(PartRow.feed_id).in_(feed_ids)
            ),
            execution_options={"populate_existing": True},
        )
        return {(row.feed_id, row.series_id): _fragment(row) for row in rows}

    async def show(self, parts: Mapping[PartKey, Fragment]) -> None:
        """Set what feeds say of series."""
        if not parts:
            return
        statement = insert_into(self._session, table_of(PartRow))
        rows = [
            {
                "feed_id": feed_id,
                "series_id": series_id,
                "fragment": each.text,
                "zones": ",".join(each.zones),
                "revised_at": each.revised_at,
                "stale_at": each.stale_at,
            }
            for (feed_id, series_id), each in sorted(parts.items(), key=lambda item: item[0][::-1])
        ]
        kept = ("fragment", "zones", "revised_at", "stale_at")
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["feed_id", "series_id"],
                set_={name: statement.excluded[name] for name in kept},
            ),
            rows,
        )

    async def stale(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (person, series) of parts that the passing of time has changed."""
        rows = await self._session.exec(
            select(FeedRow.person_id, PartRow.series_id)
            .join(FeedRow, col(FeedRow.id) == col(PartRow.feed_id))
            .where(
                col(PartRow.stale_at) <= now,
                col(FeedRow.revoked_at).is_(None),
                col(FeedRow.expires_at).is_(None),
                FeedRow.kind != "office",
            )
            .distinct()
            .limit(limit)
        )
        return rows.all()

    async def end_office(self, now: datetime) -> tuple[int, set[str]]:
        """Delete the days that are long over; return how many parts that was, and whose."""
        rows = await self._session.exec(
            select(PartRow.feed_id, PartRow.series_id, FeedRow.person_id)
            .join(FeedRow, col(FeedRow.id) == col(PartRow.feed_id))
            .where(col(PartRow.stale_at) <= now, FeedRow.kind == "office")
        )
        over = rows.all()
        for feed_id, part, _ in over:
            await self._session.execute(
                delete(PartRow).where(
                    col(PartRow.feed_id) == feed_id, col(PartRow.series_id) == part
                )
            )
        return len(over), {person_id for _, _, person_id in over}


def _fragment(row: PartRow) -> Fragment:
    zones = tuple(name for name in row.zones.split(",") if name)
    return Fragment(row.fragment, zones, row.revised_at, row.stale_at)
