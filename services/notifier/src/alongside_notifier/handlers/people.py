"""Hearing what the scheduler says about people."""

from collections.abc import Sequence

from alongside.contracts import (
    AssociationDescribed,
    PersonAsked,
    PersonLeft,
    PersonState,
    SignedOut,
    SignInLinkRequested,
)
from alongside.contracts.people import PeopleEvent, PersonEvent
from alongside.web.ended import on_signed_out
from alongside_notifier.desk import Desk
from alongside_notifier.domain.view import leaders
from alongside_notifier.handlers.asked import tell_asked
from alongside_notifier.handlers.channels import switch_off
from alongside_notifier.handlers.feeds import ensure_feed, rebuild_feeds
from alongside_notifier.handlers.mailroom import queue_letter, wait_for_quiet
from alongside_notifier.handlers.more_feeds import end_office
from alongside_notifier.handlers.office import show_days
from alongside_notifier.handlers.refresh import refresh_person, refresh_seats, series_of
from alongside_notifier.handlers.spoken import words_for
from alongside_notifier.handlers.turns import Turn
from alongside_notifier.store.uow import NotifierUow


async def hold_seats(events: Sequence[PeopleEvent], uow: NotifierUow) -> None:
    """Lock the seats that these events may change: one by one, each would lock in an order of its own."""
    said = {each.person.person_id: each.person for each in events if isinstance(each, PersonEvent)}
    if not said:
        return
    before = await uow.people.by_ids(said)
    changed = [
        person_id
        for person_id, person in said.items()
        if person_id not in before or _shown(before[person_id]) != _shown(person)
    ]
    await uow.seats.hold(changed)


async def on_people(event: PeopleEvent, uow: NotifierUow, desk: Desk) -> None:
    """Keep the newest of a person; mail sign-in links and questions; tell nothing to whoever left."""
    match event:
        case PersonEvent():
            await _on_person(event, uow, desk)
        case SignInLinkRequested():
            await send_sign_in(event, uow, desk)
        case PersonAsked():
            await tell_asked(event, uow, desk)
        case AssociationDescribed():
            if await uow.people.keep_association(event):
                everybody = await uow.people.present()
                await rebuild_feeds([person.person_id for person in everybody], uow, desk)
        case _:
            pass
    if isinstance(event, PersonLeft | SignedOut):
        await on_signed_out(event, uow)


async def _on_person(event: PersonEvent, uow: NotifierUow, desk: Desk) -> None:
    person = event.person
    before = await uow.people.get(person.person_id)
    if not await uow.people.keep(person):
        return
    if (before is not None and before.left_at is not None) != (person.left_at is not None):
        days = {await uow.dues.deadline(person.person_id)}
        await show_days("closing", days, uow, desk)
    if person.left_at is not None:
        await forget(person, uow, desk)
        return
    await ensure_feed(person, uow, desk)
    if "coordinator" not in person.roles:
        await end_office(person.person_id, uow)
    if before is None or _shown(before) != _shown(person):
        await _show_anew(person, before, event, uow, desk)
    # After the seats, as wherever both are changed: nobody waits in a ring.
    await uow.tellings.hurry(person.person_id, uow.now)


async def _show_anew(
    person: PersonState,
    before: PersonState | None,
    event: PersonEvent,
    uow: NotifierUow,
    desk: Desk,
) -> None:
    if before is not None and before.zone != person.zone:
        quiet = (await uow.people.preferences(person.person_id)).quiet
        await wait_for_quiet(person, quiet, uow)
    # Whoever leads a series has a name in everybody's calendar, and so has everybody in a group
    # that shows its roster.
    renamed = before is None or before.name != person.name
    turns = []
    for series in await series_of(person.person_id, uow):
        named = series.show_roster or person.person_id in leaders(series)
        only = None if renamed and named else frozenset({person.person_id})
        turns.append(Turn(series, event.occurred_at, only=only))
    stale = await refresh_seats(turns, uow, desk)
    await rebuild_feeds({person.person_id, *stale}, uow, desk)


async def forget(person: PersonState, uow: NotifierUow, desk: Desk) -> None:
    """Tell this person nothing more: no mail, no reminder, no feed."""
    await uow.seats.of_person(
        person.person_id, lock=True
    )  # before tellings and feeds, as everywhere
    await uow.feeds.revoke_all(person.person_id, uow.now)
    await uow.tellings.none_to(person.person_id)
    await uow.reminders.none_to(person.person_id)
    await uow.short_notice.none_to(person.person_id)
    await switch_off(person.person_id, None, uow)
    await uow.mails.withdraw(person.person_id, uow.now, "The person left before it was sent.")
    await refresh_person(person, uow, desk)


async def send_sign_in(event: SignInLinkRequested, uow: NotifierUow, desk: Desk) -> None:
    """Mail a sign-in link at once, unless it has run out already."""
    person = await uow.people.get(event.person_id)
    if person is None or person.left_at is not None or event.expires_at <= uow.now:
        return
    mac = desk.secrets.link_mac("sign-in", event.request_id)
    words = await words_for(person.person_id, uow, desk)
    letter = desk.letters.render(
        "sign_in",
        words.language,
        association=await uow.people.association_name(),
        name=person.name,
        link=f"{desk.origin}/sign-in/{event.request_id}.{mac}",
        until=words.times.until(event.expires_at, person.zone),
    )
    await queue_letter(
        letter,
        kind="sign_in",
        why="A sign-in link was asked for.",
        to=person,
        message_id=f"<sign-in.{event.request_id}@{desk.domain}>",
        order_key=event.request_id,
        uow=uow,
        desk=desk,
    )


def _shown(person: PersonState) -> tuple[object, ...]:
    return person.email, person.zone, person.name, person.left_at
