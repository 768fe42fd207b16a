"""Calendar health: whether news reaches somebody, and what to do about it. No contents of mails."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import NotFound
from alongside.web.auth import AsCoordinator, CurrentViewer
from alongside.web.pages import Pages, PagesDep
from alongside.web.times import day, relative
from alongside_notifier.domain.health import SHOWN, worst
from alongside_notifier.http.health import Checked, Traces, check, traces
from alongside_notifier.http.pages.messages import KINDS, coming_up
from alongside_notifier.http.reading import Read, mail_folder
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

_TICKS = (14, 7, 0)
_WANTING = ("bad", "warn")
_TONES = ("bad", "warn", "info", "calm", "good")


@router.get("/calendar/health")
async def mine(request: Request, viewer: CurrentViewer, pages: PagesDep, read: Read) -> Response:
    """Show how news reaches me."""
    return await _page(viewer.person_id, request, pages, read, own=True)


@router.get("/calendar/health/people")
async def everybody(
    request: Request, viewer: AsCoordinator, pages: PagesDep, read: Read
) -> Response:
    """Show how news reaches each person of the association, whoever needs looking at first."""
    del viewer
    found = await check(
        await read.people.present(), read, mine=False, goes_nowhere=_goes_nowhere(request)
    )
    found.sort(key=lambda one: (_TONES.index(worst(one.findings)), one.person.name.casefold()))
    return pages.render(
        "health_people.html",
        wanting=[one for one in found if worst(one.findings) in _WANTING],
        well=[one for one in found if worst(one.findings) not in _WANTING],
    )


@router.get("/calendar/health/people/{person_id}")
async def somebody(
    person_id: str, request: Request, viewer: AsCoordinator, pages: PagesDep, read: Read
) -> Response:
    """Show a coordinator how news reaches one person."""
    del viewer
    return await _page(person_id, request, pages, read, own=False)


async def _page(
    person_id: str, request: Request, pages: Pages, read: NotifierUow, *, own: bool
) -> Response:
    person = await read.people.get(person_id)
    if person is None or person.left_at is not None:
        raise NotFound
    (checked,) = await check([person], read, mine=own, goes_nowhere=_goes_nowhere(request))
    drawn = await traces(checked, read)
    zone = request.state.viewer.zone
    return pages.render(
        "health.html",
        own=own,
        person=person,
        findings=checked.findings,
        lanes=_lanes(checked, drawn, read.now),
        ticks=[
            (_x(read.now - timedelta(days=days), read.now), _tick(read.now, days, zone))
            for days in _TICKS
        ],
        sent=[
            {"kind": KINDS.get(each.kind, each.kind), "at": each.at, "state": each.state}
            for each in drawn.mails
        ],
        due=[] if own else await coming_up(person, read, with_titles=False),
    )


def _lanes(checked: Checked, drawn: Traces, now: datetime) -> list[tuple[str, str, Any]]:
    """Return the lanes of the drawing: each calendar app, mails, answers."""
    lanes: list[tuple[str, str, Any]] = [
        (
            each.program,
            f"{relative(each.at, now)}, {'once' if each.times == 1 else f'{each.times} times'} in all",
            [(_x(each.at, now), each.tone(now))] if each.at >= drawn.since else [],
        )
        for each in drawn.fetched
    ]
    if not lanes:
        lanes.append(("Calendar apps", "none has looked yet", []))
    number = len(drawn.mails)
    back = sum(each.tone == "bad" for each in drawn.mails)
    said = f"{number} mail{'' if number == 1 else 's'}" if number else "none in these two weeks"
    lanes.append(
        (
            "Mails",
            said + (f", {back} of them did not arrive" if back else ""),
            _dots([(each.at, each.tone) for each in drawn.mails], now),
        )
    )
    latest = checked.facts.answered_at
    lanes.append(
        (
            "Answers",
            f"the last {relative(latest, now)}" if latest else "none yet",
            _dots([(each, "good") for each in drawn.answered_at], now),
        )
    )
    return lanes


def _dots(moments: list[tuple[datetime, Any]], now: datetime) -> list[tuple[float, str]]:
    """Return what is drawn: of many at one place the one that matters most, on top of the rest."""
    places: dict[float, str] = {}
    for at, tone in moments:
        x = _x(at, now)
        known = places.get(x)
        if known is None or _TONES.index(tone) < _TONES.index(known):
            places[x] = tone
    return sorted(places.items())


def _x(at: datetime, now: datetime) -> float:
    share = 1 - (now - at) / SHOWN
    return round(min(max(share, 0.0), 1.0) * 100, 1)


def _tick(now: datetime, days: int, zone: str) -> str:
    if not days:
        return "now"
    weekday, month_day = day(now - timedelta(days=days), zone).split(", ")[:2]
    return f"{weekday}, {month_day}"


def _goes_nowhere(request: Request) -> bool:
    return mail_folder(request) is not None
