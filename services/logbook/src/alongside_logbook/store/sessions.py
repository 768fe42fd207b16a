"""Copies of series and their occurrences, and which of them still need attendance."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import GroupKind, SeriesState
from alongside.db import UtcDateTime
from alongside.zones import zone
from alongside_logbook.domain.roster import leaders_of, roster_on
from alongside_logbook.store.sql import upsert
from alongside_logbook.store.tables import (
    EntryRow,
    SeriesPersonRow,
    SeriesRow,
    SessionRow,
    table,
)

_SESSIONS = table(SessionRow)
_PEOPLE = table(SeriesPersonRow)
_ENTRIES = table(EntryRow)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A planned session, for one person on its roster."""

    series_id: str
    key: str
    provider_id: str
    held_on: date
    minutes: int
    kind: GroupKind
    roster_size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was new of series that were said."""

    newer: Sequence[SeriesState]
    """Those that were not here, or in an older version."""
    before: Collection[str]
    """The ids of those of which some version was here."""


def _ahead() -> Select[Any]:
    mine = select(_PEOPLE.c.series_id).where(
        _PEOPLE.c.person_id == bindparam("person", type_=String), _PEOPLE.c.part == "member"
    )
    names = ("series_id", "key", "provider_id", "held_on", "scheduled_minutes", "kind")
    return (
        select(*(_SESSIONS.c[name] for name in names), _SESSIONS.c.roster_size)
        .where(
            _SESSIONS.c.series_id.in_(mine),
            _SESSIONS.c.starts_at > bindparam("now", type_=UtcDateTime()),
            _SESSIONS.c.status == "planned",
        )
        .order_by(_SESSIONS.c.starts_at, _SESSIONS.c.series_id)
        .limit(bindparam("most", type_=Integer))
    )


# Made once: asked whenever somebody's hours are worked out.
_AHEAD = _ahead()


class SessionStore:
    """Every series the scheduler has told of."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep_states(self, states: Sequence[SeriesState]) -> Kept:
        """Keep series as they were said, the newest of each; return what is new with that."""
        newest = {each.series_id: each for each in sorted(states, key=lambda each: each.version)}
        rows = table(SeriesRow)
        known = await self._session.execute(
            select(rows.c.series_id, rows.c.version).where(rows.c.series_id.in_(newest))
        )
        versions = {row.series_id: row.version for row in known}
        newer = [
            each
            for series_id, each in sorted(newest.items())
            if each.version > versions.get(series_id, 0)
        ]
        await upsert(
            self._session,
            rows,
            [
                {
                    "series_id": series.series_id,
                    "version": series.version,
                    "group_id": series.group_id,
                    "state": series,
                }
                for series in newer
            ],
        )
        return Kept(newer, frozenset(versions))

    async def keep(self, some: Sequence[SeriesState], before: Collection[str]) -> None:
        """Lay series out as sessions that may become hours, and say who has which part in them.

        `before` are those of which something may be here already.
        """
        if some:
            changed = [each.series_id for each in some if each.series_id in before]
            await self._keep_sessions(some, changed)
            await self._keep_people(some, changed)

    async def _keep_sessions(self, some: Sequence[SeriesState], changed: Sequence[str]) -> None:
        rows = [row for series in some for row in _rows_of(series)]
        if changed:
            # An occurrence that is gone leaves, unless somebody's hours rest on it.
            key = (_SESSIONS.c.series_id, _SESSIONS.c.key)
            unrecorded = _SESSIONS.c.recorded_at.is_(None)
            known = await self._session.execute(
                select(*key).where(_SESSIONS.c.series_id.in_(changed), unrecorded)
            )
            gone = {tuple(row) for row in known} - {(row["series_id"], row["key"]) for row in rows}
            if gone:
                await self._session.execute(
                    delete(_SESSIONS).where(tuple_(*key).in_(sorted(gone)), unrecorded)
                )
        await upsert(self._session, _SESSIONS, rows)

    async def _keep_people(self, some: Sequence[SeriesState], changed: Sequence[str]) -> None:
        before: set[tuple[str, ...]] = set()
        if changed:
            known = await self._session.execute(
                select(_PEOPLE.c.series_id, _PEOPLE.c.person_id, _PEOPLE.c.part).where(
                    _PEOPLE.c.series_id.in_(changed)
                )
            )
            before = {tuple(row) for row in known}
        now = {part for series in some for part in _parts_of(series)}
        for series_id, person_id, part in sorted(before - now):
            await self._session.execute(
                delete(_PEOPLE).where(
                    _PEOPLE.c.series_id == series_id,
                    _PEOPLE.c.person_id == person_id,
                    _PEOPLE.c.part == part,
                )
            )
        names = ("series_id", "person_id", "part")
        new = [dict(zip(names, each, strict=True)) for each in sorted(now - before)]
        await upsert(self._session, _PEOPLE, new)

    async def state(self, series_id: str) -> SeriesState | None:
        """Return a series as it was last said."""
        row = await self._session.get(SeriesRow, series_id)
        return row.state if row else None

    async def get(self, series_id: str, key: str) -> SessionRow | None:
        """Return one occurrence."""
        return await self._session.get(SessionRow, (series_id, key))

    async def lock(self, series_id: str, key: str) -> SessionRow | None:
        """Return one occurrence, held against anybody else who records it at this moment."""
        await self._session.execute(
            update(_SESSIONS)
            .where(_SESSIONS.c.series_id == series_id, _SESSIONS.c.key == key)
            .values(recordings=_SESSIONS.c.recordings)
        )
        query = (
            select_rows(SessionRow)
            .where(SessionRow.series_id == series_id, SessionRow.key == key)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def mark_recorded(self, session: SessionRow, by: str, at: datetime) -> None:
        """Remember that attendance was recorded or corrected."""
        await self._session.execute(
            update(_SESSIONS)
            .where(_SESSIONS.c.series_id == session.series_id, _SESSIONS.c.key == session.key)
            .values(recordings=_SESSIONS.c.recordings + 1, recorded_at=at, recorded_by=by)
        )

    async def awaiting(
        self, leader: str | None, now: datetime, *, limit: int = 100, offset: int = 0
    ) -> tuple[Sequence[SessionRow], int]:
        """Return what has begun and has no attendance yet, oldest first, and how many there are.

        For `leader`, what this person leads; for none, everything.
        """
        due = (
            _SESSIONS.c.recorded_at.is_(None),
            _SESSIONS.c.status == "planned",
            _SESSIONS.c.starts_at <= now,
            _SESSIONS.c.roster_size > 0,
        )
        query = select_rows(SessionRow).where(*due, *_led_by(leader))
        count = select(func.count()).select_from(_SESSIONS).where(*due, *_led_by(leader))
        page = query.order_by(col(SessionRow.starts_at), col(SessionRow.series_id))
        rows = (await self._session.exec(page.limit(limit).offset(offset))).all()
        return rows, int((await self._session.execute(count)).scalar_one())

    async def recorded(
        self, leader: str | None, *, limit: int = 20, offset: int = 0
    ) -> tuple[Sequence[SessionRow], int]:
        """Return what has attendance, newest first, and how many there are."""
        done = (_SESSIONS.c.recorded_at.is_not(None), *_led_by(leader))
        query = select_rows(SessionRow).where(*done)
        count = select(func.count()).select_from(_SESSIONS).where(*done)
        page = query.order_by(col(SessionRow.starts_at).desc(), col(SessionRow.series_id))
        rows = (await self._session.exec(page.limit(limit).offset(offset))).all()
        return rows, int((await self._session.execute(count)).scalar_one())

    async def upcoming(self, leader: str, now: datetime) -> SessionRow | None:
        """Return the next meeting this person leads."""
        query = (
            select_rows(SessionRow)
            .where(_SESSIONS.c.status == "planned", _SESSIONS.c.starts_at > now, *_led_by(leader))
            .order_by(col(SessionRow.starts_at))
        )
        return (await self._session.exec(query.limit(1))).first()

    async def is_leader(self, person: str, series_id: str) -> bool:
        """Tell whether somebody leads a series, or an occurrence of it."""
        query = select(_PEOPLE.c.person_id).where(
            _PEOPLE.c.series_id == series_id,
            _PEOPLE.c.person_id == person,
            _PEOPLE.c.part.in_(("leader", "stand_in")),
        )
        return (await self._session.execute(query)).first() is not None

    async def leads_for(self, leader: str, person: str) -> bool:
        """Tell whether somebody leads, or led, sessions of a person: then they may see the hours.

        Whoever stands in for one date sees what they recorded, once they did.
        """
        leads, member = _PEOPLE.alias("leads"), _PEOPLE.alias("member")
        together = (
            select(leads.c.series_id)
            .join(member, member.c.series_id == leads.c.series_id)
            .where(
                leads.c.person_id == leader,
                leads.c.part == "leader",
                member.c.person_id == person,
                member.c.part == "member",
            )
        )
        recorded = select(_ENTRIES.c.entry_id).where(
            _ENTRIES.c.provider_id == leader, _ENTRIES.c.supervisee_id == person
        )
        query = select(or_(exists(together), exists(recorded)))
        return bool((await self._session.execute(query)).scalar())

    async def led_by(self, person: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the series that somebody leads, or led, and those of them they were never in.

        A stand-in leads none. In a series that was handed over somebody may have received RSC before
        they led it, or after: there the roster of each day tells.
        """
        query = select(_PEOPLE.c.series_id, _PEOPLE.c.part).where(
            _PEOPLE.c.person_id == person, _PEOPLE.c.part.in_(("leader", "member"))
        )
        parts = (await self._session.execute(query)).all()
        led = frozenset(series_id for series_id, part in parts if part == "leader")
        return led, led - {series_id for series_id, part in parts if part == "member"}

    async def ahead_of(self, person: str, now: datetime, *, most: int = 400) -> tuple[Ahead, ...]:
        """Return the planned sessions ahead on whose roster somebody is, soonest first."""
        asked = {"person": person, "now": now, "most": most}
        rows = (await self._session.execute(_AHEAD, asked)).all()
        if not rows:
            return ()
        roster = await self._roster_of(person, {row.series_id for row in rows})
        return tuple(
            Ahead(
                series_id=row.series_id,
                key=row.key,
                provider_id=row.provider_id,
                held_on=row.held_on,
                minutes=row.scheduled_minutes,
                kind="individual" if row.kind == "individual" else "group",
                roster_size=row.roster_size,
            )
            for row in rows
            if row.provider_id != person
            and any(
                joined <= row.held_on and (left is None or row.held_on <= left)
                for joined, left in roster.get(row.series_id, ())
            )
        )

    async def _roster_of(
        self, person: str, series_ids: set[str]
    ) -> dict[str, list[tuple[date, date | None]]]:
        query = select(table(SeriesRow).c.series_id, table(SeriesRow).c.state).where(
            table(SeriesRow).c.series_id.in_(series_ids)
        )
        return {
            series_id: [
                (member.joined_on, member.left_on)
                for member in state.members
                if member.person_id == person and person not in state.co_provider_ids
            ]
            for series_id, state in await self._session.execute(query)
        }

    async def usual_minutes(self, person: str) -> int | None:
        """Return how long the meetings are that this person is on the roster of."""
        query: Select[Any] = (
            select(_SESSIONS.c.scheduled_minutes)
            .join(_PEOPLE, _PEOPLE.c.series_id == _SESSIONS.c.series_id)
            .where(_PEOPLE.c.person_id == person, _PEOPLE.c.part == "member")
            .order_by(_SESSIONS.c.starts_at.desc())
            .limit(1)
        )
        return (await self._session.execute(query)).scalar()


def _led_by(leader: str | None) -> tuple[Any, ...]:
    if leader is None:
        return ()
    leads = select(_PEOPLE.c.series_id).where(
        _PEOPLE.c.person_id == leader, _PEOPLE.c.part == "leader"
    )
    return (or_(_SESSIONS.c.provider_id == leader, _SESSIONS.c.series_id.in_(leads)),)


def _rows_of(series: SeriesState) -> list[dict[str, Any]]:
    where = zone(series.zone)
    rows = []
    for occurrence in series.occurrences:
        held_on = occurrence.starts_at.astimezone(where).date()
        length = occurrence.ends_at - occurrence.starts_at
        rows.append(
            {
                "series_id": series.series_id,
                "key": occurrence.key,
                "title": series.title[:200],
                "kind": series.kind,
                "zone": series.zone,
                "provider_id": occurrence.provider_id or series.provider_id,
                "starts_at": occurrence.starts_at,
                "ends_at": occurrence.ends_at,
                "held_on": held_on,
                "scheduled_minutes": int(length.total_seconds()) // 60,
                # Of a series that is over, what had begun stays as it was: it may be recorded still.
                "status": occurrence.status,
                "roster_size": len(roster_on(series, occurrence, held_on)),
            }
        )
    return rows


def _parts_of(series: SeriesState) -> set[tuple[str, str, str]]:
    """Return who has which part in a series, as (series, person, part)."""
    leaders = {series.provider_id, *series.co_provider_ids}
    stand_ins = {
        person for occurrence in series.occurrences for person in leaders_of(series, occurrence)
    } - leaders
    members = {member.person_id for member in series.members}
    parts = (("leader", leaders), ("stand_in", stand_ins), ("member", members))
    return {(series.series_id, person, part) for part, people in parts for person in people}
