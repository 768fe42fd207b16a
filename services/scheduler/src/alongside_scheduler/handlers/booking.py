"""Individual sessions: booked, moved and cancelled by who receives supervision.

Whoever books holds the provider's availability until the transaction ends, so that two at once
cannot pass a limit together. That nobody is in two places, the database itself holds.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from alongside.contracts import (
    Occurrence,
    SeriesChanged,
    SeriesEnded,
    SeriesScheduled,
    SeriesState,
    SessionCancelled,
    SessionMoved,
)
from alongside.errors import Invalid, NotFound
from alongside.web import times
from alongside.zones import tzdata_version, zone
from alongside_scheduler.domain import recurrence, surgery
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.availability import (
    LONGEST_STANDING,
    Hindrance,
    NotBookable,
    SlotTaken,
    TooLate,
    checked_instant,
    hindrance,
    hindrances,
    in_words,
    may_change,
)
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.saying import say
from alongside_scheduler.store.availability import rules_of
from alongside_scheduler.store.tables import AvailabilityRow, GroupRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.availability import (
    Offer,
    bookable_row,
    checked_length,
    offers,
)

_TAKEN = {Hindrance.TAKEN, Hindrance.GUEST_TAKEN}
_EVERY_WEEKS = (1, 2)
LONGEST_TITLE = life.LONGEST_TITLE


class Book(Command):
    """A session to be booked with a provider, once or as a standing appointment."""

    start: AwareDatetime = Field(examples=["2026-03-10T15:00:00Z"])
    minutes: int | None = Field(default=None, description="One of the lengths offered.")
    every_weeks: int | None = Field(
        default=None, description="1 or 2 for a standing appointment at the same wall time."
    )
    times: int = Field(default=1, description="How often a standing appointment is held.")


class MoveBooking(Command):
    """When one's own session is to be instead."""

    start: AwareDatetime


class CancelBooking(Command):
    """Whether one session is cancelled, or all that follow it as well."""

    later_too: bool = False


async def book(provider_id: str, command: Book, uow: SchedulerUow) -> SeriesState:
    """Book a session; raise `NotBookable` with the next free times where it cannot be had."""
    await uow.availability.find(provider_id, for_change=True)
    row = await bookable_row(provider_id, uow)
    minutes = checked_length(row.lengths, command.minutes)
    first = checked_instant("start", command.start)
    starts = _standing(row, first, command)
    offer = await _offer(row, starts[-1], uow)
    refused = hindrances(offer.rules, starts, minutes, offer.taken, uow.now)
    if refused:
        raise _refusal(
            refused, offer, minutes, starts, lambda start: _standing(row, start, command)
        )
    wall = first.astimezone(zone(row.zone)).replace(tzinfo=None)
    rhythm = recurrence.Rhythm(
        frequency="once" if len(starts) == 1 else "weekly",
        starts_on=wall.date(),
        at=wall.time(),
        interval=command.every_weeks or 1,
        count=None if len(starts) == 1 else len(starts),
    )
    person_id = uow.actor.person_id or ""
    try:
        return await schedule_pair(row, person_id, rhythm, minutes, uow)
    except AlreadyBooked as error:
        # Somebody who books no slots, such as a group's leader, was quicker.
        offer = await _offer(row, starts[-1], uow)
        raise _refusal([(first, Hindrance.TAKEN)], offer, minutes, [first]) from error


async def schedule_pair(
    row: AvailabilityRow,
    person_id: str,
    rhythm: recurrence.Rhythm,
    minutes: int,
    uow: SchedulerUow,
) -> SeriesState:
    """Plan sessions of these two: their group is made once, each booking is a series in it."""
    group = await _pair(row, person_id, uow)
    pattern, walls = recurrence.plan(rhythm)
    series = life.schedule(
        series_id=uow.new_id(),
        group_id=group.id,
        title=group.name,
        kind="individual",
        zone=zone(row.zone),
        tzdata=tzdata_version(),
        pattern=pattern,
        walls=walls,
        duration_minutes=minutes,
        where=life.Where(place=row.place or group.place, link=row.link or group.link),
        provider_id=row.provider_id,
        co_provider_ids=(),
        member_ids=[person_id],
        now=uow.now,
    )
    return await say(series, SeriesScheduled, uow)


