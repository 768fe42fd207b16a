"""The public page that tells whether a document is genuine. Nobody signs in here.

It shows what stands on the document and nothing else, to whoever holds its code or its file.
"""

import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from alongside.errors import TooLarge
from alongside.web.forms import form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.documents.face import face_of
from alongside_logbook.domain.papers.documents import spelled, typed
from alongside_logbook.http.doors import DoorsDep, Reading
from alongside_logbook.views.documents import CheckView, check_view

router = APIRouter(include_in_schema=False)

LARGEST = 8 * 1024 * 1024
"""Bytes of a file that somebody compares. It is read, hashed and forgotten."""

UPLOADS = {"/check": LARGEST + 64 * 1024}

_HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "no-store"}
_LONGEST = 80


@router.get("/check")
async def check_form(pages: PagesDep, uow: Reading) -> Response:
    """Ask for a code or a file."""
    del uow
    return _page(pages, None)


@router.post("/check")
async def check_sent(request: Request, pages: PagesDep, doors: DoorsDep) -> Response:
    """Look up the code that was typed, or compare the file that was sent."""
    try:
        form = await form_data(request, max_upload=LARGEST)
    except TooLarge as error:
        return _page(pages, None, errors={"file": error.detail}, status=error.status)
    file = form.files.get("file")
    if file is None:
        text = form.text("code")[:_LONGEST]
        code = typed(text)
        if code is None:
            words = (
                "A code has 28 letters and digits, in groups of four."
                if text
                else "Type the code that is printed on the document, or choose its file."
            )
            return _page(
                pages,
                None,
                errors={"code": words},
                text=text,
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        return redirect(f"/check/{spelled(code)}")
    sha256 = hashlib.sha256(file.content).hexdigest()
    async with doors.reading() as uow:
        kept = await uow.documents.file(sha256)
        found = await check_view(kept.code if kept else None, uow)
    return _page(pages, found, same_file=kept is not None)


@router.get("/check/{code}")
async def check_page(
    code: Annotated[str, Path(max_length=200)], pages: PagesDep, uow: Reading
) -> Response:
    """Tell whether the document of this code matches the record now."""
    found = await check_view(typed(code), uow)
    status = HTTPStatus.NOT_FOUND if found.finding == "unknown" else HTTPStatus.OK
    return _page(pages, found, text=code[:_LONGEST], status=status)


def _page(
    pages: PagesDep,
    found: CheckView | None,
    *,
    same_file: bool | None = None,
    errors: dict[str, str] | None = None,
    text: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    face = (
        face_of(found.facts, found.content, "", "")
        if found and found.facts and found.content
        else None
    )
    response = pages.render(
        "check.html",
        status=status,
        found=found,
        face=face,
        same_file=same_file,
        errors=errors or {},
        text=text,
        megabytes=LARGEST // (1024 * 1024),
    )
    response.headers.update(_HEADERS)
    return response
