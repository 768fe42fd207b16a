"""Turning channels on and off, and putting short messages into their queue."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from alongside.contracts import PersonState, SeriesState
from alongside.errors import Invalid, NotFound, RateLimited
from alongside_notifier.channels import Offer
from alongside_notifier.desk import Desk
from alongside_notifier.domain.channels import (
    CODE_LIVES,
    CODE_TRIES,
    CODES_A_DAY,
    CODES_AN_HOUR,
    Wanted,
    changes_text,
    code_from,
    code_text,
    hint_of,
    reminder_text,
)
from alongside_notifier.domain.reminders import Due
from alongside_notifier.domain.short_notice import Change
from alongside_notifier.domain.words import Words
from alongside_notifier.store.channel_tables import ChannelRow
from alongside_notifier.store.channels import CODE, ShortMessage
from alongside_notifier.store.uow import NotifierUow

SEAL = "channel address"
"""What addresses are sealed for."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of a code that was typed; why not, where it did not confirm."""

    done: bool
    reason: str = ""


async def ask(
    person_id: str, key: str, given: str, wanted: Wanted, uow: NotifierUow, desk: Desk
) -> None:
    """Keep what a person gave for a channel, and send a code there; nothing else comes before that.

    An address that is confirmed already only has what comes by it changed.
    """
    offer, person = _offer(key, desk), await _person(person_id, uow)
    address = offer.address(given)
    _something(wanted)
    digest = digest_of(offer, address, desk)
    known = await uow.channels.take(person_id, key)
    if known is not None and known.confirmed_at is not None and known.address_digest == digest:
        await choose(person_id, key, wanted, uow)
        return
    within_hour, within_day = await uow.channel_messages.codes(person_id, digest, uow.now)
    if within_hour >= CODES_AN_HOUR or within_day >= CODES_A_DAY:
        wait = "an hour" if within_day < CODES_A_DAY else "a day"
        raise RateLimited(f"That is enough codes for now. Try again in {wait}.", field="address")
    await uow.channel_messages.withdraw(
        person_id, uow.now, "Another address was given.", channel=key
    )
    code_id = uow.new_id()
    await uow.channels.ask(
        person_id,
        key,
        sealed=desk.secrets.seal(SEAL, address),
        digest=digest,
        hint=hint_of(offer.asks, address),
        wanted=wanted,
        code_id=code_id,
        expires_at=uow.now + CODE_LIVES,
        now=uow.now,
    )
    chosen = await uow.people.preferences(person_id)
    message = ShortMessage(
        code_message_id(code_id, desk),
        CODE,
        "A code was asked for.",
        code_text(await uow.people.association_name(), desk.words(chosen.language)),
        uow.now + CODE_LIVES,
    )
    row = (await uow.channels.of_person(person.person_id))[key]
    await uow.channel_messages.queue(message, row, uow.now)


async def confirm(person_id: str, key: str, code: str, uow: NotifierUow, desk: Desk) -> Confirmed:
    """Take the code that came by a channel. Commit whatever it returns: each try counts."""
    _offer(key, desk)
    row = await uow.channels.take(person_id, key)
    if row is None:
        raise NotFound("Nothing waits to be confirmed there.")
    if row.confirmed_at is not None:
        return Confirmed(True)
    if row.code_id is None or row.code_expires_at is None or row.code_expires_at <= uow.now:
        return Confirmed(False, "This code has run out. Have another one sent.")
    typed = "".join(code.split())
    if hmac.compare_digest(typed.encode(), code_of(row.code_id, desk).encode()):
        await uow.channels.change(
            person_id, key, confirmed_at=uow.now, code_id=None, code_expires_at=None
        )
        return Confirmed(True)
    tries = row.code_tries + 1
    await uow.channels.change(
        person_id, key, code_tries=tries, code_id=row.code_id if tries < CODE_TRIES else None
    )
    if tries < CODE_TRIES:
        return Confirmed(False, "That is not the code that was sent last.")
    return Confirmed(False, "That was wrong too often. Have another code sent.")


