"""One's own account: name, time zone, API tokens, sign-ins."""

from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data, validated
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones
from alongside_scheduler.handlers import sign_in as cases
from alongside_scheduler.handlers.people import ChangePerson, change_person
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views.people import show_person

routes = APIRouter(include_in_schema=False)


@routes.get("/account")
async def account(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show one's own account."""
    return await _page(viewer, doors, pages)


@routes.post("/account")
async def change(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Change one's own name and time zone."""
    form = await form_data(request)
    values = {"name": form.text("name"), "zone": form.text("zone")}
    try:
        async with doors.writing(viewer) as uow:
            await change_person(viewer.person_id, ChangePerson.model_validate(values), uow)
    except Invalid as error:
        return await _page(viewer, doors, pages, error=error, values=values)
    return redirect("/account", "Saved.")


@routes.post("/account/tokens")
async def create_token(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Make an API token and show it, once."""
    typed = Typed(await form_data(request))
    try:
        days = typed.number("days")
        typed.check()
        command = validated(
            cases.CreateToken,
            {
                "label": typed.text("label"),
                "scopes": ["read", "write"] if typed.form.is_on("write") else ["read"],
                "days": 90 if days is None else days,
            },
        )
        async with doors.writing(viewer) as uow:
            begun = await cases.create_token(viewer.person_id, command, uow)
    except Invalid as error:
        return await _page(viewer, doors, pages, error=error)
    return await _page(viewer, doors, pages, token=doors.signed(begun))


@routes.post("/account/sign-ins/{session_id}/end")
async def end(session_id: str, viewer: CurrentViewer, doors: DoorsDep) -> Response:
    """End a sign-in of one's own, or take an API token back."""
    async with doors.writing(viewer) as uow:
        await cases.end_sign_in(viewer.person_id, session_id, uow)
    return redirect("/account", "Ended. Nothing accepts it any more.")


async def _page(
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    values: dict[str, Any] | None = None,
    token: str | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        person = await show_person(viewer.person_id, uow)
        begun = await uow.sign_ins.open(viewer.person_id, uow.now)
    return pages.render(
        "account.html",
        error.status if error else 200,
        person=person,
        values=values or {"name": person.name, "zone": person.zone},
        errors=FormErrors.of(error) if error else {},
        tokens=[row for row in begun if row.kind == "token"],
        sign_ins=[row for row in begun if row.kind == "browser"],
        token=token,
        zones=all_zones(),
    )
