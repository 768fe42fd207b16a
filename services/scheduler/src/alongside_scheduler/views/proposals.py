"""Times that people proposed in their calendars, for who decides on them."""

from datetime import datetime

from pydantic import BaseModel

from alongside.contracts import SeriesState
from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.handlers.proposals import Proposal, as_step, proposals_for
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of


class ProposalItem(BaseModel):
    """A session, who would rather have it when, and what is in the way."""

    series_id: str
    key: str
    title: str
    starts_at: datetime
    person_id: str
    person: str
    start: datetime
    hindrance: str | None = None
    """Why it cannot be taken as it is; None if one press is enough."""


async def proposals_of(series_id: str, key: str, uow: SchedulerUow) -> list[ProposalItem]:
    """Return what is proposed for one session; nothing to whoever cannot decide."""
    series = await uow.series.get(series_id)
    if not _decides(series, uow):
        return []
    answers = await uow.copies.answers(series_id)
    found = proposals_for(series, life.find(series, key), answers, uow.now)
    return await _items([(series, each) for each in found], uow)


async def proposals_for_me(uow: SchedulerUow) -> list[ProposalItem]:
    """Return what is proposed for the sessions of series that who asks leads, the nearest first."""
    rows = await uow.copies.proposed(uow.now)
    found: list[tuple[SeriesState, Proposal]] = []
    for series_id in sorted({row.series_id for row in rows}):
        series = await uow.series.get(series_id)
        if not uow.actor.leads(series.provider_id, series.co_provider_ids):
            continue
        answers = await uow.copies.answers(series_id)
        for each in series.occurrences:
            proposed = proposals_for(series, each, answers, uow.now)
            found += [(series, one) for one in proposed]
    found.sort(key=lambda pair: pair[1].occurrence.starts_at)
    return await _items(found, uow)


def _decides(series: SeriesState, uow: SchedulerUow) -> bool:
    return uow.actor.is_coordinator or uow.actor.leads(series.provider_id, series.co_provider_ids)


async def _items(
    found: list[tuple[SeriesState, Proposal]], uow: SchedulerUow
) -> list[ProposalItem]:
    names = await names_of({each.person_id for _, each in found}, uow)
    return [
        ProposalItem(
            series_id=series.series_id,
            key=each.occurrence.key,
            title=series.title,
            starts_at=each.occurrence.starts_at,
            person_id=each.person_id,
            person=names.get(each.person_id, ""),
            start=each.start,
            hindrance=await _hindrance(series, each, uow),
        )
        for series, each in found
    ]


async def _hindrance(series: SeriesState, proposal: Proposal, uow: SchedulerUow) -> str | None:
    at, key = zone(series.zone), proposal.occurrence.key
    try:
        as_step(series, key, proposal.start)
        wall = proposal.start.astimezone(at).replace(tzinfo=None)
        after = life.move(
            series, key, start=wall, duration_minutes=None, where=None, zone=at, now=uow.now
        )
    except Invalid as error:
        return error.detail
    clashes = await uow.series.clashes(after)
    here = sorted({clash.name for clash in clashes if clash.starts_at == proposal.start})
    return f"Not free then: {', '.join(here)}." if here else None
