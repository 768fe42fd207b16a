"""Turns the rows of a log into sessions, or says of each row why it is none."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar

from alongside.contracts import GroupKind
from alongside.contracts.people import CredentialKind
from alongside.errors import Invalid
from alongside_logbook.domain.entry import Ages, Mode
from alongside_logbook.domain.logs import cells
from alongside_logbook.domain.logs.cells import Unread
from alongside_logbook.domain.logs.headings import Column
from alongside_logbook.domain.logs.mapping import Mapping, Sheet, folded
from alongside_logbook.domain.providers import checked_address, checked_agency, checked_name

_MANY_MINUTES = 4 * 60
_FEWEST = 2
"""People in a group."""
_FORMULAS = "=+-@"
_YEARS = (1900, 2200)
"""Years that a typing error can give; any other is none that a clock can show."""

Value = TypeVar("Value")


@dataclass(slots=True)
class Row:
    """One row of a log: a session if it has no problems."""

    line: int
    person: str = ""
    """The address of whose hours they are, where the file says it."""
    provider: str = ""
    """The provider's name, as written."""
    provider_email: str = ""
    credentials: tuple[CredentialKind, ...] = ()
    agency: str = ""
    held_on: date | None = None
    at: time | None = None
    minutes: int = 0
    about_rsc_minutes: int = 0
    other_minutes: int = 0
    kind: GroupKind = "individual"
    head_count: int = 1
    mode: Mode | None = None
    ages: tuple[Ages, ...] = ()
    title: str = ""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(sheet: Sheet, mapping: Mapping) -> list[Row]:
    """Return every row of a log, read; nothing of a cell that no column names is in them."""
    rows = [_read(line, each, mapping) for line, each in sheet.rows]
    rows += [
        Row(line=line, problems=[f"This line cannot be taken apart: {cells.shown(text)}."])
        for line, text in sheet.broken
    ]
    _address(rows, mapping)
    return sorted(rows, key=lambda row: row.line)


def kept_cells(sheet: Sheet, mapping: Mapping) -> tuple[list[str], dict[int, list[str]]]:
    """Return the headings of the columns that mean something, and their cells by line."""
    places = sorted({place for place in mapping.columns.values() if place < len(sheet.headings)})
    by_line = {line: [row[place] for place in places] for line, row in sheet.rows}
    by_line |= {line: [text] + [""] * (len(places) - 1) for line, text in sheet.broken}
    return [sheet.headings[place] for place in places], by_line


def _read(line: int, row: list[str], mapping: Mapping) -> Row:
    made = Row(line=line)
    reader = _Reader(row, mapping, made)
    reader.when()
    reader.how_long()
    reader.who()
    reader.how()
    return made


