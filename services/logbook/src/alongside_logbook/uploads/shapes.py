"""What is asked of a file, what comes back, and how much of either is taken."""

from dataclasses import dataclass

from alongside.errors import Invalid

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 300
"""Characters of a cell; the rest is left behind. Nothing that counts hours is longer."""

MOST_UNPACKED = 150 * 1024 * 1024
"""Bytes that a workbook may be unpacked, by its own account."""

MOST_PARTS = 2000


class UnreadableFile(Invalid):
    """This file cannot be read. Save it in your spreadsheet as XLSX or CSV."""

    code = "unreadable_file"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, field="file")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was in a file: every cell as text, days as 2026-03-01, times as 14:30."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]
    """With the line, or row, of the file that each begins in."""
    broken: list[tuple[int, str]]
    """Lines of a CSV file that cannot be taken apart."""
    said: list[str]
    """What the reader of the file should be told: which sheet, which encoding."""
