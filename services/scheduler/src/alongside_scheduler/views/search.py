"""The search: people, groups and sessions, never more than who looks may see."""

from collections.abc import Iterable
from datetime import timedelta

from pydantic import BaseModel

from alongside.zones import zone
from alongside_scheduler.domain.month import bounds
from alongside_scheduler.domain.search import Asked, asked, words_of
from alongside_scheduler.store.calendar import Wanted
from alongside_scheduler.store.search import MOST
from alongside_scheduler.store.tables import PersonRow
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.calendar import ScheduleItem, items_between

_LOOKED_BACK = timedelta(days=731)


class FoundPerson(BaseModel):
    """A person. Their address is for coordinators only."""

    person_id: str
    name: str
    roles: tuple[str, ...]
    email: str | None = None
    path: str
    """The page about them that who looks may open."""


class FoundGroup(BaseModel):
    """A group."""

    group_id: str
    name: str
    kind: str
    path: str


class Found(BaseModel):
    """What was found, by kind: of each a dozen at most."""

    people: list[FoundPerson] = []
    groups: list[FoundGroup] = []
    sessions: list[ScheduleItem] = []

    @property
    def total(self) -> int:
        """How much it is."""
        return len(self.people) + len(self.groups) + len(self.sessions)


async def find(uow: SchedulerUow, query: str, zone_name: str) -> Found:
    """Return what fits a query: the beginnings of words, and days; nothing for an empty one.

    A coordinator finds everybody and everything; a supervisor who is on their rosters, their groups
    and sessions; a supervisee who leads their groups, their groups and sessions.
    """
    actor = uow.actor
    if actor.person_id is None and not actor.is_coordinator:
        return Found()
    words = words_of(query)
    today = uow.now.astimezone(zone(zone_name)).date()
    if not words:
        return Found()
    return Found(
        people=await _people(query, words, uow),
        groups=await _groups(words, uow),
        sessions=await _sessions(words, asked(query, today), zone_name, uow),
    )


async def _people(query: str, words: tuple[str, ...], uow: SchedulerUow) -> list[FoundPerson]:
    actor = uow.actor
    if actor.is_coordinator:
        rows = await uow.search.people(words, address=query.strip().lower())
        return [_person(row, f"/people/{row.id}", row.email) for row in rows]
    found: list[FoundPerson] = []
    if actor.person_id is None:
        return found
    if actor.is_supervisor:
        rows = await uow.search.people(words, led_by=actor.person_id)
        found += [_person(row, f"/hours?person={row.id}") for row in rows]
    leading = await uow.search.providers(words, actor.person_id)
    found += [_person(row, f"/schedule/agenda?show=provider%3A{row.id}") for row in leading]
    return _once(found)


async def _groups(words: tuple[str, ...], uow: SchedulerUow) -> list[FoundGroup]:
    among = None
    if not uow.actor.is_coordinator:
        rows = await uow.groups.seen_by(uow.actor.person_id, today=uow.now.date())
        among = [row.id for row in rows]
    return [
        FoundGroup(group_id=row.id, name=row.name, kind=row.kind, path=f"/groups/{row.id}")
        for row in await uow.search.groups(words, among)
    ]


async def _sessions(
    words: tuple[str, ...], asked_for: Asked, zone_name: str, uow: SchedulerUow
) -> list[ScheduleItem]:
    """Return sessions on the days that were asked for, then those with the words: ahead, then past.

    A day may be a name as well: `tuesday` is also the beginning of the Tuesday circle.
    """
    own = None if uow.actor.is_coordinator else uow.actor.person_id
    found: list[ScheduleItem] = []
    if asked_for.days:
        begins, ends = bounds(*asked_for.days, zone(zone_name))
        wanted = Wanted(person_id=own, words=asked_for.words)
        found += await items_between(begins, ends, wanted, uow, limit=MOST)
    wanted = Wanted(person_id=own, words=words)
    found += await items_between(uow.now, None, wanted, uow, limit=MOST // 2)
    if len(found) < MOST:
        back = uow.now - _LOOKED_BACK
        found += await items_between(back, uow.now, wanted, uow, limit=MOST, newest_first=True)
    return list({(each.series_id, each.key): each for each in found}.values())[:MOST]


def _person(row: PersonRow, path: str, email: str | None = None) -> FoundPerson:
    return FoundPerson(person_id=row.id, name=row.name, roles=row.roles, email=email, path=path)


def _once(found: Iterable[FoundPerson]) -> list[FoundPerson]:
    return list({each.person_id: each for each in reversed(list(found))}.values())[::-1]
