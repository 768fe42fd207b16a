"""The coordinator's board in rows: places, sums by provider and series, credentials that end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, delete, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.board import URGENCY, BoardState, Ending, Place, Tally
from alongside_logbook.domain.progress import Progress
from alongside_logbook.store.tables import (
    BoardRow,
    EndingRow,
    PersonRow,
    SeriesPersonRow,
    SeriesRow,
    SessionRow,
    TallyRow,
    table,
)

_BOARD = table(BoardRow)
_TALLIES = table(TallyRow)
_ENDINGS = table(EndingRow)
_PEOPLE = table(PersonRow)
_SERIES_PEOPLE = table(SeriesPersonRow)
_SESSIONS = table(SessionRow)
_SERIES = table(SeriesRow)
_TALLIES_BY_GROUP = _TALLIES.join(
    _SERIES, _SERIES.c.series_id == _TALLIES.c.series_id, isouter=True
)
_GROUP = func.coalesce(func.nullif(_SERIES.c.group_id, ""), _TALLIES.c.series_id)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which part of the board is looked at."""

    leader: str | None = None
    """Only those on the roster of what this person leads; none: everybody."""
    state: BoardState | None = None
    name: str = ""
    waiting_before: date | None = None
    """Only those whose hours have waited for somebody since before this day."""
    group_id: str | None = None
    provider_id: str | None = None


class BoardStore:
    """The board as it is now."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def place(
        self, supervisee_id: str, places: Sequence[tuple[str, Progress, Place]]
    ) -> None:
        """Put somebody in their places, one a goal, the main one first; other goals are forgotten."""
        rows = [
            {
                "supervisee_id": supervisee_id,
                "goal": goal,
                "main": at == 0,
                "category": progress.category,
                "state": place.state,
                "urgency": URGENCY[place.state],
                "because": place.because,
                "until": place.until,
                "required": progress.main.required if progress.main else 0,
                "counted": progress.main.counted if progress.main else 0,
                "pending": progress.main.pending if progress.main else 0,
                "attended": progress.attended,
                "waiting": progress.unconfirmed,
                "waiting_since": min((each.since for each in progress.awaited), default=None),
            }
            for at, (goal, progress, place) in enumerate(places)
        ]
        await self._replace(_BOARD, _BOARD.c.supervisee_id == supervisee_id, rows)

    async def tally(self, supervisee_id: str, sums: Iterable[Tally]) -> None:
        """Keep somebody's sums by provider, series and year."""
        rows = [{"supervisee_id": supervisee_id, **asdict(each)} for each in sums]
        await self._replace(_TALLIES, _TALLIES.c.supervisee_id == supervisee_id, rows)

    async def end(self, found: Mapping[str, Iterable[Ending]]) -> None:
        """Keep which credentials of these people end."""
        if not found:
            return
        rows = [
            {"person_id": person_id, **asdict(each)}
            for person_id, endings in found.items()
            for each in endings
        ]
        await self._replace(_ENDINGS, _ENDINGS.c.person_id.in_(found), rows)

    async def counts(self, sight: Sight, waiting_before: date) -> tuple[dict[BoardState, int], int]:
        """Return how many are in each state, and with how many hours have waited since before a day."""
        long = func.sum(case((_BOARD.c.waiting_since < waiting_before, 1), else_=0))
        query = _seen(select(_BOARD.c.state, func.count(), long), sight).group_by(_BOARD.c.state)
        rows = (await self._session.execute(query)).all()
        return {row[0]: int(row[1]) for row in rows}, sum(int(row[2]) for row in rows)

    async def count(self, sight: Sight) -> int:
        """Return how many are seen."""
        query = _seen(select(func.count()), sight)
        return int((await self._session.execute(query)).scalar_one())

    async def page(
        self, sight: Sight, *, limit: int | None = None, offset: int = 0
    ) -> Sequence[Row[Any]]:
        """Return who is seen, with their names: the most urgent first, then by name."""
        query = (
            _seen(select(_BOARD, _PEOPLE.c.name), sight)
            .order_by(_BOARD.c.urgency, _PEOPLE.c.name, _BOARD.c.supervisee_id)
            .offset(offset)
        )
        return (await self._session.execute(query.limit(limit) if limit else query)).all()

    async def by_provider(
        self, year: int, *, limit: int | None, leader: str | None = None
    ) -> Sequence[Row[Any]]:
        """Return a year's sums by provider: id, people, sessions, confirmed and waiting minutes."""
        return await self._sums(_TALLIES.c.provider_id, year, limit, leader)

    async def by_group(
        self, year: int, *, limit: int | None, leader: str | None = None
    ) -> Sequence[Row[Any]]:
        """Return a year's sums by group, as by provider; the id is empty for hours from elsewhere."""
        return await self._sums(_GROUP, year, limit, leader)

    async def years(self) -> Sequence[int]:
        """Return the years in which anybody has hours, newest first."""
        query = select(_TALLIES.c.year).distinct().order_by(_TALLIES.c.year.desc())
        return list((await self._session.execute(query)).scalars())

    async def titles(self, group_ids: Iterable[str]) -> dict[str, str]:
        """Return how groups are called: as their latest session is."""
        latest = (
            select(_SERIES.c.group_id, func.max(_SESSIONS.c.starts_at).label("at"))
            .join(_SESSIONS, _SESSIONS.c.series_id == _SERIES.c.series_id)
            .where(_SERIES.c.group_id.in_(set(group_ids)))
            .group_by(_SERIES.c.group_id)
            .subquery()
        )
        query = (
            select(latest.c.group_id, func.min(_SESSIONS.c.title))
            .join(_SERIES, _SERIES.c.group_id == latest.c.group_id)
            .join(
                _SESSIONS,
                (_SESSIONS.c.series_id == _SERIES.c.series_id)
                & (_SESSIONS.c.starts_at == latest.c.at),
            )
            .group_by(latest.c.group_id)
        )
        return {str(row[0]): str(row[1]) for row in await self._session.execute(query)}

    async def ending(self, first: date, last: date, since_year: int) -> Sequence[Row[Any]]:
        """Return credentials that end between two days, with the provider's name and supervisees.

        Only of people who lead a series, or with whom somebody has hours since that year.
        """
        soon = select(_ENDINGS.c.person_id).where(_ENDINGS.c.ends_on.between(first, last))
        served = (
            select(
                _TALLIES.c.provider_id, func.count(_TALLIES.c.supervisee_id.distinct()).label("n")
            )
            .where(_TALLIES.c.year >= since_year, _TALLIES.c.provider_id.in_(soon))
            .group_by(_TALLIES.c.provider_id)
            .subquery()
        )
        leads = select(_SERIES_PEOPLE.c.person_id).where(_SERIES_PEOPLE.c.part == "leader")
        query = (
            select(
                _ENDINGS,
                _PEOPLE.c.name.label("provider"),
                func.coalesce(served.c.n, 0).label("people"),
            )
            .join(_PEOPLE, _PEOPLE.c.person_id == _ENDINGS.c.person_id)
            .join(served, served.c.provider_id == _ENDINGS.c.person_id, isouter=True)
            .where(
                _ENDINGS.c.ends_on.between(first, last),
                _PEOPLE.c.left_at.is_(None),
                served.c.n.is_not(None) | _ENDINGS.c.person_id.in_(leads),
            )
            .order_by(_ENDINGS.c.ends_on, _PEOPLE.c.name, _ENDINGS.c.credential_id)
        )
        return (await self._session.execute(query)).all()

    async def unrecorded(self, before: datetime, *, limit: int) -> Sequence[Row[Any]]:
        """Return who led sessions before an instant that have no attendance: id, how many, the first."""
        query = (
            select(
                _SESSIONS.c.provider_id, func.count().label("sessions"),
                func.min(_SESSIONS.c.held_on).label("first"),
            )
            .where(
                _SESSIONS.c.recorded_at.is_(None),
                _SESSIONS.c.status == "planned",
                _SESSIONS.c.starts_at <= before,
                _SESSIONS.c.roster_size > 0,
            )
            .group_by(_SESSIONS.c.provider_id)
            .order_by(func.count().desc(), _SESSIONS.c.provider_id)
            .limit(limit)
        )  # fmt: skip
        return (await self._session.execute(query)).all()

    async def _sums(
        self, by: ColumnElement[str], year: int, limit: int | None, leader: str | None
    ) -> Sequence[Row[Any]]:
        confirmed = func.sum(_TALLIES.c.confirmed)
        query = (
            select(
                by.label("id"),
                func.count(_TALLIES.c.supervisee_id.distinct()).label("people"),
                func.sum(_TALLIES.c.sessions).label("sessions"),
                confirmed.label("confirmed"),
                func.sum(_TALLIES.c.waiting).label("waiting"),
            )
            .select_from(_TALLIES_BY_GROUP)
            .where(_TALLIES.c.year == year)
            .group_by(by)
            .order_by(confirmed.desc(), by)
        )
        if leader is not None:
            query = query.where(
                (_TALLIES.c.provider_id == leader) | _TALLIES.c.series_id.in_(_led_by(leader))
            )
        return (await self._session.execute(query.limit(limit) if limit else query)).all()

    async def _replace(
        self, rows_of: Any, whose: ColumnElement[bool], rows: list[dict[str, Any]]
    ) -> None:
        await self._session.execute(delete(rows_of).where(whose))
        if rows:
            await self._session.execute(insert(rows_of), rows)


