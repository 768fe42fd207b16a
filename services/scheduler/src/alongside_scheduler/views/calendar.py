"""The calendar: what lies between two days, in the measure and the zone of who looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from alongside.errors import Forbidden, Invalid, NotFound
from alongside_scheduler.domain.month import FIRST_YEAR, LAST_YEAR, bounds
from alongside_scheduler.store.calendar import MOST, Choice, Meeting, Wanted
from alongside_scheduler.store.tables import AnswerRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.groups import leads_group
from alongside_scheduler.views.sessions import Coming, coming_of

LONGEST_DAYS = 400
_KINDS = ("group", "provider")


class ScheduleItem(BaseModel):
    """One session in a calendar."""

    series_id: str
    key: str
    group_id: str
    title: str
    kind: str
    purpose: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: str
    moved: bool
    provider_id: str
    provider: str
    mine: bool
    """Whether who looks takes part in it or leads it."""
    leads: bool
    answer: Coming | None = None
    """What who looks answered, where the session is for them."""

    @property
    def path(self) -> str:
        """Where its page is."""
        kind = "visits" if self.purpose == "consultation" else "sessions"
        return f"/{kind}/{self.series_id}/{self.key}"

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Show:
    """What to show: `mine`, `all`, or one group or provider."""

    what: str
    id: str = ""

    @classmethod
    def parsed(cls, text: str, uow: SchedulerUow) -> "Show":
        """Read `mine`, `all`, `group:…` or `provider:…`; for an empty text choose by role."""
        actor = uow.actor
        only_coordinates = actor.is_coordinator and not (
            actor.is_supervisor or "supervisee" in actor.roles
        )
        what, _, which = (text or ("all" if only_coordinates else "mine")).partition(":")
        if what in _KINDS and which:
            return cls(what, which)
        if which or what not in {"mine", "all"}:
            raise Invalid("Show mine, all, or one group or provider.", field="show")
        return cls(what)

    def __str__(self) -> str:
        return f"{self.what}:{self.id}" if self.id else self.what


async def wanted_of(show: Show, uow: SchedulerUow) -> Wanted:
    """Return which meetings are to be shown: never more than who looks may see."""
    actor = uow.actor
    if actor.is_coordinator:
        own = actor.person_id if show.what == "mine" else None
    elif actor.person_id is None or show.what == "all":
        raise Forbidden("Only a coordinator sees the sessions of everybody.")
    else:
        own = actor.person_id
    if show.what == "group":
        if own is not None and await _leads(show.id, uow):
            own = None
        return Wanted(person_id=own, group_id=show.id)
    return Wanted(person_id=own, provider_id=show.id if show.what == "provider" else None)


async def list_schedule(
    uow: SchedulerUow, first: date, last: date, zone: ZoneInfo, show: Show
) -> list[ScheduleItem]:
    """Return what lies on days of a zone, both inclusive, in order; at most 400 days."""
    years = range(FIRST_YEAR - 1, LAST_YEAR + 2)
    if not (first <= last < first + timedelta(days=LONGEST_DAYS)):
        raise Invalid(f"From one day to a later one, at most {LONGEST_DAYS} days.", field="to")
    if first.year not in years or last.year not in years:
        raise Invalid(f"Days are between {FIRST_YEAR} and {LAST_YEAR}.", field="from")
    begins, ends = bounds(first, last, zone)
    return await items_between(begins, ends, await wanted_of(show, uow), uow)


async def next_after(uow: SchedulerUow, moment: datetime, show: Show) -> ScheduleItem | None:
    """Return the first session that is not over at a moment."""
    wanted = await wanted_of(show, uow)
    return next(iter(await items_between(moment, None, wanted, uow, limit=1)), None)


async def next_of_person(
    uow: SchedulerUow, person_id: str, moment: datetime, *, limit: int
) -> list[ScheduleItem]:
    """Return the next sessions of somebody, for a coordinator."""
    if not uow.actor.is_coordinator:
        raise Forbidden("Only a coordinator sees the sessions of somebody else.")
    wanted = Wanted(person_id=person_id, cancelled=False)
    found = await uow.calendar.between(moment, None, wanted, viewer_id=None, limit=limit)
    return [_item(each, person_id, []) for each in found]


async def choices_of(uow: SchedulerUow) -> list[Choice]:
    """Return the groups, and for a coordinator the providers, that can be looked at alone."""
    actor = uow.actor
    return await uow.calendar.choices(None if actor.is_coordinator else actor.person_id or "")


async def items_between(
    begins: datetime,
    ends: datetime | None,
    wanted: Wanted,
    uow: SchedulerUow,
    *,
    limit: int = MOST,
    newest_first: bool = False,
) -> list[ScheduleItem]:
    """Return what lies between two instants, with the answers of who looks.

    What is `wanted` has to be theirs to see: see `wanted_of`.
    """
    who = uow.actor.person_id
    found = await uow.calendar.between(
        begins, ends, wanted, viewer_id=who, limit=limit, newest_first=newest_first
    )
    mine = {each.series_id for each in found if each.mine}
    answers = await uow.calendar.answers(who, mine) if who and mine else []
    by_series: dict[str, list[AnswerRow]] = {}
    for answer in answers:
        by_series.setdefault(answer.series_id, []).append(answer)
    return [_item(each, who, by_series.get(each.series_id, [])) for each in found]


def _item(each: Meeting, who: str | None, answers: Sequence[AnswerRow]) -> ScheduleItem:
    leads = who is not None and who in {each.provider_id, *each.co_provider_ids}
    # Straight from the database: there is nothing to check, and often much of it.
    return ScheduleItem.model_construct(
        series_id=each.series_id,
        key=each.key,
        group_id=each.group_id,
        title=each.title,
        kind=each.kind,
        purpose=each.purpose,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        zone=each.zone,
        status=each.status,
        moved=each.moved,
        provider_id=each.provider_id,
        provider=each.provider,
        mine=each.mine,
        leads=leads,
        answer=_answer(each, answers) if each.mine and not leads else None,
    )


def _answer(each: Meeting, answers: Sequence[AnswerRow]) -> Coming:
    """Return the newest answer that was given for the time the meeting has now."""
    fits = [
        answer
        for answer in answers
        if answer.key in {"", each.key}
        and (each.changed_at is None or answer.answered_at >= each.changed_at)
    ]
    if not fits:
        return "waiting"
    return coming_of(max(fits, key=lambda answer: answer.answered_at).answer)


async def _leads(group_id: str, uow: SchedulerUow) -> bool:
    try:
        return leads_group(uow.actor, await uow.groups.get(group_id))
    except NotFound:
        return False
