"""Writing to a provider without an account: one letter with a link, as long as the link works."""

from email import message_from_bytes
from email.policy import default
from typing import Any

from sqlalchemy import Row

from alongside.contracts import PersonState, VouchAnswered, VouchAsked
from alongside_notifier.desk import Desk
from alongside_notifier.domain.bounces import FAILURES, Failure, failure_of
from alongside_notifier.domain.plain import one_line
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.uow import NotifierUow

_ROUND = 50

PURPOSE = "vouch"
"""What the links are sealed for; the logbook checks them alike."""


async def ask_to_vouch(event: VouchAsked, uow: NotifierUow, desk: Desk) -> None:
    """Mail the link once, however often it is heard; never after it has run out.

    The mail is nobody's who signs in: the link is the provider's alone, so that not even the
    supervisee who asked finds it among their own messages.
    """
    supervisee = await uow.people.get(event.supervisee_id)
    if event.expires_at <= uow.now or supervisee is None or supervisee.left_at is not None:
        return
    mac = desk.secrets.link_mac(PURPOSE, event.request_id)
    # Nobody knows what a provider from elsewhere reads best: as the installation has it.
    words = desk.words()
    letter = desk.letters.render(
        "vouch",
        words.language,
        association=await uow.people.association_name(),
        name=one_line(event.provider_name),
        supervisee=one_line(supervisee.name),
        number=words.hours.sessions(event.entries),
        duration=words.times.duration(event.minutes),
        link=f"{desk.origin}/vouch/{event.request_id}/{mac}",
        until=words.times.long_date(event.expires_at.date()),
    )
    await queue_letter(
        letter,
        kind="vouch",
        why="A supervisee asked a provider from elsewhere to confirm hours.",
        to=_reader(event),
        message_id=f"<vouch.{event.request_id}@{desk.domain}>",
        asked_by=event.supervisee_id,
        uow=uow,
        desk=desk,
    )


async def tell_vouched(event: VouchAnswered, uow: NotifierUow, desk: Desk) -> None:
    """Tell a supervisee what their provider answered, once a link, if they want mails about hours."""
    person = await uow.people.get(event.supervisee_id)
    if person is None:
        return
    chosen = await uow.people.preferences(person.person_id)
    if not chosen.hour_mails:
        return
    words = desk.words(chosen.language)
    letter = desk.letters.render(
        "vouched",
        words.language,
        association=await uow.people.association_name(),
        name=person.name,
        headline=words.hours.vouched(
            one_line(event.provider_name),
            event.confirmed,
            event.returned,
            not_theirs=event.not_theirs,
        ),
        returned=event.returned > 0 and not event.not_theirs,
        link=f"{desk.origin}/hours/outside",
        preferences_url=f"{desk.origin}/preferences",
    )
    await queue_letter(
        letter,
        kind="vouched",
        why="A provider from elsewhere answered.",
        to=person,
        message_id=f"<vouched.{event.request_id}@{desk.domain}>",
        uow=uow,
        desk=desk,
    )


async def tell_unreached(open_uow: OpenUow, desk: Desk) -> int:
    """Tell whoever asked a provider from elsewhere that the mail did not arrive, and what to do."""
    async with open_uow() as uow:
        rows = await uow.mails.take_unreached(_ROUND)
        for row in rows:
            await _tell_unreached(row, uow, desk)
            await uow.mails.asker_told(row.id)
        if rows:
            await uow.commit()
        return len(rows)


async def _tell_unreached(row: Row[Any], uow: NotifierUow, desk: Desk) -> None:
    person = await uow.people.get(row.asked_by)
    if person is None:
        return
    words = desk.words((await uow.people.preferences(person.person_id)).language)
    to = message_from_bytes(row.raw, policy=default)["To"]
    letter = desk.letters.render(
        "unreached",
        words.language,
        association=await uow.people.association_name(),
        name=one_line(person.name),
        provider=one_line(to.addresses[0].display_name) or row.recipient,
        address=row.recipient,
        failure=_failure(row.last_error or ""),
        link=f"{desk.origin}/hours/outside",
    )
    await queue_letter(
        letter,
        kind="unreached",
        why="A mail to a provider from elsewhere did not arrive.",
        to=person,
        message_id=f"<unreached.{row.person_id}@{desk.domain}>",
        uow=uow,
        desk=desk,
    )


def _failure(said: str) -> Failure:
    """Return why a mail was not taken, from what is kept of it for people to read."""
    known: list[Failure] = [each for each, words in FAILURES.items() if words in said]
    return known[0] if known else failure_of(said)


def _reader(event: VouchAsked) -> PersonState:
    return PersonState(
        person_id=event.request_id,
        version=1,
        name=event.provider_name,
        email=event.provider_email,
        zone="UTC",
        roles=(),
    )
