"""The first page, by role: next sessions, what awaits, and the first steps of a new association."""

from datetime import timedelta

from pydantic import BaseModel

from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.seats import ProgressView
from alongside_scheduler.views.sessions import (
    Attendee,
    SessionItem,
    attendees_of,
    counted,
    items_of,
)

_SHOWN = 3
_MOST_PAST = 60
_MOST_UNPLANNED = 12
_JUST_MET = timedelta(days=14)


class ComingUp(BaseModel):
    """A session ahead: for who leads it, how many come; for a member, their own answer."""

    session: SessionItem
    leads: bool
    """Whether who looks leads it themselves."""
    counts: dict[str, int]
    mine: Attendee | None


class FirstStep(BaseModel):
    """One of the first things to do."""

    label: str
    hint: str
    href: str
    done: bool


class GroupNamed(BaseModel):
    """A group to go to."""

    group_id: str
    name: str


class Overview(BaseModel):
    """What a coordinator looks after: where people stand, and what nobody has planned yet."""

    pursuing: int
    appear_met: int
    to_confirm: int
    """How many people have hours that wait for a confirmation."""
    without_hours: int
    in_no_group: int
    unplanned: list[GroupNamed]
    """Groups with people and no session ahead."""


class Home(BaseModel):
    """The first page."""

    coming: list[ComingUp] = []
    met_lately: list[SessionItem] = []
    first_steps: list[FirstStep] = []
    progress: ProgressView | None = None
    """Where who looks stands themselves, as the logbook last said."""
    overview: Overview | None = None

    @property
    def steps_left(self) -> int:
        """How many first steps there still are."""
        return sum(not step.done for step in self.first_steps)


async def show_home(uow: SchedulerUow) -> Home:
    """Return the first page of who asks."""
    person_id = uow.actor.person_id
    if person_id is None:
        return Home()
    only_coordinates = uow.actor.roles == {"coordinator"}
    ahead = await uow.sessions.between(
        uow.now, None, person_id=None if only_coordinates else person_id, limit=_SHOWN
    )
    items = await items_of([(each.series, each.occurrence) for each in ahead], uow)
    coming = []
    for each, item in zip(ahead, items, strict=True):
        answers = await uow.copies.answers(each.series.series_id)
        attendees = attendees_of(each.series, each.occurrence, {}, answers)
        leads = person_id in life.leaders(each.series, each.occurrence)
        coming.append(
            ComingUp(
                session=item,
                leads=leads,
                counts=counted(attendees) if leads or only_coordinates else {},
                mine=next((one for one in attendees if one.person_id == person_id), None),
            )
        )
    return Home(
        coming=coming,
        met_lately=await _met_lately(person_id, uow),
        first_steps=await _first_steps(uow),
        progress=await _own_progress(person_id, uow),
        overview=await _overview(uow) if uow.actor.is_coordinator else None,
    )


async def _own_progress(person_id: str, uow: SchedulerUow) -> ProgressView | None:
    row = (await uow.copies.progress([person_id])).get(person_id)
    return ProgressView.of(row) if row else None


async def _overview(uow: SchedulerUow) -> Overview | None:
    stand = await uow.overview.supervisees()
    if not stand.all:
        return None
    unplanned = await uow.overview.unplanned(uow.now, limit=_MOST_UNPLANNED)
    return Overview(
        pursuing=stand.pursuing,
        appear_met=stand.appear_met,
        to_confirm=stand.to_confirm,
        without_hours=stand.without_hours,
        in_no_group=stand.in_no_group,
        unplanned=[GroupNamed(group_id=at, name=name) for at, name in unplanned],
    )


async def _met_lately(person_id: str, uow: SchedulerUow) -> list[SessionItem]:
    """Return the sessions this person led in the last fortnight and has not recorded yet."""
    if not uow.actor.is_supervisor:
        return []
    past = await uow.sessions.between(
        uow.now - _JUST_MET, uow.now, person_id=person_id, limit=_MOST_PAST
    )
    recorded = await uow.copies.recorded({each.series.series_id for each in past})
    led = [
        (each.series, each.occurrence)
        for each in past
        if each.occurrence.ends_at <= uow.now
        and (each.series.series_id, each.occurrence.key) not in recorded
        and person_id in life.leaders(each.series, each.occurrence)
        and life.expected(each.series, each.occurrence, zone(each.series.zone))
    ]
    return await items_of(led, uow)


async def _first_steps(uow: SchedulerUow) -> list[FirstStep]:
    actor = uow.actor
    if not (actor.is_coordinator or actor.is_supervisor):
        return []
    supervisees = await uow.overview.has_role("supervisee")
    supervisors = await uow.overview.has_role("supervisor")
    of_whom = None if actor.is_coordinator else actor.person_id
    a_group, peopled, planned = await uow.overview.groups(of_whom, uow.now)
    roster = f"/groups/{a_group}" if a_group else "/groups/new"
    steps = []
    if actor.is_coordinator:
        steps = [
            FirstStep(
                label="Add the people who supervise",
                hint="with their credentials, so that every session can be proved",
                href="/people/new?role=supervisor",
                done=supervisors,
            ),
            FirstStep(
                label="Add the people who receive supervision",
                hint="one by one, or paste a table",
                href="/people/import",
                done=supervisees,
            ),
        ]
    steps += [
        FirstStep(
            label="Make a group",
            hint="who leads it, where it meets, how many may come",
            href="/groups/new",
            done=a_group is not None,
        ),
        FirstStep(
            label="Put people on its roster",
            hint="they are invited as soon as a series is planned",
            href=roster,
            done=peopled is not None,
        ),
        FirstStep(
            label="Plan its sessions",
            hint="see every date before anybody is told",
            href=f"/groups/{peopled}/series/new" if peopled else roster,
            done=planned,
        ),
    ]
    return steps if any(not step.done for step in steps) else []
