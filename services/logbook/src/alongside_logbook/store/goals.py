"""What people chose to work toward, and where they stand toward each further goal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import String, bindparam, delete, func, insert, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.goals import Choice, Goal
from alongside_logbook.domain.progress import Progress
from alongside_logbook.store.sql import upsert
from alongside_logbook.store.tables import GoalProgressRow, GoalRow, table

_GOALS = table(GoalRow)
_PROGRESS = table(GoalProgressRow)


# Made once: putting them together takes longer than the database takes to answer them.
_CHOICES = (
    select(_GOALS)
    .where(_GOALS.c.person_id.in_(bindparam("wanted", expanding=True, type_=String)))
    .order_by(_GOALS.c.person_id, _GOALS.c.number)
)
_OF_PERSON = (
    select(GoalProgressRow)
    .where(col(GoalProgressRow.supervisee_id) == bindparam("person", type_=String))
    .order_by(col(GoalProgressRow.place))
    .execution_options(populate_existing=True)
)


class GoalStore:
    """Choices of goals, step by step, and ready rows of progress toward them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def choices(self, person_id: str) -> tuple[Choice, ...]:
        """Return every choice about a person's goals, oldest first."""
        return (await self.choices_of([person_id])).get(person_id, ())

    async def choices_of(self, person_ids: Iterable[str]) -> dict[str, tuple[Choice, ...]]:
        """Return every choice about some people's goals, by person, oldest first."""
        wanted = {"wanted": sorted(set(person_ids))}
        found: dict[str, tuple[Choice, ...]] = {}
        for row in await self._session.execute(_CHOICES, wanted):
            goal = Goal(row.purpose, row.category, row.since, chosen=True)
            step = Choice(goal, row.act, row.actor_id, row.at)
            found[row.person_id] = (*found.get(row.person_id, ()), step)
        return found

    async def append(self, person_id: str, choice: Choice) -> None:
        """Add a step to the history of a person's goals. Hold the person's history of hours first."""
        last = select(func.coalesce(func.max(_GOALS.c.number), 0)).where(
            _GOALS.c.person_id == person_id
        )
        number = int((await self._session.execute(last)).scalar_one()) + 1
        await self._session.execute(
            insert(_GOALS).values(
                person_id=person_id,
                number=number,
                purpose=choice.goal.purpose,
                category=choice.goal.category,
                act=choice.act,
                since=choice.goal.since,
                actor_id=choice.actor_id,
                at=choice.at,
            )
        )

    async def keep(self, supervisee_id: str, found: Mapping[str, Progress]) -> None:
        """Keep where somebody stands toward each further goal, in this order; forget other goals."""
        mine = _PROGRESS.c.supervisee_id == supervisee_id
        await self._session.execute(
            delete(_PROGRESS).where(mine, _PROGRESS.c.goal.not_in(list(found)))
        )
        await upsert(
            self._session,
            _PROGRESS,
            [
                _row(supervisee_id, place, goal, progress)
                for place, (goal, progress) in enumerate(found.items())
            ],
        )

    async def progress(self, supervisee_id: str) -> Sequence[GoalProgressRow]:
        """Return where somebody stands toward each further goal, in the order they are shown."""
        return (await self._session.execute(_OF_PERSON, {"person": supervisee_id})).scalars().all()


def _row(supervisee_id: str, place: int, goal: str, progress: Progress) -> dict[str, Any]:
    main = progress.main
    return {
        "supervisee_id": supervisee_id,
        "goal": goal,
        "place": place,
        "as_of": progress.as_of,
        "status": progress.status,
        "required": main.required if main else 0,
        "counted": main.counted if main else 0,
        "pending": main.pending if main else 0,
        "body": progress,
    }
