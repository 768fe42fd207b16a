"""Addresses of feeds that another `feed.key` made: they go on, and nobody is shown them any more.

What the database keeps of an address is a hash, so whoever holds the old key still gets in. After
that key leaked, every address has to be made anew.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from alongside_notifier.desk import Desk
from alongside_notifier.handlers.feeds import address_of, token_hash
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow
from alongside_notifier.store.upsert import table_of

_AT_ONCE = 100
"""Feeds that get a new address in one transaction."""


async def of_another_key(session: AsyncSession, desk: Desk) -> tuple[list[tuple[str, int]], int]:
    """Return the addresses that the key of today did not make, and how many there are in all."""
    feeds = table_of(FeedRow)
    rows = await session.execute(
        select(feeds.c.id, feeds.c.generation, feeds.c.token_hash)
        .where(feeds.c.revoked_at.is_(None))
        .order_by(feeds.c.id, feeds.c.generation)
    )
    found = rows.all()
    foreign = [
        (row.id, row.generation)
        for row in found
        if row.token_hash != token_hash(desk.feed_token(row.id, row.generation))
    ]
    return foreign, len(found)


async def make_addresses_anew(open_uow: OpenUow, desk: Desk) -> int:
    """Take those addresses back at once, and give each feed a new one; return how many feeds."""
    async with open_uow() as uow:
        foreign, _ = await of_another_key(uow.session, desk)
    ids = sorted({feed_id for feed_id, _ in foreign})
    for begin in range(0, len(ids), _AT_ONCE):
        async with open_uow() as uow:
            for feed_id in ids[begin : begin + _AT_ONCE]:
                await _anew(feed_id, set(foreign), uow, desk)
            await uow.commit()
    return len(ids)


async def _anew(
    feed_id: str, foreign: Collection[tuple[str, int]], uow: NotifierUow, desk: Desk
) -> None:
    current = await uow.feeds.get(feed_id, lock=True)
    row = None
    if current is not None and (feed_id, current.generation) in foreign:
        row = address_of(current, current.person_id, uow, desk)
        row.etag, row.body = current.etag, current.body
        row.last_modified, row.written_in = current.last_modified, current.written_in
    for each, generation in foreign:
        if each == feed_id:
            await uow.feeds.revoke(feed_id, uow.now, generation=generation)
    if row is not None:
        await uow.feeds.add(row)
