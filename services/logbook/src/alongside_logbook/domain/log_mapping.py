"""What the columns of somebody's log mean: guessed from the headings, and told by whoever knows.

Columns of notes never get further than here: what people talked about is not kept anywhere.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from alongside.contracts import GroupKind
from alongside_logbook.domain.log_cells import DateOrder, Unit, Unread, read_day, read_length

Column = Literal[
    "person", "date", "start", "end", "duration", "kind", "head_count", "title",
    "provider", "provider_email", "credential", "agency", "about_rsc", "other", "mode", "ages",
]  # fmt: skip

COLUMNS: dict[Column, tuple[str, tuple[str, ...]]] = {
    "person": (
        "Whose hours (their e-mail)",
        ("supervisee email", "participant email", "attendee email", "member email", "person email",
         "supervisee", "email", "e mail", "email address"),
    ),
    "date": (
        "Date",
        ("date", "session date", "day", "date of session", "date of supervision", "held on", "when",
         "meeting date", "rs date", "rsc date"),
    ),
    "start": (
        "Start",
        ("start", "start time", "from", "begin", "time in", "time", "session time", "begins", "started"),
    ),
    "end": ("End", ("end", "end time", "to", "until", "time out", "ends", "finish", "ended")),
    "duration": (
        "How long",
        ("duration", "minutes", "min", "mins", "hours", "hrs", "length", "total hours",
         "time spent", "total time", "total minutes", "hours received", "rsc hours", "rs hours",
         "session length", "number of hours", "of hours", "amount of time", "total"),
    ),
    "kind": (
        "Individual or group",
        ("type", "kind", "individual group", "individual or group", "format", "session type",
         "group individual", "ind group", "supervision type", "type of session", "i g"),
    ),
    "head_count": (
        "How many received it",
        ("group size", "head count", "headcount", "participants", "number of participants",
         "attendees", "of participants", "size", "number in group", "how many"),
    ),
    "title": ("Name of the group", ("group", "group name", "title", "session", "name of group")),
    "provider": (
        "Name of the provider",
        ("provider", "supervisor", "supervisor name", "provider name", "facilitator", "consultant",
         "rsc provider", "name of supervisor", "name of provider", "reflective supervisor", "with",
         "facilitator name", "consultant name", "rs provider"),
    ),
    "provider_email": (
        "E-mail of the provider",
        ("provider email", "supervisor email", "facilitator email", "consultant email",
         "rsc provider email", "email of supervisor", "email of provider", "supervisor contact",
         "provider contact", "supervisor e mail", "provider e mail"),
    ),
    "credential": (
        "Credential of the provider",
        ("credential", "credentials", "endorsement", "supervisor credential", "provider credential",
         "provider endorsement", "supervisor endorsement", "endorsed as", "qualification",
         "supervisor credentials", "provider credentials"),
    ),
    "agency": (
        "Agency of the provider",
        ("agency", "provider agency", "supervisor agency", "organization", "organisation"),
    ),
    "about_rsc": (
        "About the RSC one gives",
        ("about rsc", "rsc about rsc", "rs of rs", "about giving rsc", "supervision of supervision",
         "rsc of rsc", "about rs provided", "rsc on rsc"),
    ),
    "other": (
        "Administrative or clinical part",
        ("administrative", "admin", "admin minutes", "administrative minutes", "clinical minutes",
         "administrative time", "not reflective"),
    ),
    "mode": (
        "In person or virtual",
        ("mode", "location", "place", "in person virtual", "modality", "platform", "virtual",
         "in person or virtual", "medium", "where"),
    ),
    "ages": (
        "Ages the work was about",
        ("ages", "age range", "age", "track", "age track", "age group", "population"),
    ),
}  # fmt: skip
"""What a column can mean: how it is called, and what people write above it."""

_NOTES = re.compile(
    r"\b(notes?|topics?|comments?|focus|descriptions?|content|summary|narrative|themes?|case|client|"
    r"clients|family|families|child|children|infant|reflections?|discussed|discussion|remarks?|"
    r"follow ?ups?|signature|signed|competenc\w+|goals?|dob|birth\w*)\b"
)
_LONG = 60
"""Characters a cell has, on average, where a column is prose."""

_MOST_HOURS = 12
_LOOKED_AT = 2000

_BY_ALIAS: dict[str, Column] = {
    alias: column for column, (_, aliases) in COLUMNS.items() for alias in aliases
}


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
        known = _BY_ALIAS.get(_plain(heading))
        cells = [row[place] for _, row in rows[:_LOOKED_AT] if place < len(row) and row[place]]
        if known is None and (_NOTES.search(_plain(heading)) or _is_prose(cells)):
            notes.append(heading)
        elif cells or known is not None:
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


def find_headings(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows names the columns: the one with the most names that are known."""
    known = [sum(_plain(cell) in _BY_ALIAS for cell in row) for row in rows]
    return known.index(max(known)) if known and max(known) > 1 else 0


def guess(sheet: Sheet, *, many: bool) -> Mapping:
    """Return what the columns seem to mean. `many`: one of them may say whose hours they are."""
    columns: dict[Column, int] = {}
    for matches in (_exactly, _loosely):
        for place, heading in enumerate(sheet.headings):
            if place in columns.values():
                continue
            column = matches(_plain(heading))
            if column == "person" and not many:
                column = "provider_email" if "mail" in _plain(heading) else None
            if column is not None and column not in columns:
                columns[column] = place
    if many and "person" not in columns and "provider_email" in columns:
        columns["person"] = columns.pop("provider_email")
    mapping = Mapping(columns=columns)
    return mapping.model_copy(
        update={
            "order": order_of(sheet, mapping)[0],
            "unit": unit_of(sheet, mapping),
            "kind": "group" if "head_count" in columns or "title" in columns else "individual",
        }
    )


def _exactly(heading: str) -> Column | None:
    return _BY_ALIAS.get(heading)


def _loosely(heading: str) -> Column | None:
    """Return the meaning of a heading that holds a known one among other words, the longest first."""
    words = f" {heading} "
    found = [alias for alias in _BY_ALIAS if len(alias) > 2 and f" {alias} " in words]  # noqa: PLR2004
    return _BY_ALIAS[max(found, key=len)] if found else None


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
    heading = _plain(sheet.headings[place])
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


def _plain(heading: str) -> str:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    words = re.sub(r"[\u2019'`]s\b", "", split.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words).split())
