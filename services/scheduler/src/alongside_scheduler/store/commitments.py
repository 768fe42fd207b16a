"""The time that series take of people: here the database holds the second guarantee."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Integer, String, any_, bindparam, cast, delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.db.direct import Direct, savepoint
from alongside.db.rows import insert_rows
from alongside.errors import NotFound
from alongside.zones import zone
from alongside_scheduler.domain.booking import AlreadyBooked, Clash
from alongside_scheduler.domain.series import expected, leaders
from alongside_scheduler.store.tables import METADATA, NO_OVERLAP

LONGEST = timedelta(days=1)
"""What takes a person's time, with the room after it, is shorter."""

_LOCKS = 2
"""The number under which PostgreSQL keeps our locks on people's time: the second guarantee."""

# The statements are made once: this is where bookings spend their time.
_TAKEN = METADATA.tables["commitments"]
_PEOPLE = METADATA.tables["people"]
_PUBLISHED = METADATA.tables["provider_availability"]
_FACTS = (
    _PEOPLE.c.id,
    _PEOPLE.c.person_no,
    func.coalesce(_PUBLISHED.c.buffer_minutes, 0).label("room"),
)
_WITH_ROOM = _PEOPLE.outerjoin(_PUBLISHED, _PUBLISHED.c.provider_id == _PEOPLE.c.id)
_NUMBERS = (
    select(*_FACTS)
    .select_from(_WITH_ROOM)
    .where(_PEOPLE.c.id.in_(bindparam("ids", expanding=True)))
)
_HOLD = Direct(
    select(*_FACTS, func.pg_advisory_xact_lock(_LOCKS, cast(_PEOPLE.c.person_no, Integer)))
    .select_from(_WITH_ROOM)
    .where(_PEOPLE.c.id == any_(bindparam("ids", type_=ARRAY(String))))
    .order_by(_PEOPLE.c.person_no)
)
_OF_SERIES = (
    select(
        _PEOPLE.c.id,
        _TAKEN.c.key,
        _TAKEN.c.starts_at,
        _TAKEN.c.ends_at,
        _TAKEN.c.active,
        _TAKEN.c.yields,
    )
    .join_from(_TAKEN, _PEOPLE, _PEOPLE.c.person_no == _TAKEN.c.person_no)
    .where(_TAKEN.c.series_id == bindparam("series_id"))
)
_TAKEN_BETWEEN = (
    select(
        _TAKEN.c.person_no,
        _PEOPLE.c.name,
        _TAKEN.c.starts_at,
        _TAKEN.c.ends_at,
        _TAKEN.c.free_from,
    )
    .join_from(_TAKEN, _PEOPLE, _PEOPLE.c.person_no == _TAKEN.c.person_no)
    .where(
        _TAKEN.c.person_no.in_(bindparam("numbers", expanding=True)),
        _TAKEN.c.active,
        _TAKEN.c.starts_at > bindparam("earliest"),
        _TAKEN.c.starts_at < bindparam("ends"),
        _TAKEN.c.free_from > bindparam("begins"),
        _TAKEN.c.series_id.not_in(bindparam("but_of", expanding=True)),
    )
    .order_by(_TAKEN.c.starts_at)
)
_IT = (
    _TAKEN.c.series_id == bindparam("of_series"),
    _TAKEN.c.person_no == bindparam("of_person"),
    _TAKEN.c.key == bindparam("of_key"),
)
_GIVE_BACK = update(_TAKEN).where(*_IT).values(active=False, yields="")
_FORGET = delete(_TAKEN).where(*_IT)
_TAKE_AGAIN = update(_TAKEN).where(*_IT).values(active=True, yields="")

UNTOLD, TOLD = "untold", "told"
"""How `yields` is marked: before and after somebody was told that two sessions collide."""

_YIELDING = (
    select(
        _PEOPLE.c.id,
        _PEOPLE.c.name,
        _TAKEN.c.key,
        _TAKEN.c.starts_at,
        _TAKEN.c.ends_at,
        _TAKEN.c.yields,
    )
    .join_from(_TAKEN, _PEOPLE, _PEOPLE.c.person_no == _TAKEN.c.person_no)
    .where(
        _TAKEN.c.series_id == bindparam("series_id"),
        _TAKEN.c.yields != "",
        _TAKEN.c.ends_at > bindparam("now"),
    )
    .order_by(_TAKEN.c.starts_at, _PEOPLE.c.name)
)
_TOLD = (
    update(_TAKEN)
    .where(_TAKEN.c.series_id == bindparam("of_series"), _TAKEN.c.yields == UNTOLD)
    .values(yields=TOLD)
)

