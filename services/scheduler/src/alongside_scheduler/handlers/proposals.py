"""Another time, proposed in somebody's calendar: who leads the series hears of it, and takes it or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic import AwareDatetime

from alongside.contracts import InvitationAnswered, Occurrence, SeriesState
from alongside.errors import Conflict, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain import series as life
from alongside_scheduler.handlers import steps
from alongside_scheduler.handlers.asking import ask_person
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.surgery import operate
from alongside_scheduler.store.tables import AnswerRow
from alongside_scheduler.store.uow import SchedulerUow


class NoLongerProposed(Conflict):
    """This time is no longer proposed: the session was moved meanwhile, or they answered otherwise."""

    code = "no_longer_proposed"


class TakeProposal(Command):
    """Whose proposal is taken, and which time it is."""

    person_id: str
    start: AwareDatetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time at which somebody would rather have a session; both in UTC."""

    person_id: str
    occurrence: Occurrence
    start: datetime


async def take_proposal(
    series_id: str, key: str, command: TakeProposal, uow: SchedulerUow
) -> SeriesState:
    """Move a session to where somebody proposed; its length and place stay. Everybody is told.

    Raises `NoLongerProposed`, or what moving it raises.
    """
    series = await uow.series.get(series_id)
    answers = await uow.copies.answers(series_id)
    found = proposals_for(series, life.find(series, key), answers, uow.now)
    if not any(
        (each.person_id, each.start) == (command.person_id, command.start) for each in found
    ):
        raise NoLongerProposed
    return (await operate(series_id, as_step(series, key, command.start), uow)).series


def as_step(series: SeriesState, key: str, start: datetime) -> steps.Move:
    """Return the step by which a session is moved to an instant."""
    at = zone(series.zone)
    wall = start.astimezone(at).replace(tzinfo=None)
    if recurrence.instant(wall, at) != start:
        raise Invalid("The clocks show this time twice that day; choose another.", field="start")
    return steps.Move(step="move", key=key, on=wall.date(), start_time=wall.time())


def proposals_for(
    series: SeriesState, occurrence: Occurrence, answers: Iterable[AnswerRow], now: datetime
) -> list[Proposal]:
    """Return what is proposed for one session as it stands, by who it is for, each their newest word."""
    if series.status != "planned" or occurrence.status != "planned" or occurrence.starts_at <= now:
        return []
    alone = len(series.occurrences) == 1
    found = []
    for person_id in life.expected(series, occurrence, zone(series.zone)):
        said = [
            each
            for each in answers
            if each.person_id == person_id
            and each.key in {"", occurrence.key}
            and (occurrence.changed_at is None or each.answered_at >= occurrence.changed_at)
        ]
        newest = max(said, key=lambda each: each.answered_at, default=None)
        if (
            newest is not None
            and newest.proposed_start is not None
            and newest.answer == "proposed"
            and (newest.key or alone)
            and newest.proposed_start > now
            and newest.proposed_start != occurrence.starts_at
        ):
            found.append(Proposal(person_id, occurrence, newest.proposed_start))
    return found


async def tell_proposed(event: InvitationAnswered, uow: SchedulerUow) -> None:
    """Tell who leads the series that somebody proposes another time, once for each time."""
    if event.answer != "proposed" or event.proposed_start is None:
        return
    try:
        series = await uow.series.get(event.series_id)
        occurrence = _meant(series, event.occurrence_key, uow.now)
    except NotFound:
        return
    if occurrence is None or event.person_id == series.provider_id:
        return
    path = f"/sessions/{series.series_id}/{occurrence.key}"
    if event.occurrence_key is None and len(series.occurrences) > 1:
        # The whole of it: that is a new rhythm, to be looked at before it is saved.
        path = f"/series/{series.series_id}/change?step=move_later&key={occurrence.key}"
    said = (series.series_id, occurrence.key, event.person_id, event.proposed_start.isoformat())
    await ask_person(
        series.provider_id,
        "time_proposed",
        uow,
        subject=series.title,
        path=path,
        expires_at=occurrence.starts_at,
        ask_id=sha256("|".join(said).encode()).hexdigest()[:32],
    )


def _meant(series: SeriesState, key: str | None, now: datetime) -> Occurrence | None:
    """Return the session that is meant and still ahead: by its key, else the next one."""
    if series.status != "planned":
        return None
    ahead = [
        each
        for each in series.occurrences
        if each.status == "planned" and each.starts_at > now and key in {None, each.key}
    ]
    return min(ahead, key=lambda each: each.starts_at, default=None)
