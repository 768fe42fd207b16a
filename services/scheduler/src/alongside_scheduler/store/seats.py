"""Stays on rosters counted by day, who waits for a seat, and the offers of one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, union
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.errors import NotFound
from alongside_scheduler.store.tables import GroupMemberRow, GroupRow, OfferRow, PersonRow, WaitRow


class SeatStore:
    """Whoever changes something here holds the group's row, so that nobody counts meanwhile."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold_people(self, person_ids: Iterable[str]) -> None:
        """Keep people as they are until the end of this transaction: nobody lets them go meanwhile.

        Take this before any group, always: whoever lets a person go holds the person first, too.
        """
        await self._session.exec(
            select(PersonRow.id)
            .where(col(PersonRow.id).in_(set(person_ids)))
            .order_by(PersonRow.id)
            .with_for_update(read=True)
        )

    async def stays(self, group_id: str, today: date) -> list[GroupMemberRow]:
        """Return the stays that are not over, also those still to begin, in the order of joining."""
        return (await self.stays_of([group_id], today))[group_id]

    async def stays_of(
        self, group_ids: Iterable[str], today: date
    ) -> dict[str, list[GroupMemberRow]]:
        """Return, for each group, the stays that are not over."""
        found: dict[str, list[GroupMemberRow]] = {each: [] for each in group_ids}
        query = (
            select(GroupMemberRow)
            .where(col(GroupMemberRow.group_id).in_(list(found)), _not_over(today))
            .order_by(col(GroupMemberRow.joined_on), col(GroupMemberRow.person_id))
        )
        for row in await self._session.exec(query):
            found[row.group_id].append(row)
        return found

    async def last_stay(self, group_id: str, person_id: str) -> GroupMemberRow | None:
        """Return the stay of somebody on a roster that began last."""
        query = (
            select(GroupMemberRow)
            .where(GroupMemberRow.group_id == group_id, GroupMemberRow.person_id == person_id)
            .order_by(col(GroupMemberRow.joined_on).desc())
            .limit(1)
        )
        return (await self._session.exec(query)).first()

    async def begin_stay(self, group_id: str, person_id: str, on: date) -> None:
        """Put somebody on a roster from a day on; a stay that would touch the new one goes on."""
        last = await self.last_stay(group_id, person_id)
        if last is not None and last.left_on is not None and on <= last.left_on + timedelta(days=1):
            if last.joined_on <= on:
                last.left_on = None
                self._session.add(last)
                await self._session.flush()
                return
            await self._session.delete(last)
            await self._session.flush()
        self._session.add(GroupMemberRow(group_id=group_id, person_id=person_id, joined_on=on))
        await self._session.flush()

    async def end_stay(self, row: GroupMemberRow, last_day: date) -> None:
        """Let a stay end with a day; one that has not begun by then never was."""
        if last_day < row.joined_on:
            await self._session.delete(row)
        else:
            row.left_on = last_day
            self._session.add(row)
        await self._session.flush()

    async def groups_of(self, person_id: str, today: date) -> Sequence[GroupRow]:
        """Return the groups somebody is in, will be in, or waits for, to be changed."""
        concerned = union(
            select(GroupMemberRow.group_id).where(
                GroupMemberRow.person_id == person_id, _not_over(today)
            ),
            select(WaitRow.group_id).where(WaitRow.person_id == person_id),
            select(OfferRow.group_id).where(
                OfferRow.person_id == person_id, OfferRow.state == "open"
            ),
        )
        query = (
            select(GroupRow)
            .where(col(GroupRow.id).in_(concerned))
            .order_by(GroupRow.id)
            .with_for_update(key_share=True)
        )
        return (await self._session.exec(query)).all()

    async def group_names(self, group_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of groups by id."""
        query = select(GroupRow.id, GroupRow.name).where(col(GroupRow.id).in_(set(group_ids)))
        return dict((await self._session.exec(query)).all())

    async def waiting(self, group_id: str) -> Sequence[WaitRow]:
        """Return who waits for a seat of a group, in the order of asking."""
        query = select(WaitRow).where(WaitRow.group_id == group_id).order_by(col(WaitRow.number))
        return (await self._session.exec(query)).all()

    async def wait(self, group_id: str, person_id: str, since: datetime) -> WaitRow:
        """Put somebody at the end of the line."""
        highest = 0
        for table in (WaitRow, OfferRow):
            query = select(func.max(table.number)).where(table.group_id == group_id)
            highest = max(highest, (await self._session.exec(query)).one() or 0)
        row = WaitRow(group_id=group_id, person_id=person_id, number=highest + 1, since=since)
        self._session.add(row)
        await self._session.flush()
        return row

    async def wait_of(self, group_id: str, person_id: str) -> WaitRow | None:
        """Return somebody's place in the line of a group."""
        return await self._session.get(WaitRow, (group_id, person_id))

    async def wait_no_more(self, group_id: str, person_id: str) -> bool:
        """Take somebody out of the line; False if they were not in it."""
        row = await self.wait_of(group_id, person_id)
        if row is None:
            return False
        await self._session.delete(row)
        await self._session.flush()
        return True

    async def waits_of(self, person_id: str) -> Sequence[WaitRow]:
        """Return for which groups somebody waits."""
        query = select(WaitRow).where(WaitRow.person_id == person_id).order_by(col(WaitRow.since))
        return (await self._session.exec(query)).all()

    async def open_offers(self, group_id: str) -> Sequence[OfferRow]:
        """Return the offers of a group's seats that are open, the earliest first."""
        query = (
            select(OfferRow)
            .where(OfferRow.group_id == group_id, OfferRow.state == "open")
            .order_by(col(OfferRow.offered_at), col(OfferRow.id))
        )
        return (await self._session.exec(query)).all()

    async def open_offers_to(self, person_id: str) -> Sequence[OfferRow]:
        """Return which seats are offered to somebody."""
        query = (
            select(OfferRow)
            .where(OfferRow.person_id == person_id, OfferRow.state == "open")
            .order_by(col(OfferRow.expires_at), col(OfferRow.id))
        )
        return (await self._session.exec(query)).all()

    async def settled_offers(self, group_id: str, *, most: int) -> Sequence[OfferRow]:
        """Return the offers of a group's seats that are over, newest first."""
        query = (
            select(OfferRow)
            .where(OfferRow.group_id == group_id, OfferRow.state != "open")
            .order_by(col(OfferRow.settled_at).desc(), col(OfferRow.id).desc())
            .limit(most)
        )
        return (await self._session.exec(query)).all()

    async def offer(self, offer_id: str) -> OfferRow:
        """Return an offer as it is now."""
        query = (
            select(OfferRow)
            .where(OfferRow.id == offer_id)
            .execution_options(populate_existing=True)
        )
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such offer.")
        return row

    async def keep(self, row: OfferRow) -> None:
        """Keep a new or settled offer."""
        self._session.add(row)
        await self._session.flush()

    async def groups_to_look_at(self, now: datetime) -> Sequence[str]:
        """Return the groups in which somebody waits, or an offer has run out."""
        waited = select(WaitRow.group_id)
        ran_out = select(OfferRow.group_id).where(
            OfferRow.state == "open", col(OfferRow.expires_at) <= now
        )
        query = (
            select(GroupRow.id)
            .where(or_(col(GroupRow.id).in_(waited), col(GroupRow.id).in_(ran_out)))
            .order_by(GroupRow.id)
        )
        return (await self._session.exec(query)).all()


def _not_over(today: date) -> ColumnElement[bool]:
    return or_(col(GroupMemberRow.left_on).is_(None), col(GroupMemberRow.left_on) >= today)
