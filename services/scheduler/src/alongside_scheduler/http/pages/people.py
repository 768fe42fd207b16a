"""People: the table, a new one, one with credentials."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsCoordinator, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones, zone
from alongside_scheduler.domain.people import CATEGORIES, CREDENTIAL_KINDS
from alongside_scheduler.handlers import people as cases
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.http.pages.validity import validity
from alongside_scheduler.views import people as views
from alongside_scheduler.views.person import about_person

routes = APIRouter(include_in_schema=False)

_TEXTS = ("name", "email", "zone", "pursuing", "pursuing_since")


@routes.get("/people")
async def table(
    viewer: AsCoordinator,
    doors: DoorsDep,
    pages: PagesDep,
    q: str = "",
    role: str = "",
    pursuing: str = "",
    left: str = "",
    page: Annotated[int, Query(ge=1, le=10**4)] = 1,
) -> Response:
    """Show people by name, searched by name and address, role and what they pursue."""
    async with doors.reading(viewer) as uow:
        found = await views.list_people(
            uow,
            text=q,
            role=role or None,
            pursuing=pursuing or None,
            left=left == "yes",
            offset=(page - 1) * views.PAGE,
        )
    chosen = {"q": q, "role": role, "pursuing": pursuing, "left": left}
    asked = urlencode({name: value for name, value in chosen.items() if value})
    return pages.render(
        "people.html",
        found=found,
        chosen=chosen,
        roles=words.ROLES,
        categories=CATEGORIES,
        page=page,
        pages=-(-found.total // views.PAGE),
        page_href=f"/people?{asked}{'&' if asked else ''}page={{page}}",
    )


@routes.get("/people/new")
async def ask(
    viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep, role: str = "supervisee"
) -> Response:
    """Ask about a new person."""
    async with doors.reading(viewer) as uow:
        zone = await uow.association.zone()
    values = dict.fromkeys(_TEXTS, "") | {"zone": zone, "roles": [role]}
    return pages.render("person_new.html", values=values, errors={}, **_choices())


@routes.post("/people/new")
async def register(
    request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Add a person."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        command = cases.RegisterPerson.model_validate(_person(typed))
        async with doors.writing(viewer) as uow:
            person = await cases.register_person(command, uow)
    except (Invalid, Conflict) as error:
        return pages.render(
            "person_new.html",
            error.status,
            values=_values(form),
            errors=FormErrors.of(error),
            **_choices(),
        )
    return redirect(f"/people/{person.person_id}", f"{person.name} is registered.")


@routes.get("/people/{person_id}")
async def show(person_id: str, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a person, with credentials."""
    return await _page(person_id, viewer, doors, pages)


@routes.post("/people/{person_id}")
async def change(
    person_id: str, request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Change a person."""
    form = await form_data(request)
    try:
        command = cases.ChangePerson.model_validate(_person(Typed(form)))
        async with doors.writing(viewer) as uow:
            await cases.change_person(person_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(person_id, viewer, doors, pages, error=error, values=_values(form))
    return redirect(f"/people/{person_id}", "Saved.")


@routes.post("/people/{person_id}/remove")
async def remove(
    person_id: str, request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Let a person go."""
    form = await form_data(request)
    try:
        Typed(form).confirmed()
        async with doors.writing(viewer) as uow:
            person = await cases.remove_person(person_id, uow)
    except (Invalid, Conflict) as error:
        return await _page(person_id, viewer, doors, pages, error=error)
    return redirect("/people", f"{person.name} has left. Recorded hours stay.")


@routes.post("/people/{person_id}/credentials")
async def add_credential(
    person_id: str, request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Note a credential."""
    form = await form_data(request)
    try:
        command = _credential(Typed(form))
        async with doors.writing(viewer) as uow:
            await cases.add_credential(person_id, command, uow)
    except Invalid as error:
        return await _page(person_id, viewer, doors, pages, error=error, credential=dict(form))
    return redirect(f"/people/{person_id}#credentials", "The credential is noted.")


@routes.post("/people/{person_id}/credentials/{credential_id}/end")
async def end_credential(
    person_id: str,
    credential_id: str,
    request: Request,
    viewer: AsCoordinator,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Note the last day of a credential."""
    typed = Typed(await form_data(request))
    try:
        last_day = typed.day("valid_until")
        typed.need("valid_until", last_day)
        typed.check()
        command = cases.EndCredential.model_validate({"valid_until": last_day})
        async with doors.writing(viewer) as uow:
            await cases.end_credential(person_id, credential_id, command, uow)
    except Invalid as error:
        return await _page(person_id, viewer, doors, pages, error=error)
    return redirect(f"/people/{person_id}#credentials", "Saved.")


@routes.post("/people/{person_id}/credentials/{credential_id}/remove")
async def drop_credential(
    person_id: str, credential_id: str, viewer: AsCoordinator, doors: DoorsDep
) -> Response:
    """Take back a credential that was entered by mistake."""
    async with doors.writing(viewer) as uow:
        await cases.drop_credential(person_id, credential_id, uow)
    return redirect(f"/people/{person_id}#credentials", "The credential is taken back.")


async def _page(
    person_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    values: dict[str, Any] | None = None,
    credential: dict[str, Any] | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        person = await views.show_person(person_id, uow)
        about = await about_person(person_id, uow)
        today = uow.now.astimezone(zone(viewer.zone)).date()
    return pages.render(
        "person.html",
        error.status if error else 200,
        person=person,
        about=about,
        held=validity(person.credentials, today),
        values=values or person.model_dump(),
        credential=credential or {},
        errors=FormErrors.of(error) if error else {},
        **_choices(),
    )


def _person(typed: Typed) -> dict[str, Any]:
    since = typed.day("pursuing_since")
    typed.check()
    return {
        "name": typed.text("name"),
        "email": typed.text("email"),
        "zone": typed.text("zone"),
        "roles": typed.form.many("roles"),
        "pursuing": typed.maybe("pursuing"),
        "pursuing_since": since,
    }


def _credential(typed: Typed) -> cases.PutCredential:
    valid_from, valid_until = typed.day("valid_from"), typed.day("valid_until")
    typed.need("valid_from", valid_from)
    typed.check()
    return cases.PutCredential.model_validate(
        {
            "kind": typed.text("kind"),
            "standing": typed.text("standing") or "endorsed",
            "valid_from": valid_from,
            "valid_until": valid_until,
            "registry_number": typed.maybe("registry_number"),
        }
    )


def _values(form: Form) -> dict[str, Any]:
    return {name: form.text(name) for name in _TEXTS} | {"roles": form.many("roles")}


def _choices() -> dict[str, Any]:
    return {
        "roles": words.ROLES,
        "categories": words.named(CATEGORIES),
        "kinds": words.named(CREDENTIAL_KINDS),
        "standings": words.STANDINGS,
        "zones": all_zones(),
    }
