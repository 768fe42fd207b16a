"""Mails that come in, by whichever door: answers to invitations, and mails that came back."""

from collections.abc import Iterable
from typing import cast

from alongside.contracts import PersonState
from alongside.observability import metrics
from alongside_notifier.desk import Desk
from alongside_notifier.domain.addresses import is_one_of
from alongside_notifier.domain.bounces import FAILURES, Bounce, Failure, read_bounce
from alongside_notifier.domain.taken import Taken
from alongside_notifier.handlers.answers import answer_by_mail
from alongside_notifier.store.uow import NotifierUow

ALWAYS = "sign_in"
"""The kind of mail that is tried all the same: somebody stands at the door and asked for it."""


async def take_mail(raw: bytes, uow: NotifierUow, desk: Desk) -> Taken:
    """Take a mail: kept raw and settled once, however often and by how many doors it comes."""
    number = await uow.replies.receive(raw, uow.now)
    if number is None:
        return Taken("seen", "Exactly this mail came before.")
    bounce = read_bounce(raw, desk.mail_from)
    if bounce is not None:
        taken = await _came_back(bounce, uow, desk)
    else:
        taken = await answer_by_mail(raw, uow, desk)
        await _reached(taken, uow)
    await uow.replies.settle(
        number,
        outcome=taken.outcome,
        reason=taken.reason,
        person_id=taken.person_id,
        series_id=taken.series_id,
    )
    return taken


async def refused_for_good(
    address: str, failure: Failure, diagnosis: str, uow: NotifierUow
) -> None:
    """Note that a mail to this address will never be taken; perhaps nothing more is sent there."""
    metrics.MAIL_FAILED.labels(failure).inc()
    if await uow.bounced.strike(address, failure, diagnosis, uow.now):
        await uow.mails.withhold(address, uow.now, _why_silent(failure, diagnosis), but=ALWAYS)


async def why_withheld(mails: Iterable[tuple[str, str]], uow: NotifierUow) -> dict[str, str]:
    """Return why mails are not even tried, by address, given as (address, kind)."""
    tried = {address for address, kind in mails if kind != ALWAYS}
    if not tried:
        return {}
    silent = await uow.bounced.silent(tried)
    return {
        address: _why_silent(cast("Failure", known.failure), known.diagnosis)
        for address in tried
        if (known := silent.get(address.lower())) is not None
    }


async def try_again(person: PersonState, uow: NotifierUow) -> bool:
    """Send to this person's address again, as they asked; tell whether it had fallen silent."""
    return await uow.bounced.forgive(person.email)


async def _came_back(bounce: Bounce, uow: NotifierUow, desk: Desk) -> Taken:
    mail = await uow.mails.sent_as(bounce.message_id) if bounce.message_id else None
    if mail is None:
        return Taken("refused", "It reports on a mail that we did not send.")
    # Whoever can name the mail and the address it came from is the system that had it.
    if not is_one_of(desk.tag_of(mail.person_id, bounce.tokens), bounce.tokens):
        return Taken("refused", "The report did not come to the address that the mail came from.")
    said = f"{FAILURES[bounce.failure]} {bounce.diagnosis}".strip()
    if not bounce.final:
        return Taken("bounced", f"It is late: {said}", mail.person_id)
    if bounce.message_id:
        await uow.mails.came_back(bounce.message_id, f"It came back. {said}")
    await refused_for_good(mail.recipient, bounce.failure, bounce.diagnosis, uow)
    return Taken("bounced", said, mail.person_id)


async def _reached(taken: Taken, uow: NotifierUow) -> None:
    """Whoever answers a mail got it: what came back before is forgotten."""
    if taken.outcome not in {"taken", "unchanged"} or taken.person_id is None:
        return
    person = await uow.people.get(taken.person_id)
    if person is not None:
        await uow.bounced.forgive(person.email)


def _why_silent(failure: Failure, diagnosis: str) -> str:
    return f"Not sent: mails to this address come back. {FAILURES[failure]} {diagnosis}".strip()
