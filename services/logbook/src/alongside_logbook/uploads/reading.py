"""Reads a table out of a file: CSV of any make, XLSX, XLSB, XLS and ODS.

Meant to be run apart from the service, see `process`: what it reads was made by anybody.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from alongside.delimited import rows_of
from alongside_logbook.domain.logs.headings import find_headings, meanings
from alongside_logbook.uploads.shapes import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
    MOST_UNPACKED,
    Table,
    UnreadableFile,
)

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"{\\rtf": "a text document", b"<!DOC": "a web page", b"<html": "a web page", b"Rar!": "an archive",
    b"\x1f\x8b": "an archive", b"7z\xbc\xaf": "an archive",
}  # fmt: skip
_DELIMITERS = ",;\t|"
_TALLEST = 20
_TITLES = 15
"""Lines above the headings that people leave for titles."""

_SNIFFED = 30
_LOOKS_LIKE_UTF16 = 0.3
_NOTHING = "There is no table in this file."


def read_table(content: bytes, sheet: str = "") -> Table:
    """Return the table in a file. Raises `UnreadableFile`, with words on what to do.

    `sheet` names one of a workbook's sheets; without a name it is the one that looks most like a log.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableFile("This file is empty.")
    if content.startswith((_ZIP, _OLE)):
        return _from_workbook(content, sheet.strip())
    kind = next((kind for start, kind in _OTHERS.items() if content.startswith(start)), None)
    if kind is not None:
        raise UnreadableFile(f"This is {kind}. Save the log in your spreadsheet as XLSX or CSV.")
    return _from_text(content)


def _table(rows: Iterable[tuple[int, list[str]]], said: Iterable[str]) -> Table:
    filled = [(line, cells) for line, cells in rows if any(cells)]
    if not filled:
        raise UnreadableFile(_NOTHING)
    at = find_headings([cells for _, cells in filled[:_TITLES]])
    headings = filled[at][1]
    while headings and not headings[-1]:
        headings.pop()
    below = [(line, cells[: len(headings)]) for line, cells in filled[at + 1 :]]
    if not below:
        raise UnreadableFile("There are headings in this file, but no rows below them.")
    if len(below) > MOST_ROWS:
        raise UnreadableFile(f"At most {MOST_ROWS} rows at once, please. Split the file.")
    return Table(headings=headings, rows=below, broken=[], said=list(said))


# --- Text ------------------------------------------------------------------------------------


def _from_text(content: bytes) -> Table:
    text, encoding = _decoded(content)
    if "\0" in text:
        raise UnreadableFile("This is not a table. Save the log as XLSX or CSV.")
    delimiter = _delimiter(text)
    said = [] if encoding is None else [f"Read as {encoding}. Do names and dashes look right?"]
    rows: list[tuple[int, list[str]]] = []
    broken: list[tuple[int, str]] = []
    for row in rows_of(text, delimiter, tallest=_TALLEST):
        if row.broken:
            broken.append((row.line, row.cells[0].strip()[:LONGEST_CELL]))
        else:
            _not_too_wide(row.cells)
            rows.append((row.line, [_short(cell) for cell in row.cells]))
        if len(rows) + len(broken) > MOST_ROWS + _TITLES:
            raise UnreadableFile(f"At most {MOST_ROWS} rows at once, please. Split the file.")
    made = _table(rows, said)
    made.broken.extend(broken)
    return made


