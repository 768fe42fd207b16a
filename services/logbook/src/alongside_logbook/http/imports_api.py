"""JSON routes of imports, under `/api/logbook/v1/imports`: handed in, explained, confirmed, undone."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Invalid
from alongside.web.forms import form_data
from alongside.web.writes import Write
from alongside_logbook.domain.logs.mapping import Mapping
from alongside_logbook.domain.logs.preview import State
from alongside_logbook.handlers import imports as cases
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.sheets import CSV, csv_of
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.uploads.process import read_apart
from alongside_logbook.uploads.shapes import MOST_BYTES
from alongside_logbook.views.imports import (
    ImportDetail,
    ImportView,
    PreviewView,
    import_detail,
    imports_of,
    preview_view,
)

router = APIRouter(prefix="/api/logbook/v1/imports", tags=["imports"])

UPLOADS = dict.fromkeys(("/imports", "/api/logbook/v1/imports"), MOST_BYTES + 64 * 1024)
"""How large what is sent here may be: a file, and a little more."""

Id = Annotated[str, Path(max_length=64)]


class Addresses(BaseModel):
    """Addresses of providers whom a file only names, by the `key` that the preview gives."""

    model_config = ConfigDict(extra="forbid")

    addresses: dict[str, Annotated[str, Field(max_length=254)]] = Field(max_length=500)


@router.get("")
async def list_imports(
    uow: Reading,
    actor: ActorDep,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> tuple[ImportView, ...]:
    """List the imports of my hours, or made by me, newest first; for a coordinator, all."""
    return await imports_of(actor, uow, limit=size, offset=(page - 1) * size)


@router.post(
    "",
    status_code=201,
    response_model=ImportView,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "sheet": {"type": "string"},
                            "person": {"type": "string"},
                            "many": {"type": "boolean"},
                        },
                    }
                }
            },
        }
    },
)
async def hand_in(request: Request, actor: ActorDep, write: Write) -> Response:
    """Hand in a log as CSV, XLSX, XLS or ODS. Nothing is entered yet.

    `person` is whose hours they are, mine by default; with `many`, a column says so by address.
    """
    form = await form_data(request, max_upload=MOST_BYTES)
    file = form.files.get("file")
    if file is None:
        raise Invalid("Send a file.", field="file")
    table = await read_apart(file.content, form.text("sheet"))
    command = cases.StageLog(
        file_name=file.filename,
        table=table,
        person_id=form.text("person") or None,
        many=form.text("many").lower() in {"1", "true", "yes", "on"},
    )

    async def stage(uow: LogbookUow) -> ImportView:
        row = await cases.stage_log(command, actor, uow)
        return await import_detail(row.id, actor, uow)

    return await write(stage, status=201)


@router.get("/{import_id}")
async def show_import(import_id: Id, uow: Reading, actor: ActorDep) -> ImportDetail:
    """Show an import: how far it is, and how its entries stand."""
    return await import_detail(import_id, actor, uow)


@router.get("/{import_id}/preview")
async def show_preview(
    import_id: Id,
    uow: Reading,
    actor: ActorDep,
    state: State | None = None,
    size: Annotated[int, Query(ge=0, le=20_000)] = 100,
) -> PreviewView:
    """Show what an import would do, before it is confirmed; with rows of one state, or of all."""
    found = await cases.preview(import_id, actor, uow)
    return await preview_view(found, actor, uow, state=state, limit=size)


@router.put("/{import_id}/mapping", response_model=PreviewView)
async def put_mapping(import_id: Id, sent: Mapping, actor: ActorDep, write: Write) -> Response:
    """Say what the columns mean, and how dates and bare numbers are read."""

    async def explain(uow: LogbookUow) -> PreviewView:
        await cases.explain_columns(import_id, sent, actor, uow)
        return await preview_view(await cases.preview(import_id, actor, uow), actor, uow)

    return await write(explain)


@router.put("/{import_id}/addresses", response_model=PreviewView)
async def put_addresses(import_id: Id, sent: Addresses, actor: ActorDep, write: Write) -> Response:
    """Say by which addresses providers are reached whom the file only names."""

    async def name(uow: LogbookUow) -> PreviewView:
        await cases.name_addresses(import_id, sent.addresses, actor, uow)
        return await preview_view(await cases.preview(import_id, actor, uow), actor, uow)

    return await write(name)


@router.get("/{import_id}/refused.csv", response_class=Response)
async def refused_csv(import_id: Id, uow: Reading, actor: ActorDep) -> Response:
    """Hand out the rows that are not entered, with the reason, to be corrected."""
    return await refused_file(import_id, actor, uow)


@router.post("/{import_id}/confirm", response_model=ImportDetail)
async def confirm(
    import_id: Id, actor: ActorDep, write: Write, sent: cases.ConfirmImport | None = None
) -> Response:
    """Say yes: from now on the rows are entered, by themselves. `take` are lines that clash."""

    async def say_yes(uow: LogbookUow) -> ImportDetail:
        await cases.confirm_import(import_id, sent or cases.ConfirmImport(), actor, uow)
        return await import_detail(import_id, actor, uow)

    return await write(say_yes)


@router.post("/{import_id}/undo", response_model=ImportDetail)
async def undo(
    import_id: Id, actor: ActorDep, write: Write, sent: cases.UndoImport | None = None
) -> Response:
    """Take everything back that an import entered. The history of each entry stays."""

    async def take_back(uow: LogbookUow) -> ImportDetail:
        await cases.undo_import(import_id, sent or cases.UndoImport(), actor, uow)
        return await import_detail(import_id, actor, uow)

    return await write(take_back)


@router.delete("/{import_id}", status_code=204, response_class=Response)
async def discard(import_id: Id, actor: ActorDep, write: Write) -> Response:
    """Forget a log that nothing was entered from."""
    return await write(lambda uow: cases.discard_import(import_id, actor, uow), status=204)


async def refused_file(import_id: str, actor: Actor, uow: LogbookUow) -> Response:
    """Return the rows that are not entered as a file; no cell is taken for a formula."""
    table = await cases.refused_rows(import_id, actor, uow)
    return Response(
        "\ufeff" + csv_of(table["headings"], table["rows"]),
        media_type=CSV,
        headers={
            "Content-Disposition": 'attachment; filename="not-entered.csv"',
            "Cache-Control": "no-store",
        },
    )