At = tuple[str, str]
"""A person's id and an occurrence's key."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Time that an occurrence takes of a person (UTC). Who leads keeps room after it."""

    starts_at: datetime
    ends_at: datetime
    leads: bool


@dataclass(frozen=True, slots=True)
class Person:
    """What the guard needs to know of a person."""

    number: int
    room: timedelta
    """Kept free after each session they lead."""

    def free_from(self, slot: Slot) -> datetime:
        """Return when this person is free again."""
        return slot.ends_at + self.room if slot.leads else slot.ends_at


def wanted(series: SeriesState) -> dict[At, Slot]:
    """Return the time a series asks of each person for each of its meetings."""
    at = zone(series.zone)
    found: dict[At, Slot] = {}
    for each in series.occurrences:
        if each.status == "planned":
            lead = leaders(series, each)
            for person in lead:
                found[person, each.key] = Slot(each.starts_at, each.ends_at, leads=True)
            for person in expected(series, each, at):
                if person not in lead:
                    found[person, each.key] = Slot(each.starts_at, each.ends_at, leads=False)
    return found


class Commitments:
    """Gives and takes people's time; no two meetings have the same person at the same time."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, slots: Mapping[At, Slot], series_id: str) -> list[Mapping[str, Any]]:
        """Return the rows by which a new series takes this time, once nobody else is at it."""
        people = await self._hold({person for person, _ in slots})
        return _rows(series_id, slots, people)

    async def change(
        self, slots: Mapping[At, Slot], series: SeriesState, *, yielding: bool = False
    ) -> None:
        """Bring a series to this time: first give back, then take. Raise `AlreadyBooked`.

        What stays as it is keeps the room with which it was taken. `yielding`, nothing is refused:
        what would be is kept without being active, and marked (`yields`).
        """
        series_id, keys = series.series_id, {each.key for each in series.occurrences}
        kept = {
            (row.id, row.key): (row.starts_at, row.ends_at) if row.active or row.yields else None
            for row in await self._session.execute(_OF_SERIES, {"series_id": series_id})
        }
        gone = [at for at, slot in kept.items() if slot is not None and at not in slots]
        # A meeting that goes on in another series leaves nothing; a cancelled one is remembered.
        elsewhere = [at for at in kept if at[1] not in keys]
        new = {
            at: slot for at, slot in slots.items() if kept.get(at) != (slot.starts_at, slot.ends_at)
        }
        touched = (*gone, *elsewhere, *new)
        if not touched:
            return
        people = await self._hold({person for person, _ in touched})
        await self._each(_GIVE_BACK, series_id, people, gone)
        forgotten = [*elsewhere, *(at for at in new if at in kept)]
        await self._each(_FORGET, series_id, people, forgotten)
        rows = _rows(series_id, new, people)
        if yielding:
            await self._take_or_yield(rows)
            return
        with refusing_overlaps():
            await insert_rows(self._session, (_TAKEN, rows))

    async def _take_or_yield(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            try:
                async with savepoint(self._session):
                    with refusing_overlaps():
                        await insert_rows(self._session, (_TAKEN, [row]))
            except AlreadyBooked:
                yields = {**row, "active": False, "yields": UNTOLD}
                await insert_rows(self._session, (_TAKEN, [yields]))

    async def yielding(self, series_id: str, now: datetime) -> Sequence[Any]:
        """Return (id, name, key, starts_at, ends_at, yields) of what yields and is not over."""
        rows = await self._session.execute(_YIELDING, {"series_id": series_id, "now": now})
        return rows.all()

    async def take_again(self, series_id: str, person_id: str, key: str) -> bool:
        """Make what yields active, now that nothing is in its way; tell whether that is so."""
        people = await self._hold([person_id])
        try:
            async with savepoint(self._session):
                with refusing_overlaps():
                    await self._each(_TAKE_AGAIN, series_id, people, [(person_id, key)])
        except AlreadyBooked:
            return False
        return True

    async def told_of_yielding(self, series_id: str) -> None:
        """Remember that somebody was told what yields of a series."""
        await self._session.execute(_TOLD, {"of_series": series_id})

    async def clashes(self, series: SeriesState) -> list[Clash]:
        """Return who could not take part in a series as it is, and when; nothing about by what."""
        slots = wanted(series)
        if not slots:
            return []
        people = await self._people({person for person, _ in slots})
        begins = min(slot.starts_at for slot in slots.values())
        ends = max(people[person].free_from(slot) for (person, _), slot in slots.items())
        taken: dict[int, list[Any]] = {}
        for row in await self._session.execute(
            _TAKEN_BETWEEN,
            {
                "numbers": [each.number for each in people.values()],
                # The part before this one gives its time back in the same step.
                "but_of": [series.series_id, *([series.continues] if series.continues else [])],
                "earliest": begins - LONGEST,
                "begins": begins,
                "ends": ends,
            },
        ):
            taken.setdefault(row.person_no, []).append(row)
        at = zone(series.zone)
        found: dict[tuple[str, datetime], Clash] = {}
        for (person, _), slot in slots.items():
            free_from = people[person].free_from(slot)
            for other in _around(taken.get(people[person].number, []), slot, free_from):
                only_room = other.starts_at >= slot.ends_at or other.ends_at <= slot.starts_at
                before = found.get((person, slot.starts_at))
                if before is None or before.only_room:
                    found[person, slot.starts_at] = Clash(
                        person_id=person,
                        name=other.name,
                        starts_at=slot.starts_at,
                        ends_at=slot.ends_at,
                        zone=at,
                        only_room=only_room,
                    )
        return sorted(found.values(), key=lambda clash: (clash.starts_at, clash.name))

    async def _hold(self, person_ids: Collection[str]) -> dict[str, Person]:
        """Return these people once nobody else is taking their time, until this transaction ends.

        PostgreSQL locks them in one order, so that two who want the same people wait for each other
        and do not deadlock; on SQLite a writer is alone already.
        """
        if self._session.get_bind().dialect.name != "postgresql":
            return await self._people(person_ids)
        return _found(await _HOLD.rows(self._session, {"ids": list(person_ids)}), person_ids)

    async def _people(self, person_ids: Collection[str]) -> dict[str, Person]:
        rows = await self._session.execute(_NUMBERS, {"ids": list(person_ids)})
        return _found(rows, person_ids)

    async def _each(
        self, statement: Any, series_id: str, people: Mapping[str, Person], at: Sequence[At]
    ) -> None:
        if at:
            connection = await self._session.connection()
            await connection.execute(
                statement,
                [
                    {"of_series": series_id, "of_person": people[person].number, "of_key": key}
                    for person, key in at
                ],
            )


class refusing_overlaps:  # noqa: N801  # reads as a statement: with refusing_overlaps()
    """Turns the guard's refusal into `AlreadyBooked`; the transaction is lost then."""

    def __enter__(self) -> None:
        """Nothing happens yet."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say what the database refused in words."""
        if isinstance(error, DBAPIError) and is_overlap(error):
            raise AlreadyBooked from error


