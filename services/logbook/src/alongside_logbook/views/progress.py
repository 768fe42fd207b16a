"""Where somebody stands toward everything they work toward, with names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import Field

from alongside.errors import NotFound
from alongside_logbook.domain.goals import Goal, standing
from alongside_logbook.domain.progress import Awaited, Progress
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.handlers.access import may_see_hours
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.goals import goals_of, offered
from alongside_logbook.handlers.working_out import work_out
from alongside_logbook.store.tables import PersonRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View


class AwaitedView(View):
    """Whom hours wait for, and since when."""

    person: PersonRef
    minutes: int
    entries: int
    since: date


class GoalView(View):
    """Where a person stands toward one goal."""

    goal: str
    """Purpose and category, such as `renew/IMHS`; `none` where there is no goal."""
    purpose: str | None
    category: str | None
    title: str | None
    pursued: bool
    """Whether this is the category they pursue."""
    progress: Progress


class ProgressView(View):
    """Where a person stands toward what they pursue. Only their association decides."""

    person: PersonRef
    version: int
    progress: Progress
    awaited: tuple[AwaitedView, ...]
    goals: tuple[GoalView, ...] = ()
    """Every goal, the category they pursue first; the first is the one to show."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names of the providers the counted hours are shared among."""


class ChoiceView(View):
    """Who chose or dropped a goal, and when."""

    goal: str
    act: str
    by: PersonRef
    at: datetime
    since: date | None


class GoalOfView(View):
    """A goal, and whence it comes."""

    goal: str
    purpose: str
    category: str
    title: str
    pack: str
    since: date | None
    chosen: bool
    """False: it follows from what is known of the person."""


class GoalsView(View):
    """What somebody works toward, what they may choose besides, and who chose what."""

    person: PersonRef
    goals: tuple[GoalOfView, ...]
    offered: tuple[GoalOfView, ...]
    history: tuple[ChoiceView, ...]


class CohortLine(View):
    """One person of the cohort."""

    person: PersonRef
    progress: Progress


class Cohort(View):
    """Everybody, and how many there are of each state."""

    lines: tuple[CohortLine, ...]
    by_status: dict[str, int]
    unconfirmed: int
    """How many people have entries that wait for somebody."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands, before anybody's name was looked up."""

    person_id: str
    person: PersonRow | None
    version: int
    progress: Progress
    further: Mapping[str, Progress]

    @property
    def goals(self) -> tuple[GoalView, ...]:
        """Every goal, the category they pursue first; the first is the one to show."""
        shown = [(self.progress.goal or "none", self.progress), *self.further.items()]
        if self.progress.goal is None and self.further:
            shown = shown[1:]
        return tuple(
            GoalView(
                goal=goal,
                purpose=goal.partition("/")[0] if progress.goal else None,
                category=progress.category,
                title=progress.title,
                pursued=progress is self.progress and progress.goal is not None,
                progress=progress,
            )
            for goal, progress in shown
        )

    @property
    def named(self) -> set[str]:
        """Whoever is named: themselves, whom hours wait for, whom they are shared among."""
        return {
            self.person_id,
            *(each.person_id for each in self.progress.awaited),
            *self._sharing,
        }

    @property
    def _sharing(self) -> set[str]:
        return {
            each.person_id
            for progress in (self.progress, *self.further.values())
            for each in progress.shares
        }

    def view(self, names: Names) -> ProgressView:
        """Return it with names."""
        return ProgressView(
            person=names(self.person_id),
            version=self.version,
            progress=self.progress,
            awaited=tuple(_awaited(each, names) for each in self.progress.awaited),
            goals=self.goals,
            names={each: names(each).name for each in self._sharing},
        )


async def progress_view(person_id: str, actor: Actor, uow: LogbookUow) -> ProgressView:
    """Return where somebody stands; raise `NotFound` for who may not see their hours."""
    found = await standing_of(person_id, actor, uow)
    return found.view(await Names.of(uow, found.named))


async def standing_of(person_id: str, actor: Actor, uow: LogbookUow) -> Standing:
    """Return where somebody stands, from the rows that are kept ready.

    What has not been worked out since something changed is worked out now, without being kept.
    """
    await may_see_hours(actor, person_id, uow)
    person, row = await uow.progress.with_person(person_id)
    if person is None and row is None and person_id != actor.person_id:
        raise NotFound
    version = row.version if row else 0
    if row is None or row.stale:
        now = await work_out(person_id, uow)
        return Standing(person_id, person, version, now.progress, now.further)
    further = await uow.goals.progress(person_id)
    return Standing(
        person_id, person, version, row.body, {each.goal: each.body for each in further}
    )


async def goals_view(person_id: str, actor: Actor, uow: LogbookUow) -> GoalsView:
    """Return what somebody works toward, and what they may choose."""
    await may_see_hours(actor, person_id, uow)
    person = await uow.people.get(person_id)
    if person is None and person_id != actor.person_id:
        raise NotFound
    choices = await uow.goals.choices(person_id)
    names = await Names.of(uow, [person_id, *(each.actor_id for each in choices)])
    chosen = {goal.name for goal in standing(choices)}
    return GoalsView(
        person=names(person_id),
        goals=tuple(
            _goal_of(goal, pack, chosen=goal.name in chosen)
            for goal, pack in await goals_of(person, uow, person_id=person_id)
        ),
        offered=tuple(
            _goal_of(Goal(pack.purpose, pack.category), pack, chosen=False)
            for pack in await offered(person, uow)
        ),
        history=tuple(
            ChoiceView(
                goal=each.goal.name,
                act=each.act,
                by=names(each.actor_id),
                at=each.at,
                since=each.goal.since,
            )
            for each in reversed(choices)
        ),
    )


async def cohort(actor: Actor, uow: LogbookUow) -> Cohort:
    """Return everybody for a coordinator, and for others whoever is in the sessions they lead."""
    rows = await uow.progress.cohort(None if actor.coordinator else actor.person_id)
    lines = [
        CohortLine(
            person=PersonRef(person_id=person.person_id, name=person.name),
            progress=row.body if row else (await work_out(person.person_id, uow)).progress,
        )
        for person, row in rows
        if person.pursuing is not None or (row is not None and row.body.attended)
    ]
    by_status: dict[str, int] = {}
    for line in lines:
        by_status[line.progress.status] = by_status.get(line.progress.status, 0) + 1
    return Cohort(
        lines=tuple(lines),
        by_status=by_status,
        unconfirmed=sum(1 for line in lines if line.progress.unconfirmed),
    )


def _goal_of(goal: Goal, pack: Pack, *, chosen: bool) -> GoalOfView:
    return GoalOfView(
        goal=goal.name,
        purpose=goal.purpose,
        category=goal.category,
        title=pack.title,
        pack=pack.name,
        since=goal.since,
        chosen=chosen,
    )


def _awaited(each: Awaited, names: Names) -> AwaitedView:
    return AwaitedView(
        person=names(each.person_id),
        minutes=each.minutes,
        entries=each.entries,
        since=each.since,
    )
