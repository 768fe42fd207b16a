"""JSON routes of documents, under `/api/logbook/v1/documents`, and the files themselves."""

import hashlib
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from alongside.errors import Gone, NotFound
from alongside.web.state import web_of
from alongside.web.writes import Write
from alongside_logbook.documents.face import face_of
from alongside_logbook.documents.pdf import Press
from alongside_logbook.documents.writing import FORMATS, file_name, written
from alongside_logbook.domain.papers.documents import Format, typed
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.documents import (
    hand_out,
    issue_document,
    issued_document,
    revoke_document,
)
from alongside_logbook.handlers.drafting import Wanted
from alongside_logbook.http.doors import ActorDep, Doors, DoorsDep, Reading
from alongside_logbook.http.files import download
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.documents import (
    DocumentsView,
    DocumentView,
    document_view,
    documents_view,
)

router = APIRouter(prefix="/api/logbook/v1/documents", tags=["documents"])

_LONGEST_CODE = 64


def _code(code: Annotated[str, Path(max_length=_LONGEST_CODE)]) -> str:
    found = typed(code)
    if found is None:
        raise NotFound("There is no such document.")
    return found


CodeDep = Annotated[str, Depends(_code)]
"""The code in the path, however it is spaced."""


def _press(request: Request) -> Press:
    return cast("Press", request.app.state.press)


PressDep = Annotated[Press, Depends(_press)]
"""What typesets."""


@router.get("")
async def list_documents(
    uow: Reading,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=64)] = None,
) -> DocumentsView:
    """List my issued documents, newest first; a coordinator may ask for a person's."""
    return await documents_view(person or actor.person_id, actor, uow)


@router.post("", status_code=201, response_model=DocumentView)
async def issue_one(sent: Wanted, actor: ActorDep, write: Write) -> Response:
    """Issue a document. Its code, on the check page, tells from now on whether it is genuine."""

    async def issue(uow: LogbookUow) -> DocumentView:
        made = await issue_document(sent, actor, uow)
        return (await document_view(made.code, actor, uow))[0]

    return await write(issue, status=201)


@router.get("/{code}")
async def show_one(code: CodeDep, uow: Reading, actor: ActorDep) -> DocumentView:
    """Show one of my documents in short."""
    return (await document_view(code, actor, uow))[0]


@router.post("/{code}/revoke", response_model=DocumentView)
async def revoke_one(code: CodeDep, actor: ActorDep, write: Write) -> Response:
    """Withdraw a document: whoever checks it is told so. Sending it again changes nothing."""

    async def revoke(uow: LogbookUow) -> DocumentView:
        await revoke_document(code, actor, uow)
        return (await document_view(code, actor, uow))[0]

    return await write(revoke)


@router.get("/{code}/{file_format}", response_class=Response)
async def fetch_one(
    code: CodeDep,
    file_format: Format,
    request: Request,
    doors: DoorsDep,
    actor: ActorDep,
    press: PressDep,
) -> Response:
    """Hand out a document as pdf, xlsx or csv. The SHA-256 of the file is kept, not the file."""
    return await document_file(code, file_format, web_of(request).origin, doors, actor, press)


async def document_file(
    code: str, file_format: Format, origin: str, doors: Doors, actor: Actor, press: Press
) -> Response:
    """Return a document's file; raise `Gone` for one that was withdrawn."""
    async with doors.reading() as uow:
        issued = await issued_document(code, actor, uow)
    if issued.revoked:
        raise Gone("This document was withdrawn. Issue a new one.")
    face = face_of(issued.facts, issued.content, issued.code, origin)
    content = await written(face, file_format, press)
    async with doors.writing() as uow:
        await hand_out(issued, file_format, hashlib.sha256(content).hexdigest(), uow)
    return download(content, file_name(face, file_format), FORMATS[file_format][1])
