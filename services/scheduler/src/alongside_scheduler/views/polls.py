"""A poll as each one sees it: counts for everybody in the group, names for who leads it."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from alongside.errors import NotFound
from alongside_scheduler.domain import finding
from alongside_scheduler.domain.finding import Attendance, Slot
from alongside_scheduler.domain.polls import PollState, leading, state_of, tallies
from alongside_scheduler.handlers.finding import plan_path
from alongside_scheduler.handlers.polls import participants, search_behind
from alongside_scheduler.store.tables import PollRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.finding import attendees_of, in_words
from alongside_scheduler.views.groups import leads_group


class PollProposal(BaseModel):
    """One of the times, and how it fares."""

    no: int
    words: str
    starts: list[datetime]
    ends_at: datetime
    """When the first meeting ends."""
    yes: int
    if_need_be: int
    cannot: int
    mine: str | None
    """What the one who looks answered."""
    my_dates: list[Attendance]
    """How the one who looks stands to each date, as their own calendars say."""
    plan_path: str | None
    """For who leads: the page on which it is planned."""


class PollPerson(BaseModel):
    """What one person answered."""

    person_id: str
    name: str
    answers: list[str] | None


class PollView(BaseModel):
    """A poll."""

    poll_id: str
    group_id: str
    group: str
    state: PollState
    opened_at: datetime
    closes_at: datetime
    decided_no: int | None
    leads: bool
    may_answer: bool
    asked: int
    answered: int
    leading: int | None
    """The proposal that fares best so far."""
    proposals: list[PollProposal]
    people: list[PollPerson]
    """For who leads; empty for everybody else."""


class PollListed(BaseModel):
    """A poll in a list."""

    poll_id: str
    path: str
    state: PollState
    opened_at: datetime
    closes_at: datetime
    answered: int
    proposals: int


async def show_poll(poll_id: str, uow: SchedulerUow) -> PollView:
    """Return a poll to somebody of its group, or to a coordinator."""
    row = await uow.polls.get(poll_id)
    group = await uow.groups.get(row.group_id)
    asked = await participants(group, uow)
    me = uow.actor.person_id
    leads = leads_group(uow.actor, group)
    if not leads and me not in asked:
        raise NotFound("There is no such poll.")
    answers = await uow.polls.answers(poll_id)
    counted = {person: answers[person] for person in asked if person in answers}
    found = tallies(counted.values(), len(row.proposals))
    people = await uow.people.named([*asked, me or ""])
    search = search_behind(row)
    mine = None
    if me is not None and me in asked:
        (mine,), _ = await attendees_of([people[me]], [], search, uow)
    proposals = []
    for number, each in enumerate(row.proposals):
        slot = Slot(*each)
        judged = finding.judged(slot, search, [mine] if mine else [])
        proposals.append(
            PollProposal(
                no=number,
                words=in_words(slot, search),
                starts=list(judged.starts),
                ends_at=judged.starts[0] + timedelta(minutes=row.minutes),
                yes=found[number].yes,
                if_need_be=found[number].if_need_be,
                cannot=found[number].no,
                mine=counted[me][number] if me is not None and me in counted else None,
                my_dates=list(judged.rows[0]) if mine else [],
                plan_path=plan_path(group.id, slot, search) if leads else None,
            )
        )
    state = state_of(row.closes_at, row.decided_at, row.withdrawn_at, uow.now)
    return PollView(
        poll_id=row.id,
        group_id=group.id,
        group=group.name,
        state=state,
        opened_at=row.made_at,
        closes_at=row.closes_at,
        decided_no=row.decided_no,
        leads=leads,
        may_answer=me in asked and state is PollState.OPEN,
        asked=len(asked),
        answered=len(counted),
        leading=leading(found),
        proposals=proposals,
        people=[
            PollPerson(
                person_id=each,
                name=people[each].name,
                answers=list(counted[each]) if each in counted else None,
            )
            for each in asked
        ]
        if leads
        else [],
    )


class PollWaiting(BaseModel):
    """A poll that waits for an answer of whoever looks."""

    path: str
    group: str
    closes_at: datetime


async def polls_waiting(uow: SchedulerUow) -> list[PollWaiting]:
    """Return the open polls that whoever asks may answer and has not."""
    if uow.actor.person_id is None:
        return []
    rows = await uow.polls.waiting_for(uow.actor.person_id, uow.now)
    return [
        PollWaiting(
            path=f"/polls/{row.id}",
            group=(await uow.groups.get(row.group_id)).name,
            closes_at=row.closes_at,
        )
        for row in rows
    ]


async def polls_of(group_id: str, uow: SchedulerUow) -> list[PollListed]:
    """Return the polls of a group, newest first. Who may see the group is judged before."""
    rows = await uow.polls.of_group(group_id)
    return [await _listed(row, uow) for row in rows]


async def _listed(row: PollRow, uow: SchedulerUow) -> PollListed:
    return PollListed(
        poll_id=row.id,
        path=f"/polls/{row.id}",
        state=state_of(row.closes_at, row.decided_at, row.withdrawn_at, uow.now),
        opened_at=row.made_at,
        closes_at=row.closes_at,
        answered=len(await uow.polls.answers(row.id)),
        proposals=len(row.proposals),
    )
