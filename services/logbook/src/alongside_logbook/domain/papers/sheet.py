"""What is on a document, whatever file it becomes: figures, tables, notes. Text is only ever text."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from alongside.db.types import json_text
from alongside_logbook.domain.papers.documents import Piece

Cell = str | int | None
ColumnKind = Literal["text", "minutes", "hours", "number", "day"]
"""hours: the cell holds whole minutes, and is shown as hours. day: it holds YYYY-MM-DD."""

ROUNDING = (
    "Hours are whole minutes divided by 60, rounded to two decimals, halves up. Totals are summed "
    "in minutes first and rounded once."
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HUNDREDTH = Decimal("0.01")


class Column(Piece):
    """A column of a table."""

    name: str
    kind: ColumnKind = "text"
    width: float = 1
    """Its share of the page."""


class Sheet(Piece):
    """A table with its heading."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: tuple[Cell, ...] | None = None
    lead: str = ""
    """A sentence above the table."""
    empty: str = "Nothing in this period."
    """What is said instead of a table without rows."""


class Bar(Piece):
    """A month of the drawing."""

    month: str
    """As YYYY-MM."""
    minutes: int
    open_minutes: int = 0


class Content(Piece):
    """Everything a document says, but for its code."""

    figures: tuple[tuple[str, str], ...] = ()
    bars: tuple[Bar, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as canonical JSON."""
        return json_text(self.model_dump(mode="json"))


def hours(minutes: int) -> str:
    """Return minutes as hours with two decimals: `24.00` for 1440."""
    return str((Decimal(minutes) / 60).quantize(_HUNDREDTH, ROUND_HALF_UP))


def shown(cell: Cell, column: Column) -> str:
    """Return a cell as it is read."""
    if cell is None:
        return ""
    if column.kind == "hours" and isinstance(cell, int):
        return hours(cell)
    if column.kind == "day" and cell:
        return short_day(date.fromisoformat(str(cell)))
    return str(cell)


def short_day(day: date) -> str:
    """Return a day in little room: `Feb 10, 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def short_time(instant: datetime) -> str:
    """Return an instant, given in the zone it is read in: `Feb 10, 2026 16:05`."""
    return f"{short_day(instant.date())} {instant:%H:%M}"
