"""Meetings as a calendar shows them: many at once, read from columns and never from whole series."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, func, literal, or_, select, type_coerce
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.zones import zone
from alongside_scheduler.domain.series import expected, leaders
from alongside_scheduler.store.narrowing import Wanted, has_part, narrowed, number_of
from alongside_scheduler.store.tables import (
    AnswerRow,
    CommitmentRow,
    GroupRow,
    OccurrenceRow,
    PersonRow,
    SeriesRow,
)

__all__ = ["MOST", "CalendarStore", "Choice", "Meeting", "Wanted"]

MOST = 5000
_A_DAY = timedelta(days=1)


@dataclass(slots=True)
class Meeting:
    """One meeting. `mine`: who looks takes part in it or leads it."""

    series_id: str
    key: str
    group_id: str
    title: str
    kind: str
    purpose: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    status: str
    moved: bool
    changed_at: datetime | None
    provider_id: str
    provider: str
    co_provider_ids: tuple[str, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A group or a provider to look at alone."""

    what: str
    id: str
    name: str


class CalendarStore:
    """Asks about meetings in bulk."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def between(
        self,
        begins: datetime,
        ends: datetime | None,
        wanted: Wanted,
        *,
        viewer_id: str | None,
        limit: int = MOST,
        newest_first: bool = False,
    ) -> list[Meeting]:
        """Return meetings that end after `begins` and start before `ends`, in order of time.

        With a person: those in which they lead or take part, and those that were cancelled while
        they did. Two statements: one over the meetings, one over the few series they belong to;
        and another one only where somebody stands in, or something was cancelled.
        """
        starts_at = col(OccurrenceRow.starts_at)
        conditions = [
            # Nothing lasts a day: with it, the index on the start has two ends.
            starts_at > begins - _A_DAY,
            col(OccurrenceRow.ends_at) > begins,
            *narrowed(wanted),
        ]
        if ends is not None:
            conditions.append(starts_at < ends)
        query = (
            select(
                col(OccurrenceRow.series_id),
                col(OccurrenceRow.key),
                starts_at,
                col(OccurrenceRow.ends_at),
                col(OccurrenceRow.status),
                col(OccurrenceRow.moved),
                col(OccurrenceRow.changed_at),
                col(OccurrenceRow.provider_id),
                (has_part(viewer_id) if viewer_id else literal(value=False)).label("mine"),
            )
            .where(*conditions)
            .order_by(
                starts_at.desc() if newest_first else starts_at.asc(),
                col(OccurrenceRow.series_id),
            )
            .limit(limit)
        )
        rows = (await self._session.execute(query)).all()
        series = await self._series({row.series_id for row in rows})
        names = await self._names({row.provider_id for row in rows if row.provider_id})
        found = []
        for row in rows:
            its = series[row.series_id]
            found.append(
                Meeting(
                    series_id=row.series_id,
                    key=row.key,
                    group_id=its.group_id,
                    title=its.title,
                    kind=its.kind,
                    purpose=its.purpose,
                    zone=its.zone,
                    starts_at=row.starts_at,
                    ends_at=row.ends_at,
                    status=row.status,
                    moved=row.moved,
                    changed_at=row.changed_at,
                    provider_id=row.provider_id or its.provider_id,
                    provider=names.get(row.provider_id, "") if row.provider_id else its.provider,
                    co_provider_ids=its.co_provider_ids,
                    mine=row.mine,
                )
            )
        return await self._without_foreign(found, wanted.person_id, viewer_id)

    async def _series(self, series_ids: Collection[str]) -> dict[str, Any]:
        """Return what is shown of series, by id. A row is read once, however often it meets."""
        if not series_ids:
            return {}
        query = (
            select(
                col(SeriesRow.id),
                col(SeriesRow.group_id),
                col(SeriesRow.title),
                col(SeriesRow.kind),
                col(SeriesRow.purpose),
                col(SeriesRow.zone),
                col(SeriesRow.provider_id),
                func.coalesce(col(PersonRow.name), "").label("provider"),
                col(SeriesRow.co_provider_ids),
            )
            .outerjoin(PersonRow, col(PersonRow.id) == col(SeriesRow.provider_id))
            .where(col(SeriesRow.id).in_(series_ids))
        )
        return {row.id: row for row in await self._session.execute(query)}

    async def _names(self, person_ids: Collection[str]) -> dict[str, str]:
        if not person_ids:
            return {}
        query = select(col(PersonRow.id), col(PersonRow.name)).where(
            col(PersonRow.id).in_(person_ids)
        )
        return {row.id: row.name for row in await self._session.execute(query)}

    async def answers(self, person_id: str, series_ids: Iterable[str]) -> Sequence[AnswerRow]:
        """Return what a person answered in these series."""
        query = select(AnswerRow).where(
            col(AnswerRow.person_id) == person_id,
            col(AnswerRow.series_id).in_(set(series_ids)),
        )
        return (await self._session.execute(query)).scalars().all()

    async def choices(self, person_id: str | None) -> list[Choice]:
        """Return the groups of a person by name; for None, every group and everybody who leads."""
        groups: Any = select(
            literal("group").label("what"),
            col(GroupRow.id).label("id"),
            col(GroupRow.name).label("name"),
            col(GroupRow.search_text).label("sorted_by"),
        ).where(col(GroupRow.purpose) == "rsc")
        if person_id is not None:
            # Of a group, what somebody may look at is what is theirs in it.
            theirs = (
                select(col(SeriesRow.group_id))
                .join(CommitmentRow, col(CommitmentRow.series_id) == col(SeriesRow.id))
                .where(col(CommitmentRow.person_no) == number_of(person_id))
            )
            groups = groups.where(
                or_(
                    col(GroupRow.provider_id) == person_id,
                    col(GroupRow.co_provider_id) == person_id,
                    col(GroupRow.id).in_(theirs),
                )
            )
            everything = groups
        else:
            roles = type_coerce(col(PersonRow.roles), Text)
            providers = select(
                literal("provider"),
                col(PersonRow.id),
                col(PersonRow.name),
                col(PersonRow.search_text),
            ).where(roles.like('%"supervisor"%'), col(PersonRow.left_at).is_(None))
            everything = groups.union_all(providers)
        rows = everything.subquery()
        query = select(rows.c.what, rows.c.id, rows.c.name).order_by(rows.c.sorted_by, rows.c.id)
        return [Choice(*row) for row in await self._session.execute(query)]

    async def _without_foreign(
        self, found: list[Meeting], person_id: str | None, viewer_id: str | None
    ) -> list[Meeting]:
        """Take out what was cancelled after somebody had left its roster.

        Both leave an idle commitment behind; only the series itself can tell.
        """
        cancelled = {each.series_id for each in found if each.mine and each.status != "planned"}
        if person_id is not None:
            cancelled |= {each.series_id for each in found if each.status != "planned"}
        if not cancelled:
            return found
        query = select(col(SeriesRow.state)).where(col(SeriesRow.id).in_(cancelled))
        states: dict[str, SeriesState] = {
            each.series_id: each for each in (await self._session.execute(query)).scalars()
        }
        return [
            replace(each, mine=each.mine and _is_for(viewer_id, each, states))
            for each in found
            if person_id is None or _is_for(person_id, each, states)
        ]


def _is_for(person_id: str | None, each: Meeting, states: dict[str, SeriesState]) -> bool:
    if each.status == "planned":
        return True
    series = states[each.series_id]
    one = next(one for one in series.occurrences if one.key == each.key)
    return person_id in {*leaders(series, one), *expected(series, one, zone(series.zone))}
