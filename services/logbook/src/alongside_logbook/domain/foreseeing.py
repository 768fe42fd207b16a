"""A forecast of what one pack asks of one person, from where they stand and what is planned."""

from collections.abc import Mapping, Sequence
from datetime import date

from alongside_logbook.domain.forecast import Asked, Day, forecast
from alongside_logbook.domain.foreseen import Forecast
from alongside_logbook.domain.rules.evaluation import Evaluation, Frame
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.window import Dated

Planned = tuple[date, Mapping[str, int]]
"""A session ahead: its day, and the minutes by requirement that it would count for."""


def foresee(
    found: Evaluation, pack: Pack, planned: Sequence[Planned], today: date
) -> Forecast | None:
    """Say when what a pack asks of hours appears to be met; none where it asks for none."""
    wanted = [
        (index, tally)
        for index, tally in enumerate(found.rsc)
        if tally.required and tally.enforcement == "refuse"
    ]
    if not wanted:
        return None
    places = [index for index, _ in wanted]
    ids = [tally.id for _, tally in wanted]
    frame = found.frame
    cycle = frame is not None and frame.kind == "cycle"
    asked = Asked(
        minutes=tuple(tally.required for _, tally in wanted),
        at_least=_at_least(pack, frame),
        at_most=_at_most(pack),
        first=frame.first if cycle and frame else None,
        last=frame.last if cycle and frame else None,
    )
    return forecast(
        (_day(each, places) for each in found.days),
        (Day(day, tuple(minutes.get(name, 0) for name in ids)) for day, minutes in planned),
        asked,
        today,
        ids,
    )


def _day(each: Dated, places: Sequence[int]) -> Day:
    return Day(each.day, tuple(each.counted[index] + each.pending[index] for index in places))


def _at_least(pack: Pack, frame: Frame | None) -> int | None:
    if pack.window is not None:
        return pack.window.at_least.months or None
    if pack.spread is not None and pack.spread.enforcement == "refuse" and frame is not None:
        return frame.at_least or None
    return None


def _at_most(pack: Pack) -> int | None:
    if pack.window is not None:
        return pack.window.at_most.months
    return pack.lookback.months if pack.lookback is not None else None
