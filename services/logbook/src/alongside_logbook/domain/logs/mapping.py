"""What the columns of somebody's log mean: guessed from the headings, and told by whoever knows.

Columns of notes never get further than here: what people talked about is not kept anywhere.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import GroupKind
from alongside_logbook.domain.logs.cells import DateOrder, Unit, Unread, read_day, read_length
from alongside_logbook.domain.logs.headings import BY_ALIAS, Column, is_notes, meanings, plain

_LONG = 60
"""Characters a cell has, on average, where a column is prose."""

_MOST_HOURS = 12
_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was in the file: headings, and rows with their line numbers."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]
    """Each row has as many cells as there are headings."""
    notes: tuple[str, ...] = ()
    """Headings of columns that were left behind at the door."""
    broken: tuple[tuple[int, str], ...] = ()
    """Lines that could not be taken apart, with what they say."""
    said: tuple[str, ...] = ()
    """What the reader of the file remarks, such as which sheet it is."""


class Mapping(BaseModel):
    """What the columns of a file mean, and how what is in them is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[Column, Annotated[int, Field(ge=0, le=1000)]] = {}
    """The place of each column that means something, counted from 0."""
    order: DateOrder = "mdy"
    unit: Unit = "minutes"
    """What a bare number in the duration's column is."""
    kind: GroupKind = "individual"
    """What a session was where no cell says so."""
    head_count: Annotated[int, Field(ge=2, le=500)] | None = None
    """How many received it together where it was a group and no cell says so."""
    provider_name: Annotated[str, Field(max_length=200)] = ""
    """Who gave every session of which no cell says it."""
    provider_email: Annotated[str, Field(max_length=254)] = ""
    addresses: Annotated[dict[str, str], Field(max_length=500)] = {}
    """Addresses of providers whom the file only names, by `folded` name."""


def folded(name: str) -> str:
    """Return a name as it is compared: small letters, single blanks, no title before and no commas."""
    words = re.sub(r"[.,;]", " ", name.casefold()).split()
    return " ".join(word for word in words if word not in {"dr", "mr", "mrs", "ms", "prof"})


def without_notes(
    headings: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    *,
    broken: Iterable[tuple[int, str]] = (),
    said: Iterable[str] = (),
) -> Sheet:
    """Return a table without the columns that hold prose, and without empty ones."""
    kept: list[int] = []
    notes: list[str] = []
    for place, heading in enumerate(headings):
        known = plain(heading) in BY_ALIAS
        cells = [row[place] for _, row in rows[:_LOOKED_AT] if place < len(row) and row[place]]
        if not known and (is_notes(heading) or _is_prose(cells)):
            notes.append(heading)
        elif cells or known:
            kept.append(place)
    return Sheet(
        headings=[headings[place] or f"Column {place + 1}" for place in kept],
        rows=[
            (line, [row[place] if place < len(row) else "" for place in kept]) for line, row in rows
        ],
        notes=tuple(heading for heading in notes if heading),
        broken=tuple(broken),
        said=tuple(said),
    )


def _is_prose(cells: Sequence[str]) -> bool:
    return bool(cells) and fmean(map(len, cells)) > _LONG


def guess(sheet: Sheet, *, many: bool) -> Mapping:
    """Return what the columns seem to mean. `many`: one of them may say whose hours they are."""
    columns = meanings(sheet.headings, many=many)
    mapping = Mapping(columns=columns)
    return mapping.model_copy(
        update={
            "order": order_of(sheet, mapping)[0],
            "unit": unit_of(sheet, mapping),
            "kind": "group" if "head_count" in columns or "title" in columns else "individual",
        }
    )


def cells_of(sheet: Sheet, mapping: Mapping, column: Column) -> list[str]:
    """Return what the cells of a column say, those that say anything."""
    place = mapping.columns.get(column)
    if place is None or place >= len(sheet.headings):
        return []
    return [cells[place] for _, cells in sheet.rows[:_LOOKED_AT] if cells[place]]


def order_of(sheet: Sheet, mapping: Mapping) -> tuple[DateOrder, str | None]:
    """Return the order of month and day that fits most of a file, and a date that reads both ways.

    The date is given only if no other one in the file decides. Undecided, months come first.
    """
    cells = cells_of(sheet, mapping, "date")
    fits: dict[DateOrder, int] = {
        "mdy": _number(lambda cell: read_day(cell, "mdy"), cells),
        "dmy": _number(lambda cell: read_day(cell, "dmy"), cells),
    }
    if fits["mdy"] != fits["dmy"]:
        return ("mdy" if fits["mdy"] > fits["dmy"] else "dmy"), None
    return "mdy", next((cell for cell in cells if _is_ambiguous(cell)), None)


def _is_ambiguous(cell: str) -> bool:
    try:
        return read_day(cell, "mdy").ambiguous
    except Unread:
        return False


def _number(read: Callable[[str], object], cells: Iterable[str]) -> int:
    good = 0
    for cell in cells:
        try:
            read(cell)
        except Unread:
            continue
        good += 1
    return good


def unit_of(sheet: Sheet, mapping: Mapping) -> Unit:
    """Return what a bare number seems to be in the duration's column."""
    place = mapping.columns.get("duration")
    if place is None:
        return "minutes"
    heading = plain(sheet.headings[place])
    if re.search(r"\bmin", heading):
        return "minutes"
    if re.search(r"\b(hours?|hrs?|h)\b", heading):
        return "hours"
    lengths = []
    for cell in cells_of(sheet, mapping, "duration"):
        if re.fullmatch(r"[\d.,]+", cell):
            try:
                lengths.append(read_length(cell, "minutes").minutes)
            except Unread:
                continue
    return "hours" if lengths and max(lengths) <= _MOST_HOURS else "minutes"