async def move_booking(
    series_id: str, key: str, command: MoveBooking, uow: SchedulerUow
) -> SeriesState:
    """Move one's own session to another time that is offered, while there is time to."""
    series, row, occurrence = await own_session(series_id, key, uow, for_change=True)
    await need_time(row, occurrence, uow)
    start = checked_instant("start", command.start)
    minutes = int((occurrence.ends_at - occurrence.starts_at).total_seconds()) // 60
    offer = await _offer(row, start, uow, ignoring=(series_id, key))
    why = hindrance(offer.rules, start, minutes, offer.taken, uow.now)
    if start == occurrence.starts_at:
        raise Invalid("That is when it is now.", field="start")
    if why is not None:
        raise _refusal([(start, why)], offer, minutes, [start])
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
        raise _refusal([(start, Hindrance.TAKEN)], offer, minutes, [start]) from error


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


async def _pair(row: AvailabilityRow, person_id: str, uow: SchedulerUow) -> GroupRow:
    group = await uow.availability.pair(row.provider_id, person_id)
    if group is None:
        group = GroupRow(
            id=uow.new_id(),
            version=1,
            name=await pair_title(row.provider_id, person_id, uow),
            kind="individual",
            zone=row.zone,
            place=row.place,
            link=row.link,
            seat_limit=1,
            provider_id=row.provider_id,
            made_at=uow.now,
        )
        await uow.groups.keep(group)
    if person_id not in {each.person_id for each in await uow.groups.roster(group.id)}:
        today = uow.now.astimezone(zone(row.zone)).date()
        await uow.groups.add_member(group.id, person_id, today)
    return group


async def pair_title(provider_id: str, person_id: str, uow: SchedulerUow) -> str:
    """Return what the sessions of these two are called."""
    people = await uow.people.named([provider_id, person_id])
    title = f"Individual: {people[provider_id].name} with {people[person_id].name}"
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _standing(row: AvailabilityRow, first: datetime, command: Book) -> list[datetime]:
    """Return every start: the same wall time week by week."""
    if command.every_weeks is None:
        if command.times != 1:
            raise Invalid("Say every how many weeks.", field="every_weeks")
        return [first]
    if command.every_weeks not in _EVERY_WEEKS:
        raise Invalid("Every week or every second week.", field="every_weeks")
    if not 1 <= command.times <= LONGEST_STANDING:
        raise Invalid(f"1 to {LONGEST_STANDING} times.", field="times")
    at = zone(row.zone)
    wall = first.astimezone(at).replace(tzinfo=None)
    step = timedelta(weeks=command.every_weeks)
    return [recurrence.instant(wall + number * step, at) for number in range(command.times)]


async def _offer(
    row: AvailabilityRow,
    last: datetime,
    uow: SchedulerUow,
    *,
    ignoring: tuple[str, str] | None = None,
) -> Offer:
    horizon = uow.now + timedelta(days=row.horizon_days + 1)
    until = max(last + timedelta(days=1), horizon)
    (found,) = await offers([row], uow.actor.person_id, uow, until=until, ignoring=ignoring)
    return found


def _refusal(
    refused: Sequence[tuple[datetime, Hindrance]],
    offer: Offer,
    minutes: int,
    wanted: Sequence[datetime],
    repeat: Callable[[datetime], Sequence[datetime]] = lambda start: [start],
) -> NotBookable:
    """Return the error that says which times cannot be had and why, and three that can."""
    why = refused[0][1]
    kind = SlotTaken if why in _TAKEN else NotBookable
    words = in_words(why)
    if len(wanted) > 1:
        words = f"{len(refused)} of {len(wanted)} times cannot be had. " + " ".join(
            f"{times.local(start, offer.rules.zone)}: {in_words(reason)}"
            for start, reason in refused
        )
    first = wanted[0]
    free = offer.next_free(minutes, first, repeat) or offer.next_free(minutes, offer.now, repeat)
    return kind(f"{words} Nothing was saved.", next_free=free, refused=refused)
