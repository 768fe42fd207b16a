"""Sending short messages: claimed, looked at once more, handed over, settled.

No service here knows a message again that it had before, as mail systems know a Message-ID. So
what was handed over is noted before and after: whoever is killed in between has it repeated once,
never twice, and what cannot be known then is said.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row

from alongside.contracts import PersonState, SeriesState
from alongside.db.claim import backoff
from alongside.errors import AlongsideError
from alongside.observability import metrics
from alongside_notifier.channels import Gateway, Offer, Unclear
from alongside_notifier.delivery import Away, NotNow, Refused
from alongside_notifier.desk import Desk
from alongside_notifier.domain.channels import GIVE_UP, HIDDEN_CODE, REFUSED, SLEEPS
from alongside_notifier.domain.quiet import disturbs_from
from alongside_notifier.domain.reminders import Due, why_not
from alongside_notifier.handlers.answers import answer_for
from alongside_notifier.handlers.channels import SEAL, changes_said, code_message_id, code_of
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.handlers.short_notice import told_of
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.channel_tables import ChannelRow
from alongside_notifier.store.channels import CODE
from alongside_notifier.store.short_notice import change_of
from alongside_notifier.store.uow import NotifierUow

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
MOST_HANDED = 2
_BATCH = 5


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message that still holds, as it is handed over, and as it is kept."""

    offer: Offer
    address: str
    text: str
    body: str


