"""A document as CSV: its tables, then what is said about them. No cell is a formula."""

import csv
import io

from alongside_logbook.documents.face import Face
from alongside_logbook.domain.papers.documents import spelled
from alongside_logbook.domain.papers.sheet import Cell, Column, hours
from alongside_logbook.sheets import plain

_BOM = "\ufeff"
"""Without it, a spreadsheet of today still guesses another encoding."""


def csv_bytes(face: Face) -> bytes:
    """Return the tables one after the other, headings first, then the facts, a name and a value a line.

    UTF-8 with a byte order mark; days as YYYY-MM-DD, hours with two decimals.
    """
    written = io.StringIO()
    table = csv.writer(written)
    for sheet in face.content.sheets:
        if len(face.content.sheets) > 1:
            table.writerow([sheet.title])
        table.writerow([column.name for column in sheet.columns])
        for row in [*sheet.rows, *([sheet.total] if sheet.total else [])]:
            table.writerow(
                [_cell(cell, column) for cell, column in zip(row, sheet.columns, strict=True)]
            )
        if not sheet.rows:
            table.writerow([sheet.empty])
        table.writerow([])
    about = [
        ("Document", face.title),
        *face.facts,
        *face.content.figures,
        ("Verification code", spelled(face.code)),
        ("Check it at", face.check),
        *(("Note", note) for note in (*face.content.notes, *face.notes)),
    ]
    for name, value in about:
        table.writerow([plain(name), plain(value)])
    return (_BOM + written.getvalue()).encode()


def _cell(cell: Cell, column: Column) -> object:
    if isinstance(cell, int):
        return hours(cell) if column.kind == "hours" else cell
    return plain(cell)
