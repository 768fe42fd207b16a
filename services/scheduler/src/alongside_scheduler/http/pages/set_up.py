"""The one-time page that sets an installation up."""

from hmac import compare_digest

from fastapi import APIRouter, Request, Response

from alongside.errors import Invalid, NotFound
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside.web.tokens import set_session_cookie
from alongside.zones import all_zones
from alongside_scheduler.handlers.set_up import SetUp, SetUpBefore, set_up
from alongside_scheduler.handlers.sign_in import begin
from alongside_scheduler.http.doors import Doors, DoorsDep

routes = APIRouter(include_in_schema=False)


@routes.get("/set-up/{token}")
async def ask(token: str, doors: DoorsDep, pages: PagesDep) -> Response:
    """Ask the first questions."""
    _check(token, doors)
    async with doors.reading(None) as uow:
        if await uow.people.count():
            return pages.render("set_up_before.html", SetUpBefore.status)
    return pages.render(
        "set_up.html", values={}, errors={}, zones=all_zones(), action=f"/set-up/{token}"
    )


@routes.post("/set-up/{token}")
async def answer(token: str, request: Request, doors: DoorsDep, pages: PagesDep) -> Response:
    """Register the association and its first coordinator, and sign them in."""
    _check(token, doors)
    form = await form_data(request)
    values = {name: form.text(name) for name in ("association", "name", "email", "zone")}
    try:
        async with doors.writing(None) as uow:
            person = await set_up(SetUp(**values), uow)
            begun = await begin(person.person_id, uow)
    except Invalid as error:
        return pages.render(
            "set_up.html",
            error.status,
            values=values,
            errors=FormErrors.of(error),
            zones=all_zones(),
            action=f"/set-up/{token}",
        )
    except SetUpBefore as error:
        return pages.render("set_up_before.html", error.status)
    response = redirect("/", "Welcome. Everything is ready for your first people.")
    set_session_cookie(response, doors.settings.origin, doors.signed(begun))
    return response


def _check(token: str, doors: Doors) -> None:
    if not compare_digest(token.encode(errors="replace"), doors.set_up_token().encode()):
        raise NotFound
