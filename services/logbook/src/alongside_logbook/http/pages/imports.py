"""Pages of imports: hand in, explain the columns, look, enter with progress shown, undo."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError

from alongside.errors import Conflict, Invalid, NotFound, TooLarge
from alongside.web.auth import CurrentViewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import redirect
from alongside_logbook.handlers import imports as cases
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.imports_api import refused_file
from alongside_logbook.http.pages.imports_forms import (
    addresses_of,
    file_of,
    mapping_of,
    taken,
    whose,
)
from alongside_logbook.http.pages.imports_shown import ImportPagesDep
from alongside_logbook.uploads.process import read_apart
from alongside_logbook.uploads.shapes import MOST_BYTES

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Path(max_length=64)]


@router.get("/imports")
async def list_page(
    shows: ImportPagesDep, uow: Reading, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Ask for a log, and list those that were read in."""
    return await shows.list(uow, page=page)


@router.post("/imports")
async def hand_in(
    request: Request, shows: ImportPagesDep, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Read a log, and ask what its columns mean."""
    form = Form()
    try:
        form = await form_data(request, max_upload=MOST_BYTES)
        file = file_of(form)
        table = await read_apart(file.content, form.text("sheet"))
        async with doors.writing() as uow:
            command = cases.StageLog(
                file_name=file.filename,
                table=table,
                person_id=await whose(form, uow),
                many=form.text("whose") == "many",
            )
            row = await cases.stage_log(command, actor, uow)
    except (Invalid, Conflict, TooLarge) as error:
        async with doors.reading() as uow:
            return await shows.list(uow, typed=form, error=error)
    return redirect(f"/imports/{row.id}/columns")


@router.get("/imports/{import_id}")
async def one_page(shows: ImportPagesDep, uow: Reading, import_id: Id) -> Response:
    """Show an import: what is to be done next, how far it is, or what came of it."""
    return await shows.one(uow, import_id)


@router.get("/imports/{import_id}/columns")
async def columns_page(shows: ImportPagesDep, uow: Reading, import_id: Id) -> Response:
    """Ask what the columns mean, with what seems so."""
    return await shows.columns(uow, import_id)


@router.post("/imports/{import_id}/columns")
async def explain(
    request: Request, shows: ImportPagesDep, doors: DoorsDep, actor: ActorDep, import_id: Id
) -> Response:
    """Take what was said of the columns."""
    form = await form_data(request)
    try:
        mapping = mapping_of(form)
        async with doors.writing() as uow:
            await cases.explain_columns(import_id, mapping, actor, uow)
    except Invalid as error:
        async with doors.reading() as uow:
            return await shows.columns(uow, import_id, form=form, error=error)
    return redirect(f"/imports/{import_id}/preview")


@router.get("/imports/{import_id}/preview")
async def preview_page(shows: ImportPagesDep, uow: Reading, import_id: Id) -> Response:
    """Show what would be entered, left out and refused."""
    return await shows.preview(uow, import_id)


@router.post("/imports/{import_id}/addresses")
async def addresses(
    request: Request, shows: ImportPagesDep, doors: DoorsDep, actor: ActorDep, import_id: Id
) -> Response:
    """Take the addresses of providers whom the file only names."""
    form = await form_data(request)
    try:
        said = addresses_of(form)
        async with doors.writing() as uow:
            await cases.name_addresses(import_id, said, actor, uow)
    except Invalid as error:
        async with doors.reading() as uow:
            errors = FormErrors.of(error)
            return await shows.preview(uow, import_id, errors=errors, typed=form)
    return redirect(f"/imports/{import_id}/preview#providers")


@router.post("/imports/{import_id}/confirm")
async def confirm(
    request: Request, shows: ImportPagesDep, doors: DoorsDep, actor: ActorDep, import_id: Id
) -> Response:
    """Say yes: everything good is entered, and what was ticked."""
    form = await form_data(request)
    command = cases.ConfirmImport(take=taken(form))
    try:
        async with doors.writing() as uow:
            await cases.confirm_import(import_id, command, actor, uow)
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            errors = FormErrors.of(error)
            return await shows.preview(uow, import_id, errors=errors, typed=form)
    return redirect(f"/imports/{import_id}")


@router.get("/imports/{import_id}/not-entered.csv")
async def refused_csv(
    _viewer: CurrentViewer, uow: Reading, actor: ActorDep, import_id: Id
) -> Response:
    """Hand out the rows that were not entered, with the reason."""
    return await refused_file(import_id, actor, uow)


@router.post("/imports/{import_id}/discard")
async def discard(
    _viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep, import_id: Id
) -> Response:
    """Forget a log that nothing was entered from."""
    async with doors.writing() as uow:
        await cases.discard_import(import_id, actor, uow)
    return redirect("/imports", "Forgotten. Nothing was entered.")


@router.get("/imports/{import_id}/undo")
async def undo_page(shows: ImportPagesDep, uow: Reading, import_id: Id) -> Response:
    """Ask whether everything is taken back, and what becomes of what was confirmed."""
    return await shows.undo(uow, import_id)


@router.post("/imports/{import_id}/undo")
async def undo(
    request: Request, shows: ImportPagesDep, doors: DoorsDep, actor: ActorDep, import_id: Id
) -> Response:
    """Take everything back that an import entered."""
    said = (await form_data(request)).text("confirmed")
    try:
        command = cases.UndoImport(confirmed=cast("Any", said) if said else None)
        async with doors.writing() as uow:
            await cases.undo_import(import_id, command, actor, uow)
    except ValidationError:
        raise NotFound from None
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            errors = FormErrors.of(error)
            return await shows.undo(uow, import_id, errors=errors, status=error.status)
    return redirect(f"/imports/{import_id}")
