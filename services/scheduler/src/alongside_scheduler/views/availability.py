"""What providers publish, as they see it and as those see it who may book."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from pydantic import BaseModel

from alongside.errors import Forbidden, Invalid, NotFound
from alongside_scheduler.domain.availability import Availability
from alongside_scheduler.domain.slots import (
    Taken,
    bookable_starts,
    checked_instant,
    standing_starts,
)
from alongside_scheduler.handlers.availability import AvailabilityView
from alongside_scheduler.store.availability import rules_of
from alongside_scheduler.store.tables import AvailabilityRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.free import busy_spans
from alongside_scheduler.views.people import names_of

NEXT = 3
_WEEK = timedelta(days=8)
"""More than a week on any clock: limits of a week need all of it."""


class Bookable(BaseModel):
    """A provider whom the one who asks may book, and how."""

    provider_id: str
    name: str
    zone: str
    lengths: list[int]
    place: str | None
    link: str | None
    cancel_hours: int
    horizon_days: int
    next_free: list[datetime]


class Slots(BaseModel):
    """When somebody can be booked."""

    provider_id: str
    zone: str
    minutes: int
    starts: list[datetime]


@dataclass(frozen=True)
class Offer:
    """A provider's rules and what is taken, for one who wants to book."""

    row: AvailabilityRow
    rules: Availability
    taken: Taken
    now: datetime

    def starts(self, minutes: int, begins: datetime, ends: datetime) -> list[datetime]:
        """Return the starts between two instants that can be booked."""
        return list(bookable_starts(self.rules, minutes, self.taken, self.now, begins, ends))

    def next_free(
        self,
        minutes: int,
        after: datetime,
        repeat: Callable[[datetime], Sequence[datetime]] = lambda start: [start],
        *,
        limit: int = NEXT,
    ) -> list[datetime]:
        """Return the next starts, up to the horizon; of a standing appointment, where all fits."""
        found = standing_starts(self.rules, minutes, self.taken, self.now, after, repeat)
        return list(islice(found, limit))


async def show_availability(provider_id: str, uow: SchedulerUow) -> AvailabilityView:
    """Return all that a provider set: to them, and to coordinators."""
    if not (uow.actor.is_coordinator or uow.actor.person_id == provider_id):
        raise NotFound("There is no such availability.")
    row = await uow.availability.find(provider_id)
    if row is None:
        raise NotFound("This person has set no availability yet.")
    return AvailabilityView.of(row)


async def bookable_row(provider_id: str, uow: SchedulerUow) -> AvailabilityRow:
    """Return what a provider publishes if the one who asks may book; else say why not."""
    rows = await uow.availability.published([provider_id])
    if not rows:
        raise NotFound("This person takes no bookings here at the moment.")
    await need_guest(rows[0], uow)
    return rows[0]


async def need_guest(row: AvailabilityRow, uow: SchedulerUow) -> None:
    """Refuse who may not book this provider."""
    actor = uow.actor
    if actor.person_id is None or "supervisee" not in actor.roles:
        raise Forbidden("Sessions are booked by those who receive supervision.")
    if actor.person_id == row.provider_id:
        raise Forbidden("This is your own booking page: others book here.")
    if row.open_to == "own" and row.provider_id not in await uow.availability.supervised_by(
        actor.person_id
    ):
        raise Forbidden("This provider takes bookings from people in their own groups only.")


async def offers(
    rows: Sequence[AvailabilityRow],
    guest_id: str | None,
    uow: SchedulerUow,
    *,
    until: datetime | None = None,
    ignoring: tuple[str, str] | None = None,
) -> list[Offer]:
    """Return what can be booked of these providers, from now until their horizon or an instant.

    Reads what is taken once for all of them. `ignoring` names a session that is about to be moved.
    """
    if not rows:
        return []
    ends = until or uow.now + timedelta(days=max(row.horizon_days for row in rows) + 1)
    people = {row.provider_id for row in rows}
    everybody = people | ({guest_id} if guest_id else set())
    busy = await busy_spans(
        uow, everybody, uow.now, ends + timedelta(days=1), ignoring_session=ignoring
    )
    limited = {row.provider_id for row in rows if _has_limits(row)}
    sessions = (
        await uow.availability.sessions(limited, uow.now - _WEEK, ends + _WEEK, ignoring=ignoring)
        if limited
        else {}
    )
    guest = busy.get(guest_id or "", [])
    closed = await uow.association.closed()
    return [
        Offer(
            row=row,
            rules=rules_of(row, closed),
            taken=Taken(
                provider=busy[row.provider_id],
                guest=guest,
                sessions=sessions.get(row.provider_id, []),
            ),
            now=uow.now,
        )
        for row in rows
    ]


