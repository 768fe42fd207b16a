"""Feeds: made with the person, rebuilt with every change, never on a GET."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from alongside.contracts import PersonState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.addresses import hash_of
from alongside_notifier.domain.feeds import OLD_ADDRESS, Channel, Detail, Kind
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.vcalendar import feed
from alongside_notifier.domain.view import leaders
from alongside_notifier.domain.words import Words, language_of
from alongside_notifier.store.feeds import Content
from alongside_notifier.store.people import DEFAULTS
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow


async def ensure_feed(person: PersonState, uow: NotifierUow, desk: Desk) -> FeedRow:
    """Return the person's own feed; make one if there is none in force."""
    current = await uow.feeds.current(person.person_id)
    if current is not None:
        return current
    last = await uow.feeds.newest(person.person_id)
    row = address_of(last, person.person_id, uow, desk)
    await uow.feeds.add(row)
    await rebuild_feeds([person.person_id], uow, desk)
    return row


async def rotate_feed(
    feed: FeedRow, uow: NotifierUow, desk: Desk, *, at_once: bool = False
) -> FeedRow:
    """Give a feed a new address.

    The old one goes on for 30 days, with the same bytes and no word of the new one; `at_once`, it
    is gone from this moment on.
    """
    current = await uow.feeds.get(feed.id, lock=True) or feed
    row = address_of(current, current.person_id, uow, desk)
    row.etag, row.body, row.last_modified = current.etag, current.body, current.last_modified
    row.written_in = current.written_in
    if at_once:
        await uow.feeds.revoke(current.id, uow.now, generation=current.generation)
    else:
        await uow.feeds.replace(current, uow.now + OLD_ADDRESS)
    await uow.feeds.add(row)
    return row


async def revoke_feed(person_id: str, uow: NotifierUow) -> bool:
    """Take back every address of a person's own feed; tell whether there was one."""
    current = await uow.feeds.current(person_id)
    return current is not None and await uow.feeds.revoke(current.id, uow.now) > 0


def address_of(
    last: FeedRow | None, person_id: str, uow: NotifierUow, desk: Desk, **facts: str
) -> FeedRow:
    """Return a feed under an address that it never had, showing what the last one was to show."""
    feed_id = last.id if last else uow.new_id()
    generation = last.generation + 1 if last else 1
    kept = ("kind", "group_id", "detail", "hours", "language", "alarm", "chosen_at")
    return FeedRow(
        id=feed_id,
        generation=generation,
        person_id=person_id,
        token_hash=hash_of(desk.feed_token(feed_id, generation)),
        etag="",
        last_modified=uow.now,
        body=b"",
        created_at=uow.now,
        **({name: getattr(last, name) for name in kept} if last else facts),
    )


async def rebuild_feeds(person_ids: Iterable[str], uow: NotifierUow, desk: Desk) -> None:
    """Join the fragments of these people's feeds again. An ETag changes exactly when the content does.

    Locks come before the reading, in one order whoever does it: two series that change at once must
    not each join the other's old fragment.
    """
    people = await uow.people.by_ids(set(person_ids))
    present = {each.person_id for each in people.values() if each.left_at is None}
    channels = await uow.feeds.channels(present)
    if not channels:
        return
    chosen = await uow.people.preferences_of(present)
    current = await _locked(channels, uow)
    own = {each.person_id for each in channels if each.kind == "own"}
    fragments = await uow.seats.fragments(own)
    parts = await uow.parts.of_feeds([each.feed_id for each in channels if each.kind != "own"])
    changed = []
    for channel in channels:
        person, serves = people[channel.person_id], current.get(channel.feed_id)
        if serves is None:
            continue
        prefers = chosen.get(channel.person_id, DEFAULTS)
        words = desk.words(channel.language, prefers.language)
        name, description = await feed_name(person, channel, words, uow)
        if channel.kind == "own":
            shown = fragments.get(channel.person_id, [])
        else:
            shown = list(parts.get(channel.feed_id, {}).values())
        body = feed(
            name=name, description=description, zone=person.zone, fragments=shown, words=words
        )
        etag = sha256(body).hexdigest()[:32]
        if etag != serves:
            changed.append(Content(channel.feed_id, etag, body, words.language))
    await uow.feeds.set_content(changed, seconds(uow.now))


async def _locked(channels: Sequence[Channel], uow: NotifierUow) -> dict[str, str]:
    """Lock these feeds under their addresses in force; return the ETag that each serves."""
    wanted = {each.feed_id for each in channels}
    found = await uow.feeds.lock(wanted)
    if found.keys() != wanted:
        # They got a new address while we waited for the lock; then those are to be rebuilt.
        found |= await uow.feeds.lock(wanted - found.keys())
    return found


async def feed_name(
    person: PersonState, channel: Channel, words: Words, uow: NotifierUow
) -> tuple[str, str]:
    """Return how a calendar calls a feed, and describes it."""
    says = words.calendars
    if channel.kind == "office":
        association = await uow.people.association_name()
        return says.office_name.format(association=association), says.office_said
    if channel.detail == "busy":
        return says.busy_name, says.busy_said.format(person=person.name)
    association = await uow.people.association_name()
    group = await group_title(channel, words, uow)
    name = f"{association}: {group or says.mine}"
    if channel.kind == "lead":
        said = says.all_sessions.format(group=group, association=association)
        return says.whole_of_group.format(name=name), said
    about = says.about_person.format(person=person.name, association=association)
    return name, f"{group}. {about}" if group else about


def channel_of(feed: FeedRow) -> Channel:
    """Return a feed, as far as what it shows depends on it."""
    return Channel(
        feed.id,
        feed.person_id,
        kind_of(feed),
        feed.group_id,
        detail_of(feed),
        feed.hours,
        feed.chosen_at,
        language_of(feed.language),
        feed.alarm,
    )


def kind_of(feed: FeedRow) -> Kind:
    """Return what a feed is."""
    known: dict[str, Kind] = {"own": "own", "lead": "lead", "office": "office"}
    return known.get(feed.kind, "more")


def detail_of(feed: FeedRow) -> Detail:
    """Return how much a feed says."""
    return "busy" if feed.detail == "busy" else "titles" if feed.detail == "titles" else "full"


async def group_title(channel: Channel, words: Words, uow: NotifierUow) -> str:
    """Return the name of the only group that a feed is about; nothing where it is about all."""
    if not channel.group_id:
        return ""
    titles = await groups_of(channel.person_id, uow)
    return words.series.title(titles.get(channel.group_id, words.calendars.one_group))


async def groups_of(person_id: str, uow: NotifierUow, *, led: bool = False) -> dict[str, str]:
    """Return the groups a person has sessions in, or leads, each with its name, in that order."""
    seats = await uow.seats.of_person(person_id)
    found = await uow.series.by_ids([seat.series_id for seat in seats if not seat.removed])
    newest = sorted(found.values(), key=lambda series: (series.created_at, series.series_id))
    titles = {
        series.group_id: one_line(series.title)
        for series in newest
        if not led or person_id in leaders(series)
    }
    return dict(sorted(titles.items(), key=lambda pair: (pair[1].lower(), pair[0])))


def is_shown(channel: Channel, group_id: str) -> bool:
    """Tell whether a feed is about this group."""
    return channel.group_id in {"", group_id}


def seconds(moment: datetime) -> datetime:
    """Return a moment as calendars write it."""
    return moment.replace(microsecond=0)
