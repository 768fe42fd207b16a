"""Hour entries, read for the page of somebody's hours and for working them all out: few questions, little JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    column,
    func,
    literal,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy import table as sql_table
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.rules.hour import Verdict
from alongside_logbook.store.tables import EntryRow, table

_ENTRIES = table(EntryRow)


class Told(NamedTuple):
    """An entry as it is stored: its newest version and what it counts for, as JSON."""

    entry_id: str
    current: str
    verdict: str | None
    verdicts: str | None


class ShownEntry(NamedTuple):
    """What pages show of an entry."""

    entry_id: str
    supervisee_id: str
    provider_id: str
    status: str
    current: EntryVersion
    verdict: Verdict | None
    verdicts: dict[str, Verdict] | None


class ShownEntries(NamedTuple):
    """A page of entries, newest first, and what waits, oldest first."""

    page: list[ShownEntry]
    mine: list[ShownEntry]
    """For the person's own word."""
    others: list[ShownEntry]
    total: int
    """How many entries there are."""


_SHOWN = tuple(_ENTRIES.c[name] for name in ShownEntry._fields)


def _part(number: int, query: Select[Any]) -> Select[Any]:
    found = query.subquery()
    return select(literal(number).label("part"), *found.c)


def _page() -> CompoundSelect[Any]:
    person = bindparam("person", type_=String)
    mine = _ENTRIES.c.supervisee_id == person
    # Said in so many words, since an index holds just these.
    waits = (mine, _ENTRIES.c.awaits.is_not(None))
    newest = (_ENTRIES.c.started_at.desc(), _ENTRIES.c.entry_id)
    oldest = (_ENTRIES.c.started_at, _ENTRIES.c.entry_id)
    size, offset, at_once = (
        bindparam(name, type_=Integer) for name in ("size", "offset", "at_once")
    )
    # Rows are long, so a page far back is found by ids alone.
    ids = select(_ENTRIES.c.entry_id).where(mine).order_by(*newest).limit(size).offset(offset)
    page = select(*_SHOWN).where(_ENTRIES.c.entry_id.in_(ids))
    own = select(*_SHOWN).where(*waits, _ENTRIES.c.awaits == person)
    others = select(*_SHOWN).where(*waits, _ENTRIES.c.awaits != person)
    return union_all(
        _part(0, page),
        _part(1, own.order_by(*oldest).limit(at_once)),
        _part(2, others.order_by(*oldest).limit(at_once)),
    )


# Made once: putting such a statement together takes longer than the database takes to answer it.
_PAGE = _page()
_TOTAL = (
    select(func.count())
    .select_from(_ENTRIES)
    .where(_ENTRIES.c.supervisee_id == bindparam("person", type_=String))
)
_TOLD = (
    select(
        _ENTRIES.c.entry_id,
        type_coerce(_ENTRIES.c.current, Text),
        type_coerce(_ENTRIES.c.verdict, Text),
        type_coerce(_ENTRIES.c.verdicts, Text),
    )
    .where(_ENTRIES.c.supervisee_id == bindparam("person", type_=String))
    .order_by(_ENTRIES.c.started_at, _ENTRIES.c.entry_id)
)
_MINE = _ENTRIES.c.supervisee_id == bindparam("person", type_=String)
_AWAITING = (
    select(_MINE, func.count())
    .where(_ENTRIES.c.awaits == bindparam("person", type_=String))
    .group_by(_MINE)
)


class EntryReads:
    """What is asked of entries by every page of hours, and whenever hours are worked out."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def shown(
        self,
        supervisee_id: str,
        *,
        limit: int,
        offset: int,
        at_once: int,
        total: int | None = None,
    ) -> ShownEntries:
        """Return what a page of somebody's hours shows, in one question to the database.

        Where nobody knows how many entries there are in all, they are counted.
        """
        asked = {
            "person": supervisee_id, "size": limit, "offset": offset, "at_once": at_once
        }  # fmt: skip
        page: list[ShownEntry] = []
        waiting: tuple[list[ShownEntry], list[ShownEntry]] = ([], [])
        for part, *row in await self._session.execute(_PAGE, asked):
            (waiting[part - 1] if part else page).append(ShownEntry(*row))
        for each in waiting:
            each.sort(key=lambda row: (row.current.started_at, row.entry_id))
        page.sort(key=lambda row: row.entry_id)
        page.sort(key=lambda row: row.current.started_at, reverse=True)
        if total is None:
            counted = await self._session.execute(_TOTAL, {"person": supervisee_id})
            total = int(counted.scalar_one())
        return ShownEntries(page, *waiting, total)

    async def counts_of_awaiting(self, person_id: str) -> tuple[int, int]:
        """Return how many entries wait for this person as supervisee, and how many as provider."""
        rows = await self._session.execute(_AWAITING, {"person": person_id})
        found = {bool(own): int(number) for own, number in rows}
        return found.get(True, 0), found.get(False, 0)

    async def told_of(self, supervisee_id: str) -> list[Told]:
        """Return all entries of a person, oldest first, as stored: for whoever reads thousands."""
        rows = await self._session.execute(_TOLD, {"person": supervisee_id})
        return [Told(*row) for row in rows]

    async def tell(self, changed: Sequence[tuple[str, str, str]]) -> None:
        """Remember what entries count for: id, verdict of the main goal, verdicts by goal, as JSON."""
        if not changed:
            return
        plain = sql_table(_ENTRIES.name, column("entry_id"), column("verdict"), column("verdicts"))
        statement = (
            update(plain)
            .where(plain.c.entry_id == bindparam("of_entry"))
            .values(verdict=bindparam("main"), verdicts=bindparam("each"))
        )
        connection = await self._session.connection()
        await connection.execute(
            statement,
            [{"of_entry": entry, "main": main, "each": each} for entry, main, each in changed],
        )
