"""The association: its name, its clock, its holidays, and the days on which it is closed."""

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsCoordinator, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones
from alongside_scheduler.domain.days_off import REGIONS
from alongside_scheduler.handlers import association as cases
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.http.sheets import year_of
from alongside_scheduler.views.association import show_days_off

routes = APIRouter(include_in_schema=False)

_FIELDS = ("name", "zone", "holidays")
_CLOSURE = ("closure", "first_day", "last_day")


@routes.get("/association")
async def show(viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show the association."""
    return await _page(viewer, doors, pages)


@routes.post("/association")
async def describe(
    request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Change the association."""
    form = await form_data(request)
    command = cases.DescribeAssociation(
        name=form.text("name"), zone=form.text("zone"), holidays=form.text("holidays")
    )
    try:
        async with doors.writing(viewer) as uow:
            await cases.describe_association(command, uow)
    except Invalid as error:
        # The name is a field of the set-up as well, and is called after it there.
        errors = {{"association": "name"}.get(key, key): said for key, said in error.fields.items()}
        values = {name: form.text(name) for name in _FIELDS}
        return await _page(viewer, doors, pages, error=Invalid.many(errors), values=values)
    request.app.state.association = None
    return redirect("/association", "Saved. It holds for what is planned from now on.")


@routes.post("/association/rules")
async def go_by(request: Request, viewer: AsCoordinator, doors: DoorsDep) -> Response:
    """Choose by whose rules hours count. The button is on the pages of the rules."""
    rules = (await form_data(request)).text("rules")
    async with doors.writing(viewer) as uow:
        described = await cases.show_association(uow)
        command = cases.DescribeAssociation(name=described.name, zone=described.zone, rules=rules)
        await cases.describe_association(command, uow)
    return redirect(
        f"/rules?association={rules}&chosen=1", "From now on hours count by these rules."
    )


@routes.post("/association/closures")
async def close(
    request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Close on some days."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        first_day, last_day = typed.day("first_day"), typed.day("last_day")
        typed.need("first_day", first_day)
        typed.need("closure", form.text("closure"))
        typed.check()
        command = cases.AddClosure.model_validate(
            {"name": form.text("closure"), "first_day": first_day, "last_day": last_day}
        )
        async with doors.writing(viewer) as uow:
            made = await cases.add_closure(command, uow)
    except Invalid as error:
        errors = {{"name": "closure"}.get(key, key): said for key, said in error.fields.items()}
        values = {name: form.text(name) for name in _CLOSURE}
        return await _page(
            viewer, doors, pages, error=Invalid.many(errors or {"_": error.detail}), values=values
        )
    except Conflict as error:
        return await _page(viewer, doors, pages, error=error)
    return redirect("/association#closures", f"Closed: {made.name}.")


@routes.post("/association/closures/{closure_id}/remove")
async def open_again(closure_id: str, viewer: AsCoordinator, doors: DoorsDep) -> Response:
    """Forget a closure."""
    async with doors.writing(viewer) as uow:
        await cases.remove_closure(closure_id, uow)
    return redirect("/association#closures", "Removed. Nothing that was planned has changed.")


async def _page(
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    values: dict[str, str] | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        association = await cases.show_association(uow)
        days = await show_days_off(uow)
        today = today_in(association.zone, uow.now)
    known = {name: getattr(association, name) for name in _FIELDS} | dict.fromkeys(_CLOSURE, "")
    return pages.render(
        "association.html",
        error.status if error else 200,
        described=association,
        days=days,
        year=year_of(days, today),
        values=known | (values or {}),
        regions=list(REGIONS.items()),
        region=REGIONS[association.holidays],
        zones=all_zones(),
        errors=FormErrors.of(error) if error else {},
    )
