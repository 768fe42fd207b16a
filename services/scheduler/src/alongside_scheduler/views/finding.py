"""Times at which a group could meet: per person only free, busy or outside, and for whom leads."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel

from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain import finding, wording
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.domain.availability import open_spans
from alongside_scheduler.domain.finding import (
    Attendance,
    Attendee,
    Proposal,
    Search,
    Slot,
)
from alongside_scheduler.domain.recurrence import instant, plan
from alongside_scheduler.domain.suiting import WORKING_HOURS, suiting_spans
from alongside_scheduler.handlers.finding import (
    FindTime,
    leaders_of,
    plan_path,
    search_of,
    written,
)
from alongside_scheduler.store.availability import rules_of
from alongside_scheduler.store.tables import PersonRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.free import busy_spans

Hours = Literal["published", "own", "assumed"]


class FoundPerson(BaseModel):
    """Somebody of the group."""

    person_id: str
    name: str
    zone: str
    leads: bool
    hours: Hours
    """Where their hours come from; assumed are weekdays from eight to six."""


class LocalTime(BaseModel):
    """The same time on other clocks."""

    zone: str
    words: str


class FoundTime(BaseModel):
    """A time at which the group could meet again and again."""

    proposal: str
    """Names it when a poll is opened."""
    words: str
    starts: list[datetime]
    ends_at: datetime
    """When the first meeting ends."""
    everybody: int
    """Dates on which all are free."""
    rows: list[list[Attendance]]
    """For each of `people`, for each date."""
    local: list[LocalTime]
    plan_path: str
    """The page on which it is planned, filled in."""


class FoundTimes(BaseModel):
    """The best times of a group, the best first."""

    asked: FindTime
    zone: str
    people: list[FoundPerson]
    found: list[FoundTime]


async def find_times(group_id: str, asked: FindTime, uow: SchedulerUow) -> FoundTimes:
    """Return the best times for everybody in a group; for who leads it, and coordinators."""
    group = await uow.groups.get(group_id)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    search = search_of(asked, group, uow.now)
    roster = [each.person_id for each in await uow.groups.roster(group_id)]
    leaders = leaders_of(group)
    people = await uow.people.named([*leaders, *roster])
    shown = [people[each] for each in dict.fromkeys([*leaders, *roster])]
    attendees, hours = await attendees_of(shown, leaders, search, uow)
    # Half a year of ten people takes a tenth of a second: not while others wait for an answer.
    proposals = await asyncio.to_thread(finding.best, search, attendees, asked.most)
    return FoundTimes(
        asked=asked.model_copy(update={"first_day": search.first_day}),
        zone=group.zone,
        people=[
            FoundPerson(
                person_id=each.id,
                name=each.name,
                zone=each.zone,
                leads=each.id in leaders,
                hours=hours[each.id],
            )
            for each in shown
        ],
        found=[_found(each, search, attendees, group_id) for each in proposals],
    )


async def attendees_of(
    people: Sequence[PersonRow], leaders: Sequence[str], search: Search, uow: SchedulerUow
) -> tuple[list[Attendee], dict[str, Hours]]:
    """Return when these people could meet, and where each one's hours come from."""
    begins = instant(datetime.combine(search.first_day, time()), search.zone)
    ends = instant(datetime.combine(search.last_day + timedelta(days=2), time()), search.zone)
    ids = [each.id for each in people]
    busy = await busy_spans(uow, ids, begins, ends)
    closed = await uow.association.closed()
    published = {
        row.provider_id: open_spans(rules_of(row, closed), begins, ends)
        for row in await uow.availability.published(ids)
    }
    suiting = await uow.busy.suiting(ids)
    attendees, sources = [], dict[str, Hours]()
    for each in people:
        at = zone(each.zone)
        own = suiting_spans(suiting.get(each.id, WORKING_HOURS), begins, ends, at)
        sources[each.id] = (
            "own" if each.id in suiting else "published" if each.id in published else "assumed"
        )
        # What they say of groups counts before what they publish for individual sessions.
        hours = published[each.id] if sources[each.id] == "published" else own
        attendees.append(Attendee(each.id, at, hours, busy[each.id], each.id in leaders))
    return attendees, sources


def _found(
    proposal: Proposal, search: Search, attendees: Sequence[Attendee], group_id: str
) -> FoundTime:
    first = proposal.starts[0]
    ends_at = first + timedelta(minutes=search.minutes)
    zones = dict.fromkeys(str(each.zone) for each in attendees)
    return FoundTime(
        proposal=written(proposal.slot),
        words=in_words(proposal.slot, search),
        starts=list(proposal.starts),
        ends_at=ends_at,
        everybody=proposal.everybody,
        rows=[list(row) for row in proposal.rows],
        local=[LocalTime(zone=each, words=between(first, ends_at, each)) for each in zones],
        plan_path=plan_path(group_id, proposal.slot, search),
    )


def between(starts_at: datetime, ends_at: datetime, at: str) -> str:
    """Return `10:00 AM to 12:00 PM CDT (UTC-5)`."""
    begins, ends = times.clock(starts_at, at), times.clock(ends_at, at)
    return f"{begins} to {ends} {times.zone_name(starts_at, at)}"


def in_words(slot: Slot, search: Search) -> str:
    """Return `Every 2 weeks on Tuesday`."""
    pattern, _ = plan(slot.rhythm(search.rhythm, search.last_day))
    return wording.rhythm(pattern)
