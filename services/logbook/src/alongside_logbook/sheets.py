"""Tables for spreadsheets, as CSV and XLSX. Text stays text: no cell is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | float | date | None

_STARTS_A_FORMULA = "=+-@\t\r"
_WIDEST = 60


def plain(cell: Cell) -> Cell:
    """Return a cell of a CSV file that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell[:1] and cell[:1] in _STARTS_A_FORMULA:
        return f"'{cell}"
    return cell


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterable[str]:
    """Return a table as lines of CSV, headings first, one at a time."""
    written = io.StringIO()
    table = csv.writer(written)
    for row in chain([columns], rows):
        table.writerow([plain(cell) for cell in row])
        yield written.getvalue()
        written.seek(0)
        written.truncate()


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV, headings first."""
    return "".join(csv_lines(columns, rows))


def xlsx_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as a workbook of one sheet: headings bold and kept in sight, days as days."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        with xlsxwriter.Workbook(
            path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd", "tmpdir": folder}
        ) as book:
            sheet = book.add_worksheet(title[:31])
            sheet.freeze_panes(1, 0)
            bold, days = (
                book.add_format({"bold": True}),
                book.add_format({"num_format": "yyyy-mm-dd"}),
            )
            for column, heading in enumerate(columns):
                sheet.set_column(column, column, min(_WIDEST, max(10, len(heading) + 4)))
                sheet.write_string(0, column, heading, bold)
            for at, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    match cell:
                        case None:
                            pass
                        case str():
                            sheet.write_string(at, column, cell)
                        case date():
                            sheet.write_datetime(at, column, cell, days)
                        case _:
                            sheet.write_number(at, column, cell)
        return path.read_bytes()
