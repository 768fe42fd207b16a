"""A feed as pages and JSON show it."""

from dataclasses import dataclass
from datetime import datetime

from alongside_notifier.desk import Desk
from alongside_notifier.domain.feeds import OLD_ADDRESS, Detail, Kind
from alongside_notifier.domain.words import ENGLISH, Language
from alongside_notifier.handlers.feeds import channel_of, detail_of, feed_name, group_title
from alongside_notifier.http.subscribe import Ways, ways_to
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow

Fetched = tuple[str, datetime]
"""A program, and when it last fetched."""


@dataclass(frozen=True, slots=True)
class Old:
    """An address that was replaced: until when it goes on, and who has fetched it since."""

    generation: int
    until: datetime
    fetches: list[Fetched]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed in force."""

    id: str
    kind: Kind
    name: str
    """As calendars call it."""
    title: str
    """As its owner calls it."""
    group_id: str
    detail: Detail
    hours: bool
    language: Language | None
    alarm: str
    last_modified: datetime
    ways: Ways | None
    """None for an address that cannot be shown again: its key is no longer kept."""
    fetches: list[Fetched]
    old: list[Old]


DETAILS: dict[Detail, tuple[str, str]] = {
    "full": ("Everything", "Name, place, link to join, who leads it."),
    "titles": ("Names only", "What it is; no place, no link, nobody's name."),
    "busy": ("Busy only", "When you are busy, and nothing else. For a calendar that others see."),
}


async def feed_shown(feed: FeedRow, read: NotifierUow, desk: Desk) -> Feed:
    """Return a feed with the ways to it and with who fetches it, old addresses included."""
    channel = channel_of(feed)
    person = await read.people.get(feed.person_id)
    association = await read.people.association_name()
    chosen = await read.people.preferences(feed.person_id)
    words = desk.words(channel.language, chosen.language)
    name = (await feed_name(person, channel, words, read))[0] if person else association
    address = desk.feed_url(feed.id, feed.generation, feed.token_hash)
    return Feed(
        id=feed.id,
        kind=channel.kind,
        name=name,
        title="Your own feed" if feed.kind == "own" else await _title(feed, read),
        group_id=feed.group_id,
        detail=channel.detail,
        hours=feed.hours,
        language=channel.language,
        alarm=feed.alarm,
        last_modified=feed.last_modified,
        ways=ways_to(address, name) if address else None,
        fetches=await _fetches(feed, read),
        old=[
            Old(old.generation, old.expires_at, await _fetches(old, read))
            for old in await read.feeds.replaced(feed.id, read.now)
            if old.expires_at is not None
        ],
    )


async def _title(feed: FeedRow, read: NotifierUow) -> str:
    if feed.kind == "office":
        return "Deadlines and confirmations"
    group = await group_title(channel_of(feed), ENGLISH, read) or "All my groups"
    words = "all sessions" if feed.kind == "lead" else DETAILS[detail_of(feed)][0].lower()
    return f"{group}, {words}"


async def _fetches(feed: FeedRow, read: NotifierUow) -> list[Fetched]:
    since = None if feed.expires_at is None else feed.expires_at - OLD_ADDRESS
    rows = await read.feeds.fetches(feed.token_hash, since=since)
    return [(row.agent, row.fetched_at) for row in rows]
