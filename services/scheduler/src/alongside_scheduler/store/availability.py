"""What providers publish, and requests where nothing fits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, or_, type_coerce, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside.zones import zone
from alongside_scheduler.domain.availability import Availability, Exemption
from alongside_scheduler.domain.free import Span
from alongside_scheduler.store.tables import (
    AvailabilityRow,
    CommitmentRow,
    GroupMemberRow,
    GroupRow,
    OccurrenceRow,
    PersonRow,
    SeriesRow,
    SessionRequestRow,
)

_LONGEST = timedelta(days=1)
"""Nothing that takes a person's time lasts longer."""


class AvailabilityStore:
    """One row for each provider who ever published."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, provider_id: str, *, for_change: bool = False) -> AvailabilityRow | None:
        """Return what a provider publishes; held until the end of the transaction if to be changed."""
        query = select(AvailabilityRow).where(AvailabilityRow.provider_id == provider_id)
        if for_change:
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        return (await self._session.exec(query)).first()

    async def published(
        self, provider_ids: Iterable[str] | None = None
    ) -> Sequence[AvailabilityRow]:
        """Return what is published now, by provider; of these people, or of all who supervise."""
        wanted: list[Any] = [
            col(AvailabilityRow.published),
            col(PersonRow.left_at).is_(None),
            type_coerce(col(PersonRow.roles), Text).like('%"supervisor"%'),
        ]
        if provider_ids is not None:
            wanted.append(col(AvailabilityRow.provider_id).in_(list(provider_ids)))
        query = (
            select(AvailabilityRow)
            .join(PersonRow, col(PersonRow.id) == AvailabilityRow.provider_id)
            .where(*wanted)
            .order_by(col(PersonRow.name), col(AvailabilityRow.provider_id))
        )
        return (await self._session.exec(query)).all()

    async def rooms(self, person_ids: Iterable[str]) -> dict[str, timedelta]:
        """Return how long those of these people who keep time free after a session keep it."""
        query = select(AvailabilityRow.provider_id, AvailabilityRow.buffer_minutes).where(
            col(AvailabilityRow.provider_id).in_(list(person_ids)),
            AvailabilityRow.buffer_minutes > 0,
        )
        return {
            person: timedelta(minutes=minutes)
            for person, minutes in await self._session.exec(query)
        }

    async def keep(self, row: AvailabilityRow) -> None:
        """Keep what a provider publishes."""
        self._session.add(row)
        await self._session.flush()

    async def sessions(
        self,
        person_ids: Iterable[str],
        begins: datetime,
        ends: datetime,
        *,
        ignoring: tuple[str, str] | None = None,
    ) -> dict[str, list[Span]]:
        """Return the sessions of each person that begin between two instants, without room around."""
        found: dict[str, list[Span]] = {person: [] for person in person_ids}
        query = (
            select(
                PersonRow.id,
                OccurrenceRow.starts_at,
                OccurrenceRow.ends_at,
                OccurrenceRow.series_id,
                OccurrenceRow.key,
            )  # type: ignore[call-overload]  # SQLModel names up to four columns
            .join(CommitmentRow, col(CommitmentRow.person_no) == PersonRow.person_no)
            .join(
                OccurrenceRow,
                (col(OccurrenceRow.series_id) == CommitmentRow.series_id)
                & (col(OccurrenceRow.key) == CommitmentRow.key),
            )
            .where(
                col(PersonRow.id).in_(list(found)),
                CommitmentRow.active,
                CommitmentRow.starts_at >= begins - _LONGEST,
                CommitmentRow.starts_at < ends + _LONGEST,
                OccurrenceRow.starts_at >= begins,
                OccurrenceRow.starts_at < ends,
            )
            .order_by(col(OccurrenceRow.starts_at))
        )
        for person, starts_at, ends_at, series_id, key in await self._session.exec(query):
            if (series_id, key) != ignoring:
                found[person].append(Span(starts_at, ends_at))
        return found

    async def supervised_by(self, person_id: str) -> set[str]:
        """Return who leads a group on whose roster this person is."""
        query = (
            select(GroupRow.provider_id, GroupRow.co_provider_id)
            .join(GroupMemberRow, col(GroupMemberRow.group_id) == GroupRow.id)
            .where(GroupMemberRow.person_id == person_id, col(GroupMemberRow.left_on).is_(None))
        )
        rows = (await self._session.exec(query)).all()
        return {person for row in rows for person in row if person is not None}

    async def provider_of(self, series_id: str) -> str:
        """Return who leads a series, which is not held or remembered by asking."""
        query = select(col(SeriesRow.state)).where(SeriesRow.id == series_id)
        state = (await self._session.exec(query)).first()
        if state is None:
            raise NotFound("There is no such series.")
        return str(state.provider_id)

    async def pair(self, provider_id: str, person_id: str) -> GroupRow | None:
        """Return the oldest individual group of these two, to be changed; also one that was left."""
        query = (
            select(GroupRow)
            .join(GroupMemberRow, col(GroupMemberRow.group_id) == GroupRow.id)
            .where(
                GroupRow.kind == "individual",
                GroupRow.provider_id == provider_id,
                col(GroupRow.co_provider_id).is_(None),
                GroupMemberRow.person_id == person_id,
            )
            .order_by(col(GroupRow.made_at), col(GroupRow.id))
            .limit(1)
            .with_for_update(key_share=True, of=GroupRow)
        )
        return (await self._session.exec(query)).first()


class RequestStore:
    """Requests for a time, waiting or decided."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, request_id: str, *, for_change: bool = False) -> SessionRequestRow:
        """Return a request."""
        query = select(SessionRequestRow).where(SessionRequestRow.id == request_id)
        if for_change:
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such request.")
        return row

    async def of(self, person_id: str, *, limit: int = 50) -> Sequence[SessionRequestRow]:
        """Return the requests somebody made or got, newest first."""
        query = (
            select(SessionRequestRow)
            .where(
                or_(
                    col(SessionRequestRow.person_id) == person_id,
                    col(SessionRequestRow.provider_id) == person_id,
                )
            )
            .order_by(col(SessionRequestRow.asked_at).desc(), col(SessionRequestRow.id))
            .limit(limit)
        )
        return (await self._session.exec(query)).all()

    async def waiting(
        self, provider_id: str, now: datetime, *, person_id: str | None = None
    ) -> Sequence[SessionRequestRow]:
        """Return what a provider has not decided yet and still can, oldest first."""
        query = (
            select(SessionRequestRow)
            .where(
                SessionRequestRow.provider_id == provider_id,
                SessionRequestRow.status == "open",
                SessionRequestRow.expires_at > now,
            )
            .order_by(col(SessionRequestRow.asked_at), col(SessionRequestRow.id))
        )
        if person_id is not None:
            query = query.where(SessionRequestRow.person_id == person_id)
        return (await self._session.exec(query)).all()

    async def keep(self, row: SessionRequestRow) -> None:
        """Keep a new or decided request."""
        self._session.add(row)
        await self._session.flush()

    async def forget_notes(self, now: datetime) -> int:
        """Forget the notes of requests that ran out; return how many."""
        done = await self._session.exec(
            update(SessionRequestRow)
            .where(
                col(SessionRequestRow.expires_at) <= now, col(SessionRequestRow.note).is_not(None)
            )
            .values(note=None)
        )
        return done.rowcount


def rules_of(row: AvailabilityRow, closed: Iterable[Exemption] = ()) -> Availability:
    """Return what a row says, as the domain reads it.

    `closed` are the association's closures: they hold where the provider says nothing of the day.
    """
    return Availability(
        zone=zone(row.zone),
        windows=row.windows,
        exceptions=(*row.exceptions, *closed),
        lengths=row.lengths,
        step_minutes=row.step_minutes,
        buffer_minutes=row.buffer_minutes,
        notice_hours=row.notice_hours,
        horizon_days=row.horizon_days,
        cancel_hours=row.cancel_hours,
        day_sessions=row.day_sessions,
        day_minutes=row.day_minutes,
        week_sessions=row.week_sessions,
        week_minutes=row.week_minutes,
        open_to="own" if row.open_to == "own" else "anybody",
    )