async def list_bookable(uow: SchedulerUow) -> list[Bookable]:
    """Return the providers whom the one who asks may book, by name, with their next free times."""
    actor = uow.actor
    if actor.person_id is None or "supervisee" not in actor.roles:
        return []
    mine = await uow.availability.supervised_by(actor.person_id)
    rows = [
        row
        for row in await uow.availability.published()
        if row.provider_id != actor.person_id
        and (row.open_to == "anybody" or row.provider_id in mine)
    ]
    names = await names_of({row.provider_id for row in rows}, uow)
    return [
        _bookable(each, names.get(each.row.provider_id, ""))
        for each in await offers(rows, actor.person_id, uow)
    ]


async def show_bookable(
    provider_id: str, uow: SchedulerUow, *, ignoring: tuple[str, str] | None = None
) -> tuple[Bookable, Offer]:
    """Return one provider whom the one who asks may book, and what can be booked."""
    row = await bookable_row(provider_id, uow)
    (offer,) = await offers([row], uow.actor.person_id, uow, ignoring=ignoring)
    names = await names_of({provider_id}, uow)
    return _bookable(offer, names.get(provider_id, "")), offer


async def preview(provider_id: str, name: str, uow: SchedulerUow) -> tuple[Bookable, Offer] | None:
    """Return a provider's own page as others see it, published or not; None before there is any."""
    row = await uow.availability.find(provider_id)
    if row is None:
        return None
    (offer,) = await offers([row], None, uow)
    return _bookable(offer, name), offer


async def show_slots(
    provider_id: str, minutes: int | None, begins: date | None, ends: date | None, uow: SchedulerUow
) -> Slots:
    """Return when a provider can be booked between two days of their zone, both included."""
    row = await bookable_row(provider_id, uow)
    (offer,) = await offers([row], uow.actor.person_id, uow)
    length = checked_length(row.lengths, minutes)
    first = _midnight("from", begins, offer) if begins else uow.now
    last = (
        _midnight("to", ends, offer) + timedelta(days=1)
        if ends
        else uow.now + timedelta(days=row.horizon_days + 1)
    )
    return Slots(
        provider_id=provider_id,
        zone=row.zone,
        minutes=length,
        starts=offer.starts(length, first, last),
    )


def checked_length(lengths: Sequence[int], minutes: int | None) -> int:
    """Return a length that is offered; without one, the only one or the one closest to an hour."""
    if minutes is None:
        return min(lengths, key=lambda each: (abs(each - 60), each))
    if minutes not in lengths:
        words = ", ".join(map(str, lengths))
        raise Invalid(f"Sessions of {words} minutes are offered.", field="minutes")
    return minutes


def _bookable(offer: Offer, name: str) -> Bookable:
    row = offer.row
    return Bookable(
        **row.model_dump(
            include={"provider_id", "zone", "place", "link", "cancel_hours", "horizon_days"}
        ),
        name=name,
        lengths=list(row.lengths),
        next_free=offer.next_free(checked_length(row.lengths, None), offer.now),
    )


def _midnight(field: str, day: date, offer: Offer) -> datetime:
    return checked_instant(field, datetime.combine(day, time(), offer.rules.zone))


def _has_limits(row: AvailabilityRow) -> bool:
    limits: Iterable[int | None] = (
        row.day_sessions,
        row.day_minutes,
        row.week_sessions,
        row.week_minutes,
    )
    return any(limit is not None for limit in limits)
