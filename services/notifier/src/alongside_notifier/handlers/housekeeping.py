"""What the passing of time alone changes."""

from datetime import timedelta

from alongside.web.ended import forget_ended
from alongside.web.writes import forget_keys
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.feeds import rebuild_feeds
from alongside_notifier.handlers.more_feeds import follow_choice
from alongside_notifier.handlers.office import end_days
from alongside_notifier.handlers.refresh import refresh_seats
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.handlers.turns import Turn

_ROUND = 50

LONG_OVER = timedelta(days=30)
"""After that it is no longer kept who saw a change at short notice."""

UNCONFIRMED = timedelta(days=1)
"""So long an address beside mail waits for its code."""


async def refresh_stale(open_uow: OpenUow, desk: Desk) -> int:
    """Rebuild the feeds in which a window moved on or a cancelled meeting's grace ran out."""
    async with open_uow() as uow:
        number = await end_days(uow, desk)
        if number:
            await uow.commit()
    while True:
        async with open_uow() as uow:
            stale = {
                *await uow.seats.stale(uow.now, _ROUND),
                *await uow.parts.stale(uow.now, _ROUND),
            }
            whose: dict[str, set[str]] = {}
            for person_id, series_id in stale:
                whose.setdefault(series_id, set()).add(person_id)
            known = await uow.series.by_ids(whose)
            turns = [
                Turn(series, uow.now, only=frozenset(whose[series_id]))
                for series_id, series in known.items()
            ]
            await refresh_seats(turns, uow, desk)
            await rebuild_feeds({person_id for person_id, _ in stale}, uow, desk)
            if stale:
                await uow.commit()
        number += len(stale)
        if len(stale) < _ROUND:
            return number + await _translate(open_uow, desk)


async def _translate(open_uow: OpenUow, desk: Desk) -> int:
    """Write feeds anew whose language changed with the installation's; return whose.

    Each person in a transaction of their own: nobody's seats are locked after another's feeds.
    """
    async with open_uow() as uow:
        people = await uow.feeds.written_else(desk.language)
    for person_id in people:
        async with open_uow() as uow:
            person = await uow.people.get(person_id)
            if person is not None:
                await follow_choice(person, uow, desk)
                await uow.commit()
    return len(people)


async def sweep(open_uow: OpenUow) -> int:
    """Forget what nobody asks for any more.

    Idempotency keys, ended sign-ins, old addresses of feeds, changes at short notice that are long
    over, and addresses beside mail that nobody confirmed.
    """
    async with open_uow() as uow:
        number = await forget_keys(uow) + await forget_ended(uow)
        number += await uow.feeds.end_replaced(uow.now)
        number += await uow.short_notice.forget(uow.now - LONG_OVER)
        number += await uow.channels.forget_asked(uow.now - UNCONFIRMED)
        if number:
            await uow.commit()
        return number
