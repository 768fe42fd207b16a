"""Individual sessions: booked, moved and cancelled by who receives supervision.

Whoever books holds the provider's availability until the transaction ends, so that two at once
cannot pass a limit together. That nobody is in two places, the database itself holds.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from alongside.contracts import (
    SeriesScheduled,
    SeriesState,
)
from alongside.errors import Invalid
from alongside.web import times
from alongside.zones import tzdata_version, zone
from alongside_scheduler.domain import recurrence
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.availability import LONGEST_STANDING
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.slots import (
    Hindrance,
    NotBookable,
    SlotTaken,
    checked_instant,
    hindrances,
    in_words,
)
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.handlers.saying import say
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


async def book(provider_id: str, command: Book, uow: SchedulerUow) -> SeriesState:
    """Book a session; raise `NotBookable` with the next free times where it cannot be had."""
    await uow.availability.find(provider_id, for_change=True)
    row = await bookable_row(provider_id, uow)
    minutes = checked_length(row.lengths, command.minutes)
    first = checked_instant("start", command.start)
    starts = _standing(row, first, command)
    offer = await offer_of(row, starts, uow)
    refused = hindrances(offer.rules, starts, minutes, offer.taken, uow.now)
    if refused:
        raise refusal(refused, offer, minutes, starts, lambda start: _standing(row, start, command))
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
        offer = await offer_of(row, starts, uow)
        raise refusal([(first, Hindrance.TAKEN)], offer, minutes, [first]) from error


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
        await uow.seats.begin_stay(group.id, person_id, today)
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


async def offer_of(
    row: AvailabilityRow,
    wanted: Sequence[datetime],
    uow: SchedulerUow,
    *,
    ignoring: tuple[str, str] | None = None,
) -> Offer:
    """Return what who asks can book, up to where a standing appointment like this one could reach."""
    horizon = uow.now + timedelta(days=row.horizon_days)
    until = max(wanted[-1], horizon + (wanted[-1] - wanted[0])) + timedelta(days=1)
    (found,) = await offers([row], uow.actor.person_id, uow, until=until, ignoring=ignoring)
    return found


def refusal(
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
