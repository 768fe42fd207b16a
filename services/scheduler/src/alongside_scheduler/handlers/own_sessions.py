"""One's own individual sessions: moved and cancelled, within the policy of the provider."""

from datetime import datetime

from pydantic import AwareDatetime

from alongside.contracts import (
    Occurrence,
    SeriesChanged,
    SeriesEnded,
    SeriesState,
    SessionCancelled,
    SessionMoved,
)
from alongside.errors import Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain import surgery
from alongside_scheduler.domain.availability import may_change
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.slots import Hindrance, TooLate, checked_instant, hindrance
from alongside_scheduler.handlers.booking import offer_of, refusal
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.saying import say
from alongside_scheduler.store.availability import rules_of
from alongside_scheduler.store.tables import AvailabilityRow
from alongside_scheduler.store.uow import SchedulerUow


class MoveBooking(Command):
    """When one's own session is to be instead."""

    start: AwareDatetime


class CancelBooking(Command):
    """Whether one session is cancelled, or all that follow it as well."""

    later_too: bool = False


async def move_booking(
    series_id: str, key: str, command: MoveBooking, uow: SchedulerUow
) -> SeriesState:
    """Move one's own session to another time that is offered, while there is time to."""
    series, row, occurrence = await own_session(series_id, key, uow, for_change=True)
    await need_time(row, occurrence, uow)
    start = checked_instant("start", command.start)
    minutes = int((occurrence.ends_at - occurrence.starts_at).total_seconds()) // 60
    offer = await offer_of(row, [start], uow, ignoring=(series_id, key))
    why = hindrance(offer.rules, start, minutes, offer.taken, uow.now)
    if start == occurrence.starts_at:
        raise Invalid("That is when it is now.", field="start")
    if why is not None:
        raise refusal([(start, why)], offer, minutes, [start])
    at = zone(series.zone)
    try:
        after = life.move(
            series,
            key,
            start=start.astimezone(at).replace(tzinfo=None),
            duration_minutes=None,
            where=None,
            zone=at,
            now=uow.now,
        )
        return await say(after, SessionMoved, uow, occurrence_key=key)
    except AlreadyBooked as error:
        raise refusal([(start, Hindrance.TAKEN)], offer, minutes, [start]) from error


async def cancel_booking(
    series_id: str, key: str, uow: SchedulerUow, *, later_too: bool = False
) -> SeriesState:
    """Cancel one's own session while there is time to; of a standing appointment, all later ones too."""
    series, row, occurrence = await own_session(series_id, key, uow, for_change=True)
    gone = later_ones(series, key, uow.now) if later_too else [occurrence]
    for each in gone:
        await need_time(row, each, uow)
    if later_too:
        after = surgery.cancel_from(series, key, now=uow.now)
    else:
        after = life.cancel(series, key, now=uow.now)
    if after.status == "cancelled":
        return await say(after, SeriesEnded, uow)
    if later_too:
        return await say(after, SeriesChanged, uow)
    return await say(after, SessionCancelled, uow, occurrence_key=key)


def later_ones(series: SeriesState, key: str, now: datetime) -> list[Occurrence]:
    """Return a session and those that follow it in its series and are still to come."""
    return [
        each
        for each in series.occurrences
        if each.status == "planned" and each.key >= key and each.starts_at > now
    ]


async def own_session(
    series_id: str, key: str, uow: SchedulerUow, *, for_change: bool = False
) -> tuple[SeriesState, AvailabilityRow, Occurrence]:
    """Return a planned individual session of who asks, and what its provider publishes."""
    provider_id = await uow.availability.provider_of(series_id)
    row = await uow.availability.find(provider_id, for_change=for_change)
    series = await uow.series.get(series_id, for_change=for_change)
    occurrence = life.find(series, key)
    expected = life.expected(series, occurrence, zone(series.zone))
    if uow.actor.person_id is None or uow.actor.person_id not in expected:
        raise NotFound("This series has no such session.")
    if (
        row is None
        or series.provider_id != provider_id
        or series.kind != "individual"
        or len(expected) > 1
    ):
        raise TooLate("This session is changed by who leads it. Please talk to them.")
    if occurrence.status == "cancelled":
        raise life.SessionOver
    return series, row, occurrence


async def need_time(row: AvailabilityRow, occurrence: Occurrence, uow: SchedulerUow) -> None:
    """Refuse a change that comes too late."""
    if not may_change(rules_of(row), occurrence.starts_at, uow.now):
        name = (await uow.people.named([row.provider_id]))[row.provider_id].name
        raise TooLate(
            f"Sessions can be moved or cancelled here until {row.cancel_hours} hours before. "
            f"Please talk to {name}."
        )