def _decoded(content: bytes) -> tuple[str, str | None]:
    """Return a file's text, and how it was read where that is not certain."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), None
    zeros = [content[start:4000:2].count(0) for start in (0, 1)]
    if max(zeros) > _LOOKS_LIKE_UTF16 * min(len(content), 4000) / 2:
        order = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        return content.decode(order, errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _delimiter(text: str) -> str:
    """Return the sign that cuts the first lines into the same number of cells most often."""
    first = "\n".join(islice(text.splitlines(), 0, _SNIFFED))
    named = text[:6].lower().startswith("sep=") and text[4:5]
    if named and named in _DELIMITERS:
        return named

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row.cells) for row in rows_of(first, delimiter) if not row.broken]
        wide = [width for width in widths if width > 1]
        usual = max(set(wide), key=wide.count) if wide else 0
        return wide.count(usual), usual

    return max(_DELIMITERS, key=score)


def _not_too_wide(cells: Sequence[object]) -> None:
    if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
        raise UnreadableFile(
            f"This table has more than {MOST_COLUMNS} columns. Leave only those about hours."
        )


def _short(cell: str) -> str:
    return " ".join(cell[: LONGEST_CELL * 2].split())[:LONGEST_CELL]


# --- Workbooks -------------------------------------------------------------------------------


def _from_workbook(content: bytes, wanted: str) -> Table:
    # Here, so that text is read without it.
    import python_calamine as calamine  # noqa: PLC0415

    if content.startswith(_ZIP):
        _not_a_bomb(content)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return _from_sheets(book, wanted)
    except calamine.PasswordError:
        raise UnreadableFile(
            "This workbook is locked with a password. Save a copy without one."
        ) from None
    except (calamine.CalamineError, ValueError, OSError):
        raise UnreadableFile("This workbook is damaged, or none. Save it anew as XLSX.") from None


def _not_a_bomb(content: bytes) -> None:
    """Refuse an archive that is too large unpacked, by what it says of itself, or is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise UnreadableFile("This workbook is damaged. Save it anew as XLSX.") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableFile(
            "This workbook is far larger than it seems. Copy the table alone into a new one."
        )
    names = {part.filename for part in parts}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise UnreadableFile("This is an archive, not a table. Save the log as XLSX or CSV.")


def _from_sheets(book: Any, wanted: str) -> Table:
    # A sheet with no cells, or of charts, raises; hidden ones are nobody's log.
    names = [
        each.name
        for each in book.sheets_metadata
        if str(each.visible).endswith("Visible") and str(each.typ).endswith("WorkSheet")
    ]
    if wanted:
        name = next((each for each in names if each.lower() == wanted.lower()), None)
        if name is None:
            raise UnreadableFile(
                f"There is no sheet “{wanted[:40]}”; there are {', '.join(names)[:300]}."
            )
        names = [name]
    best: tuple[int, Table, str] | None = None
    problem = UnreadableFile(_NOTHING)
    for name in names[:20]:
        try:
            made = _table(_cells_of(book.get_sheet_by_name(name)), ())
        except UnreadableFile as error:
            problem = error
            continue
        score = _likeness(made)
        if best is None or score > best[0]:
            best = (score, made, name)
    if best is None:
        raise problem
    if len(names) > 1:
        others = ", ".join(each for each in names if each != best[2])
        best[1].said.append(f"Read from the sheet “{best[2]}”, not from {others[:200]}.")
    return best[1]


def _likeness(made: Table) -> int:
    """Return how much a table looks like a log: known headings first, then rows."""
    return len(meanings(made.headings, many=True)) * MOST_ROWS * 2 + len(made.rows)


def _cells_of(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    start = sheet.start
    if start is None:
        return
    _not_too_wide(range(sheet.width))
    if sheet.height > MOST_ROWS * 4:
        raise UnreadableFile(f"At most {MOST_ROWS} rows at once, please. Split the file.")
    # Rows are given from the first on, empty ones included.
    for line, row in enumerate(sheet.iter_rows(), start=1):
        yield line, [_said(cell) for cell in row]


def _said(cell: object) -> str:
    """Return a cell as text: what a person would type for it."""
    match cell:
        case bool():
            text = "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004  # floats are exact so far
            text = str(int(cell))
        case float():
            text = f"{cell:.10g}"
        case datetime():
            near = cell + timedelta(seconds=30)
            text = f"{near:%Y-%m-%d}" if near.time() < time(0, 1) else f"{near:%Y-%m-%d %H:%M}"
        case time():
            text = f"{cell:%H:%M}"
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            text = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            text = _short(str(cell))
    return text
