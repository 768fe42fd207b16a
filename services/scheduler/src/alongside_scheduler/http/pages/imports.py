"""Importing people: paste or upload, look, confirm."""

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsCoordinator
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_scheduler.domain.csv_import import decode
from alongside_scheduler.handlers import imports as cases
from alongside_scheduler.http.doors import DoorsDep

routes = APIRouter(include_in_schema=False)


@routes.get("/people/import")
async def ask(_viewer: AsCoordinator, pages: PagesDep) -> Response:
    """Ask for a table of people."""
    return pages.render("import.html", text="", errors={})


@routes.post("/people/import")
async def stage(
    request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Sort a table into good and bad rows."""
    form = await form_data(request)
    text = form.text("text")
    try:
        file = form.files.get("file")
        if file is not None and file.content:
            text = decode(file.content)
        async with doors.writing(viewer) as uow:
            staged = await cases.stage_import(cases.StageImport(text=text), uow)
    except Invalid as error:
        return pages.render("import.html", error.status, text=text, errors=FormErrors.of(error))
    return redirect(f"/people/import/{staged.import_id}")


@routes.get("/people/import/{import_id}")
async def look(import_id: str, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show what an import would do."""
    async with doors.reading(viewer) as uow:
        staged = await cases.show_import(import_id, uow)
    return pages.render("import_preview.html", staged=staged, errors={})


@routes.post("/people/import/{import_id}/confirm")
async def confirm(
    import_id: str, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Register every good row."""
    refused: AlongsideError
    try:
        async with doors.writing(viewer) as uow:
            done = await cases.confirm_import(import_id, uow)
    except (Invalid, Conflict) as error:
        refused = error
    else:
        people = len(done.registered)
        return redirect(
            "/people", f"{people} {'person is' if people == 1 else 'people are'} registered."
        )
    async with doors.reading(viewer) as uow:
        staged = await cases.show_import(import_id, uow)
    return pages.render(
        "import_preview.html", refused.status, staged=staged, errors=FormErrors.of(refused)
    )
