"""Documents: choose one and see it, issue it, take it along, withdraw it."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import CurrentViewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside.web.qr import qr_code
from alongside.web.state import web_of
from alongside_logbook.documents.face import face_of
from alongside_logbook.documents.pdf import MOST_LINES, PNG, fits
from alongside_logbook.documents.writing import FORMATS
from alongside_logbook.domain.papers.documents import KINDS, Format, spelled
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.documents import issue_document, revoke_document
from alongside_logbook.handlers.drafting import Draft, Wanted, draft
from alongside_logbook.http.documents_api import CodeDep, PressDep, document_file
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.documents import (
    DocumentsView,
    document_view,
    documents_view,
    kinds,
)

router = APIRouter(include_in_schema=False)

_FIELDS = ("kind", "goal", "span", "since", "until", "year", "person")
_LONGEST = 80
_YEARS = 6

SPANS = (
    ("goal", "The best window or period for it"),
    ("all", "Everything so far"),
    ("year", "One year"),
    ("dates", "From … to …"),
)


@router.get("/documents")
async def documents_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep
) -> Response:
    """Show what could be issued, as it would look, and what was."""
    return await _page(request.query_params, pages, actor, uow, await counts(viewer, uow))


@router.get("/documents/preview.png")
async def preview_page(
    request: Request, uow: Reading, actor: ActorDep, press: PressDep
) -> Response:
    """Show a picture of the first page of a document that is not issued."""
    typed = {name: request.query_params.get(name, "")[:_LONGEST] for name in _FIELDS}
    made = await draft(_wanted(typed, actor), actor, uow)
    picture = await press.preview(face_of(made.facts, made.content, "", web_of(request).origin))
    headers = {"Cache-Control": "private, no-store"}
    return Response(picture, media_type=PNG, headers=headers)


@router.post("/documents")
async def issue_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Issue a document."""
    form = await form_data(request)
    typed = {name: form.text(name)[:_LONGEST] for name in _FIELDS}
    try:
        async with doors.writing() as uow:
            made = await issue_document(_wanted(typed, actor), actor, uow)
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _page(typed, pages, actor, uow, await counts(viewer, uow), error)
    return redirect(
        f"/documents/{spelled(made.code)}", "Issued. Its code can be checked from now on."
    )


@router.get("/documents/{code}")
async def document_page(
    code: CodeDep,
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
) -> Response:
    """Show an issued document: its code, its files, and whether the record still says the same."""
    document, checked, issued = await document_view(code, actor, uow)
    face = face_of(issued.facts, issued.content, issued.code, web_of(request).origin)
    address = f"{web_of(request).origin}/check/{document.code}"
    return pages.render(
        "document.html",
        document=document,
        checked=checked,
        face=face,
        address=address,
        qr=qr_code(address, f"Opens {address}"),
        formats={each: name for each, (name, _) in FORMATS.items() if each != "pdf" or fits(face)},
        most_lines=MOST_LINES,
        own=document.person.person_id == viewer.person_id,
        counts=await counts(viewer, uow),
    )


@router.get("/documents/{code}/{file_format}")
async def file_page(
    code: CodeDep,
    file_format: Format,
    request: Request,
    doors: DoorsDep,
    actor: ActorDep,
    press: PressDep,
) -> Response:
    """Hand out the file."""
    return await document_file(code, file_format, web_of(request).origin, doors, actor, press)


@router.post("/documents/{code}/revoke")
async def revoke_page(code: CodeDep, doors: DoorsDep, actor: ActorDep) -> Response:
    """Withdraw a document."""
    async with doors.writing() as uow:
        await revoke_document(code, actor, uow)
    return redirect(f"/documents/{spelled(code)}", "Withdrawn. Whoever checks it is told so.")


async def _page(
    typed: Mapping[str, str],
    pages: PagesDep,
    actor: Actor,
    uow: LogbookUow,
    counted: dict[str, int],
    error: AlongsideError | None = None,
) -> Response:
    person_id = typed.get("person", "")[:_LONGEST] or actor.person_id
    found = await documents_view(person_id, actor, uow)
    values = _values(typed, found, uow)
    errors = FormErrors.of(error) if error else FormErrors()
    made: Draft | None = None
    if not error:
        try:
            made = await draft(_wanted(values, actor), actor, uow)
        except (Invalid, Conflict) as refusal:
            # Nothing was sent yet: half a choice is no mistake.
            errors = FormErrors.of(refusal)
    return pages.render(
        "documents.html",
        status=error.status if error else HTTPStatus.OK,
        found=found,
        own=person_id == actor.person_id,
        values=values,
        goal_options=[
            ("", "Nothing in particular"),
            *((each.name, each.title) for each in found.goals),
        ],
        errors=errors,
        kinds=kinds(),
        kind_names={kind: title for kind, (title, _) in KINDS.items()},
        spans=[each for each in SPANS if each[0] != "goal" or found.goals],
        years=_years(uow),
        made=made,
        query=urlencode(values),
        counts=counted,
    )


def _values(typed: Mapping[str, str], found: DocumentsView, uow: LogbookUow) -> dict[str, str]:
    values = {name: typed.get(name, "")[:_LONGEST] for name in _FIELDS}
    if values["kind"] not in KINDS:
        values["kind"] = "rollup"
    if "goal" not in typed and found.goals:
        values["goal"] = found.goals[0].name
    if values["span"] not in dict(SPANS):
        values["span"] = "goal" if values["goal"] else "all"
    if values["span"] == "goal" and not values["goal"]:
        values["span"] = "all"
    if not values["year"]:
        values["year"] = _years(uow)[0]
    return values


def _years(uow: LogbookUow) -> list[str]:
    return [str(uow.now.year - back) for back in range(_YEARS)]


def _wanted(values: Mapping[str, str], actor: Actor) -> Wanted:
    sent: dict[str, Any] = {
        "kind": values["kind"],
        "person_id": values["person"] or actor.person_id,
        "goal": values["goal"] or None,
        "span": values["span"] or "all",
    }
    if values["kind"] == "yearly":
        sent |= {"span": "year", "goal": None}
    if sent["span"] == "year":
        sent["year"] = values["year"] or None
    if sent["span"] == "dates":
        sent |= {name: _day(values[name]) for name in ("since", "until")}
    try:
        return Wanted.model_validate(sent)
    except ValidationError as error:
        raise Invalid("Choose from what is listed.", field="kind") from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
