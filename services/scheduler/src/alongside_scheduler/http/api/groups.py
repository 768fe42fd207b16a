"""Groups and rosters as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from alongside.contracts import SeriesState
from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import groups as cases
from alongside_scheduler.handlers import rosters
from alongside_scheduler.handlers.planning import ScheduleSeries, schedule_series
from alongside_scheduler.http.doors import DoorsDep, by
from alongside_scheduler.views import groups as views
from alongside_scheduler.views.planning import SeriesPreview, preview_series

routes = APIRouter(tags=["groups"])


@routes.get("/groups")
async def list_groups(viewer: CurrentViewer, doors: DoorsDep) -> list[views.GroupListed]:
    """Return the groups one leads or is in; for a coordinator, all."""
    async with doors.reading(viewer) as uow:
        return await views.list_groups(uow)


@routes.post("/groups", status_code=201, response_model=cases.GroupView)
async def make(command: cases.MakeGroup, viewer: CurrentViewer, write: Write) -> Response:
    """Make a group."""
    return await write(by(viewer, lambda uow: cases.make_group(command, uow)), status=201)


@routes.get("/groups/{group_id}")
async def show(group_id: str, viewer: CurrentViewer, doors: DoorsDep) -> views.GroupDetail:
    """Return a group."""
    async with doors.reading(viewer) as uow:
        return await views.show_group(group_id, uow)


@routes.patch("/groups/{group_id}", response_model=cases.GroupView)
async def change(
    group_id: str, command: cases.ChangeGroup, viewer: CurrentViewer, write: Write
) -> Response:
    """Change a group; what is left out stays."""
    return await write(by(viewer, lambda uow: cases.change_group(group_id, command, uow)))


@routes.post("/groups/{group_id}/roster", response_model=rosters.RosterDone)
async def join(
    group_id: str, command: rosters.JoinRoster, viewer: CurrentViewer, write: Write
) -> Response:
    """Put somebody on the roster, and into its running series."""
    return await write(by(viewer, lambda uow: rosters.join_roster(group_id, command, uow)))


@routes.delete("/groups/{group_id}/roster/{person_id}", response_model=rosters.RosterDone)
async def leave(
    group_id: str,
    person_id: str,
    viewer: CurrentViewer,
    write: Write,
    last_day: Annotated[date | None, Query(description="Default: today.")] = None,
) -> Response:
    """Take somebody off the roster after a day, and out of its running series."""
    command = rosters.LeaveRoster(last_day=last_day)
    return await write(
        by(viewer, lambda uow: rosters.leave_roster(group_id, person_id, command, uow))
    )


@routes.get("/groups/{group_id}/series")
async def series_of(
    group_id: str, viewer: CurrentViewer, doors: DoorsDep
) -> list[views.SeriesListed]:
    """Return the series of a group, newest first."""
    async with doors.reading(viewer) as uow:
        return (await views.show_group(group_id, uow)).series


@routes.post(
    "/groups/{group_id}/series",
    status_code=201,
    response_model=SeriesState | SeriesPreview,
    responses={200: {"model": SeriesPreview, "description": "With dry_run: what it would be."}},
)
async def schedule(
    group_id: str,
    command: ScheduleSeries,
    viewer: CurrentViewer,
    doors: DoorsDep,
    write: Write,
    dry_run: Annotated[bool, Query(description="Only show every date; keep nothing.")] = False,
) -> Response:
    """Plan a series for everybody on the roster, or with dry_run see what it would be."""
    if dry_run:
        async with doors.reading(viewer) as uow:
            preview = await preview_series(group_id, command, uow)
        return Response(preview.model_dump_json(), media_type="application/json")
    return await write(by(viewer, lambda uow: schedule_series(group_id, command, uow)), status=201)
