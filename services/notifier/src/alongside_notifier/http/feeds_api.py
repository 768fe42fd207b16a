"""The JSON routes of feeds: the own one, and more beside it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from alongside.contracts import PersonState
from alongside.errors import Gone, NotFound
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.feeds import revoke_feed, rotate_feed
from alongside_notifier.handlers.more_feeds import (
    Wanted,
    add_feed,
    choose_feed,
    own_or_not_found,
    switch_on,
)
from alongside_notifier.http.feed_view import Fetched, feed_shown
from alongside_notifier.http.models import ChooseFeed, FeedView, Fetch, OldAddress
from alongside_notifier.http.reading import Read, TheDesk
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(prefix="/api/notifier/v1", tags=["notifier"])

AtOnce = Annotated[bool, Query(description="Whether the old address is gone from now on.")]


@router.get("/feed")
async def show_feed(viewer: CurrentViewer, read: Read, desk: TheDesk) -> FeedView:
    """Return the address of my feed."""
    feed = await read.feeds.current(viewer.person_id)
    if feed is None:
        raise Gone("There is no feed: it was switched off. POST here to have one again.")
    return await _view(feed, read, desk)


@router.post("/feed", status_code=201, response_model=FeedView)
async def make_feed(viewer: CurrentViewer, write: Write, desk: TheDesk) -> Response:
    """Have a feed, if there is none."""

    async def made(uow: NotifierUow) -> FeedView:
        return await _view(await switch_on(await _person(viewer, uow), uow, desk), uow, desk)

    return await write(made, status=201)


@router.post("/feed/rotate", response_model=FeedView)
async def new_address(
    viewer: CurrentViewer, write: Write, desk: TheDesk, *, at_once: AtOnce = False
) -> Response:
    """Give my feed a new address; the old one goes on for 30 days, or with `at_once` not at all."""

    async def rotated(uow: NotifierUow) -> FeedView:
        person = await _person(viewer, uow)
        current = await uow.feeds.current(person.person_id)
        if current is None:
            return await _view(await switch_on(person, uow, desk), uow, desk)
        return await _view(await rotate_feed(current, uow, desk, at_once=at_once), uow, desk)

    return await write(rotated)


@router.delete("/feed", status_code=204)
async def switch_off(viewer: CurrentViewer, write: Write) -> Response:
    """Switch my feed off: every address of it answers 410 from now on."""

    async def revoked(uow: NotifierUow) -> None:
        await revoke_feed(viewer.person_id, uow)

    return await write(revoked)


@router.get("/feeds")
async def my_feeds(viewer: CurrentViewer, read: Read, desk: TheDesk) -> list[FeedView]:
    """Return all my feeds, the own one first."""
    own = await read.feeds.current(viewer.person_id)
    feeds = [*([own] if own else []), *await read.feeds.more(viewer.person_id)]
    return [await _view(feed, read, desk) for feed in feeds]


@router.post("/feeds", status_code=201, response_model=FeedView)
async def one_more(
    chosen: ChooseFeed, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Have another feed: of one group of mine, or of all with less detail."""

    async def made(uow: NotifierUow) -> FeedView:
        person = await _person(viewer, uow)
        return await _view(await add_feed(person, _wanted(chosen), uow, desk), uow, desk)

    return await write(made, status=201)


@router.put("/feeds/{feed_id}", response_model=FeedView)
async def what_it_shows(
    feed_id: str, chosen: ChooseFeed, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Choose what a feed of mine shows; its address stays."""

    async def kept(uow: NotifierUow) -> FeedView:
        person = await _person(viewer, uow)
        feed = await own_or_not_found(feed_id, person.person_id, uow)
        return await _view(await choose_feed(feed, person, _wanted(chosen), uow, desk), uow, desk)

    return await write(kept)


@router.post("/feeds/{feed_id}/rotate", response_model=FeedView)
async def new_address_of(
    feed_id: str, viewer: CurrentViewer, write: Write, desk: TheDesk, *, at_once: AtOnce = False
) -> Response:
    """Give a feed of mine a new address; the old one goes on for 30 days, unless `at_once`."""

    async def rotated(uow: NotifierUow) -> FeedView:
        feed = await own_or_not_found(feed_id, viewer.person_id, uow)
        return await _view(await rotate_feed(feed, uow, desk, at_once=at_once), uow, desk)

    return await write(rotated)


@router.delete("/feeds/{feed_id}", status_code=204)
async def take_back(feed_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Take a feed of mine back: every address of it answers 410 from now on."""

    async def revoked(uow: NotifierUow) -> None:
        feed = await own_or_not_found(feed_id, viewer.person_id, uow)
        await uow.feeds.revoke(feed.id, uow.now)

    return await write(revoked)


@router.delete("/feeds/{feed_id}/old/{generation}", status_code=204)
async def end_old_address(
    feed_id: str, generation: int, viewer: CurrentViewer, write: Write
) -> Response:
    """End an old address of a feed of mine before its 30 days are over."""

    async def ended(uow: NotifierUow) -> None:
        await end_old(feed_id, generation, viewer.person_id, uow)

    return await write(ended)


async def end_old(feed_id: str, generation: int, person_id: str, uow: NotifierUow) -> None:
    """End one address that was replaced; the one in force is not ended so."""
    feed = await own_or_not_found(feed_id, person_id, uow)
    if generation == feed.generation:
        raise NotFound("This is the address in force.")
    await uow.feeds.revoke(feed.id, uow.now, generation=generation)


async def _person(viewer: CurrentViewer, uow: NotifierUow) -> PersonState:
    person = await uow.people.get(viewer.person_id)
    if person is None:
        raise NotFound
    return person


async def _view(row: FeedRow, uow: NotifierUow, desk: Desk) -> FeedView:
    feed = await feed_shown(row, uow, desk)
    return FeedView(
        address=feed.ways.https if feed.ways else "",
        webcal=feed.ways.webcal if feed.ways else "",
        google=feed.ways.google if feed.ways else "",
        outlook=feed.ways.outlook if feed.ways else "",
        last_modified=feed.last_modified,
        fetches=_fetches(feed.fetches),
        id=feed.id,
        name=feed.name,
        kind=feed.kind,
        group_id=feed.group_id or None,
        detail=feed.detail,
        hours=feed.hours,
        language=feed.language,
        alarm=feed.alarm,
        old=[
            OldAddress(generation=each.generation, until=each.until, fetches=_fetches(each.fetches))
            for each in feed.old
        ],
    )


def _fetches(fetches: list[Fetched]) -> list[Fetch]:
    return [Fetch(agent=agent, fetched_at=fetched_at) for agent, fetched_at in fetches]


def _wanted(chosen: ChooseFeed) -> Wanted:
    return Wanted(
        chosen.detail,
        chosen.hours,
        chosen.group_id or "",
        chosen.kind,
        chosen.language,
        chosen.alarm,
    )
