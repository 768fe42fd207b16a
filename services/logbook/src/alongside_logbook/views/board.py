"""The coordinator's board: who is on track, who drifts, what waits, whose status ends, hours by group."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from alongside_logbook.domain.board import LONG, URGENCY, BoardState
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.sheets import Cell
from alongside_logbook.store.board import Sight
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View

_ELSEWHERE = "From elsewhere"


class BoardLine(View):
    """One person toward their main goal. Minutes; never what was talked about."""

    person: PersonRef
    category: str | None
    goal: str
    """purpose/category, such as `apply/IFS` or `renew/IFS`."""
    state: BoardState
    because: str
    until: date | None
    required: int
    counted: int
    pending: int
    attended: int
    waiting: int
    waiting_since: date | None


class Board(View):
    """A page of the board, and how many there are in each state."""

    lines: tuple[BoardLine, ...]
    states: dict[BoardState, int]
    waiting_long: int
    """How many people have hours that have waited for a second word for more than 14 days."""
    shown: int
    page: int
    pages: int

    @property
    def everybody(self) -> int:
        """How many there are in all."""
        return sum(self.states.values())


class HoursOf(View):
    """A year's minutes by group or by provider."""

    id: str
    name: str
    people: int
    sessions: int
    confirmed: int
    waiting: int


class EndingView(View):
    """A provider's credential that ends this quarter."""

    provider: PersonRef
    credential: str
    ends_on: date
    emerging: bool
    people: int
    """How many have had hours with this provider since last year."""


class Unrecorded(View):
    """A provider who led sessions that have no attendance."""

    provider: PersonRef
    sessions: int
    first: date


class Groups(View):
    """Hours of a year, by group and by provider, and the years there are."""

    year: int
    years: tuple[int, ...]
    groups: tuple[HoursOf, ...]
    providers: tuple[HoursOf, ...]


def sight_of(
    actor: Actor,
    today: date,
    *,
    show: str = "",
    name: str = "",
    group_id: str | None = None,
    provider_id: str | None = None,
) -> Sight:
    """Return what somebody looks at; a supervisor never sees beyond the sessions they lead."""
    return Sight(
        leader=None if actor.coordinator else actor.person_id,
        state=show if show in URGENCY else None,
        name=name.strip(),
        waiting_before=today - LONG if show == "waiting" else None,
        group_id=group_id or None,
        provider_id=provider_id or None,
    )


async def board(sight: Sight, uow: LogbookUow, *, page: int = 1, size: int = 50) -> Board:
    """Return a page of the board: the most urgent first."""
    whole = Sight(leader=sight.leader, group_id=sight.group_id, provider_id=sight.provider_id)
    states, long = await uow.board.counts(whole, uow.now.date() - LONG)
    shown = sum(states.values()) if sight == whole else await uow.board.count(sight)
    pages = max(1, -(-shown // size))
    rows = await uow.board.page(sight, limit=size, offset=(min(page, pages) - 1) * size)
    return Board(
        lines=tuple(_line(row) for row in rows),
        states={state: states[state] for state in URGENCY if state in states},
        waiting_long=long,
        shown=shown,
        page=min(page, pages),
        pages=pages,
    )


COLUMNS = (
    "name", "category", "purpose", "state", "why", "until", "required minutes", "counted minutes",
    "minutes to be confirmed", "attended minutes", "entries waiting", "waiting since",
)  # fmt: skip
"""Headings of the exported board."""


async def board_table(sight: Sight, uow: LogbookUow) -> Iterable[Sequence[Cell]]:
    """Return everybody who is seen, as lines of a table."""
    return [
        (
            row.name, row.category, row.goal.partition("/")[0], row.state, row.because, row.until, row.required, row.counted,
            row.pending, row.attended, row.waiting, row.waiting_since,
        )
        for row in await uow.board.page(sight)
    ]  # fmt: skip


async def hours_by_group(
    actor: Actor, uow: LogbookUow, *, year: int | None = None, limit: int | None = None
) -> Groups:
    """Return a year's hours by group and by provider, most first; the newest year if none is named."""
    years = tuple(await uow.board.years())
    chosen = year if year in years else (years[0] if years else uow.now.year)
    leader = None if actor.coordinator else actor.person_id
    groups = await uow.board.by_group(chosen, limit=limit, leader=leader)
    providers = await uow.board.by_provider(chosen, limit=limit, leader=leader)
    titles = await uow.board.titles(row.id for row in groups if row.id)
    names = await Names.of(uow, [row.id for row in providers])
    return Groups(
        year=chosen,
        years=years,
        groups=tuple(_sums(row, titles.get(row.id, _ELSEWHERE)) for row in groups),
        providers=tuple(_sums(row, names(row.id).name) for row in providers),
    )


async def endings_this_quarter(uow: LogbookUow) -> tuple[EndingView, ...]:
    """Return whose status ends from today until the end of the quarter."""
    today = uow.now.date()
    rows = await uow.board.ending(today, quarter_end(today), today.year - 1)
    return tuple(
        EndingView(
            provider=PersonRef(person_id=row.person_id, name=row.provider),
            credential=row.name,
            ends_on=row.ends_on,
            emerging=row.emerging,
            people=row.people,
        )
        for row in rows
    )


async def unrecorded_long(uow: LogbookUow, *, limit: int = 50) -> tuple[Unrecorded, ...]:
    """Return who led sessions more than 14 days ago that have no attendance, most first."""
    rows = await uow.board.unrecorded(uow.now - LONG, limit=limit)
    names = await Names.of(uow, [row.provider_id for row in rows])
    return tuple(
        Unrecorded(provider=names(row.provider_id), sessions=row.sessions, first=row.first)
        for row in rows
    )


def quarter_end(day: date) -> date:
    """Return the last day of the quarter of a day."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return add_months(first, 3) - timedelta(days=1)


def _line(row: Row[Any]) -> BoardLine:
    facts = set(BoardLine.model_fields) - {"person"}
    return BoardLine(
        person=PersonRef(person_id=row.supervisee_id, name=row.name),
        **{name: getattr(row, name) for name in facts},
    )


def _sums(row: Row[Any], name: str) -> HoursOf:
    return HoursOf(
        id=row.id,
        name=name,
        people=row.people,
        sessions=int(row.sessions),
        confirmed=int(row.confirmed),
        waiting=int(row.waiting),
    )
