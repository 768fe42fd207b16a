"""A document as XLSX: a sheet of facts, and one for each table. Text stays text."""

import io
from datetime import date
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from alongside_logbook.documents.face import Face
from alongside_logbook.domain.papers.documents import spelled
from alongside_logbook.domain.papers.sheet import Cell, Column, Sheet, hours

_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_WIDTH = 14


def xlsx(face: Face) -> bytes:
    """Return the workbook. Hours and minutes are numbers, days are days, all else is text."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": f"{face.title}: {face.person}",
                "author": face.issued_by,
                "subject": face.description,
                "created": face.issued_at.replace(tzinfo=None),
            }
        )
        formats = {
            "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            "hours": book.add_format({"num_format": "0.00", "valign": "top"}),
            "minutes": book.add_format({"num_format": "0", "valign": "top"}),
            "number": book.add_format({"num_format": "0", "valign": "top"}),
        }
        _about(book, face, formats)
        names: set[str] = {"about"}
        for sheet in face.content.sheets:
            _table(book.add_worksheet(_name(sheet, names)), sheet, formats)
    return written.getvalue()


def _about(book: Workbook, face: Face, formats: dict[str, Format]) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    lines = [
        ("Document", face.title),
        *face.facts,
        *face.content.figures,
        ("Verification code", spelled(face.code)),
        ("Check it at", face.check),
        *(("Note", note) for note in (*face.content.notes, *face.notes)),
    ]
    for at, (name, value) in enumerate(lines):
        sheet.write_string(at, 0, name, formats["bold"])
        sheet.write_string(at, 1, value, formats["text"])


def _table(into: Worksheet, sheet: Sheet, formats: dict[str, Format]) -> None:
    into.freeze_panes(1, 0)
    for at, column in enumerate(sheet.columns):
        into.set_column(at, at, _WIDTH * column.width)
        into.write_string(0, at, column.name, formats["bold"])
    rows = [*sheet.rows, *([sheet.total] if sheet.total else [])]
    for line, row in enumerate(rows, start=1):
        for at, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _write(into, line, at, cell, column, formats)
    if not sheet.rows:
        into.write_string(1, 0, sheet.empty, formats["text"])


def _write(
    into: Worksheet, line: int, at: int, cell: Cell, column: Column, formats: dict[str, Format]
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, int):
        value = Decimal(hours(cell)) if column.kind == "hours" else cell
        into.write_number(line, at, float(value), formats[column.kind])
    elif column.kind == "day":
        into.write_datetime(line, at, _day(cell), formats["day"])
    else:
        into.write_string(line, at, cell, formats["text"])


def _day(cell: str) -> date:
    return date.fromisoformat(cell)


def _name(sheet: Sheet, taken: set[str]) -> str:
    plain = sheet.title.translate(_FORBIDDEN).strip("' ")
    name, number = plain[:_NAME].strip(), 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _NAME - 3].strip()} {number}"
    taken.add(name.casefold())
    return name
