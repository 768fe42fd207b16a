"""Seats of a group as who leads it sees them: taken, kept, free, and who waits for one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from alongside_scheduler.domain import seats as rules
from alongside_scheduler.domain.access import need_lead
from alongside_scheduler.handlers import seating
from alongside_scheduler.store.tables import GroupRow, OfferRow, ProgressRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of

_PAST_OFFERS = 10


class ProgressView(BaseModel):
    """Where somebody stands, as the logbook last said."""

    category: str
    required_minutes: int
    counted_minutes: int
    pending_minutes: int
    appears_met: bool

    @classmethod
    def of(cls, row: ProgressRow) -> "ProgressView":
        """Return the view of a row."""
        return cls(**row.model_dump(exclude={"supervisee_id", "version"}))


MarkState = Literal["taken", "leaving", "coming", "kept", "free", "over"]


class Mark(BaseModel):
    """One seat as it is drawn: who has it, who has it next, and that in words."""

    state: MarkState
    words: str
    names: list[str] = []


class WaitingView(BaseModel):
    """Somebody who waits for a seat."""

    person_id: str
    name: str
    place: int = Field(description="1 is who is offered the next seat.")
    waiting_number: int = Field(description="Rises in the order of asking.")
    since: datetime
    progress: ProgressView | None


class OfferListed(BaseModel):
    """An offer of a seat, as who leads the group sees it."""

    offer_id: str
    person_id: str
    name: str
    state: str
    from_day: date
    offered_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class SeatsView(BaseModel):
    """The seats of a group: who has one, for whom one is kept, and who waits."""

    seat_limit: int | None
    seat_policy: str
    taken: int = Field(description="On the fullest day ahead, without those kept.")
    kept: int = Field(description="For open offers.")
    free_from: date | None = Field(description="First day from which a seat stays free.")
    marks: list[Mark]
    waiting: list[WaitingView]
    offers: list[OfferListed]
    past_offers: list[OfferListed]


async def show_seats(group_id: str, uow: SchedulerUow) -> SeatsView:
    """Return the seats of a group; for who leads it."""
    group = await uow.groups.get(group_id)
    need_lead(uow.actor, group.provider_id, [group.co_provider_id])
    return await seats_view(group, uow)


async def seats_view(group: GroupRow, uow: SchedulerUow) -> SeatsView:
    """Return the seats of a group."""
    seats = await seating.seats_of(group, uow)
    ordered = await seating.line(group, uow)
    since = {each.person_id: each.since for each in await uow.seats.waiting(group.id)}
    past = await uow.seats.settled_offers(group.id, most=_PAST_OFFERS)
    people = {each.person_id for each in seats.rows} | since.keys()
    people |= {each.person_id for each in (*seats.offers, *past)}
    names = await names_of(people, uow)
    progress = await uow.copies.progress(each.person_id for each in ordered)
    return SeatsView(
        seat_limit=group.seat_limit,
        seat_policy=group.seat_policy,
        taken=rules.peak(seats.stays, [], seats.today),
        kept=len(seats.offers),
        free_from=rules.free_from(group.seat_limit, seats.stays, seats.holds, seats.today),
        marks=_marks(group.seat_limit, seats, names),
        waiting=[
            WaitingView(
                person_id=each.person_id,
                name=names.get(each.person_id, ""),
                place=place,
                waiting_number=each.number,
                since=since[each.person_id],
                progress=ProgressView.of(progress[each.person_id])
                if each.person_id in progress
                else None,
            )
            for place, each in enumerate(ordered, 1)
        ],
        offers=[_listed(each, names) for each in seats.offers],
        past_offers=[_listed(each, names) for each in past],
    )


def _marks(limit: int | None, seats: seating.Seats, names: dict[str, str]) -> list[Mark]:
    """Return one mark for each seat, in the order of time: who follows somebody has the same seat."""
    if limit is None:
        return []
    spans = [
        _Span(each.joined_on, each.left_on, names.get(each.person_id, ""), offered=False)
        for each in seats.rows
    ]
    spans += [
        _Span(each.from_day, None, names.get(each.person_id, ""), offered=True)
        for each in seats.offers
    ]
    lanes: list[list[_Span]] = []
    for span in sorted(spans, key=lambda span: (span.begins, span.offered, span.name.lower())):
        lane = next((lane for lane in lanes if lane[-1].is_over_before(span.begins)), None)
        if lane is None:
            lanes.append([span])
        else:
            lane.append(span)
    drawn = [_mark(lane, seats.today) for lane in lanes]
    order: dict[MarkState, int] = {"taken": 0, "leaving": 1, "coming": 2, "kept": 3}
    drawn.sort(key=lambda mark: order[mark.state])
    drawn += [Mark(state="free", words="Free")] * (limit - len(drawn))
    return [
        mark.model_copy(update={"state": "over", "words": f"{mark.words}, over the limit"})
        if place >= limit
        else mark
        for place, mark in enumerate(drawn)
    ]


@dataclass(frozen=True)
class _Span:
    """A time in which a seat is somebody's."""

    begins: date
    ends: date | None
    name: str
    offered: bool

    def is_over_before(self, day: date) -> bool:
        return self.ends is not None and self.ends < day

    def words(self, today: date) -> str:
        if self.offered:
            return f"offered to {self.name} from {_day(self.begins)}"
        begins = f" from {_day(self.begins)}" if self.begins > today else ""
        return self.name + begins + (f" until {_day(self.ends)}" if self.ends else "")


def _mark(lane: list[_Span], today: date) -> Mark:
    first = lane[0]
    state: MarkState = "taken"
    if first.offered:
        state = "kept"
    elif first.begins > today:
        state = "coming"
    elif first.ends is not None:
        state = "leaving"
    words = ", then ".join(each.words(today) for each in lane)
    return Mark(state=state, words=words[0].upper() + words[1:], names=[each.name for each in lane])


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _listed(offer: OfferRow, names: dict[str, str]) -> OfferListed:
    return OfferListed(
        offer_id=offer.id,
        name=names.get(offer.person_id, ""),
        **offer.model_dump(exclude={"id", "group_id", "number", "since"}),
    )