def is_overlap(error: DBAPIError) -> bool:
    """Tell whether the guard refused, on either database."""
    return isinstance(error, IntegrityError) and NO_OVERLAP in str(error.orig)


def _found(rows: Iterable[Any], person_ids: Collection[str]) -> dict[str, Person]:
    found = {
        person_id: Person(number, timedelta(minutes=room)) for person_id, number, room, *_ in rows
    }
    if len(found) < len(person_ids):
        raise NotFound("Somebody in this series is not registered.")
    return found


def _rows(
    series_id: str, slots: Mapping[At, Slot], people: Mapping[str, Person]
) -> list[Mapping[str, Any]]:
    return [
        {
            "person_no": people[person].number,
            "series_id": series_id,
            "key": key,
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "free_from": people[person].free_from(slot),
            "active": True,
        }
        for (person, key), slot in slots.items()
    ]


def _around(taken: Sequence[Any], slot: Slot, free_from: datetime) -> Iterator[Any]:
    """Return what of a person's taken time, which is in order, overlaps a slot with its room."""
    first = bisect_left(taken, slot.starts_at - LONGEST, key=lambda row: row.starts_at)
    for row in taken[first:]:
        if row.starts_at >= free_from:
            return
        if row.free_from > slot.starts_at:
            yield row