async def choose(person_id: str, key: str, wanted: Wanted, uow: NotifierUow) -> None:
    """Change what comes by a channel."""
    if await uow.channels.take(person_id, key) is None:
        raise NotFound("This channel is not on.")
    _something(wanted)
    await uow.channels.change(person_id, key, reminders=wanted.reminders, changes=wanted.changes)


async def switch_off(person_id: str, key: str | None, uow: NotifierUow) -> None:
    """Forget an address, or all of a person's, and take back what waits for it."""
    await uow.channels.off(person_id, key)
    await uow.channel_messages.withdraw(
        person_id, uow.now, "It was switched off before this was sent.", channel=key
    )


async def remind_by_channels(
    channels: Sequence[ChannelRow],
    person: PersonState,
    series: SeriesState,
    due: Due,
    identity: str,
    words: Words,
    uow: NotifierUow,
    desk: Desk,
) -> None:
    """Queue a reminder by these channels of a person, beside the mail."""
    message = ShortMessage(
        f"<reminder.{identity}@{desk.domain}>",
        "reminder",
        "A reminder, as you chose.",
        reminder_text(
            series.title,
            due.starts_at,
            person.zone,
            desk.answer_url(person, series),
            words,
        ),
        due.starts_at,
        series.series_id,
        due.key,
        due.starts_at,
        due.lead_minutes,
    )
    for row in channels:
        await uow.channel_messages.queue(message, row, uow.now)


async def tell_by_channels(
    kind: str,
    person: PersonState,
    series: SeriesState,
    changes: list[Change],
    uow: NotifierUow,
    desk: Desk,
) -> None:
    """Queue changes at short notice (`kind` change, or unseen: once more), at whatever hour it is."""
    rows = [row for row in await _on(person, uow, desk) if row.changes]
    if not rows or not changes:
        return
    message = ShortMessage(
        f"<{kind}.{series.series_id}.{uow.now:%Y%m%dT%H%M%S%f}.{person.person_id}@{desk.domain}>",
        kind,
        "A change at short notice."
        if kind == "change"
        else "A change at short notice that you have not said you saw.",
        await changes_said(person, series, changes, uow, desk),
        max(change.matters_until for change in changes),
        series.series_id,
    )
    for row in rows:
        await uow.channel_messages.queue(message, row, uow.now)


async def changes_said(
    person: PersonState, series: SeriesState, changes: list[Change], uow: NotifierUow, desk: Desk
) -> str:
    """Return the words of a message about changes at short notice."""
    chosen = await uow.people.preferences(person.person_id)
    return changes_text(
        series.title,
        changes,
        person.zone,
        desk.seen_url(person, series),
        desk.words(chosen.language),
    )


def _something(wanted: Wanted) -> None:
    if not (wanted.reminders or wanted.changes):
        raise Invalid("Choose what comes by it, or leave it off.", field="wanted")


def code_of(code_id: str, desk: Desk) -> str:
    """Return the six digits of a code. They are made anew whenever needed, and kept nowhere."""
    return code_from(desk.secrets.link_mac("channel code", code_id))


def code_message_id(code_id: str, desk: Desk) -> str:
    """Return the identity of the message that carries a code."""
    return f"<code.{code_id}@{desk.domain}>"


def digest_of(offer: Offer, address: str, desk: Desk) -> str:
    """Return what tells whether two addresses of a channel are one, and nothing else."""
    return desk.secrets.link_mac(SEAL, f"{offer.key}:{address.lower()}")


async def _on(person: PersonState, uow: NotifierUow, desk: Desk) -> list[ChannelRow]:
    """Return the channels by which something may come to a person."""
    if not desk.channels or person.left_at is not None:
        return []
    rows = await uow.channels.of_person(person.person_id)
    return [row for key, row in rows.items() if key in desk.channels and row.confirmed_at]


def _offer(key: str, desk: Desk) -> Offer:
    offer = desk.channels.get(key)
    if offer is None:
        raise NotFound("There is no such channel here.")
    return offer


async def _person(person_id: str, uow: NotifierUow) -> PersonState:
    person = await uow.people.get(person_id)
    if person is None or person.left_at is not None:
        raise NotFound
    return person
