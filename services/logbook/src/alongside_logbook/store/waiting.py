"""What waits for somebody's word, and who was reminded of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Select, String, bindparam, exists, func, or_, select
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts.hours import AwaitedFor
from alongside.db import UtcDateTime
from alongside_logbook.domain.entry import OUTSIDE, Ages
from alongside_logbook.domain.nudges import Nudge
from alongside_logbook.store.sql import insert_for
from alongside_logbook.store.tables import (
    EntryRow,
    NudgeRow,
    SeriesPersonRow,
    SeriesRow,
    SessionRow,
    table,
)

_ENTRIES = table(EntryRow)
_SESSIONS = table(SessionRow)
_SERIES = table(SeriesRow)
_PEOPLE = table(SeriesPersonRow)
_NUDGES = table(NudgeRow)


def _unrecorded_of() -> Select[Any]:
    person, now = bindparam("person", type_=String), bindparam("now", type_=UtcDateTime())
    mine = select(_PEOPLE.c.series_id).where(
        _PEOPLE.c.person_id == person, _PEOPLE.c.part == "member"
    )
    said = exists(
        select(_ENTRIES.c.entry_id).where(
            _ENTRIES.c.series_id == _SESSIONS.c.series_id,
            _ENTRIES.c.occurrence_key == _SESSIONS.c.key,
            _ENTRIES.c.supervisee_id == person,
            _ENTRIES.c.status != "withdrawn",
        )
    )
    return (
        select(SessionRow)
        .where(
            _SESSIONS.c.series_id.in_(mine),
            # Said twice, so that the index on what is unrecorded serves.
            _SESSIONS.c.recorded_at.is_(None),
            _SESSIONS.c.starts_at <= now,
            _SESSIONS.c.ends_at <= now,
            _SESSIONS.c.status == "planned",
            _SESSIONS.c.provider_id != person,
            ~said,
        )
        .order_by(col(SessionRow.starts_at).desc(), col(SessionRow.series_id))
        .limit(bindparam("most", type_=Integer))
    )


# Made once: putting it together takes longer than the database takes to answer it.
_UNRECORDED = _unrecorded_of()


class WaitingStore:
    """Words that are missing, from whichever side."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ages_said(self, people: Iterable[str]) -> dict[str, tuple[Ages, ...]]:
        """Return whom people's newest entries concern; nobody is named whose entry says nothing."""
        said: dict[str, tuple[Ages, ...]] = {}
        for person in sorted(people):
            query = (
                select(_ENTRIES.c.current)
                .where(_ENTRIES.c.supervisee_id == person, _ENTRIES.c.minutes > 0)
                .order_by(_ENTRIES.c.started_at.desc())
                .limit(1)
            )
            newest = (await self._session.execute(query)).scalar()
            if newest is not None and newest.ages:
                said[person] = newest.ages
        return said

    async def unrecorded_of(
        self, person: str, now: datetime, *, most: int = 60
    ) -> tuple[SessionRow, ...]:
        """Return sessions that ended unrecorded, on whose roster somebody was who has not spoken either.

        Newest first. What was said and taken back is no word.
        """
        asked = {"person": person, "now": now, "most": most}
        rows = (await self._session.execute(_UNRECORDED, asked)).scalars().all()
        if not rows:
            return ()
        states = select(_SERIES.c.series_id, _SERIES.c.state).where(
            _SERIES.c.series_id.in_({row.series_id for row in rows})
        )
        series = {row.series_id: row.state for row in await self._session.execute(states)}
        return tuple(
            row
            for row in rows
            if person not in series[row.series_id].co_provider_ids
            and any(
                member.person_id == person
                and member.joined_on <= row.held_on
                and (member.left_on is None or row.held_on <= member.left_on)
                for member in series[row.series_id].members
            )
        )

    async def said_to(self, leader: str | None) -> Sequence[EntryRow]:
        """Return what supervisees said of sessions planned here that nobody who leads them has yet.

        Oldest first; for no leader, whoever leads them.
        """
        query = select_rows(EntryRow).where(
            EntryRow.occurrence_key != OUTSIDE,
            EntryRow.status == "recorded",
            col(EntryRow.awaits) != EntryRow.supervisee_id,
        )
        if leader is not None:
            leads = select(_PEOPLE.c.series_id).where(
                _PEOPLE.c.person_id == leader, _PEOPLE.c.part == "leader"
            )
            query = query.where(
                or_(_ENTRIES.c.awaits == leader, _ENTRIES.c.series_id.in_(leads)),
                _ENTRIES.c.supervisee_id != leader,
            )
        return (await self._session.exec(query.order_by(col(EntryRow.started_at)))).all()

    async def spoken_in(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return of how many people something stands already, by session; only where of any."""
        wanted = set(places)
        query = (
            select(_ENTRIES.c.series_id, _ENTRIES.c.occurrence_key, func.count())
            .where(
                _ENTRIES.c.series_id.in_({series_id for series_id, _ in wanted}),
                _ENTRIES.c.occurrence_key.in_({key for _, key in wanted}),
                _ENTRIES.c.status != "withdrawn",
            )
            .group_by(_ENTRIES.c.series_id, _ENTRIES.c.occurrence_key)
        )
        if not wanted:
            return {}
        rows = await self._session.execute(query)
        return {
            (series_id, key): int(number)
            for series_id, key, number in rows
            if (series_id, key) in wanted
        }

    async def awaited(self, after: str, before: datetime, *, limit: int) -> list[str]:
        """Return people with an id after this one for whom entries, or sessions over before then, wait."""
        words = (
            select(_ENTRIES.c.awaits.label("person_id"))
            .where(_ENTRIES.c.awaits > after)
            .distinct()
            .order_by(_ENTRIES.c.awaits)
            .limit(limit)
        )
        sessions = (
            select(_SESSIONS.c.provider_id.label("person_id"))
            .where(_SESSIONS.c.provider_id > after, *_unrecorded(before))
            .distinct()
            .order_by(_SESSIONS.c.provider_id)
            .limit(limit)
        )
        found = {
            person
            for query in (words, sessions)
            for person in (await self._session.execute(query)).scalars()
        }
        return sorted(found)[:limit]

    async def unrecorded_by(self, provider_id: str, before: datetime) -> Sequence[SessionRow]:
        """Return sessions that somebody led, were over before then, and have no attendance."""
        query = (
            select_rows(SessionRow)
            .where(_SESSIONS.c.provider_id == provider_id, *_unrecorded(before))
            .order_by(col(SessionRow.starts_at))
        )
        return (await self._session.exec(query)).all()

    async def nudged(self, person_id: str) -> dict[AwaitedFor, Nudge]:
        """Return what somebody was last reminded of, by what it was about."""
        query = select_rows(NudgeRow).where(NudgeRow.person_id == person_id)
        found: dict[AwaitedFor, Nudge] = {}
        for row in await self._session.exec(query):
            about = cast("AwaitedFor", row.about)
            found[about] = Nudge(about, row.since, row.times, row.last_at)
        return found

    async def keep_nudge(
        self, person_id: str, nudge_id: str, nudge: Nudge, before: Nudge | None
    ) -> bool:
        """Remember a reminder; False, and no change, if somebody else gave one meanwhile."""
        row = {
            "nudge_id": nudge_id,
            "since": nudge.since,
            "times": nudge.times,
            "last_at": nudge.last_at,
        }
        statement = insert_for(self._session, _NUDGES).values(
            person_id=person_id, about=nudge.about, **row
        )
        keys = ["person_id", "about"]
        if before is None:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        else:
            statement = statement.on_conflict_do_update(
                index_elements=keys, set_=row, where=_NUDGES.c.last_at == before.last_at
            )
        kept = await self._session.execute(statement.returning(_NUDGES.c.nudge_id))
        return kept.first() is not None


def _unrecorded(before: datetime) -> tuple[Any, ...]:
    return (
        _SESSIONS.c.recorded_at.is_(None),
        _SESSIONS.c.status == "planned",
        _SESSIONS.c.ends_at <= before,
        _SESSIONS.c.roster_size > 0,
    )
