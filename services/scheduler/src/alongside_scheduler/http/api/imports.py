"""Importing people as JSON: staged, looked at, confirmed."""

from fastapi import APIRouter, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_scheduler.handlers import imports as cases
from alongside_scheduler.http.doors import DoorsDep, by

routes = APIRouter(tags=["imports"])


@routes.post("/imports", status_code=201, response_model=cases.StagedImport)
async def stage(command: cases.StageImport, viewer: CurrentViewer, write: Write) -> Response:
    """Sort a table into good and bad rows. Nobody is registered yet."""
    return await write(by(viewer, lambda uow: cases.stage_import(command, uow)), status=201)


@routes.get("/imports/{import_id}")
async def show(import_id: str, viewer: CurrentViewer, doors: DoorsDep) -> cases.StagedImport:
    """Return a staged import."""
    async with doors.reading(viewer) as uow:
        return await cases.show_import(import_id, uow)


@routes.post("/imports/{import_id}/confirm", response_model=cases.ImportDone)
async def confirm(import_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Register every good row."""
    return await write(by(viewer, lambda uow: cases.confirm_import(import_id, uow)))
