"""Feeds: made with the person, rebuilt with every change, never on a GET."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from alongside.contracts import PersonState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.vcalendar import feed
from alongside_notifier.store.series import Shown
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow


def token_hash(token: str) -> str:
    """Return what the database keeps of a feed's token."""
    return sha256(token.encode()).hexdigest()


async def ensure_feed(person: PersonState, uow: NotifierUow, desk: Desk) -> FeedRow:
    """Return the person's feed; make one if there is none in force."""
    current = await uow.feeds.current(person.person_id)
    if current is not None:
        return current
    last = await uow.feeds.newest(person.person_id)
    generation = last.generation + 1 if last else 1
    feed_id = last.id if last else uow.new_id()
    row = FeedRow(
        id=feed_id,
        generation=generation,
        person_id=person.person_id,
        token_hash=token_hash(desk.feed_token(feed_id, generation)),
        etag="",
        last_modified=uow.now,
        body=b"",
        created_at=uow.now,
    )
    await uow.feeds.add(row)
    await rebuild_feed(person, uow)
    return row


async def rotate_feed(person: PersonState, uow: NotifierUow, desk: Desk) -> FeedRow:
    """Give the person's feed a new address. The old one is gone from this moment on."""
    await uow.feeds.revoke(person.person_id, uow.now)
    return await ensure_feed(person, uow, desk)


async def revoke_feed(person_id: str, uow: NotifierUow) -> bool:
    """Take the address of a person's feed back; tell whether there was one."""
    return await uow.feeds.revoke(person_id, uow.now) > 0


async def rebuild_feed(person: PersonState, uow: NotifierUow) -> None:
    """Join the person's fragments again. The ETag changes exactly when the content does.

    The lock comes before the reading: two series that change at once must not each join the
    other's old fragment.
    """
    current = await uow.feeds.current(person.person_id, lock=True)
    if current is None:
        return
    association = await uow.people.association_name()
    seats = await uow.seats.of_person(person.person_id)
    body = feed(
        name=f"{association}: my supervision",
        description=f"Reflective supervision of {person.name}, kept by {association}.",
        zone=person.zone,
        fragments=[Shown.by(seat).fragment for seat in seats],
    )
    etag = sha256(body).hexdigest()[:32]
    if etag != current.etag:
        await uow.feeds.set_content(current, etag=etag, body=body, now=_seconds(uow.now))


async def rebuild_feeds(person_ids: Iterable[str], uow: NotifierUow) -> None:
    """Rebuild the feeds of these people, in one order whoever does it."""
    people = await uow.people.by_ids(set(person_ids))
    for _, person in sorted(people.items()):
        if person.left_at is None:
            await rebuild_feed(person, uow)


def _seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
