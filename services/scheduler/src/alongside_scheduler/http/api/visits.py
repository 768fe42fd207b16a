"""Sites, pairings and a consultant's visits as JSON. Moving and cancelling is as for any series."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from alongside.contracts import SeriesState
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import sites as cases
from alongside_scheduler.handlers.planning import ScheduleSeries
from alongside_scheduler.handlers.visits import plan_visits
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views import visits as views

routes = APIRouter(tags=["visits"])


@routes.get("/sites")
async def list_sites(viewer: CurrentViewer, doors: DoorsDep) -> list[views.SiteListed]:
    """Return every site with its pairings, to coordinators."""
    async with doors.reading(viewer) as uow:
        return await views.list_sites(uow)


@routes.post("/sites", status_code=201, response_model=cases.SiteView)
async def make(command: cases.MakeSite, viewer: CurrentViewer, write: Write) -> Response:
    """Add a site."""
    return await write(by(viewer, lambda uow: cases.make_site(command, uow)), status=201)


@routes.get("/sites/{site_id}")
async def show(site_id: str, viewer: CurrentViewer, doors: DoorsDep) -> views.SiteListed:
    """Return a site with its pairings, to coordinators."""
    async with doors.reading(viewer) as uow:
        return await views.show_site(site_id, uow)


@routes.patch("/sites/{site_id}", response_model=cases.SiteView)
async def change(
    site_id: str, command: cases.ChangeSite, viewer: CurrentViewer, write: Write
) -> Response:
    """Change a site; what is left out stays, and visits ahead follow."""
    return await write(by(viewer, lambda uow: cases.change_site(site_id, command, uow)))


@routes.post("/sites/{site_id}/pairings", status_code=201, response_model=cases.PairingView)
async def pair(
    site_id: str, command: cases.PairConsultant, viewer: CurrentViewer, write: Write
) -> Response:
    """Pair a consultant with a site."""
    return await write(
        by(viewer, lambda uow: cases.pair_consultant(site_id, command, uow)), status=201
    )


@routes.get("/pairings/{pairing_id}")
async def pairing(pairing_id: str, viewer: CurrentViewer, doors: DoorsDep) -> views.PairingListed:
    """Return a pairing with the visits around today."""
    async with doors.reading(viewer) as uow:
        return await views.show_pairing(pairing_id, uow)


@routes.patch("/pairings/{pairing_id}", response_model=cases.PairingView)
async def change_pairing(
    pairing_id: str, command: cases.ChangePairing, viewer: CurrentViewer, write: Write
) -> Response:
    """Let a pairing end or go on; visits planned after its last day are cancelled."""
    return await write(by(viewer, lambda uow: cases.change_pairing(pairing_id, command, uow)))


@routes.post(
    "/pairings/{pairing_id}/visits",
    status_code=201,
    response_model=SeriesState | views.VisitsPreview,
    responses={
        200: {"model": views.VisitsPreview, "description": "With dry_run: what it would be."}
    },
)
async def plan(
    pairing_id: str,
    command: ScheduleSeries,
    viewer: CurrentViewer,
    doors: DoorsDep,
    write: Write,
    dry_run: Annotated[bool, Query(description="Only show every date; keep nothing.")] = False,
) -> Response:
    """Plan visits, one or a rhythm, or with dry_run see what they would be."""
    if dry_run:
        async with doors.reading(viewer) as uow:
            preview = await views.preview_visits(pairing_id, command, uow)
        return Response(preview.model_dump_json(), media_type="application/json")
    return await write(by(viewer, lambda uow: plan_visits(pairing_id, command, uow)), status=201)


@routes.get("/visits")
async def visits(
    viewer: CurrentViewer,
    doors: DoorsDep,
    begins: AwareDatetime | None = None,
    ends: AwareDatetime | None = None,
    everybody: Annotated[bool, Query(description="For coordinators: everybody's.")] = False,
) -> list[views.VisitItem]:
    """Return one's own visits in order of time, by default three months back and ahead."""
    async with doors.reading(viewer) as uow:
        return await views.list_visits(uow, everybody=everybody, begins=begins, ends=ends)


@routes.get("/visits/{series_id}/{key}")
async def visit(
    series_id: str, key: str, viewer: CurrentViewer, doors: DoorsDep
) -> views.VisitItem:
    """Return one visit."""
    async with doors.reading(viewer) as uow:
        return await views.show_visit(series_id, key, uow)
