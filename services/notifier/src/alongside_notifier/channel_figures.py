"""What the operator watches of channels beside mail. None of it is there where none is offered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.clock import Clock
from alongside.db import Database
from alongside.observability import metrics
from alongside.observability.figure import Figure
from alongside.operations.finding import Finding, bad, good
from alongside_notifier.channels import Offer
from alongside_notifier.domain.channels import REFUSED, SLEEPS
from alongside_notifier.figures import LATE, LATELY, age
from alongside_notifier.store.channel_tables import CHANNEL_MESSAGES, ChannelRow
from alongside_notifier.store.channels import CODE
from alongside_notifier.store.upsert import table_of

_SAID = CHANNEL_MESSAGES.c


async def figures(
    database: Database, clock: Clock, offers: Mapping[str, Offer]
) -> tuple[Figure, ...]:
    """Return the figures of short messages; none where nothing is offered and nothing waits."""
    now = clock.now()
    async with database.read() as session:
        waiting, since, why_waiting = await _due(session, now, offers)
        failed, why_failed = await _failed(session, now, offers)
    if not (offers or waiting):
        return ()
    return (
        Figure(metrics.CHANNEL_WAITING, "Short messages to hand over now", waiting),
        Figure(
            metrics.CHANNEL_OLDEST_SECONDS,
            "The oldest short message waits for",
            age(since, now),
            most=LATE,
            unit="s",
            advice=f"{why_waiting} Does the service answer, and is its address in "
            "ALONGSIDE_CHANNELS right? Each is tried for six hours; mail goes out meanwhile.",
        ),
        Figure(
            metrics.CHANNEL_FAILED_LATELY,
            "Short messages that failed within seven days",
            failed,
            most=0,
            advice=f"{why_failed} Mend the cause, such as the address in ALONGSIDE_CHANNELS or what "
            "that service wants paid. They are not sent again: by now they are old news.",
        ),
    )


async def examine(
    database: Database, clock: Clock, offers: Mapping[str, Offer]
) -> Sequence[Finding]:
    """Say of each channel whether it works. Nothing is sent, so no service is asked."""
    table = table_of(ChannelRow)
    async with database.read() as session:
        sent = await session.execute(
            select(_SAID.channel, func.count().label("number"))
            .where(_SAID.outcome == "sent", _SAID.done_at > clock.now() - LATELY)
            .group_by(_SAID.channel)
        )
        went = {row.channel: row.number for row in sent}
        turned_on = await session.execute(
            select(table.c.channel, func.count().label("number"))
            .where(table.c.confirmed_at.is_not(None))
            .group_by(table.c.channel)
        )
        people = {row.channel: row.number for row in turned_on}
    return (
        *(
            good(
                "channels",
                f"{offer.name} is offered; turned on by: {people.get(key, 0)}, handed over within "
                f"seven days: {went.get(key, 0)}",
            )
            for key, offer in offers.items()
        ),
        *(
            bad(
                "channels",
                f"{channel} is offered no more, and was turned on by: {count}",
                "Put it back into ALONGSIDE_CHANNELS, under the name that it had, or tell them: "
                "they get mail alone.",
            )
            for channel, count in people.items()
            if channel not in offers
        ),
    )


async def _due(
    session: AsyncSession, now: datetime, offers: Mapping[str, Offer]
) -> tuple[int, datetime | None, str]:
    """Return how many are due, since when, and why the oldest was not taken."""
    held = or_(_SAID.attempts == 0, _SAID.last_error == SLEEPS)
    waiting, since, why = 0, None, ""
    for moment, wanted in (
        (_SAID.next_attempt_at, and_(held, _SAID.next_attempt_at <= now)),
        (_SAID.queued_at, and_(_SAID.attempts > 0, _SAID.last_error.is_distinct_from(SLEEPS))),
    ):
        which = and_(_SAID.done_at.is_(None), wanted)
        found = await session.execute(
            select(func.count(), func.min(moment)).select_from(CHANNEL_MESSAGES).where(which)
        )
        count, oldest = found.one()
        waiting += count
        if oldest is not None and (since is None or oldest < since):
            since, why = oldest, await _why(session, which, moment, offers)
    return waiting, since, why


async def _failed(
    session: AsyncSession, now: datetime, offers: Mapping[str, Offer]
) -> tuple[int, str]:
    """Return how many failed lately, and why the last of them did. Who mistyped a number did not."""
    mistyped = and_(_SAID.kind == CODE, _SAID.last_error.startswith(REFUSED))
    which = and_(_SAID.outcome.in_(("failed", "unclear")), _SAID.done_at > now - LATELY, ~mistyped)
    count = await session.scalar(select(func.count()).select_from(CHANNEL_MESSAGES).where(which))
    if not count:
        return 0, ""
    return count, await _why(session, which, _SAID.done_at.desc(), offers)


async def _why(
    session: AsyncSession,
    which: ColumnElement[bool],
    order: ColumnElement[datetime],
    offers: Mapping[str, Offer],
) -> str:
    """Return the channel and the reason of the first of these; no reason names a person."""
    found = await session.execute(
        select(_SAID.channel, _SAID.last_error).where(which).order_by(order).limit(1)
    )
    row = found.one()
    offer = offers.get(row.channel)
    if offer is None:
        return f"{row.channel} is not in ALONGSIDE_CHANNELS."
    return f"{offer.name}: {row.last_error or 'not tried yet.'}"
