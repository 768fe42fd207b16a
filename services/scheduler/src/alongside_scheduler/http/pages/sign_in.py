"""Signing in by a mailed link, and signing out."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alongside.errors import Invalid, NotFound
from alongside.web.auth import CurrentViewer, MaybeViewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside.web.paths import local_path
from alongside.web.tokens import clear_session_cookie, set_session_cookie
from alongside_scheduler.handlers import sign_in as cases
from alongside_scheduler.handlers.sign_in import LinkUsed
from alongside_scheduler.http.doors import SIGN_IN_PURPOSE, Doors, DoorsDep

routes = APIRouter(include_in_schema=False)


@routes.get("/sign-in")
async def ask(
    viewer: MaybeViewer,
    doors: DoorsDep,
    pages: PagesDep,
    next_path: Annotated[str, Query(alias="next")] = "/",
) -> Response:
    """Show where to ask for a link."""
    if viewer is not None:
        return redirect(local_path(next_path))
    async with doors.reading(None) as uow:
        is_new = await uow.people.count() == 0
    return pages.render(
        "sign_in.html", email="", next_path=local_path(next_path), errors={}, is_new=is_new
    )


@routes.post("/sign-in")
async def send(request: Request, viewer: MaybeViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Have a link mailed; the page that follows is the same for every address."""
    form = await form_data(request)
    email, next_path = form.text("email"), local_path(form.text("next"))
    try:
        async with doors.writing(viewer) as uow:
            await cases.request_link(cases.RequestLink(email=email, next_path=next_path), uow)
    except Invalid as error:
        return pages.render(
            "sign_in.html",
            error.status,
            email=email,
            next_path=next_path,
            errors=FormErrors.of(error),
            is_new=False,
        )
    return pages.render(
        "sign_in_sent.html", email=email, mail_is_files=doors.settings.smtp_url is None
    )


@routes.get("/sign-in/{token}")
async def show_button(token: str, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a button. Mail scanners open links; only the button uses one up."""
    try:
        request_id = _opened(token, doors)
        async with doors.reading(None) as uow:
            await cases.check_link(request_id, uow)
    except LinkUsed as error:
        return pages.render("sign_in_used.html", error.status, detail=error.detail)
    return pages.render("sign_in_button.html", action=f"/sign-in/{token}")


@routes.post("/sign-in/{token}")
async def consume(token: str, doors: DoorsDep, pages: PagesDep) -> Response:
    """Use the link up and begin a sign-in in this browser."""
    try:
        request_id = _opened(token, doors)
        async with doors.writing(None) as uow:
            begun = await cases.consume_link(request_id, uow)
    except LinkUsed as error:
        return pages.render("sign_in_used.html", error.status, detail=error.detail)
    response = redirect(begun.next_path)
    set_session_cookie(response, doors.settings.origin, doors.signed(begun))
    return response


@routes.post("/sign-out")
async def sign_out(viewer: CurrentViewer, doors: DoorsDep) -> Response:
    """End this sign-in everywhere."""
    with suppress(NotFound):
        async with doors.writing(viewer) as uow:
            await cases.end_sign_in(viewer.person_id, viewer.session_id, uow)
    response = redirect("/sign-in", "You are signed out.")
    clear_session_cookie(response, doors.settings.origin)
    return response


def _opened(token: str, doors: Doors) -> str:
    """Return the request a link is for; a forged one is told like a used one."""
    request_id, _, mac = token.rpartition(".")
    if not doors.secrets.is_link_mac(SIGN_IN_PURPOSE, request_id, mac):
        raise LinkUsed
    return request_id