def _led_by(leader: str) -> Select[Any]:
    return select(_SERIES_PEOPLE.c.series_id).where(
        _SERIES_PEOPLE.c.person_id == leader, _SERIES_PEOPLE.c.part == "leader"
    )


def _seen(query: Select[Any], sight: Sight) -> Select[Any]:
    query = query.select_from(
        _BOARD.join(_PEOPLE, _PEOPLE.c.person_id == _BOARD.c.supervisee_id)
    ).where(_BOARD.c.main, _PEOPLE.c.left_at.is_(None))
    if sight.leader is not None:
        member = select(_SERIES_PEOPLE.c.person_id).where(
            _SERIES_PEOPLE.c.part == "member", _SERIES_PEOPLE.c.series_id.in_(_led_by(sight.leader))
        )
        query = query.where(_BOARD.c.supervisee_id.in_(member))
    if sight.state is not None:
        query = query.where(_BOARD.c.state == sight.state)
    if sight.waiting_before is not None:
        query = query.where(_BOARD.c.waiting_since < sight.waiting_before)
    if sight.group_id is not None or sight.provider_id is not None:
        had = select(_TALLIES.c.supervisee_id)
        if sight.group_id is not None:
            meets = select(_SERIES.c.series_id).where(_SERIES.c.group_id == sight.group_id)
            had = had.where(_TALLIES.c.series_id.in_(meets))
        if sight.provider_id is not None:
            had = had.where(_TALLIES.c.provider_id == sight.provider_id)
        query = query.where(_BOARD.c.supervisee_id.in_(had))
    if sight.name:
        query = query.where(_PEOPLE.c.name.icontains(sight.name, autoescape=True))
    return query
