"""Putting one letter to one person into the queue."""

from alongside.contracts import PersonState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.itip import Party
from alongside_notifier.domain.mime import Envelope, Letter, compose
from alongside_notifier.domain.quiet import disturbs_from
from alongside_notifier.handlers.intake import why_withheld
from alongside_notifier.store.mails import QueuedMail
from alongside_notifier.store.uow import NotifierUow

CAN_WAIT = frozenset(
    {"attendance_recorded", "returned", "milestone", "awaited", "vouched", "digest"}
)
"""What waits for the end of the reader's quiet hours. Invitations and changes never do, nor does
what somebody asked for and waits for."""


def waiting_line(person_id: str) -> str:
    """Return the line in which mails of this person stand that can wait: nothing stands behind them."""
    return f"waits.{person_id}"[:64]


async def queue_letter(
    letter: Letter,
    *,
    kind: str,
    why: str,
    to: PersonState,
    message_id: str,
    uow: NotifierUow,
    desk: Desk,
    on_behalf_of: PersonState | None = None,
    calendar: tuple[str, bytes] | None = None,
    thread: str | None = None,
    series_id: str | None = None,
    unsubscribe: str | None = None,
    order_key: str | None = None,
) -> bool:
    """Queue a letter; False if it was queued before, or if the person left and is told nothing.

    To an address from which mails come back, it is kept with the reason and not sent. What can
    wait is sent after the reader's quiet hours.
    """
    if to.left_at is not None:
        return False
    withheld = await why_withheld(to.email, kind, uow)
    association = await uow.people.association_name()
    host = on_behalf_of
    sender = desk.sender_for(to.person_id, host.name if host else "", association)
    answers_to = host if host is not None and host.person_id != to.person_id else None
    raw = compose(
        letter,
        Envelope(
            sender=sender,
            to=Party(to.name, to.email),
            message_id=message_id,
            date=uow.now,
            reply_to=Party(answers_to.name, answers_to.email) if answers_to else None,
            thread=thread,
            unsubscribe=unsubscribe,
        ),
        calendar,
    )
    not_before = None
    if kind in CAN_WAIT:
        order_key = order_key or waiting_line(to.person_id)
        quiet = (await uow.people.preferences(to.person_id)).quiet
        not_before = disturbs_from(uow.now, quiet, to.zone)
    return await uow.mails.queue(
        QueuedMail(
            message_id=message_id,
            person_id=to.person_id,
            kind=kind,
            why=why,
            sender=sender.address,
            recipient=to.email,
            subject=letter.subject,
            raw=raw,
            series_id=series_id,
            order_key=order_key,
        ),
        uow.now,
        withheld=withheld,
        not_before=not_before,
    )
