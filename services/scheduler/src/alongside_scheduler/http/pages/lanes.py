"""Visits drawn on lines: one for each pairing, from three months ago to three ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.http.words import STANDINGS_OF_VISITS
from alongside_scheduler.views.visits import LOOK_AHEAD, LOOK_BACK, PairingListed, VisitItem

_SHOWN = ("held", "not_held", "to_log", "ahead")


@dataclass(frozen=True, slots=True)
class Lane:
    """One pairing: where its line runs, and a mark for each visit, all in percent of the width."""

    name: str
    hint: str
    href: str
    words: str
    begins: float
    ends: float
    marks: tuple[tuple[float, str, str], ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The lanes, with where today and the months are."""

    lanes: tuple[Lane, ...]
    today: float
    months: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str], ...]


def strip(
    pairings: Iterable[PairingListed], now: datetime, viewer_zone: str, *, by_consultant: bool
) -> Strip:
    """Return the drawing; a lane is named after its site, or at one site after its consultant."""
    begins, ends = now - LOOK_BACK, now + LOOK_AHEAD
    listed = list(pairings)
    seen = {each.standing for pairing in listed for each in pairing.visits}
    return Strip(
        lanes=tuple(_lane(each, begins, ends, viewer_zone, by_consultant) for each in listed),
        today=_at(now, begins, ends),
        months=tuple(
            (_at(first, begins, ends), f"{first:%b}")
            for first in _firsts(begins, ends, viewer_zone)
        ),
        legend=tuple((each, STANDINGS_OF_VISITS[each][0]) for each in _SHOWN if each in seen),
    )


def _lane(
    each: PairingListed,
    begins: datetime,
    ends: datetime,
    viewer_zone: str,
    by_consultant: bool,
) -> Lane:
    at = zone(each.site.zone)
    first = datetime.combine(each.pairing.begins_on, datetime.min.time(), at)
    last = ends
    if each.pairing.ends_on is not None:
        last = datetime.combine(
            min(each.pairing.ends_on, date.max - timedelta(days=2)) + timedelta(days=1),
            datetime.min.time(),
            at,
        )
    name, hint = each.site.name, each.consultant
    return Lane(
        name=hint if by_consultant else name,
        hint="" if by_consultant else hint,
        href=f"/pairings/{each.pairing.pairing_id}",
        words=f"{name}, {hint}: {_counted(each.visits)}",
        begins=_at(first, begins, ends),
        ends=_at(last, begins, ends),
        marks=tuple(
            (
                _at(visit.starts_at, begins, ends),
                visit.standing,
                _title(visit, viewer_zone),
            )
            for visit in each.visits
        ),
    )


def _title(visit: VisitItem, viewer_zone: str) -> str:
    standing = STANDINGS_OF_VISITS[visit.standing][0].lower()
    return f"{times.day(visit.starts_at, viewer_zone)}: {standing}"


def _counted(visits: Iterable[VisitItem]) -> str:
    standings = [each.standing for each in visits]
    parts = [
        f"{standings.count(each)} {STANDINGS_OF_VISITS[each][0].lower()}"
        for each in _SHOWN
        if each in standings
    ]
    return ", ".join(parts) or "no visits"


def _at(moment: datetime, begins: datetime, ends: datetime) -> float:
    share = (moment - begins) / (ends - begins)
    return round(100 * min(max(share, 0), 1), 2)


def _firsts(begins: datetime, ends: datetime, viewer_zone: str) -> Iterable[datetime]:
    at = zone(viewer_zone)
    local = begins.astimezone(at)
    month = local.year * 12 + local.month
    while (first := datetime(month // 12, month % 12 + 1, 1, tzinfo=at)) < ends:
        yield first
        month += 1
