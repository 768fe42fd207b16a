"""Groups: the list, a new one, one with roster, series and next sessions."""

from typing import Any

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsSupervisor, CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import all_zones
from alongside_scheduler.domain.groups import DEFAULT_OFFER_HOURS
from alongside_scheduler.handlers import groups as cases
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views import groups as views
from alongside_scheduler.views.credentials import group_cover
from alongside_scheduler.views.offers import own_seats
from alongside_scheduler.views.polls import polls_of
from alongside_scheduler.views.sessions import show_session

routes = APIRouter(include_in_schema=False)

_TEXTS = (
    "name", "kind", "zone", "place", "link", "seat_limit", "provider_id", "co_provider_id",
    "seat_policy", "offer_hours",
)  # fmt: skip
_BOXES = ("show_roster", "takes_asks", "running_too")


@routes.get("/groups")
async def list_groups(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show the groups one leads or is in."""
    async with doors.reading(viewer) as uow:
        groups = await views.list_groups(uow)
        own = await own_seats(uow)
    return pages.render("groups.html", groups=groups, own=own)


@routes.get("/groups/new")
async def ask(viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep) -> Response:
    """Ask about a new group."""
    values = dict.fromkeys(_TEXTS, "") | {
        "offer_hours": DEFAULT_OFFER_HOURS,
        "kind": "group",
        "zone": viewer.zone,
        "provider_id": viewer.person_id if viewer.is_supervisor else "",
        **dict.fromkeys(_BOXES, False),
    }
    return await _form(viewer, doors, pages, values=values)


@routes.post("/groups/new")
async def make(
    request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Make a group."""
    form = await form_data(request)
    try:
        command = cases.MakeGroup.model_validate(_group(Typed(form)))
        async with doors.writing(viewer) as uow:
            made = await cases.make_group(command, uow)
    except (Invalid, Conflict) as error:
        return await _form(viewer, doors, pages, values=_values(form), error=error)
    return redirect(f"/groups/{made.group_id}", f"{made.name} is made. Who is in it?")


@routes.get("/groups/{group_id}")
async def show(group_id: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a group."""
    return await group_page(group_id, viewer, doors, pages)


@routes.get("/groups/{group_id}/edit")
async def edit(group_id: str, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show a group's details to be changed."""
    async with doors.reading(viewer) as uow:
        group = (await views.show_group(group_id, uow)).group
    values = group.model_dump() | {"running_too": True}
    return await _form(viewer, doors, pages, values=values, group_id=group_id)


@routes.post("/groups/{group_id}/edit")
async def change(
    group_id: str, request: Request, viewer: AsSupervisor, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Change a group."""
    form = await form_data(request)
    try:
        facts = _group(Typed(form)) | {"running_too": form.is_on("running_too")}
        command = cases.ChangeGroup.model_validate(facts)
        async with doors.writing(viewer) as uow:
            await cases.change_group(group_id, command, uow)
    except (Invalid, Conflict) as error:
        return await _form(
            viewer, doors, pages, values=_values(form), error=error, group_id=group_id
        )
    said = "Saved, also for what runs." if command.running_too else "Saved."
    return redirect(f"/groups/{group_id}", said)


async def group_page(
    group_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
    chosen: list[str] | None = None,
) -> Response:
    """Return a group's page, perhaps with what could not be done on it."""
    async with doors.reading(viewer) as uow:
        detail = await views.show_group(group_id, uow)
        following = next((one for one in detail.next_sessions if one.status == "planned"), None)
        nearest = await show_session(following.series_id, following.key, uow) if following else None
        others = await _others(detail, uow) if detail.leads else []
        cover = await group_cover(group_id, uow) if detail.leads else []
        today = today_in(detail.group.zone, uow.now)
        polls = [each for each in await polls_of(group_id, uow) if each.state == "open"]
    return pages.render(
        "group.html",
        error.status if error else 200,
        detail=detail,
        nearest=nearest,
        cover=cover,
        polls=polls,
        others=others,
        today=today.isoformat(),
        today_day=today,
        ask_address=f"{doors.settings.origin}/groups/{group_id}/ask",
        chosen=chosen or [],
        answers=words.ANSWERS,
        errors=FormErrors.of(error) if error else {},
    )


async def _others(detail: views.GroupDetail, uow: SchedulerUow) -> list[tuple[str, str, str]]:
    """Return who could be put on the roster."""
    here = {each.person_id for each in detail.roster}
    here |= {detail.group.provider_id, detail.group.co_provider_id or ""}
    if detail.seats is not None:
        here |= {each.person_id for each in detail.seats.waiting}
        here |= {each.person_id for each in detail.seats.offers}
    return [
        (row.id, row.name, row.pursuing or "")
        for row in await uow.people.with_role("supervisee")
        if row.id not in here
    ]


async def _form(
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    values: dict[str, Any],
    error: AlongsideError | None = None,
    group_id: str | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        supervisors = await uow.people.with_role("supervisor")
        running = await uow.series.running(group_id, uow.now) if group_id else []
    return pages.render(
        "group_form.html",
        error.status if error else 200,
        values=values,
        group_id=group_id,
        running=len(running),
        supervisors=[(row.id, row.name) for row in supervisors],
        zones=all_zones(),
        errors=FormErrors.of(error) if error else {},
    )


def _group(typed: Typed) -> dict[str, Any]:
    seats = typed.number("seat_limit")
    hours = typed.number("offer_hours")
    typed.check()
    return {
        "name": typed.text("name"),
        "kind": typed.text("kind") or "group",
        "zone": typed.text("zone"),
        "place": typed.maybe("place"),
        "link": typed.maybe("link"),
        "seat_limit": seats,
        "provider_id": typed.text("provider_id"),
        "co_provider_id": typed.maybe("co_provider_id"),
        "show_roster": typed.form.is_on("show_roster"),
        "seat_policy": typed.text("seat_policy") or "refuse",
        "offer_hours": DEFAULT_OFFER_HOURS if hours is None else hours,
        "takes_asks": typed.form.is_on("takes_asks"),
    }


def _values(form: Form) -> dict[str, Any]:
    return {name: form.text(name) for name in _TEXTS} | {name: form.is_on(name) for name in _BOXES}
