"""Tables as text: which sign stands between the cells, and rows whose quotation marks hold.

One row with an open quotation mark spoils no other.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

_TALLEST_ROW = 5
"""Lines that one row may take, where cells hold line ends."""


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    """One row, with the line it begins in; `broken` if its quotation marks are open or out of place."""

    line: int
    cells: list[str] = field(default_factory=list)
    broken: bool = False
    """`cells` holds the line as it is then."""


def rows_of(text: str, delimiter: str, *, tallest: int = _TALLEST_ROW) -> Iterator[DelimitedRow]:
    """Return row by row what a table says."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        for height in range(1, min(tallest, len(lines) - at) + 1):
            cells = _cells("\n".join(lines[at : at + height]), delimiter)
            if cells is not None:
                yield DelimitedRow(at + 1, cells)
                at += height
                break
        else:
            yield DelimitedRow(at + 1, [lines[at]], broken=True)
            at += 1


def _cells(row: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
