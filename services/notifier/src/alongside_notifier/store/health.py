"""How news reaches people, read for one person, for some or for all in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside_notifier.domain.health import Fetched, Mailed, program_of, state_of
from alongside_notifier.store.tables import (
    MAILS,
    AnswerRow,
    BouncedRow,
    FeedRow,
    FetchRow,
    SeatRow,
    SeriesRow,
)
from alongside_notifier.store.upsert import table_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What people were asked to come to, and what they said."""

    pairs: Sequence[tuple[str, str]]
    """(person, series), of series that are not over."""
    series: Mapping[str, SeriesState]
    answers: Sequence[AnswerRow]


_MOST = 500
"""Mails of two weeks that are drawn at most."""


class Health:
    """Reads feeds, fetches, mails and addresses. No contents: neither subjects nor words."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def with_feed(self, ids: Collection[str]) -> set[str]:
        """Return those of these people who have a feed in force."""
        feeds = table_of(FeedRow)
        rows = await self._session.execute(
            select(feeds.c.person_id)
            .where(
                feeds.c.person_id.in_(ids),
                feeds.c.revoked_at.is_(None),
                feeds.c.expires_at.is_(None),
            )
            .distinct()
        )
        return set(rows.scalars())

    async def fetches(self, ids: Collection[str], now: datetime) -> Mapping[str, Sequence[Fetched]]:
        """Return who fetched which of their feeds, by addresses that still work."""
        feeds, fetches = table_of(FeedRow), table_of(FetchRow)
        rows = await self._session.execute(
            select(
                feeds.c.person_id,
                fetches.c.agent,
                fetches.c.fetched_at,
                fetches.c.times,
                feeds.c.expires_at,
            )
            .join_from(feeds, fetches, feeds.c.token_hash == fetches.c.token_hash)
            .where(
                feeds.c.person_id.in_(ids),
                feeds.c.revoked_at.is_(None),
                or_(feeds.c.expires_at.is_(None), feeds.c.expires_at > now),
            )
        )
        found: dict[str, list[Fetched]] = defaultdict(list)
        for person_id, agent, fetched_at, times, expires_at in rows:
            found[person_id].append(Fetched(program_of(agent), fetched_at, times, expires_at))
        return found

    async def last_mails(self, ids: Collection[str]) -> Mapping[str, Mailed]:
        """Return the last mail to each of these people."""
        newest = (
            select(func.max(MAILS.c.id))
            .where(
                MAILS.c.person_id.in_(ids),
                or_(MAILS.c.outcome.is_(None), MAILS.c.outcome != "withdrawn"),
            )
            .group_by(MAILS.c.person_id)
        )
        rows = await self._session.execute(_mails().where(MAILS.c.id.in_(newest)))
        return {row.person_id: _mailed(row) for row in rows}

    async def mails_since(self, person_id: str, since: datetime) -> Sequence[Mailed]:
        """Return a person's mails since then, the newest first."""
        rows = await self._session.execute(
            _mails()
            .where(MAILS.c.person_id == person_id, MAILS.c.queued_at >= since)
            .order_by(MAILS.c.id.desc())
            .limit(_MOST)
        )
        return [_mailed(row) for row in rows]

    async def asked(self, ids: Collection[str], now: datetime) -> Asked:
        """Return the series that are not over and these people's seats in them, and their answers."""
        seats, series = table_of(SeatRow), table_of(SeriesRow)
        in_them = await self._session.execute(
            select(seats.c.person_id, seats.c.series_id)
            .join_from(seats, series, seats.c.series_id == series.c.id)
            .where(
                seats.c.person_id.in_(ids),
                seats.c.removed.is_(False),
                series.c.ends_at > now,
            )
        )
        pairs = [(str(row[0]), str(row[1])) for row in in_them]
        known = {series_id for _, series_id in pairs}
        rows = await self._session.execute(
            select(series.c.id, series.c.state).where(series.c.id.in_(known))
        )
        answers = await self._session.exec(
            sqlmodel_select(AnswerRow).where(col(AnswerRow.person_id).in_(ids))
        )
        return Asked(pairs, {row[0]: row[1] for row in rows}, answers.all())

    async def bounced(self, addresses: Collection[str]) -> Mapping[str, Row[Any]]:
        """Return what came back from these addresses, in lower case."""
        table = table_of(BouncedRow)
        rows = await self._session.execute(
            select(table).where(table.c.address.in_({each.lower() for each in addresses}))
        )
        return {row.address: row for row in rows}


def _mails() -> Select[Any]:
    return select(
        MAILS.c.person_id,
        MAILS.c.kind,
        MAILS.c.queued_at,
        MAILS.c.done_at,
        MAILS.c.outcome,
        MAILS.c.last_error.is_not(None).label("tried"),
    )


def _mailed(row: Row[Any]) -> Mailed:
    return Mailed(
        row.kind, row.done_at or row.queued_at, state_of(row.outcome, tried=bool(row.tried))
    )
