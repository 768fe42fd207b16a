"""What a new time-zone database moves: series are issued again, each once, whoever does it.

A series is looked at under its lock and marked with the version, in one transaction with what is
said about it: so it does not matter how many processes do it, nor whether one is killed.
"""

from dataclasses import dataclass
from datetime import datetime

from alongside.contracts import SeriesChanged, SeriesState
from alongside.db.direct import savepoint
from alongside.zones import release, tzdata_version, zone
from alongside_scheduler.domain.booking import AlreadyBooked
from alongside_scheduler.domain.clocks import Shift, by_new_clocks, shifts
from alongside_scheduler.handlers.asking import ask_person
from alongside_scheduler.store.commitments import UNTOLD, Commitments
from alongside_scheduler.store.uow import SchedulerUow


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a look at a series brings: by which version before, and which sessions move."""

    series: SeriesState
    looked_with: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Collision:
    """Somebody is in two places because the clocks changed. By what else they are taken, stays theirs."""

    person_id: str
    name: str
    key: str
    starts_at: datetime


async def older_versions(uow: SchedulerUow) -> set[str]:
    """Return by which older databases running series were last looked at; a newer one is left alone.

    Two of different age may run side by side for a while: the older takes nothing back.
    """
    ours = release(tzdata_version())
    return {each for each in await uow.clocks.versions(uow.now) if release(each) < ours}


async def preview(series_id: str, uow: SchedulerUow) -> Outlook:
    """Return what a look at a series would bring. Nothing is kept or said."""
    series = await uow.series.get(series_id)
    after = await _by_new_clocks(series, uow)
    looked_with = await uow.clocks.version_of(series_id)
    return Outlook(series, looked_with or series.tzdata, shifts(series, after))


async def look_again(series_id: str, uow: SchedulerUow) -> bool:
    """Look at one series by the clocks of today; tell whether it moved. Calendars get it anew then.

    Where it puts somebody in two places, it is kept all the same: that is when people come.
    """
    before = await uow.series.get(series_id, for_change=True)
    if release(await uow.clocks.version_of(series_id)) >= release(tzdata_version()):
        return False
    after = await _by_new_clocks(before, uow)
    moved = after is not before
    if moved:
        try:
            async with savepoint(uow.session):
                await uow.series.keep(after)
        except AlreadyBooked:
            await uow.series.keep(after, yielding=True)
        await uow.emit(SeriesChanged(id=uow.new_id(), occurred_at=uow.now, series=after))
    await uow.clocks.note(series_id, tzdata_version())
    return moved


async def settle(series_id: str, uow: SchedulerUow) -> int:
    """Take the time of what collides no more, and tell who leads of what does; return of how many.

    They are told once. To be called when every series was looked at: two that move by the same
    hour are in each other's way only until both have moved.
    """
    series = await uow.series.get(series_id, for_change=True)
    taken = Commitments(uow.session)
    left = [
        row
        for row in await taken.yielding(series_id, uow.now)
        if not await taken.take_again(series_id, row.id, row.key)
    ]
    untold = [row for row in left if row.yields == UNTOLD]
    if untold:
        for person_id in await _who_decides(series, uow):
            await _ask(person_id, series, untold[0].starts_at, uow)
        await taken.told_of_yielding(series_id)
    return len(untold)


async def collisions_of(series_id: str, uow: SchedulerUow) -> list[Collision]:
    """Return who is in two places in a series because the clocks changed."""
    rows = await Commitments(uow.session).yielding(series_id, uow.now)
    return [Collision(row.id, row.name, row.key, row.starts_at) for row in rows]


async def _by_new_clocks(series: SeriesState, uow: SchedulerUow) -> SeriesState:
    return by_new_clocks(
        series,
        zone(series.zone),
        tzdata=tzdata_version(),
        walls=await uow.clocks.walls(series.series_id),
        now=uow.now,
    )


async def _who_decides(series: SeriesState, uow: SchedulerUow) -> list[str]:
    """Return who leads the series, as far as they are here; else the coordinators."""
    wanted = (series.provider_id, *series.co_provider_ids)
    people = await uow.people.named(wanted)
    here = [each for each in wanted if each in people and people[each].left_at is None]
    return here or [row.id for row in await uow.people.with_role("coordinator")]


async def _ask(person_id: str, series: SeriesState, first: datetime, uow: SchedulerUow) -> None:
    await ask_person(
        person_id,
        "clocks_collide",
        uow,
        subject=series.title,
        path=f"/series/{series.series_id}",
        expires_at=first,
    )
