"""Channels beside mail as pages and JSON routes show them."""

from dataclasses import dataclass
from typing import Literal

from alongside_notifier.channels import Offer
from alongside_notifier.desk import Desk
from alongside_notifier.store.channel_tables import ChannelRow
from alongside_notifier.store.uow import NotifierUow


@dataclass(frozen=True, slots=True)
class Shown:
    """A channel that is offered, and how far somebody is with it."""

    offer: Offer
    row: ChannelRow | None

    @property
    def state(self) -> Literal["off", "code", "on"]:
        """Off, waiting for the code that was sent, or on."""
        if self.row is None:
            return "off"
        return "on" if self.row.confirmed_at else "code"

    @property
    def says(self) -> str:
        """What comes by it, in words."""
        if self.row is None:
            return ""
        wanted = [
            words
            for words, is_on in (
                ("reminders", self.row.reminders),
                ("changes at short notice", self.row.changes),
            )
            if is_on
        ]
        return " and ".join(wanted).capitalize()


async def shown_channels(person_id: str, read: NotifierUow, desk: Desk) -> list[Shown]:
    """Return what is offered, by name, and how far this person is with each."""
    if not desk.channels:
        return []
    rows = await read.channels.of_person(person_id)
    offers = sorted(desk.channels.values(), key=lambda offer: offer.name.casefold())
    return [Shown(offer, rows.get(offer.key)) for offer in offers]


async def shown_channel(person_id: str, key: str, read: NotifierUow, desk: Desk) -> Shown | None:
    """Return one channel that is offered; None if it is not."""
    found = await shown_channels(person_id, read, desk)
    return next((each for each in found if each.offer.key == key), None)
