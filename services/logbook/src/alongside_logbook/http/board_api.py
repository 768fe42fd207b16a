"""JSON routes of the coordinator's board, under `/api/logbook/v1/board`."""

from typing import Annotated

from fastapi import APIRouter, Query

from alongside.web.auth import AsCoordinator, AsSupervisor
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.views.board import (
    Board,
    EndingView,
    Groups,
    Unrecorded,
    board,
    endings_this_quarter,
    hours_by_group,
    sight_of,
    unrecorded_long,
)

router = APIRouter(prefix="/api/logbook/v1/board", tags=["board"])


@router.get("")
async def show_board(
    _viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    show: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    group: Annotated[str | None, Query(max_length=64)] = None,
    provider: Annotated[str | None, Query(max_length=64)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Board:
    """List who pursues something or has hours, the most urgent first.

    `show` is a state, or `waiting`: only those whose hours have waited for a second word for more
    than 14 days. A supervisor sees those in the sessions they lead, a coordinator everybody.
    """
    sight = sight_of(actor, uow.now.date(), show=show, name=q, group_id=group, provider_id=provider)
    return await board(sight, uow, page=page, size=size)


@router.get("/groups")
async def show_groups(
    _viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    year: Annotated[int | None, Query(ge=1900, le=9999)] = None,
) -> Groups:
    """Add a year's attended minutes up by group and by provider; the newest year if none is named."""
    return await hours_by_group(actor, uow, year=year)


@router.get("/endings")
async def show_endings(_viewer: AsCoordinator, uow: Reading) -> tuple[EndingView, ...]:
    """List providers whose status ends this quarter. For coordinators."""
    return await endings_this_quarter(uow)


@router.get("/unrecorded")
async def show_unrecorded(
    _viewer: AsCoordinator, uow: Reading, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> tuple[Unrecorded, ...]:
    """List providers with sessions of more than 14 days ago without attendance. For coordinators."""
    return await unrecorded_long(uow, limit=limit)
