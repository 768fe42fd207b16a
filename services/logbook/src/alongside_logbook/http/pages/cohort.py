"""The coordinator's board: who is where, what waits, whose status ends, hours by group and provider.

A supervisor sees the same of those in the sessions they lead. Minutes and days only.
"""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from alongside.web.auth import AsCoordinator, AsSupervisor, Viewer
from alongside.web.pages import PagesDep
from alongside_logbook.domain.board import BoardState
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.sheets import CSV, XLSX, csv_of, xlsx_of
from alongside_logbook.store.board import Sight
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.board import (
    COLUMNS,
    Board,
    board,
    board_table,
    endings_this_quarter,
    hours_by_group,
    quarter_end,
    sight_of,
    unrecorded_long,
)

router = APIRouter(include_in_schema=False)

STATES: dict[BoardState, tuple[str, str]] = {
    "out_of_window": ("Out of window", "bad"),
    "drifting": ("Drifting", "warn"),
    "not_counting": ("Not counting", "warn"),
    "not_started": ("Not started", "calm"),
    "on_track": ("On track", "info"),
    "appears_met": ("Appears met", "good"),
    "nothing_required": ("None required", "calm"),
    "no_category": ("No category", "calm"),
}
"""How each state is called, and its tone."""

_PER_PAGE = 50
_MOST_DRAWN = 30

Show = Annotated[str, Query(max_length=20)]
Name = Annotated[str, Query(max_length=100, alias="q")]
Id = Annotated[str | None, Query(max_length=64)]


@router.get("/cohort")
async def cohort_page(
    pages: PagesDep,
    viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    show: Show = "",
    q: Name = "",
    group: Id = None,
    provider: Id = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    seen: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show where everybody stands, the most urgent first; with `seen`, only if that has changed."""
    sight = sight_of(actor, uow.now.date(), show=show, name=q, group_id=group, provider_id=provider)
    found = await board(sight, uow, page=page, size=_PER_PAGE)
    stamp = hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:16]
    if seen == stamp:
        return Response(status_code=204)
    return pages.render(
        "cohort.html",
        found=found,
        bar=_bar(found),
        stamp=stamp,
        states=STATES,
        goals={"renew": "renewal", "ers": "add-on"},
        show=show,
        q=q,
        narrowed=await _narrowed(sight, uow),
        group=group or "",
        provider=provider or "",
        endings=len(await endings_this_quarter(uow)) if viewer.is_coordinator else None,
        views=_views(viewer),
        counts=await counts(viewer, uow),
    )


@router.get("/cohort/waiting")
async def waiting_page(
    pages: PagesDep, viewer: AsCoordinator, uow: Reading, actor: ActorDep
) -> Response:
    """Show what has waited for somebody for more than 14 days: hours, and attendance."""
    sight = sight_of(actor, uow.now.date(), show="waiting")
    return pages.render(
        "cohort_waiting.html",
        found=await board(sight, uow, size=_PER_PAGE),
        unrecorded=await unrecorded_long(uow),
        views=_views(viewer),
        counts=await counts(viewer, uow),
    )


@router.get("/cohort/providers")
async def providers_page(pages: PagesDep, viewer: AsCoordinator, uow: Reading) -> Response:
    """Show whose status ends this quarter, and how many it concerns."""
    today = uow.now.date()
    last = quarter_end(today)
    return pages.render(
        "cohort_providers.html",
        endings=await endings_this_quarter(uow),
        today=today,
        last=last,
        days=max(1, (last - today).days),
        views=_views(viewer),
        counts=await counts(viewer, uow),
    )


@router.get("/cohort/groups")
async def groups_page(
    pages: PagesDep,
    viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    year: Annotated[int | None, Query(ge=1900, le=9999)] = None,
    everything: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Draw a year's hours by group and by provider."""
    limit = None if everything else _MOST_DRAWN
    found = await hours_by_group(actor, uow, year=year, limit=limit)
    return pages.render(
        "cohort_groups.html",
        found=found,
        limit=limit,
        years=[(str(each), f"/cohort/groups?year={each}") for each in found.years],
        views=_views(viewer),
        counts=await counts(viewer, uow),
    )


@router.get("/cohort/export.{kind}")
async def export_board(
    _viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    kind: Literal["csv", "xlsx"],
    show: Show = "",
    q: Name = "",
    group: Id = None,
    provider: Id = None,
) -> Response:
    """Hand out everybody who is seen as a table for a spreadsheet."""
    sight = sight_of(actor, uow.now.date(), show=show, name=q, group_id=group, provider_id=provider)
    rows = await board_table(sight, uow)
    content = csv_of(COLUMNS, rows) if kind == "csv" else xlsx_of("On track", COLUMNS, rows)
    return Response(
        content,
        media_type=CSV if kind == "csv" else XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="on-track.{kind}"',
            "Cache-Control": "no-store",
        },
    )


def _bar(found: Board) -> list[tuple[str, str, str, int, float, float]]:
    """Return the bar of states: name, state, tone, people, and where it begins and ends in percent."""
    drawn: list[tuple[str, str, str, int, float, float]] = []
    x = 0.0
    for state, number in found.states.items():
        name, tone = STATES[state]
        width = 100 * number / found.everybody
        drawn.append((name, state, tone, number, round(x, 3), round(width, 3)))
        x += width
    return drawn


async def _narrowed(sight: Sight, uow: LogbookUow) -> str | None:
    if sight.group_id:
        titles = await uow.board.titles([sight.group_id])
        return titles.get(sight.group_id)
    if sight.provider_id:
        known = await uow.people.get(sight.provider_id)
        return known.name if known else None
    return None


def _views(viewer: Viewer) -> list[tuple[str, str]]:
    people, groups = ("People", "/cohort"), ("Hours by group", "/cohort/groups")
    if not viewer.is_coordinator:
        return [people, groups]
    return [
        people,
        ("Waiting", "/cohort/waiting"),
        ("Status that ends", "/cohort/providers"),
        groups,
    ]
