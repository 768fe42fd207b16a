"""Sites, and who is paired with them: for coordinators."""

from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsCoordinator, CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones
from alongside_scheduler.handlers import sites as cases
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.lanes import strip
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.views import visits as views

routes = APIRouter(include_in_schema=False)

_TEXTS = ("name", "kind", "zone", "place")


@routes.get("/sites")
async def list_sites(viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show every site."""
    async with doors.reading(viewer) as uow:
        sites = await views.list_sites(uow)
        now = uow.now
    around = [each for site in sites for each in site.pairings if each.active or each.visits]
    return pages.render(
        "sites.html",
        sites=sites,
        strip=strip(around, now, viewer.zone, by_consultant=False),
        kinds=words.SITE_KINDS,
    )


@routes.get("/sites/new")
async def ask(viewer: AsCoordinator, pages: PagesDep) -> Response:
    """Ask about a new site."""
    values = dict.fromkeys(_TEXTS, "") | {"kind": "child_care", "zone": viewer.zone}
    return _form(pages, values)


@routes.post("/sites/new")
async def make(
    request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Add a site."""
    form = await form_data(request)
    try:
        async with doors.writing(viewer) as uow:
            made = await cases.make_site(cases.MakeSite(**_values(form)), uow)
    except (Invalid, Conflict) as error:
        return _form(pages, _values(form), error=error)
    return redirect(f"/sites/{made.site_id}", f"{made.name} is added. Who consults there?")


@routes.get("/sites/{site_id}")
async def show(site_id: str, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a site."""
    return await _page(site_id, viewer, doors, pages)


@routes.get("/sites/{site_id}/edit")
async def edit(site_id: str, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a site's details to be changed."""
    async with doors.reading(viewer) as uow:
        site = (await views.show_site(site_id, uow)).site
    return _form(pages, site.model_dump(), site_id=site_id)


@routes.post("/sites/{site_id}/edit")
async def change(
    site_id: str, request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Change a site."""
    form = await form_data(request)
    try:
        async with doors.writing(viewer) as uow:
            await cases.change_site(site_id, cases.ChangeSite(**_values(form)), uow)
    except (Invalid, Conflict) as error:
        return _form(pages, _values(form), site_id=site_id, error=error)
    return redirect(f"/sites/{site_id}", "Saved. Visits ahead follow.")


@routes.post("/sites/{site_id}/pairings")
async def pair(
    site_id: str, request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Pair a consultant with a site."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        begins_on, ends_on = typed.day("begins_on"), typed.day("ends_on")
        typed.need("consultant_id", typed.maybe("consultant_id"), "Choose who consults here.")
        typed.check()
        command = cases.PairConsultant(
            consultant_id=typed.text("consultant_id"), begins_on=begins_on, ends_on=ends_on
        )
        async with doors.writing(viewer) as uow:
            made = await cases.pair_consultant(site_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _page(site_id, viewer, doors, pages, error=error, form=form)
    return redirect(f"/pairings/{made.pairing_id}", "Paired. Now plan the visits.")


@routes.get("/pairings/{pairing_id}")
async def pairing(
    pairing_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show a pairing, to its consultant and to coordinators."""
    return await _pairing(pairing_id, viewer, doors, pages)


@routes.post("/pairings/{pairing_id}/until")
async def until(
    pairing_id: str, request: Request, viewer: AsCoordinator, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Let a pairing end on a day, or go on."""
    form = await form_data(request)
    typed = Typed(form)
    try:
        ends_on = typed.day("ends_on")
        typed.check()
        if ends_on is not None:
            typed.confirmed()
        async with doors.writing(viewer) as uow:
            await cases.change_pairing(pairing_id, cases.ChangePairing(ends_on=ends_on), uow)
    except (Invalid, Conflict) as error:
        return await _pairing(pairing_id, viewer, doors, pages, error=error, form=form)
    return redirect(f"/pairings/{pairing_id}", "Saved.")


async def _page(
    site_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    form: Form | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        seen = await views.show_site(site_id, uow)
        people = await views.consultants(uow)
        now, today = uow.now, today_in(seen.site.zone, uow.now)
    names = ("consultant_id", "begins_on", "ends_on")
    values = {name: form.text(name) if form else "" for name in names}
    if form is None:
        values["begins_on"] = today.isoformat()
    around = [each for each in seen.pairings if each.active or each.visits]
    visits = [each for pairing in seen.pairings for each in pairing.visits]
    return pages.render(
        "site.html",
        error.status if error else 200,
        site=seen.site,
        pairings=seen.pairings,
        people=people,
        ahead=sorted(
            (each for each in visits if each.standing == "ahead"), key=lambda each: each.starts_at
        ),
        strip=strip(around, now, viewer.zone, by_consultant=True),
        kinds=words.SITE_KINDS,
        standings=words.STANDINGS_OF_VISITS,
        values=values,
        errors=FormErrors.of(error) if error else {},
    )


async def _pairing(
    pairing_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    form: Form | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        seen = await views.show_pairing(pairing_id, uow)
        now = uow.now
    ends_on = seen.pairing.ends_on
    typed = form.text("ends_on") if form else ends_on.isoformat() if ends_on else ""
    return pages.render(
        "pairing.html",
        error.status if error else 200,
        seen=seen,
        strip=strip([seen], now, viewer.zone, by_consultant=False),
        kinds=words.SITE_KINDS,
        standings=words.STANDINGS_OF_VISITS,
        values={"ends_on": typed},
        errors=FormErrors.of(error) if error else {},
    )


def _form(
    pages: Pages,
    values: dict[str, Any],
    *,
    site_id: str | None = None,
    error: AlongsideError | None = None,
) -> Response:
    return pages.render(
        "site_form.html",
        error.status if error else 200,
        values=values,
        site_id=site_id,
        kinds=words.SITE_KINDS,
        zones=all_zones(),
        errors=FormErrors.of(error) if error else {},
    )


def _values(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in _TEXTS}
