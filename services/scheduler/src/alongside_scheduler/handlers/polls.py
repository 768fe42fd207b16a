"""A poll: a few times for a group, everybody says what suits, and who leads decides."""

from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, Field

from alongside.contracts.people import AskAbout
from alongside.errors import Forbidden, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.finding import Search, Slot
from alongside_scheduler.domain.polls import ANSWERS, PollClosed, PollState, state_of
from alongside_scheduler.domain.recurrence import instant
from alongside_scheduler.handlers.asking import ask_person
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.finding import (
    FindTime,
    leaders_of,
    plan_path,
    search_of,
    slot_of,
)
from alongside_scheduler.store.tables import GroupRow, PollRow
from alongside_scheduler.store.uow import SchedulerUow

FEWEST, MOST = 2, 6
_LONGEST_DAYS = 60


class OpenPoll(Command):
    """Times to choose from, as they were found, and until when."""

    rhythm: str
    minutes: int
    weeks: int
    first_day: date
    proposals: list[str] = Field(description="As found times name them; two to six.")
    closes_on: date = Field(description="The last day for an answer, in the group's zone.")


class AnswerPoll(Command):
    """One answer for each proposal, in their order."""

    answers: list[str] = Field(description=f"Each one of: {', '.join(ANSWERS)}.")


class DecidePoll(Command):
    """Which of the proposals it is; they count from 0."""

    proposal: int


class PollOpened(BaseModel):
    """The poll is open, and everybody in the group is told."""

    poll_id: str
    path: str
    asked: int


class PollDecided(BaseModel):
    """It is decided; what remains is to plan it."""

    poll_id: str
    plan_path: str


async def open_poll(group_id: str, command: OpenPoll, uow: SchedulerUow) -> PollOpened:
    """Ask everybody in a group which of a few times suits them."""
    group = await uow.groups.get(group_id, for_change=True)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    if uow.actor.person_id is None:
        raise Forbidden("A poll is opened by a person.")
    asked = FindTime.model_validate(
        command.model_dump(include={"rhythm", "minutes", "weeks", "first_day"})
    )
    search = search_of(asked, group, uow.now)
    chosen = sorted({slot_of(each, search) for each in command.proposals})
    if not FEWEST <= len(chosen) <= MOST:
        raise Invalid(f"Choose {FEWEST} to {MOST} times to ask about.", field="proposal")
    row = PollRow(
        id=uow.new_id(),
        group_id=group_id,
        made_by=uow.actor.person_id,
        made_at=uow.now,
        closes_at=_closing(command.closes_on, group, uow.now),
        zone=group.zone,
        rhythm=search.rhythm,
        minutes=search.minutes,
        first_day=search.first_day,
        weeks=search.weeks,
        proposals=tuple((each.first, each.week_of_month) for each in chosen),
    )
    await uow.polls.keep(row)
    told = await _tell("poll_opened", row, group, uow)
    return PollOpened(poll_id=row.id, path=f"/polls/{row.id}", asked=told)


async def answer_poll(poll_id: str, command: AnswerPoll, uow: SchedulerUow) -> None:
    """Keep what somebody of the group answers; until it closes they may say something else."""
    row = await uow.polls.get(poll_id, for_change=True)
    group = await uow.groups.get(row.group_id)
    if uow.actor.person_id not in await participants(group, uow):
        raise NotFound("There is no such poll.")
    _need_open(row, uow.now)
    if len(command.answers) != len(row.proposals):
        raise Invalid("Answer each of the times.", field="answers")
    if not set(command.answers) <= set(ANSWERS):
        raise Invalid(f"Each answer is one of: {', '.join(ANSWERS)}.", field="answers")
    await uow.polls.keep_answers(
        poll_id, uow.actor.person_id or "", tuple(command.answers), uow.now
    )


async def decide_poll(poll_id: str, command: DecidePoll, uow: SchedulerUow) -> PollDecided:
    """Decide for one of the times, and tell everybody; before or after the poll has closed."""
    row, group = await _led(poll_id, uow)
    if state_of(row.closes_at, row.decided_at, row.withdrawn_at, uow.now) in {
        PollState.DECIDED,
        PollState.WITHDRAWN,
    }:
        raise PollClosed
    if not 0 <= command.proposal < len(row.proposals):
        raise Invalid("There is no such proposal.", field="proposal")
    row.decided_at, row.decided_no = uow.now, command.proposal
    await uow.polls.keep(row)
    await _tell("poll_decided", row, group, uow)
    slot = Slot(*row.proposals[command.proposal])
    return PollDecided(poll_id=poll_id, plan_path=plan_path(group.id, slot, search_behind(row)))


async def withdraw_poll(poll_id: str, uow: SchedulerUow) -> None:
    """Take a poll back; nobody can answer it any more."""
    row, _ = await _led(poll_id, uow)
    if row.decided_at is not None:
        raise PollClosed
    row.withdrawn_at = row.withdrawn_at or uow.now
    await uow.polls.keep(row)


def search_behind(row: PollRow) -> Search:
    """Return the search that a poll's proposals came from."""
    return Search(
        row.rhythm,  # type: ignore[arg-type]  # it was checked when the poll was opened
        row.minutes,
        zone(row.zone),
        row.first_day,
        row.weeks,
    )


async def participants(group: GroupRow, uow: SchedulerUow) -> list[str]:
    """Return who may answer: who leads the group, and who is on its roster now."""
    roster = [each.person_id for each in await uow.groups.roster(group.id)]
    return list(dict.fromkeys([*leaders_of(group), *roster]))


async def _led(poll_id: str, uow: SchedulerUow) -> tuple[PollRow, GroupRow]:
    row = await uow.polls.get(poll_id, for_change=True)
    group = await uow.groups.get(row.group_id)
    is_in_it = uow.actor.person_id in await participants(group, uow)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id], visible=is_in_it)
    return row, group


def _need_open(row: PollRow, now: datetime) -> None:
    if state_of(row.closes_at, row.decided_at, row.withdrawn_at, now) is not PollState.OPEN:
        raise PollClosed


def _closing(closes_on: date, group: GroupRow, now: datetime) -> datetime:
    today = now.astimezone(zone(group.zone)).date()
    if not today <= closes_on <= today + timedelta(days=_LONGEST_DAYS):
        raise Invalid(f"Choose a day from today to {_LONGEST_DAYS} days ahead.", field="closes_on")
    # Not midnight: read on a page or in a mail, that would be the day after.
    return instant(datetime.combine(closes_on, time(23, 59)), zone(group.zone))


async def _tell(about: AskAbout, row: PollRow, group: GroupRow, uow: SchedulerUow) -> int:
    others = [each for each in await participants(group, uow) if each != uow.actor.person_id]
    for person_id in others:
        await ask_person(
            person_id,
            about,
            uow,
            subject=group.name,
            path=f"/polls/{row.id}",
            expires_at=row.closes_at if about == "poll_opened" else None,
        )
    return len(others)
