"""What a person's feeds show, and further feeds beside their own: one group, or less detail."""

from dataclasses import dataclass

from alongside.contracts import EntryState, PersonState
from alongside.errors import Conflict, Forbidden, Invalid, NotFound
from alongside_notifier.desk import Desk
from alongside_notifier.domain.feeds import LONGEST_ALARM, MOST_FEEDS, NO_ALARM, Detail, Kind
from alongside_notifier.domain.words import Language
from alongside_notifier.handlers.feeds import (
    address_of,
    detail_of,
    ensure_feed,
    groups_of,
    rebuild_feeds,
    seconds,
)
from alongside_notifier.handlers.office import fill_office
from alongside_notifier.handlers.refresh import refresh_person, refresh_seats
from alongside_notifier.handlers.turns import Turn
from alongside_notifier.store.tables import FeedRow
from alongside_notifier.store.uow import NotifierUow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a feed is to show. An empty group means all of them; to lead is to lead one."""

    detail: Detail = "full"
    hours: bool = False
    group_id: str = ""
    kind: Kind = "more"
    language: Language | None = None
    """None for that of its owner's mails."""
    alarm: str = ""
    """`none`, or minutes before a session; empty for what its owner chose for all their feeds."""


async def switch_on(person: PersonState, uow: NotifierUow, desk: Desk) -> FeedRow:
    """Return the person's own feed. Where it was switched off, it shows what it showed before."""
    if await uow.feeds.current(person.person_id) is None:
        await ensure_feed(person, uow, desk)
        await refresh_person(person, uow, desk)
    return await ensure_feed(person, uow, desk)


async def own_or_not_found(feed_id: str, person_id: str, uow: NotifierUow) -> FeedRow:
    """Return a feed in force, if it is this person's."""
    feed = await uow.feeds.get(feed_id)
    if feed is None or feed.person_id != person_id:
        raise NotFound("There is no such feed, or its address was taken back.")
    return feed


async def add_feed(person: PersonState, wanted: Wanted, uow: NotifierUow, desk: Desk) -> FeedRow:
    """Make a person another feed, of all their groups or of one. Its address is nobody else's."""
    if len(await uow.feeds.more(person.person_id)) >= MOST_FEEDS:
        raise Conflict(f"You have {MOST_FEEDS} more feeds already. Take one back first.")
    if wanted.kind == "office" and "coordinator" not in person.roles:
        raise Forbidden("What is due over everybody is for coordinators.")
    await _check_group(person.person_id, wanted, uow)
    row = address_of(
        None, person.person_id, uow, desk, kind=wanted.kind,
        group_id=wanted.group_id, detail=wanted.detail, alarm=_checked_alarm(wanted),
    )  # fmt: skip
    row.hours, row.language = wanted.hours, wanted.language
    await uow.feeds.add(row)
    if row.kind == "office":
        await fill_office(row.id, person, uow, desk)
    else:
        await refresh_person(person, uow, desk)
    return await own_or_not_found(row.id, person.person_id, uow)


async def choose_feed(
    feed: FeedRow, person: PersonState, wanted: Wanted, uow: NotifierUow, desk: Desk
) -> FeedRow:
    """Change what a feed shows, under all its addresses. The person's own feed is of all groups."""
    if feed.kind == "own" and wanted.group_id:
        raise Invalid("Your own feed is of all groups. Make another one.", field="group_id")
    if feed.kind == "office":
        wanted = Wanted(kind="office", language=wanted.language)
    if feed.kind not in {wanted.kind, "own"}:
        raise Invalid("What it is stays. Make another one.", field="kind")
    if wanted.group_id != feed.group_id:
        await _check_group(person.person_id, wanted, uow)
    alarm = _checked_alarm(wanted)
    if (wanted.detail, wanted.hours, wanted.group_id, wanted.language, alarm) != (
        detail_of(feed),
        feed.hours,
        feed.group_id,
        feed.language,
        feed.alarm,
    ):
        # Seats are locked before feeds, as wherever both are: nobody waits in a ring.
        await uow.seats.of_person(person.person_id, lock=True)
        await uow.feeds.choose(
            feed.id,
            detail=wanted.detail,
            hours=wanted.hours,
            group_id=wanted.group_id,
            language=wanted.language,
            alarm=alarm,
            now=seconds(uow.now),
        )
        await write_anew(person, uow, desk)
    return await own_or_not_found(feed.id, person.person_id, uow)


async def follow_choice(person: PersonState, uow: NotifierUow, desk: Desk) -> None:
    """Write a person's feeds in the language that they follow now.

    Calendars take other words, or an alarm, only where an event was revised later.
    """
    await uow.seats.of_person(person.person_id, lock=True)
    await uow.feeds.revise(person.person_id, seconds(uow.now))
    await write_anew(person, uow, desk)


async def write_anew(person: PersonState, uow: NotifierUow, desk: Desk) -> None:
    """Write all feeds of a person as they are chosen now, those about what is due included."""
    await refresh_person(person, uow, desk)
    for feed in await uow.feeds.more(person.person_id):
        if feed.kind == "office":
            await fill_office(feed.id, person, uow, desk)


async def end_office(person_id: str, uow: NotifierUow) -> None:
    """Take back what somebody follows as a coordinator: they are none now."""
    for feed in await uow.feeds.more(person_id):
        if feed.kind == "office":
            await uow.feeds.revoke(feed.id, uow.now)


async def show_confirmed(entry: EntryState, uow: NotifierUow, desk: Desk) -> None:
    """Bring what a supervisee's calendar says of a past session in line with their hours."""
    if entry.series_id is None or entry.origin != "session":
        return
    if not any(each.hours for each in await uow.feeds.channels([entry.supervisee_id])):
        return
    series = await uow.series.get(entry.series_id)
    if series is not None:
        mine = frozenset({entry.supervisee_id})
        stale = await refresh_seats([Turn(series, uow.now, only=mine)], uow, desk)
        await rebuild_feeds(stale, uow, desk)


def _checked_alarm(wanted: Wanted) -> str:
    alarm = wanted.alarm
    if alarm in {"", NO_ALARM} or (alarm.isdecimal() and int(alarm) <= LONGEST_ALARM):
        return "" if wanted.kind == "office" else alarm
    raise Invalid("An alarm is at most a day ahead.", field="alarm")


async def _check_group(person_id: str, wanted: Wanted, uow: NotifierUow) -> None:
    if wanted.kind == "lead":
        if wanted.group_id not in await groups_of(person_id, uow, led=True):
            raise Invalid("Choose a group that you lead.", field="group_id")
    elif wanted.kind == "office":
        if wanted.group_id:
            raise Invalid("It is about all groups.", field="group_id")
    elif wanted.group_id and wanted.group_id not in await groups_of(person_id, uow):
        raise Invalid("Choose a group of yours.", field="group_id")
