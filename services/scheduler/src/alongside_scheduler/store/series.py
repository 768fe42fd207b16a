"""Series, and the time they take of people: here the database holds the second guarantee."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, insert, or_, update
from sqlalchemy import select as sql_select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.errors import NotFound
from alongside.zones import zone
from alongside_scheduler.domain.booking import AlreadyBooked, Clash
from alongside_scheduler.domain.search import folded
from alongside_scheduler.domain.series import expected, leaders
from alongside_scheduler.store.tables import (
    NO_OVERLAP,
    CommitmentRow,
    OccurrenceRow,
    PersonRow,
    SeriesRow,
)

_Slot = tuple[datetime, datetime]
_CHUNK = 200
_OF_AN_OCCURRENCE = ("starts_at", "ends_at", "status", "moved", "provider_id", "changed_at")
_OF_A_SERIES = ("title", "kind", "purpose", "zone", "provider_id", "co_provider_ids")


class SeriesStore:
    """Keeps a series whole, and as rows that the database can guard and search."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, series_id: str, *, for_change: bool = False) -> SeriesState:
        """Return a series as it was last said."""
        query = select(SeriesRow).where(SeriesRow.id == series_id)
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such series.")
        return row.state

    async def of_group(self, group_id: str) -> Sequence[SeriesState]:
        """Return the series of a group, newest first."""
        query = (
            select(col(SeriesRow.state))
            .where(SeriesRow.group_id == group_id)
            .order_by(col(SeriesRow.ends_at).desc(), SeriesRow.id)
        )
        return (await self._session.exec(query)).all()

    async def running(self, group_id: str, now: datetime) -> Sequence[SeriesState]:
        """Return the series of a group that still have something ahead, to be changed."""
        query = (
            select(SeriesRow)
            .where(
                SeriesRow.group_id == group_id,
                SeriesRow.status == "planned",
                SeriesRow.ends_at > now,
            )
            .order_by(SeriesRow.id)
            .with_for_update(key_share=True)
        )
        return [row.state for row in await self._session.exec(query)]

    async def led_ahead(self, person_id: str, now: datetime) -> Sequence[SeriesState]:
        """Return the series with something ahead that this person leads or co-leads."""
        ahead = (
            select(CommitmentRow.series_id)
            .join(PersonRow, col(PersonRow.person_no) == CommitmentRow.person_no)
            .where(PersonRow.id == person_id, CommitmentRow.ends_at > now, CommitmentRow.active)
            .distinct()
        )
        query = select(SeriesRow).where(col(SeriesRow.id).in_(ahead))
        return [
            row.state
            for row in await self._session.exec(query)
            if any(
                person_id in leaders(row.state, each)
                for each in row.state.occurrences
                if each.status == "planned" and each.ends_at > now
            )
        ]

    async def keep(self, series: SeriesState) -> None:
        """Keep a new or changed series; raise `AlreadyBooked` if it would put somebody in two places."""
        await self._session.merge(
            SeriesRow(
                id=series.series_id,
                group_id=series.group_id,
                version=series.version,
                status=series.status,
                ends_at=max(each.ends_at for each in series.occurrences),
                state=series,
                **_shown(series),
            )
        )
        await self._session.flush()
        await self._keep_occurrences(series)
        await self._keep_commitments(series)

    async def clashes(self, series: SeriesState) -> list[Clash]:
        """Return who could not take part in a series that is not kept yet, and when."""
        wanted = await self._wanted(series)
        return await self._clashes(series, wanted) if wanted else []

    async def _keep_occurrences(self, series: SeriesState) -> None:
        mine = col(OccurrenceRow.series_id) == series.series_id
        query = sql_select(
            col(OccurrenceRow.key), *(getattr(OccurrenceRow, name) for name in _OF_AN_OCCURRENCE)
        ).where(mine)
        kept = {key: tuple(facts) for key, *facts in await self._session.execute(query)}
        new = []
        for each in series.occurrences:
            facts = {name: getattr(each, name) for name in _OF_AN_OCCURRENCE}
            if each.key not in kept:
                new.append({"series_id": series.series_id, "key": each.key, **facts})
            elif kept[each.key] != tuple(facts.values()):
                await self._session.exec(
                    update(OccurrenceRow)
                    .where(mine, col(OccurrenceRow.key) == each.key)
                    .values(**facts)
                    .execution_options(synchronize_session=False)
                )
        if new:
            await self._session.execute(insert(OccurrenceRow), new)
        # What goes on in another series is no longer found in this one.
        gone = kept.keys() - {each.key for each in series.occurrences}
        if gone:
            await self._session.exec(
                delete(OccurrenceRow)
                .where(mine, col(OccurrenceRow.key).in_(gone))
                .execution_options(synchronize_session=False)
            )

    async def _keep_commitments(self, series: SeriesState) -> None:
        """Bring the commitments to what the series asks for: first give time back, then take it."""
        wanted = await self._wanted(series)
        mine = col(CommitmentRow.series_id) == series.series_id
        query = select(
            CommitmentRow.person_no,
            CommitmentRow.key,
            CommitmentRow.starts_at,
            CommitmentRow.ends_at,
            CommitmentRow.active,
        ).where(mine)  # type: ignore[call-overload]  # SQLModel names up to four columns
        kept = {
            (person_no, key): (starts_at, ends_at) if active else None
            for person_no, key, starts_at, ends_at, active in await self._session.exec(query)
        }
        gone = [at for at, slot in kept.items() if slot is not None and at not in wanted]
        new = {at: slot for at, slot in wanted.items() if kept.get(at) != slot}
        for chunk in _chunks(gone):
            await self._session.exec(
                update(CommitmentRow)
                .where(mine, _among(chunk))
                .values(active=False)
                .execution_options(synchronize_session=False)
            )
        for chunk in _chunks([at for at in new if at in kept]):
            await self._session.exec(
                delete(CommitmentRow)
                .where(mine, _among(chunk))
                .execution_options(synchronize_session=False)
            )
        if new:
            await self._take(series, new)

    async def _take(self, series: SeriesState, new: Mapping[tuple[int, str], _Slot]) -> None:
        # One order for everybody, so that two who want the same time wait and do not deadlock.
        rows = [
            {
                "person_no": person_no,
                "series_id": series.series_id,
                "key": key,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "active": True,
            }
            for (person_no, key), (starts_at, ends_at) in sorted(
                new.items(), key=lambda item: (item[0][0], item[1])
            )
        ]
        try:
            async with self._session.begin_nested():
                await self._session.execute(insert(CommitmentRow), rows)
        except DBAPIError as error:
            if not _is_overlap(error):
                raise
            raise AlreadyBooked.because(await self._clashes(series, new)) from error

    async def _wanted(self, series: SeriesState) -> dict[tuple[int, str], _Slot]:
        at = zone(series.zone)
        people: dict[str, list[str]] = {}
        planned = {each.key: each for each in series.occurrences if each.status == "planned"}
        for each in planned.values():
            for person in {*leaders(series, each), *expected(series, each, at)}:
                people.setdefault(person, []).append(each.key)
        query = select(PersonRow.id, PersonRow.person_no).where(col(PersonRow.id).in_(people))
        numbers = dict((await self._session.exec(query)).all())
        unknown = people.keys() - numbers.keys()
        if unknown:
            raise NotFound("Somebody in this series is not registered.")
        return {
            (number, key): (planned[key].starts_at, planned[key].ends_at)
            for person, number in numbers.items()
            if number is not None
            for key in people[person]
        }

    async def _clashes(
        self, series: SeriesState, new: Mapping[tuple[int, str], _Slot]
    ) -> list[Clash]:
        """Say who of the chosen is taken when, and nothing about by what."""
        numbers = {number for number, _ in new}
        begins = min(begin for begin, _ in new.values())
        ends = max(end for _, end in new.values())
        query = (
            select(
                CommitmentRow.person_no,
                PersonRow.name,
                CommitmentRow.starts_at,
                CommitmentRow.ends_at,
            )
            .join(PersonRow, col(PersonRow.person_no) == CommitmentRow.person_no)
            .where(
                col(CommitmentRow.person_no).in_(numbers),
                CommitmentRow.active,
                CommitmentRow.ends_at > begins,
                CommitmentRow.starts_at < ends,
                CommitmentRow.series_id != series.series_id,
            )
        )
        taken = (await self._session.exec(query)).all()
        at: ZoneInfo = zone(series.zone)
        found = {
            Clash(name=name, starts_at=begin, ends_at=end, zone=at)
            for (number, _), (begin, end) in new.items()
            for other, name, other_begin, other_end in taken
            if other == number and other_begin < end and begin < other_end
        }
        return sorted(found, key=lambda clash: (clash.starts_at, clash.name))


def _shown(series: SeriesState) -> dict[str, Any]:
    """Return what calendars and the search read of a series without reading the whole."""
    facts = {name: getattr(series, name) for name in _OF_A_SERIES}
    return facts | {"search_text": folded(series.title)}


def _among(at: Iterable[tuple[int, str]]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(col(CommitmentRow.person_no) == person_no, col(CommitmentRow.key) == key)
            for person_no, key in at
        )
    )


def _chunks(items: Sequence[tuple[int, str]]) -> Iterable[Sequence[tuple[int, str]]]:
    return (items[begin : begin + _CHUNK] for begin in range(0, len(items), _CHUNK))


def _is_overlap(error: DBAPIError) -> bool:
    said = str(error.orig)
    return isinstance(error, IntegrityError) and (NO_OVERLAP in said or "overlap" in said)
