"""What is drawn of a rule pack: how long, and who counts when. Places are in percent of the drawing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from alongside_logbook.domain.rules.cycle import period_due
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.providing import ProviderRow
from alongside_logbook.domain.words import counted
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.rulewords import span, who

_DAY = timedelta(days=1)
_TONES = {"counts": "good", "ask": "warn"}
_VERDICTS = {"counts": "counts", "ask": "ask"}

Line = tuple[str, str, float, float, str]
"""Name, words, place, width, tone: a line of the macro `timeline`."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars over time."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    now: float
    """Where today is; beyond the edge where time has no dates."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one credential's line."""

    at: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class Held:
    """One credential's line: when hours with it count, in one drawing and in words."""

    who: str
    says: str
    segments: tuple[Segment, ...]
    rows: tuple[ProviderRow, ...]
    """What the pack says of it."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who counts when."""

    lines: tuple[Held, ...]
    ticks: tuple[tuple[float, str], ...]
    now: float


def span_drawn(pack: Pack, today: date) -> Timeline | None:
    """Draw within which time hours must lie; none where it is not limited."""
    if pack.window is not None:
        return _window(pack)
    if pack.cycle is not None:
        return _cycle(pack, today)
    if pack.lookback is not None:
        before = counted(pack.lookback.months, "month")
        line: Line = ("Hours count", f"{before} before the day of applying", 0, 100, "good")
        return Timeline((line,), ((0.0, f"{before} before"),), 100)
    return None


def _window(pack: Pack) -> Timeline | None:
    window = pack.window
    if window is None:
        return None
    least, most = window.at_least.months, window.at_most.months
    share = 100 * least / most
    lines: list[Line] = []
    if least:
        lines.append(("At least", counted(least, "month"), 0, round(share, 1), "good"))
    lines.append(("At most", counted(most, "month"), 0, 100, "info"))
    ticks = [(0.0, "first meeting")]
    if 0 < least < most:
        ticks.append((round(share, 1), f"{least} months"))
    return Timeline(tuple(lines), tuple(ticks), -5)


def _cycle(pack: Pack, today: date) -> Timeline | None:
    if pack.cycle is None:
        return None
    period = period_due(pack.cycle, today)
    first, last = period.first, max(period.last, period.due)
    whole = (last - first).days + 1

    def place(day: date) -> float:
        return round(100 * (day - first).days / whole, 1)

    lines: list[Line] = [
        (
            "Hours count",
            f"{say_day(first)} to {say_day(period.last)}",
            0,
            place(period.last + _DAY),
            "good",
        )
    ]
    if period.opens is not None:
        lines.append(
            (
                "Hand it in",
                f"{say_day(period.opens)} to {say_day(period.due)}",
                place(period.opens),
                round(place(period.due + _DAY) - place(period.opens), 1),
                "info",
            )
        )
    else:
        lines.append(("Due", f"by {say_day(period.due)}", max(0, place(period.due) - 2), 2, "info"))
    years = range(first.year, period.last.year + 1)
    return Timeline(
        tuple(lines), tuple((place(date(year, 1, 1)), str(year)) for year in years), place(today)
    )


def matrix_drawn(pack: Pack, today: date) -> Matrix | None:
    """Draw who counts when: a line for each credential and standing."""
    if pack.providers is None:
        return None
    rows = sorted(pack.providers.rows, key=lambda row: row.verdict != "counts")
    first, last = _axis(rows, today)
    whole = (last - first).days

    def place(day: date) -> float:
        return round(100 * min(max((day - first).days, 0), whole) / whole, 1)

    lines: dict[str, list[ProviderRow]] = {}
    for row in rows:
        lines.setdefault(who(row), []).append(row)
    return Matrix(
        lines=tuple(
            Held(
                who=name,
                says="; ".join(f"{_VERDICTS[row.verdict]} {span(row)}" for row in theirs),
                segments=tuple(
                    Segment(
                        at=place(row.since or first),
                        width=round(
                            place(row.until + _DAY if row.until else last)
                            - place(row.since or first),
                            1,
                        ),
                        tone=_TONES[row.verdict],
                    )
                    for row in theirs
                ),
                rows=tuple(theirs),
            )
            for name, theirs in lines.items()
        ),
        ticks=tuple(
            (place(date(year, 1, 1)), str(year))
            for year in range(first.year, last.year, max(1, (last.year - first.year) // 6))
        ),
        now=place(today),
    )


def _axis(rows: Iterable[ProviderRow], today: date) -> tuple[date, date]:
    years = {day.year for row in rows for day in (row.since, row.until) if day is not None}
    # What ended long ago is told in words; drawn it would squeeze all the rest.
    years = {year for year in years if year >= today.year - 10} | {today.year}
    return date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1)