@dataclass(slots=True)
class _Reader:
    """Reads one row, noting what is wrong with it."""

    row: list[str]
    mapping: Mapping
    made: Row
    ends_at: time | None = None

    def text(self, column: Column) -> str:
        place = self.mapping.columns.get(column)
        if place is None or place >= len(self.row):
            return ""
        return self.row[place]

    def noting(self, read: Callable[[], Value], default: Value) -> Value:
        try:
            return read()
        except Unread as reason:
            self.made.problems.append(str(reason))
        except Invalid as reason:
            self.made.problems.append(reason.detail)
        return default

    def when(self) -> None:
        made = self.made
        day = self.noting(lambda: cells.read_day(self.text("date"), self.mapping.order), None)
        if day is not None and _YEARS[0] <= day.date.year <= _YEARS[1]:
            made.held_on, made.at = day.date, day.at
        elif day is not None:
            made.problems.append(f"{cells.shown(self.text('date'))} cannot be the year.")
        if start := self.text("start"):
            times = self.noting(lambda: cells.read_times(start), None)
            if times is not None:
                made.at, self.ends_at = times
        if end := self.text("end"):
            self.ends_at = self.noting(lambda: cells.read_times(end)[0], self.ends_at)

    def how_long(self) -> None:
        made, unit = self.made, self.mapping.unit
        said = self.text("duration")
        from_times = 0
        if made.at is not None and self.ends_at is not None:
            start, end = made.at, self.ends_at
            from_times = self.noting(lambda: cells.between(start, end), 0)
        if said:
            length = self.noting(lambda: cells.read_length(said, unit), None)
            made.minutes = length.minutes if length else 0
            if length and length.rounded:
                made.warnings.append(
                    f"{cells.shown(said)} was rounded to {length.minutes} minutes."
                )
            if length and from_times and from_times != length.minutes:
                made.warnings.append(
                    f"From start to end it is {from_times} minutes; {length.minutes} were taken."
                )
            if length and length.minutes == 0:
                made.problems.append("It was 0 minutes long.")
        elif from_times:
            made.minutes = from_times
        elif not made.problems:
            made.problems.append("It does not say how long the session was.")
        if made.minutes > _MANY_MINUTES:
            made.warnings.append("That is long for one session. Is it right?")
        self.parts()

    def parts(self) -> None:
        made = self.made
        made.about_rsc_minutes = self.share("about_rsc")
        made.other_minutes = self.share("other")

    def share(self, column: Column) -> int:
        said = self.text(column)
        if not said:
            return 0
        return self.noting(lambda: cells.read_share(said, self.mapping.unit, self.made.minutes), 0)

    def who(self) -> None:
        made, mapping = self.made, self.mapping
        if "person" in mapping.columns:
            made.person = self.noting(lambda: self.address("person", "whose hours they are"), "")
        made.provider = " ".join(self.text("provider").split())
        address = self.text("provider_email")
        if address:
            made.provider_email = self.noting(
                lambda: self.address("provider_email", "of the provider"), ""
            )
        if not made.provider and not address:
            made.provider, made.provider_email = mapping.provider_name, mapping.provider_email
        if made.provider[:1] and made.provider[:1] in _FORMULAS:
            made.problems.append(f"{cells.shown(made.provider)} looks like a formula, not a name.")
        elif made.provider:
            made.provider = self.noting(lambda: checked_name(made.provider), "")
        made.credentials = cells.read_credentials(self.text("credential"))
        with contextlib.suppress(Invalid):  # it is only a remark, and nobody misses an odd one
            made.agency = checked_agency(self.text("agency")) or ""

    def address(self, column: Column, whose: str) -> str:
        said = self.text(column)
        try:
            return checked_address(said)
        except Invalid:
            raise Unread(
                f"{cells.shown(said)} is not an e-mail address {whose}."
                if said
                else f"There is no e-mail address {whose}."
            ) from None

    def how(self) -> None:
        made, mapping = self.made, self.mapping
        made.kind = mapping.kind
        if said := self.text("kind"):
            made.kind = self.noting(lambda: cells.read_kind(said), made.kind)
        if made.kind == "group":
            count = self.text("head_count")
            made.head_count = mapping.head_count or _FEWEST
            if count:
                made.head_count = self.noting(lambda: cells.read_count(count), 0)
            elif mapping.head_count is None:
                made.warnings.append("It does not say how many were there; two were noted.")
            made.title = self.title()
        if mode := self.text("mode"):
            # A place is not a mode; what is not understood is left open.
            try:
                made.mode = cells.read_mode(mode)
            except Unread:
                made.mode = None
        made.ages = cells.read_ages(self.text("ages"))

    def title(self) -> str:
        said = " ".join(self.text("title").split())
        return "" if said[:1] in _FORMULAS and said else said[:80]


def _address(rows: Iterable[Row], mapping: Mapping) -> None:
    """Give providers who are only named the address that stands beside the same name elsewhere."""
    rows = list(rows)
    known = {
        folded(row.provider): row.provider_email
        for row in rows
        if row.provider and row.provider_email
    }
    known |= {name: address for name, address in mapping.addresses.items() if address}
    names = {
        row.provider_email: row.provider for row in rows if row.provider and row.provider_email
    }
    for row in rows:
        if not row.provider_email and row.provider:
            row.provider_email = known.get(folded(row.provider), "")
        elif row.provider_email and not row.provider:
            row.provider = names.get(row.provider_email, "")
