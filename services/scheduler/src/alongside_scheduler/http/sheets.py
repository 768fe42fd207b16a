"""Dates as small calendar sheets: a month each, drawn beside the list in words."""

from calendar import Calendar, month_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alongside_scheduler.domain.month import first_weekday
from alongside_scheduler.http.words import LOCALE
from alongside_scheduler.views.association import DaysOffView
from alongside_scheduler.views.planning import SeriesPreview

MOST_SHEETS = 24
_DAYS = ("M", "T", "W", "T", "F", "S", "S")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day on a sheet; 0 for a blank before or after the month. `mark` names what is on it."""

    number: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month."""

    name: str
    weeks: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The months with something in them, as many as are looked at, and how many follow."""

    shown: tuple[Sheet, ...]
    more: int
    weekdays: tuple[str, ...]
    marks: tuple[str, ...]
    """Which marks there are, for the legend."""


def sheets_of(preview: SeriesPreview) -> Sheets:
    """Return the months of a preview in which something is, skipped or moved away."""
    marks = _marks(preview)
    return _sheets(sorted({(day.year, day.month) for day in marks}), marks)


def year_of(days: DaysOffView, today: date) -> Sheets:
    """Return the twelve months from today on: closed days, holidays, and sessions on either."""
    marks = {each.first_day: "holiday" for each in days.holidays}
    for each in days.closures:
        length = (each.last_day - each.first_day).days + 1
        marks |= {each.first_day + timedelta(number): "closed" for number in range(length)}
    marks |= {
        one.day: "clash" for each in (*days.holidays, *days.closures) for one in each.sessions
    }
    first = today.year * 12 + today.month - 1
    months = [((first + number) // 12, (first + number) % 12 + 1) for number in range(12)]
    return _sheets(months, {day: mark for day, mark in marks.items() if day >= today})


def _sheets(months: Sequence[tuple[int, int]], marks: Mapping[date, str]) -> Sheets:
    first = first_weekday(LOCALE)
    pages = Calendar(first)
    return Sheets(
        shown=tuple(
            Sheet(
                name=f"{month_name[month]} {year}",
                weeks=tuple(
                    tuple(
                        Cell(day.day, marks.get(day, "")) if day.month == month else Cell(0)
                        for day in week
                    )
                    for week in pages.monthdatescalendar(year, month)
                ),
            )
            for year, month in months[:MOST_SHEETS]
        ),
        more=max(0, len(months) - MOST_SHEETS),
        weekdays=tuple(_DAYS[(first + number) % 7] for number in range(7)),
        marks=tuple(dict.fromkeys(marks.values())),
    )


def _marks(preview: SeriesPreview) -> Mapping[date, str]:
    """Return what is on which day: what takes place stands over what was left."""
    left = {each.day: "skipped" for each in preview.skipped}
    left |= {each.planned_for: "left" for each in preview.sessions if each.fate == "moved"}
    return left | {each.day: "taken" if each.taken else each.fate for each in preview.sessions}
