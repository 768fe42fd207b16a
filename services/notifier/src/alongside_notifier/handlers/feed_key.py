"""Addresses of feeds that another `feed.key` made: they go on, and are shown while that one is kept.

What the database keeps of an address is a hash, so whoever holds the old key still gets in. After
that key leaked, every address has to be made anew.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from alongside_notifier.desk import Desk
from alongside_notifier.domain.addresses import hash_of
from alongside_notifier.handlers.feeds import rotate_feed
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow
from alongside_notifier.store.upsert import table_of

_AT_ONCE = 100
"""Feeds that get a new address in one transaction."""


async def of_another_key(
    session: AsyncSession, desk: Desk, *, of_today: bool = False
) -> tuple[list[tuple[str, int]], int]:
    """Return the addresses in force that no key which is kept made, and how many there are in all.

    With `of_today`, all that go on and that the key of today did not make.
    """
    feeds = table_of(FeedRow)
    here = [feeds.c.revoked_at.is_(None)]
    if not of_today:
        here.append(feeds.c.expires_at.is_(None))
    rows = await session.execute(
        select(feeds.c.id, feeds.c.generation, feeds.c.token_hash)
        .where(*here)
        .order_by(feeds.c.id, feeds.c.generation)
    )
    found = rows.all()
    foreign = [
        (row.id, row.generation)
        for row in found
        if (
            row.token_hash != hash_of(desk.feed_token(row.id, row.generation))
            if of_today
            else desk.feed_url(row.id, row.generation, row.token_hash) is None
        )
    ]
    return foreign, len(found)


async def make_addresses_anew(open_uow: OpenUow, desk: Desk, *, gently: bool = False) -> int:
    """Take those addresses back at once, and give each feed a new one; return how many feeds.

    `gently`, they go on as any address does that was replaced.
    """
    async with open_uow() as uow:
        foreign, _ = await of_another_key(uow.session, desk, of_today=True)
    old: dict[str, list[int]] = {}
    for feed_id, generation in foreign:
        old.setdefault(feed_id, []).append(generation)
    ids, renewed = sorted(old), 0
    for begin in range(0, len(ids), _AT_ONCE):
        async with open_uow() as uow:
            for feed_id in ids[begin : begin + _AT_ONCE]:
                renewed += await _anew(feed_id, old[feed_id], uow, desk, gently=gently)
            await uow.commit()
    return renewed


async def _anew(
    feed_id: str, old: Collection[int], uow: NotifierUow, desk: Desk, *, gently: bool
) -> bool:
    current = await uow.feeds.get(feed_id, lock=True)
    is_old = current is not None and current.generation in old
    if current is not None and is_old:
        await rotate_feed(current, uow, desk, at_once=not gently)
    if not gently:
        for generation in old:
            await uow.feeds.revoke(feed_id, uow.now, generation=generation)
    return is_old