@dataclass(frozen=True, slots=True)
class _Sleeps:
    """A reminder that is late, and whose reader is not to be disturbed before then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class _Over:
    """A message that is not handed over any more."""

    outcome: str
    reason: str


async def send_short(open_uow: OpenUow, desk: Desk, gateway: Gateway, worker: str) -> int:
    """Send what is due; return how many were handed over."""
    number = 0
    while True:
        async with open_uow() as uow:
            rows = await uow.channel_messages.claim(
                now=uow.now, worker=worker, limit=_BATCH, lease=LEASE
            )
            if not rows:
                return number
            await uow.session.commit()
        away: dict[str, str] = {}
        for row in rows:
            if row.channel in away:
                await _later(row, away[row.channel], open_uow, worker)
                continue
            try:
                number += await _send(row, open_uow, desk, gateway, worker)
            except Away as error:
                log.warning("channel_away", channel=row.channel, error=str(error))
                metrics.CHANNEL_FAILED.labels("away").inc()
                away[row.channel] = str(error)
                await _later(row, str(error), open_uow, worker)


async def _send(
    row: Row[Any], open_uow: OpenUow, desk: Desk, gateway: Gateway, worker: str
) -> bool:
    async with open_uow() as uow:
        ready = await _look(row, uow, desk)
        if isinstance(ready, _Over):
            await _end(row, ready, uow, worker)
            return False
        if isinstance(ready, _Sleeps):
            await uow.channel_messages.again(
                row.id, worker=worker, reason=SLEEPS, retry_at=ready.until, unclear=False
            )
            await uow.session.commit()
            return False
        if not await uow.channel_messages.handing(row.id, worker=worker, body=ready.body):
            return False
        await uow.session.commit()
    try:
        await gateway.hand(ready.offer, ready.address, ready.text)
    except Refused as error:
        metrics.CHANNEL_FAILED.labels("refused").inc()
        log.warning("short_message_refused", message=row.id, channel=row.channel, error=str(error))
        async with open_uow() as uow:
            await _end(row, _Over("failed", f"{REFUSED} {error}"), uow, worker)
        return False
    except NotNow as error:
        metrics.CHANNEL_FAILED.labels("not_now").inc()
        await _later(row, str(error), open_uow, worker, unclear=isinstance(error, Unclear))
        return False
    async with open_uow() as uow:
        await uow.channel_messages.sent(row.id, worker=worker, now=uow.now)
        await uow.session.commit()
    metrics.CHANNEL_SENT.labels(row.channel).inc()
    return True


async def _end(row: Row[Any], over: _Over, uow: NotifierUow, worker: str) -> None:
    await uow.channel_messages.ended(
        row.id, worker=worker, now=uow.now, outcome=over.outcome, reason=over.reason
    )
    await uow.session.commit()


async def _later(
    row: Row[Any], reason: str, open_uow: OpenUow, worker: str, *, unclear: bool = False
) -> None:
    """Put a message off, or give it up where the next try would come too late."""
    async with open_uow() as uow:
        retry_at = uow.now + backoff(row.attempts, first=10, longest=900)
        until = min(row.queued_at + GIVE_UP, row.not_after)
        if retry_at >= until:
            said = f"Given up: it would come too late. The last reason: {reason}"
            await _end(row, _Over("failed", said), uow, worker)
            return
        await uow.channel_messages.again(
            row.id, worker=worker, reason=reason, retry_at=retry_at, unclear=unclear
        )
        await uow.session.commit()


async def _look(row: Row[Any], uow: NotifierUow, desk: Desk) -> _Ready | _Over | _Sleeps:
    """Return a message as it is to be handed over now, or why it is not."""
    offer = desk.channels.get(row.channel)
    to = (await uow.channels.of_person(row.person_id)).get(row.channel)
    if row.handed >= MOST_HANDED:
        return _Over("unclear", "It was handed over twice; nobody knows whether it arrived.")
    if offer is None or to is None or to.address_digest != row.address_digest:
        return _Over("withdrawn", "It was switched off before this was sent.")
    if uow.now >= row.not_after:
        return _Over("withdrawn", "It would have come too late.")
    try:
        address = desk.secrets.unseal(SEAL, to.address_sealed)
    except AlongsideError:
        return _Over("failed", "The address was sealed with another key. Give it once more.")
    said = await _said(row, to, uow, desk)
    if not isinstance(said, str):
        return said
    text = said
    if row.kind == CODE and to.code_id is not None:
        text = said.replace(HIDDEN_CODE, code_of(to.code_id, desk))
    return _Ready(offer, address, text, said)


async def _said(
    row: Row[Any], to: ChannelRow, uow: NotifierUow, desk: Desk
) -> str | _Over | _Sleeps:
    """Return what a message says as things stand now, or why it says nothing any more."""
    if row.kind == CODE:
        if to.code_id is None or not row.message_id.startswith(code_message_id(to.code_id, desk)):
            return _Over("withdrawn", "The code is not wanted any more.")
        return str(row.body)
    person = await uow.people.get(row.person_id)
    series = await uow.series.get(row.series_id)
    wanted = to.reminders if row.kind == "reminder" else to.changes
    if person is None or series is None or to.confirmed_at is None or not wanted:
        return _Over("withdrawn", "It is not wanted by this channel any more.")
    if row.kind == "reminder":
        return await _reminder(row, person, series, uow)
    told = [
        change_of(each)
        for each in await told_of(row.person_id, series, uow)
        if each.seen_at is None
        and each.told_at is not None
        and (each.told_at == row.queued_at or row.kind == "unseen")
    ]
    if not told:
        return _Over("withdrawn", "They saw it before, or it is no longer so.")
    return await changes_said(person, series, told, uow, desk)


async def _reminder(
    row: Row[Any], person: PersonState, series: SeriesState, uow: NotifierUow
) -> str | _Over | _Sleeps:
    view = seat_view(series, row.person_id, await uow.seats.get(row.person_id, row.series_id))
    answer = await answer_for(row.person_id, series, row.occurrence_key, uow)
    due = Due(row.queued_at, row.occurrence_key, row.starts_at, row.lead_minutes)
    reason = why_not(due, view, answer, uow.now)
    if reason is not None:
        return _Over("withdrawn", f"Not sent: {reason}.")
    quiet = (await uow.people.preferences(row.person_id)).quiet
    wakes = disturbs_from(uow.now, quiet, person.zone)
    return _Sleeps(wakes) if wakes > uow.now else str(row.body)
