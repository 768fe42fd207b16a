"""Putting letters into the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alongside.contracts import PersonState
from alongside_notifier.desk import Desk
from alongside_notifier.domain.itip import Party
from alongside_notifier.domain.mime import Envelope, Letter, compose
from alongside_notifier.domain.quiet import Quiet, disturbs_from
from alongside_notifier.handlers.intake import ALWAYS, why_withheld
from alongside_notifier.store.mails import QueuedMail
from alongside_notifier.store.people import DEFAULTS
from alongside_notifier.store.uow import NotifierUow

CAN_WAIT = frozenset(
    {"attendance_recorded", "returned", "milestone", "awaited", "vouched", "unreached", "digest"}
)
"""What waits for the end of the reader's quiet hours. Invitations and changes never do, nor does
what somebody asked for and waits for."""


def waiting_line(person_id: str) -> str:
    """Return the line in which mails of this person stand that can wait: nothing stands behind them."""
    return f"waits.{person_id}"[:64]


async def wait_for_quiet(person: PersonState, quiet: Quiet | None, uow: NotifierUow) -> None:
    """Have what waits for this person wait as long as their quiet hours say now, and where they are."""
    await uow.mails.wait_until(
        waiting_line(person.person_id), disturbs_from(uow.now, quiet, person.zone)
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to one person, with all that its envelope and the record of mails say."""

    letter: Letter
    kind: str
    why: str
    to: PersonState
    message_id: str
    on_behalf_of: PersonState | None = None
    calendar: tuple[str, bytes] | None = None
    thread: str | None = None
    series_id: str | None = None
    unsubscribe: str | None = None
    order_key: str | None = None
    asked_by: str | None = None
    """Who is told if it does not arrive."""
    traceparent: str | None = None
    """The trace of what is told, if that is another than what runs now."""


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
    asked_by: str | None = None,
) -> bool:
    """Queue a letter; False if it was queued before, or if the person left and is told nothing."""
    draft = Draft(
        letter, kind, why, to, message_id, on_behalf_of, calendar, thread, series_id, unsubscribe,
        order_key, asked_by,
    )  # fmt: skip
    return await queue_letters([draft], uow, desk) == 1


async def queue_letters(drafts: Sequence[Draft], uow: NotifierUow, desk: Desk) -> int:
    """Queue letters in this order; return how many were neither queued before nor to who left.

    To an address from which mails come back, one is kept with the reason and not sent. What can
    wait is sent after the reader's quiet hours.
    """
    present = [each for each in drafts if each.to.left_at is None]
    if not present:
        return 0
    withheld = await why_withheld(((each.to.email, each.kind) for each in present), uow)
    association = await uow.people.association_name()
    waiting = {each.to.person_id for each in present if each.kind in CAN_WAIT}
    chosen = await uow.people.preferences_of(waiting) if waiting else {}
    mails = []
    for draft in present:
        not_before = None
        if draft.kind in CAN_WAIT:
            quiet = chosen.get(draft.to.person_id, DEFAULTS).quiet
            not_before = disturbs_from(uow.now, quiet, draft.to.zone)
        why = None if draft.kind == ALWAYS else withheld.get(draft.to.email)
        mails.append(_mail(draft, association, not_before, why, uow.now, desk))
    return await uow.mails.queue_all(mails, uow.now)


def _mail(
    draft: Draft,
    association: str,
    not_before: datetime | None,
    withheld: str | None,
    now: datetime,
    desk: Desk,
) -> QueuedMail:
    to, host = draft.to, draft.on_behalf_of
    words = desk.words(draft.letter.language)
    sender = desk.sender_for(to.person_id, host.name if host else "", association, words)
    answers_to = host if host is not None and host.person_id != to.person_id else None
    raw = compose(
        draft.letter,
        Envelope(
            sender=sender,
            to=Party(to.name, to.email),
            message_id=draft.message_id,
            date=now,
            reply_to=Party(answers_to.name, answers_to.email) if answers_to else None,
            thread=draft.thread,
            unsubscribe=draft.unsubscribe,
        ),
        draft.calendar,
    )
    line = waiting_line(to.person_id) if draft.kind in CAN_WAIT else None
    return QueuedMail(
        message_id=draft.message_id,
        person_id=to.person_id,
        kind=draft.kind,
        why=draft.why,
        sender=sender.address,
        recipient=to.email,
        subject=draft.letter.subject,
        raw=raw,
        series_id=draft.series_id,
        order_key=draft.order_key or line,
        not_before=not_before,
        withheld=withheld,
        asked_by=draft.asked_by,
        traceparent=draft.traceparent,
    )
