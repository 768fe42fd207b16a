"""JSON routes of consultants' visits, under `/api/logbook/v1/visits`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from alongside.web.writes import Write
from alongside_logbook.domain.visits import VisitLog
from alongside_logbook.handlers.visits import Logged, LogVisit, log_visit
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.views.visits import (
    MONTHS,
    VisitDetail,
    VisitsPage,
    VisitTotals,
    visit_of,
    visit_totals,
    visits_due,
    visits_logged,
)

router = APIRouter(prefix="/api/logbook/v1/visits", tags=["visits"])

Id = Annotated[str, Path(max_length=64)]
VisitKey = Annotated[str, Path(max_length=16)]


@router.get("")
async def list_visits(
    uow: Reading,
    actor: ActorDep,
    state: Literal["to_log", "logged"] = "to_log",
    everybody: bool = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> VisitsPage:
    """List visits I make that are to be logged (oldest first), or are logged (newest first).

    A coordinator may ask for `everybody`'s. Visits are never RSC hours.
    """
    consultant = None if everybody and actor.coordinator else actor.person_id
    if state == "to_log":
        return await visits_due(consultant, uow, limit=size)
    return await visits_logged(consultant, uow, limit=size, offset=(page - 1) * size)


@router.get("/totals")
async def show_totals(
    uow: Reading,
    actor: ActorDep,
    everybody: bool = False,
    months: Annotated[int, Query(ge=1, le=60)] = MONTHS,
) -> VisitTotals:
    """Total the visits that were held, by site and month, this month included."""
    consultant = None if everybody and actor.coordinator else actor.person_id
    return await visit_totals(consultant, uow, months=months)


@router.get("/{series_id}/{key}")
async def show_visit(series_id: Id, key: VisitKey, uow: Reading, actor: ActorDep) -> VisitDetail:
    """Show a visit and every version of what was logged, to who made it and coordinators."""
    return await visit_of(series_id, key, actor, uow)


@router.put("/{series_id}/{key}", response_model=Logged)
async def put_visit(
    series_id: Id, key: VisitKey, sent: VisitLog, actor: ActorDep, write: Write
) -> Response:
    """Log a visit, or correct it. Sending the same again changes nothing."""
    command = LogVisit(series_id=series_id, key=key, log=sent)
    return await write(lambda uow: log_visit(command, actor, uow))
