"""The feed for coordinators: deadlines and confirmations, in numbers only."""

from collections.abc import Iterable
from datetime import date

from alongside.contracts import EntryState, PersonState, ProgressChanged
from alongside.zones import zone
from alongside_notifier.desk import Desk
from alongside_notifier.domain.feeds import Channel
from alongside_notifier.domain.office import About, Due, due_fragment, first_day, part_of
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.handlers.feeds import rebuild_feeds
from alongside_notifier.store.parts import PartKey
from alongside_notifier.store.people import DEFAULTS
from alongside_notifier.store.uow import NotifierUow

_NOTHING = Fragment("")


def held_on(entry: EntryState) -> date:
    """Return the day of an entry, where it was."""
    return entry.started_at.astimezone(zone(entry.zone)).date()


async def on_progress(event: ProgressChanged, uow: NotifierUow, desk: Desk) -> None:
    """Keep when somebody's window closes, and show that day and the one it was before."""
    before = await uow.dues.deadline(event.supervisee_id)
    if not await uow.dues.keep_deadline(event):
        return
    after = await uow.dues.deadline(event.supervisee_id)
    if before != after:
        await show_days("closing", {before, after}, uow, desk)


async def show_days(
    about: About, days: Iterable[date | None], uow: NotifierUow, desk: Desk
) -> None:
    """Bring what coordinators' feeds say of these days in line."""
    shown = {day for day in days if day is not None and day >= first_day(uow.now)}
    channels = await uow.feeds.office() if shown else []
    if not channels:
        return
    since = first_day(uow.now)
    ask = uow.dues.closing if about == "closing" else uow.dues.waiting
    dues = {due.day: due for due in await ask(since=since, days=shown)}
    nothing = {day: Due(about, day, 0, 0, uow.now) for day in shown}
    await _show({**nothing, **dues}.values(), channels, uow, desk)


async def fill_office(feed_id: str, person: PersonState, uow: NotifierUow, desk: Desk) -> None:
    """Put everything that is due into a coordinator's feed that is new."""
    since = first_day(uow.now)
    dues = [*await uow.dues.closing(since=since), *await uow.dues.waiting(since=since)]
    mine = [each for each in await uow.feeds.office() if each.feed_id == feed_id]
    await _show(dues, mine, uow, desk)
    await rebuild_feeds([person.person_id], uow, desk)


async def end_days(uow: NotifierUow, desk: Desk) -> int:
    """Take days that are long over out of coordinators' feeds; return how many parts went."""
    number, people = await uow.parts.end_office(uow.now)
    await rebuild_feeds(people, uow, desk)
    return number


async def _show(
    dues: Iterable[Due], channels: Iterable[Channel], uow: NotifierUow, desk: Desk
) -> None:
    listed, shown, stale = list(dues), list(channels), set()
    chosen = await uow.people.preferences_of({each.person_id for each in shown})
    known = await uow.parts.of_feeds({each.feed_id for each in shown})
    changed: dict[PartKey, Fragment] = {}
    for channel in shown:
        prefers = chosen.get(channel.person_id, DEFAULTS)
        words = desk.words(channel.language, prefers.language)
        before = known.get(channel.feed_id, {})
        for due in listed:
            name = part_of(due.about, due.day)
            was = before.get(name, _NOTHING)
            fragment = due_fragment(due, was, domain=desk.domain, origin=desk.origin, words=words)
            if fragment != was:
                changed[channel.feed_id, name] = fragment
                stale.add(channel.person_id)
    await uow.parts.show(changed)
    await rebuild_feeds(stale, uow, desk)
