"""When people are busy elsewhere, as their other calendars say, and which times suit them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.db.claim import claim
from alongside.errors import NotFound
from alongside_scheduler.domain.free import Span, merged
from alongside_scheduler.store.tables import (
    BusyCalendarRow,
    BusySpanRow,
    PersonRow,
    SuitingTimesRow,
    WeeklyHours,
)

_CALENDARS = cast("Table", BusyCalendarRow.__table__)  # type: ignore[attr-defined]  # SQLModel sets it


class BusyStore:
    """Calendars elsewhere, and of each only when its owner is busy."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def spans(
        self, person_ids: Iterable[str], begins: datetime, ends: datetime
    ) -> dict[str, list[Span]]:
        """Return for everybody asked about when they are busy elsewhere: merged, whole, in order."""
        found: dict[str, list[Span]] = {each: [] for each in person_ids}
        query = (
            select(BusySpanRow)
            .where(
                col(BusySpanRow.person_id).in_(list(found)),
                BusySpanRow.starts_at < ends,
                BusySpanRow.ends_at > begins,
            )
            .order_by(col(BusySpanRow.starts_at))
        )
        for row in await self._session.exec(query):
            found[row.person_id].append(Span(row.starts_at, row.ends_at))
        return {person: merged(spans) for person, spans in found.items()}

    async def calendars(self, person_id: str) -> Sequence[BusyCalendarRow]:
        """Return somebody's calendars, in the order in which they were added."""
        query = (
            select(BusyCalendarRow)
            .where(BusyCalendarRow.person_id == person_id)
            .order_by(col(BusyCalendarRow.id))
        )
        return (await self._session.exec(query)).all()

    async def counts(self, calendar_nos: Iterable[int], now: datetime) -> dict[int, int]:
        """Return how many spans of each calendar are still to come."""
        query = (
            select(BusySpanRow.calendar_no, func.count())
            .where(col(BusySpanRow.calendar_no).in_(list(calendar_nos)), BusySpanRow.ends_at > now)
            .group_by(col(BusySpanRow.calendar_no))
        )
        return dict((await self._session.exec(query)).all())

    async def get(self, person_id: str, calendar_id: str) -> BusyCalendarRow:
        """Return a calendar of this person's, to be changed."""
        query = (
            select(BusyCalendarRow)
            .where(
                BusyCalendarRow.calendar_id == calendar_id, BusyCalendarRow.person_id == person_id
            )
            .with_for_update(key_share=True)
        )
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such calendar.")
        return row

    async def keep(self, row: BusyCalendarRow) -> None:
        """Keep a new or changed calendar."""
        self._session.add(row)
        await self._session.flush()

    async def remove(self, calendar_no: int) -> None:
        """Delete a calendar and everything that was read from it."""
        await self._session.execute(
            delete(BusySpanRow).where(col(BusySpanRow.calendar_no) == calendar_no)
        )
        await self._session.execute(
            delete(BusyCalendarRow).where(col(BusyCalendarRow.id) == calendar_no)
        )

    async def forget_who_left(self) -> int:
        """Delete the calendars of people who have left; return how many there were."""
        gone = select(BusyCalendarRow.id).where(
            col(BusyCalendarRow.person_id).in_(
                select(PersonRow.id).where(col(PersonRow.left_at).is_not(None))
            )
        )
        numbers = (await self._session.exec(gone)).all()
        for number in numbers:
            await self.remove(cast("int", number))
        return len(numbers)

    async def is_any_due(self, now: datetime) -> bool:
        """Tell whether there is a calendar to fetch now; takes nothing and locks nothing."""
        query = (
            select(BusyCalendarRow.id)
            .where(
                BusyCalendarRow.next_attempt_at <= now,
                col(BusyCalendarRow.claimed_until).is_(None)
                | (col(BusyCalendarRow.claimed_until) <= now),
            )
            .limit(1)
        )
        return (await self._session.exec(query)).first() is not None

    async def claim(
        self, *, now: datetime, worker: str, limit: int, lease: timedelta
    ) -> Sequence[BusyCalendarRow]:
        """Take calendars that are due for one worker; nobody else fetches them until the lease ends."""
        taken = await claim(
            self._session, _CALENDARS, now=now, worker=worker, limit=limit, lease=lease
        )
        return [BusyCalendarRow(**row._asdict()) for row in taken]

    async def give_back(self, row: BusyCalendarRow, *, worker: str) -> bool:
        """Keep how a fetch ended. False, and nothing kept, where the claim was lost meanwhile."""
        values = row.model_dump(
            include={
                "etag", "last_modified", "answered_at", "read_at", "left_out", "attempts",
                "next_attempt_at", "last_error",
            }
        )  # fmt: skip
        done = await self._session.execute(
            update(BusyCalendarRow)
            .where(col(BusyCalendarRow.id) == row.id, col(BusyCalendarRow.claimed_by) == worker)
            .values(**values, claimed_by=None, claimed_until=None)
        )
        return bool(getattr(done, "rowcount", 0))

    async def replace(self, row: BusyCalendarRow, spans: Sequence[Span]) -> None:
        """Let these spans, which never touch each other, stand for a calendar instead of all before."""
        await self._session.execute(
            delete(BusySpanRow).where(col(BusySpanRow.calendar_no) == row.id)
        )
        if spans:
            await self._session.execute(
                insert(BusySpanRow),
                [
                    {
                        "calendar_no": row.id,
                        "person_id": row.person_id,
                        "starts_at": span.starts_at,
                        "ends_at": span.ends_at,
                    }
                    for span in spans
                ],
            )

    async def suiting(self, person_ids: Iterable[str]) -> dict[str, WeeklyHours]:
        """Return the weekly times that suit people, of those who said so."""
        query = select(SuitingTimesRow).where(col(SuitingTimesRow.person_id).in_(set(person_ids)))
        return {row.person_id: row.hours for row in await self._session.exec(query)}

    async def keep_suiting(self, person_id: str, hours: WeeklyHours, now: datetime) -> None:
        """Keep the weekly times that suit somebody."""
        await self._session.merge(SuitingTimesRow(person_id=person_id, hours=hours, changed_at=now))
        await self._session.flush()
