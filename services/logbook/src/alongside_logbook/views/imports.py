"""Imports as they are shown: a list of them, one of them, and what it would do row by row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from alongside.contracts import GroupKind
from alongside_logbook.domain.logs.headings import COLUMNS
from alongside_logbook.domain.logs.mapping import Mapping
from alongside_logbook.domain.logs.preview import Judged, ProviderInFile, State, months
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.imports import (
    UNDER_WAY,
    ImportState,
    Preview,
    may_see_import,
    standing,
)
from alongside_logbook.store.tables import ImportRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, PersonRef, View


class ImportView(View):
    """An import: whose hours, how far it is, what came of it."""

    import_id: str
    file_name: str
    state: ImportState
    person: PersonRef | None
    """Whose hours; null where the file says it of each row."""
    by: PersonRef
    staged_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    total: int
    """Rows to enter, or entries to take back; before that, rows in the file."""
    done: int
    people: int
    minutes: int
    refused: int
    left_out: int
    under_way: bool
    may_change: bool


class StillAwaited(View):
    """Somebody whose word entries of an import wait for."""

    person: PersonRef
    entries: int
    minutes: int
    elsewhere: bool
    """They have no account here: they are asked by mail."""


class ImportDetail(ImportView):
    """An import, with how its entries stand now."""

    waiting: int
    confirmed: int
    withdrawn: int
    awaited: tuple[StillAwaited, ...]


class RowView(View):
    """One row of a file, and what becomes of it."""

    line: int
    state: State
    reasons: tuple[str, ...]
    person: str
    provider: str
    held_on: date | None
    start: str | None
    minutes: int
    about_rsc_minutes: int
    kind: GroupKind
    head_count: int


class LogProvider(View):
    """A provider whom a file names."""

    key: str
    name: str
    email: str
    rows: int
    minutes: int
    registered: bool
    known: bool


class ColumnView(View):
    """A column of a file: what it is called, what is in it, what it is taken for."""

    place: int
    heading: str
    samples: tuple[str, ...]
    means: str | None


class MonthView(View):
    """Minutes of a month in a file, by what becomes of them."""

    month: str
    good: int
    warning: int
    left_out: int
    refused: int


class PreviewView(View):
    """What an import would do, as things stand now."""

    imported: ImportView
    mapping: Mapping
    columns: tuple[ColumnView, ...]
    notes: tuple[str, ...]
    """Columns that were left behind: what people talked about is not kept."""
    said: tuple[str, ...]
    ambiguous: str | None
    """A date that reads both ways, where nothing in the file decides."""
    rows: dict[State, int]
    minutes: int
    """Of the rows that would be entered."""
    months: tuple[MonthView, ...]
    providers: tuple[LogProvider, ...]
    some: tuple[RowView, ...]
    """The first rows of the state that was asked for, or of all."""


async def imports_of(
    actor: Actor, uow: LogbookUow, *, limit: int, offset: int = 0
) -> tuple[ImportView, ...]:
    """Return the imports that concern somebody, newest first; for a coordinator, all."""
    rows = await uow.imports.some(
        None if actor.coordinator else actor.person_id, limit=limit, offset=offset
    )
    names = await _names(rows, uow)
    return tuple(_view(row, actor, names) for row in rows)


async def import_detail(import_id: str, actor: Actor, uow: LogbookUow) -> ImportDetail:
    """Return one import with how its entries stand."""
    row = await uow.imports.get(import_id)
    may_see_import(row, actor)
    stand = standing(await uow.entries.statuses_of_batch(import_id))
    awaited = await uow.entries.awaited_in_batch(import_id)
    elsewhere = await uow.outside.many(awaited.keys())
    names = await Names.of(uow, awaited.keys())
    return ImportDetail(
        **_view(row, actor, await _names([row], uow)).model_dump(),
        waiting=stand.open,
        confirmed=stand.confirmed,
        withdrawn=stand.withdrawn,
        awaited=tuple(
            StillAwaited(
                person=names(person),
                entries=entries,
                minutes=minutes,
                elsewhere=person in elsewhere,
            )
            for person, (entries, minutes) in sorted(
                awaited.items(), key=lambda each: (-each[1][1], each[0])
            )
        ),
    )


async def preview_view(
    found: Preview, actor: Actor, uow: LogbookUow, *, state: State | None = None, limit: int = 100
) -> PreviewView:
    """Return what an import would do."""
    counted = Counter(each.state for each in found.judged)
    places = {place: column for column, place in found.mapping.columns.items()}
    return PreviewView(
        imported=_view(found.row, actor, await _names([found.row], uow)),
        mapping=found.mapping,
        columns=tuple(
            ColumnView(
                place=place,
                heading=heading,
                samples=_samples(cells[place] for _, cells in found.sheet.rows),
                means=places.get(place),
            )
            for place, heading in enumerate(found.sheet.headings)
        ),
        notes=found.sheet.notes,
        said=found.sheet.said,
        ambiguous=found.ambiguous,
        rows={each: counted[each] for each in ("good", "warning", "left_out", "refused")},
        minutes=sum(each.row.minutes for each in found.judged if each.state in _ENTERED),
        months=tuple(
            MonthView(month=month, **_spread(found)) for month, found in months(found.judged)
        ),
        providers=tuple(_provider(each) for each in found.providers),
        some=tuple(row_views(found, state, limit)),
    )


def row_views(found: Preview, state: State | None, limit: int) -> Iterator[RowView]:
    """Return the first rows of a state, or of all."""
    wanted = (each for each in found.judged if state is None or each.state == state)
    return (_row(each) for each in islice(wanted, limit))


_ENTERED = {"good", "warning"}
_SAMPLES = 3


def _spread(minutes: Counter[State]) -> dict[str, int]:
    return {state: minutes[state] for state in ("good", "warning", "left_out", "refused")}


def _samples(cells: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for cell in cells:
        if cell:
            found.setdefault(cell[:60])
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def _row(each: Judged) -> RowView:
    row = each.row
    return RowView(
        line=row.line,
        state=each.state,
        reasons=each.reasons,
        person=each.person or row.person,
        provider=each.provider,
        held_on=row.held_on,
        start=f"{row.at:%H:%M}" if row.at else None,
        minutes=row.minutes,
        about_rsc_minutes=row.about_rsc_minutes,
        kind=row.kind,
        head_count=row.head_count,
    )


def _provider(each: ProviderInFile) -> LogProvider:
    return LogProvider(
        key=each.key,
        name=each.name,
        email=each.email,
        rows=each.rows,
        minutes=each.minutes,
        registered=each.registered,
        known=each.known,
    )


async def _names(rows: Sequence[ImportRow], uow: LogbookUow) -> Names:
    return await Names.of(uow, {each for row in rows for each in (row.person_id, row.by_id)})


def _view(row: ImportRow, actor: Actor, names: Names) -> ImportView:
    state: ImportState = row.state  # type: ignore[assignment]  # kept as it was said
    return ImportView(
        import_id=row.id,
        file_name=row.file_name,
        state=state,
        person=names.maybe(row.person_id),
        by=names(row.by_id),
        staged_at=row.staged_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        total=row.total,
        done=row.done,
        people=row.people,
        minutes=row.minutes,
        refused=row.refused,
        left_out=row.left_out,
        under_way=state in UNDER_WAY,
        may_change=actor.coordinator or row.person_id == actor.person_id,
    )


def column_words() -> list[tuple[str, str]]:
    """Return what a column can mean, by name, with how it is called."""
    return [(name, words) for name, (words, _) in COLUMNS.items()]
