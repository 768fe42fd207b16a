"""Meetings as a calendar shows them: many at once, read from columns and never from whole series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, func, literal, or_, select, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.zones import zone
from alongside_scheduler.domain.series import expected, leaders
from alongside_scheduler.store.likeness import begins_a_word, escaped
from alongside_scheduler.store.tables import (
    AnswerRow,
    CommitmentRow,
    GroupRow,
    OccurrenceRow,
    PersonRow,
    SeriesRow,
)

MOST = 5000
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
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
class Wanted:
    """Which meetings: those of a person, of a group, led by a provider.

    `words`: each begins a word of the title, or of the name of who leads.
    """

    person_id: str | None = None
    group_id: str | None = None
    provider_id: str | None = None
    words: tuple[str, ...] = ()
    cancelled: bool = True


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
        they did. One statement, and a second one only where something was cancelled.
        """
        provider, starts_at = aliased(PersonRow), col(OccurrenceRow.starts_at)
        lead = func.coalesce(col(OccurrenceRow.provider_id), col(SeriesRow.provider_id))
        conditions = [
            # Nothing lasts a day: with it, the index on the start has two ends.
            col(OccurrenceRow.starts_at) > begins - _A_DAY,
            col(OccurrenceRow.ends_at) > begins,
            *(
                or_(
                    *begins_a_word(col(SeriesRow.search_text), [word]),
                    *begins_a_word(col(provider.search_text), [word]),
                )
                for word in wanted.words
            ),
        ]
        if ends is not None:
            conditions.append(col(OccurrenceRow.starts_at) < ends)
        if not wanted.cancelled:
            conditions.append(col(OccurrenceRow.status) == "planned")
        if wanted.group_id is not None:
            conditions.append(col(SeriesRow.group_id) == wanted.group_id)
        if wanted.provider_id is not None:
            among = type_coerce(col(SeriesRow.co_provider_ids), Text)
            quoted = f'%"{escaped(wanted.provider_id)}"%'
            conditions.append(or_(lead == wanted.provider_id, among.like(quoted, escape="\\")))
        if wanted.person_id is not None:
            conditions.append(_of(wanted.person_id))
        query = (
            select(
                col(OccurrenceRow.series_id),
                col(OccurrenceRow.key),
                col(SeriesRow.group_id),
                col(SeriesRow.title),
                col(SeriesRow.kind),
                col(SeriesRow.purpose),
                col(SeriesRow.zone),
                col(OccurrenceRow.starts_at),
                col(OccurrenceRow.ends_at),
                col(OccurrenceRow.status),
                col(OccurrenceRow.moved),
                col(OccurrenceRow.changed_at),
                lead.label("provider_id"),
                func.coalesce(col(provider.name), "").label("provider"),
                col(SeriesRow.co_provider_ids),
                (_of(viewer_id) if viewer_id else literal(value=False)).label("mine"),
            )
            .join(SeriesRow, col(SeriesRow.id) == col(OccurrenceRow.series_id))
            .outerjoin(provider, col(provider.id) == lead)
            .where(*conditions)
            .order_by(
                starts_at.desc() if newest_first else starts_at.asc(),
                col(OccurrenceRow.series_id),
            )
            .limit(limit)
        )
        found = [Meeting(*row) for row in await self._session.execute(query)]
        return await self._without_foreign(found, wanted.person_id, viewer_id)

    async def answers(self, person_id: str, series_ids: Iterable[str]) -> Sequence[AnswerRow]:
        """Return what a person answered in these series."""
        query = select(AnswerRow).where(
            col(AnswerRow.person_id) == person_id,
            col(AnswerRow.series_id).in_(set(series_ids)),
        )
        return (await self._session.execute(query)).scalars().all()

    async def choices(self, person_id: str | None) -> list[Choice]:
        """Return the groups of a person by name; for None, every group and everybody who leads."""
        groups: Select[Any] = select(
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
                .where(col(CommitmentRow.person_no) == _number(person_id))
            )
            groups = groups.where(
                or_(
                    col(GroupRow.provider_id) == person_id,
                    col(GroupRow.co_provider_id) == person_id,
                    col(GroupRow.id).in_(theirs),
                )
            )
            everything: Any = groups
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


def _number(person_id: str) -> Any:
    return select(col(PersonRow.person_no)).where(col(PersonRow.id) == person_id).scalar_subquery()


def _of(person_id: str) -> ColumnElement[bool]:
    """Tell whether a person has, or had before it was cancelled, a part in a meeting."""
    return (
        select(col(CommitmentRow.key))
        .where(
            col(CommitmentRow.person_no) == _number(person_id),
            col(CommitmentRow.series_id) == col(OccurrenceRow.series_id),
            col(CommitmentRow.key) == col(OccurrenceRow.key),
            or_(col(CommitmentRow.active), col(OccurrenceRow.status) == "cancelled"),
        )
        .correlate(OccurrenceRow)
        .exists()
    )


def _is_for(person_id: str | None, each: Meeting, states: dict[str, SeriesState]) -> bool:
    if each.status == "planned":
        return True
    series = states[each.series_id]
    one = next(one for one in series.occurrences if one.key == each.key)
    return person_id in {*leaders(series, one), *expected(series, one, zone(series.zone))}
