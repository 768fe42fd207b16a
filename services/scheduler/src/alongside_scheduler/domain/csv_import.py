"""Reads a pasted or uploaded table of people. Nothing is kept: good rows and bad are shown first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from alongside.delimited import rows_of
from alongside.errors import Invalid
from alongside_scheduler.domain.people import (
    CATEGORIES,
    CREDENTIAL_KINDS,
    ROLES,
    STANDINGS,
    credential,
    person_facts,
)
from alongside_scheduler.domain.problems import Problems

MOST_ROWS = 2000
_BROKEN = "This row cannot be read: a quotation mark is open or out of place."

_ALIASES = {
    "name": ("name", "full name", "person", "supervisee", "member"),
    "first_name": ("first name", "first", "given name", "forename"),
    "last_name": ("last name", "last", "surname", "family name"),
    "email": ("email", "e mail", "mail", "email address", "e mail address", "address"),
    "zone": ("zone", "time zone", "timezone", "tz"),
    "roles": ("role", "roles"),
    "pursuing": ("pursuing", "category", "endorsement", "endorsement category", "goal"),
    "pursuing_since": ("pursuing since", "since", "started", "start", "start date"),
    "kind": ("credential", "credential kind", "endorsed as", "provider credential"),
    "standing": ("standing", "credential standing", "status"),
    "valid_from": ("valid from", "credential from", "endorsed on", "endorsed since", "from"),
    "valid_until": ("valid until", "credential until", "expires", "until", "valid to"),
    "registry_number": ("registry number", "registry", "certificate number", "number"),
}

_COLUMNS = {alias: column for column, aliases in _ALIASES.items() for alias in aliases}


class ImportedPerson(BaseModel):
    """One good row, checked, as it will be registered."""

    model_config = ConfigDict(frozen=True)

    line: int
    name: str
    email: str
    zone: str
    roles: tuple[str, ...]
    pursuing: str | None = None
    pursuing_since: date | None = None
    kind: str | None = None
    standing: str = "endorsed"
    valid_from: date | None = None
    valid_until: date | None = None
    registry_number: str | None = None


class BadRow(BaseModel):
    """One row that cannot be taken, and every reason why."""

    model_config = ConfigDict(frozen=True)

    line: int
    text: str
    problems: tuple[str, ...]


class ImportPreview(BaseModel):
    """What an import would do."""

    model_config = ConfigDict(frozen=True)

    good: tuple[ImportedPerson, ...]
    bad: tuple[BadRow, ...]
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class _Sheet:
    columns: list[str | None]
    ignored: tuple[str, ...]
    rows: list[_Row]


def decode(content: bytes) -> str:
    """Return the text of an uploaded file: UTF-8, or UTF-16 as spreadsheets save it."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid(
            "This file is not UTF-8 text. In your spreadsheet, save it as “CSV UTF-8”.",
            field="file",
        ) from None


def read(text: str, *, default_zone: str, taken: Collection[str] = ()) -> ImportPreview:
    """Sort the rows of a table into good and bad. `taken` are the addresses already registered."""
    sheet = _sheet(text)
    good: list[ImportedPerson] = []
    bad: list[BadRow] = []
    seen: dict[str, int] = {}
    for row in sheet.rows:
        line, cells = row.line, row.cells
        if row.problem:
            bad.append(BadRow(line=line, text=cells[0].strip()[:200], problems=(row.problem,)))
            continue
        problems = Problems()
        if len(cells) > len(sheet.columns) and any(cells[len(sheet.columns) :]):
            problems.add("", "This row has more cells than the first line has headings.")
        values = {
            column: " ".join(cell.split())
            for column, cell in zip(sheet.columns, cells, strict=False)
            if column is not None
        }
        person = _person(line, values, default_zone, problems)
        if person is not None and person.email in taken:
            problems.add("email", f"{person.email} is registered already.")
        if person is not None and person.email in seen:
            problems.add("email", f"{person.email} is also in line {seen[person.email]}.")
        if person is not None:
            seen.setdefault(person.email, line)
        if problems.fields or person is None:
            shown = ", ".join(cell.strip() for cell in cells)[:200]
            why = tuple(
                f"{column.replace('_', ' ')}: {message}" if column else message
                for column, message in problems.fields.items()
            )
            bad.append(BadRow(line=line, text=shown, problems=why))
        else:
            good.append(person)
    return ImportPreview(good=tuple(good), bad=tuple(bad), ignored_columns=sheet.ignored)


