"""Requests for a time: one's own, and those that wait for one's decision."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from alongside_scheduler.domain.free import Span
from alongside_scheduler.handlers.requests import RequestView
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.free import busy_spans
from alongside_scheduler.views.people import names_of


class Proposed(BaseModel):
    """A time that was asked for, and whether both are free then."""

    start: datetime
    is_free: bool


class RequestItem(BaseModel):
    """A request in a list, with the names."""

    request: RequestView
    provider: str
    person: str
    proposed: list[Proposed]


class Requests(BaseModel):
    """What waits for one's decision, and what one asked for or decided lately."""

    waiting: list[RequestItem]
    asked: list[RequestItem]
    decided: list[RequestItem]


async def list_requests(uow: SchedulerUow) -> list[RequestView]:
    """Return the requests one made or got, newest first."""
    if uow.actor.person_id is None:
        return []
    rows = await uow.requests.of(uow.actor.person_id)
    return [RequestView.of(row, uow.now) for row in rows]


async def show_requests(uow: SchedulerUow) -> Requests:
    """Return one's requests, sorted by what there is to do."""
    me = uow.actor.person_id
    listed = await list_requests(uow)
    people = {person for each in listed for person in (each.provider_id, each.person_id)}
    names = await names_of(people, uow)
    found = [await _item(each, names, uow) for each in listed]
    return Requests(
        waiting=[
            each
            for each in found
            if each.request.provider_id == me and each.request.status == "open"
        ],
        asked=[each for each in found if each.request.person_id == me],
        decided=[
            each
            for each in found
            if each.request.provider_id == me and each.request.status != "open"
        ],
    )


async def count_waiting(uow: SchedulerUow) -> int:
    """Return how many requests wait for who asks."""
    if uow.actor.person_id is None:
        return 0
    return len(await uow.requests.waiting(uow.actor.person_id, uow.now))


async def _item(request: RequestView, names: dict[str, str], uow: SchedulerUow) -> RequestItem:
    people = {request.provider_id, request.person_id}
    length = timedelta(minutes=request.minutes)
    proposed = []
    if request.status == "open":
        busy = await busy_spans(uow, people, request.starts[0], request.starts[-1] + length)
        taken = [span for spans in busy.values() for span in spans]
        proposed = [
            Proposed(
                start=start,
                is_free=start > uow.now
                and not any(Span(start, start + length).overlaps(span) for span in taken),
            )
            for start in request.starts
        ]
    return RequestItem(
        request=request,
        provider=names.get(request.provider_id, ""),
        person=names.get(request.person_id, ""),
        proposed=proposed,
    )
