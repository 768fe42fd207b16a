"""Where people stand, ready to be read; and which of it has to be worked out again."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import String, bindparam, or_, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.progress import Progress
from alongside_logbook.store.sql import insert_for, upsert
from alongside_logbook.store.tables import (
    MilestoneRow,
    PersonRow,
    ProgressRow,
    SeriesPersonRow,
    table,
)

_PROGRESS = table(ProgressRow)
_PEOPLE = table(SeriesPersonRow)


# Made once: putting it together takes longer than the database takes to answer it.
_WITH_PERSON = (
    select(PersonRow, ProgressRow)
    .join(ProgressRow, col(ProgressRow.supervisee_id) == col(PersonRow.person_id), isouter=True)
    .where(col(PersonRow.person_id) == bindparam("person", type_=String))
)


class ProgressStore:
    """One row a person."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._stale: set[str] = set()
        self._all_stale = False

    async def get(self, supervisee_id: str) -> ProgressRow | None:
        """Return where somebody stands."""
        query = (
            select_rows(ProgressRow)
            .where(ProgressRow.supervisee_id == supervisee_id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def matters_to(self, person_id: str) -> bool:
        """Tell whether anything was ever worked out for somebody."""
        query = select(_PROGRESS.c.supervisee_id).where(_PROGRESS.c.supervisee_id == person_id)
        return (await self._session.execute(query)).first() is not None

    async def with_person(self, person_id: str) -> tuple[PersonRow | None, ProgressRow | None]:
        """Return somebody, and where they stand: whichever there is."""
        found = (await self._session.execute(_WITH_PERSON, {"person": person_id})).first()
        # Hours may have been heard of before the person was.
        return (found[0], found[1]) if found else (None, await self.get(person_id))

    async def keep(self, supervisee_id: str, version: int, progress: Progress) -> None:
        """Keep where somebody stands now."""
        main = progress.main
        await upsert(
            self._session,
            _PROGRESS,
            [
                {
                    "supervisee_id": supervisee_id,
                    "version": version,
                    "as_of": progress.as_of,
                    "stale": False,
                    "category": progress.category,
                    "status": progress.status,
                    "required": main.required if main else 0,
                    "counted": main.counted if main else 0,
                    "pending": main.pending if main else 0,
                    "unconfirmed": progress.unconfirmed,
                    "unconfirmed_since": min(
                        (awaited.since for awaited in progress.awaited), default=None
                    ),
                    "body": progress,
                }
            ],
        )

    async def reach(self, supervisee_id: str, category: str, at: datetime) -> bool:
        """Remember that a requirement appeared met; False if it did before."""
        milestones = table(MilestoneRow)
        statement = (
            insert_for(self._session, milestones)
            .values(supervisee_id=supervisee_id, category=category, reached_at=at)
            .on_conflict_do_nothing()
            .returning(milestones.c.supervisee_id)
        )
        return (await self._session.execute(statement)).first() is not None

    async def make_stale(self, supervisee_ids: Iterable[str] | None = None) -> None:
        """Have these people's progress, or everybody's, worked out again soon.

        The unit of work writes it down when it commits (`mark_stale`): what many events of a batch
        mark is one statement, in one order, so that no two batches wait for each other.
        """
        if supervisee_ids is None:
            self._all_stale = True
        else:
            self._stale.update(supervisee_ids)

    async def mark_stale(self) -> None:
        """Write down what was said by `make_stale`."""
        if not self._stale and not self._all_stale:
            return
        person = _PROGRESS.c.supervisee_id
        marked = select(person).order_by(person).with_for_update()
        if not self._all_stale:
            marked = marked.where(person.in_(sorted(self._stale)))
        await self._session.execute(update(_PROGRESS).where(person.in_(marked)).values(stale=True))
        self._stale, self._all_stale = set(), False

    async def due(self, today: date, *, limit: int) -> Sequence[str]:
        """Return whose progress is stale or of an earlier day."""
        query = (
            select(_PROGRESS.c.supervisee_id)
            .where(or_(_PROGRESS.c.stale, _PROGRESS.c.as_of < today))
            .order_by(_PROGRESS.c.supervisee_id)
            .limit(limit)
        )
        return list((await self._session.execute(query)).scalars())

    async def cohort(self, leader: str | None) -> Sequence[tuple[PersonRow, ProgressRow | None]]:
        """Return who pursues a category or has hours, by name, with where they stand.

        For a leader, only those on the roster of what they lead; for none, everybody.
        """
        query = (
            select_rows(PersonRow, ProgressRow)
            .join(
                ProgressRow,
                col(ProgressRow.supervisee_id) == col(PersonRow.person_id),
                isouter=True,
            )
            .where(
                col(PersonRow.left_at).is_(None),
                or_(
                    col(PersonRow.pursuing).is_not(None),
                    col(ProgressRow.supervisee_id).is_not(None),
                ),
            )
            .order_by(col(PersonRow.name), col(PersonRow.person_id))
        )
        if leader is not None:
            leads, member = _PEOPLE.alias("leads"), _PEOPLE.alias("member")
            query = query.where(
                col(PersonRow.person_id).in_(
                    select(member.c.person_id)
                    .join(leads, leads.c.series_id == member.c.series_id)
                    .where(
                        leads.c.person_id == leader,
                        leads.c.part == "leader",
                        member.c.part == "member",
                    )
                )
            )
        return [(person, progress) for person, progress in await self._session.exec(query)]