def _sheet(text: str) -> _Sheet:
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise Invalid("This is not a text file.", field="text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise Invalid(
            "There is nothing here yet. Paste a table with a line of headings.", field="text"
        )
    delimiter = max(",;\t", key=first.count)
    rows = [row for row in _rows(text, delimiter) if any(cell.strip() for cell in row.cells)]
    if rows[0].problem:
        raise Invalid(f"The line of headings cannot be read: {rows[0].problem}", field="text")
    headings = [heading.strip() for heading in rows[0].cells]
    columns = [_COLUMNS.get(_plain(heading)) for heading in headings]
    _check_headings(columns)
    if len(rows) == 1:
        raise Invalid("There are headings, but no rows below them.", field="text")
    if len(rows) - 1 > MOST_ROWS:
        raise Invalid(f"At most {MOST_ROWS} people at once, please.", field="text")
    ignored = tuple(
        heading
        for heading, column in zip(headings, columns, strict=True)
        if column is None and heading
    )
    return _Sheet(columns=columns, ignored=ignored, rows=rows[1:])


def _rows(text: str, delimiter: str) -> Iterator[_Row]:
    for row in rows_of(text, delimiter):
        yield _Row(line=row.line, cells=row.cells, problem=_BROKEN if row.broken else "")


def _plain(heading: str) -> str:
    return " ".join(heading.lower().replace("_", " ").replace("-", " ").replace(".", " ").split())


def _check_headings(columns: list[str | None]) -> None:
    known = [column for column in columns if column is not None]
    twice = next((column for column in known if known.count(column) > 1), None)
    if twice:
        raise Invalid(f"Two columns both say the {twice.replace('_', ' ')}.", field="text")
    if "email" not in known:
        raise Invalid(
            "The first line must name the columns, and one of them must be “email”.", field="text"
        )
    if "name" not in known and "last_name" not in known:
        raise Invalid("One column must be “name” (or “first name” and “last name”).", field="text")


def _person(
    line: int, values: dict[str, str], default_zone: str, problems: Problems
) -> ImportedPerson | None:
    name = values.get("name") or " ".join(
        part for part in (values.get("first_name"), values.get("last_name")) if part
    )
    facts: dict[str, Any] = {
        "name": name,
        "email": values.get("email", ""),
        "zone": values.get("zone") or default_zone,
        "roles": _roles(values.get("roles", "")),
        "pursuing": _choice(values.get("pursuing", ""), CATEGORIES),
        "pursuing_since": _date(values, "pursuing_since", problems),
    }
    with problems.noting():
        checked = person_facts(**facts)
        facts |= {"name": checked.name, "email": checked.email, "roles": checked.roles}
    facts |= _credential(values, problems)
    return None if problems.fields else ImportedPerson(line=line, **facts)


def _credential(values: dict[str, str], problems: Problems) -> dict[str, Any]:
    kind = _choice(values.get("kind", ""), CREDENTIAL_KINDS)
    valid_from = _date(values, "valid_from", problems)
    valid_until = _date(values, "valid_until", problems)
    if not kind:
        if valid_from or valid_until:
            problems.add("kind", "There are dates, but no credential.")
        return {}
    if valid_from is None:
        problems.add("valid_from", "A credential needs the day from which it is valid.")
        return {}
    facts = {
        "kind": kind,
        "standing": _choice(values.get("standing", ""), STANDINGS) or "endorsed",
        "valid_from": valid_from,
        "valid_until": valid_until,
        "registry_number": values.get("registry_number") or None,
    }
    with problems.noting():
        credential(credential_id="", **facts)  # type: ignore[arg-type]  # one dict of mixed facts
    return facts


def _roles(text: str) -> tuple[str, ...]:
    for separator in ("/", "|", ";", "+", "&", " and "):
        text = text.replace(separator, ",")
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    return tuple(_choice(word, ROLES) or word for word in words) or ("supervisee",)


def _choice(text: str, known: Collection[str]) -> str | None:
    """Return the known word that was meant, whatever its capitals; or the text, to be refused."""
    return next((word for word in known if word.lower() == text.lower()), text or None)


def _date(values: dict[str, str], column: str, problems: Problems) -> date | None:
    text = values.get(column, "")
    if not text:
        return None
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    problems.add(column, f"{text[:40]!r} is not a date. Write 2026-03-01 or 03/01/2026.")
    return None
