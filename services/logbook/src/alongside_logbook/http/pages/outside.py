"""My hours from elsewhere: by provider, written down in rows, changed, taken back, asked about."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from alongside.errors import AlongsideError, Conflict, Forbidden, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside.zones import all_zones
from alongside_logbook.domain.providers import REGISTRY
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.outside import (
    MOST_AT_ONCE,
    ChangeHour,
    LooksTwice,
    TakeBack,
    WriteDown,
    Written,
    change_hour,
    take_back,
    write_down,
)
from alongside_logbook.handlers.outside_providers import NameProvider, name_provider
from alongside_logbook.handlers.vouching import AskProvider, ask_provider
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.http.pages.outside_forms import (
    AGES,
    BLANK,
    MODES,
    ROWS,
    blank_rows,
    claim_words,
    claims_before,
    claims_of,
    providers_for,
    renumbered,
    row_count,
    said_before,
    sessions_of,
    typed_claims,
    typed_rows,
    typed_shared,
    version_of,
)
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.outside import outside_view, own_line, providers_view
from alongside_logbook.views.people import Names

router = APIRouter(include_in_schema=False)

HOME = "/hours/outside"

Id = Annotated[str, Path(max_length=64)]


@router.get("/hours/outside")
async def outside_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep
) -> Response:
    """Show one's own hours from elsewhere, and what every provider said."""
    return await _home(pages, viewer, actor, uow)


@router.get("/hours/outside/new")
async def new_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    provider: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the form: with whom, and some rows for sessions."""
    values = {"provider": provider, "kind": "individual", "zone": viewer.zone}
    return await _form(pages, actor, uow, rows=blank_rows(ROWS), values=values)


@router.post("/hours/outside/new")
async def write_page(
    request: Request, pages: PagesDep, doors: DoorsDep, actor: ActorDep, _viewer: CurrentViewer
) -> Response:
    """Write sessions down, or show more rows for them."""
    form = await form_data(request)
    rows = row_count(form)
    if form.text("more"):
        return await _again(pages, doors, actor, form, min(rows + ROWS, MOST_AT_ONCE))
    try:
        sessions = sessions_of(form, rows)
        async with doors.writing() as uow:
            written, name, registered = await _write(form, sessions, actor, uow)
    except (Invalid, Conflict, Forbidden) as error:
        return await _again(pages, doors, actor, form, rows, error)
    number = say_count(len(written.entries), "session")
    then = "confirms when they sign in" if registered else "is asked as soon as you say so"
    return redirect(HOME, f"{number} written down. {name} {then}.")


@router.get("/hours/outside/{entry_id}")
async def change_page(
    pages: PagesDep, _viewer: CurrentViewer, uow: Reading, actor: ActorDep, entry_id: Id
) -> Response:
    """Show the form for one session that was written down."""
    line, provider_id = await own_line(entry_id, actor, uow)
    rows, shared = said_before(line)
    return await _form(
        pages,
        actor,
        uow,
        rows=rows,
        values={**shared, "provider": provider_id, "version": line.version},
        entry_id=entry_id,
        confirmed=line.status == "confirmed",
    )


@router.post("/hours/outside/{entry_id}")
async def save_page(
    request: Request,
    pages: PagesDep,
    doors: DoorsDep,
    actor: ActorDep,
    _viewer: CurrentViewer,
    entry_id: Id,
) -> Response:
    """Change what was said of one session; its provider is awaited anew."""
    form = await form_data(request)
    try:
        ((_, said),) = sessions_of(form, 1)
        command = ChangeHour(
            entry_id=entry_id,
            said=said,
            provider_id=form.text("provider") or None,
            version=version_of(form),
            anyway=form.is_on("anyway"),
        )
        async with doors.writing() as uow:
            await change_hour(command, actor, uow)
    except (Invalid, Conflict, Forbidden) as error:
        return await _again(pages, doors, actor, form, 1, error, entry_id=entry_id)
    return redirect(f"/hours/{entry_id}", "Saved. What was said before is kept in the history.")


@router.post("/hours/outside/{entry_id}/withdraw")
async def withdraw_page(
    request: Request, doors: DoorsDep, actor: ActorDep, _viewer: CurrentViewer, entry_id: Id
) -> Response:
    """Take one session back."""
    form = await form_data(request)
    try:
        async with doors.writing() as uow:
            await take_back(TakeBack(entry_id=entry_id, version=version_of(form)), actor, uow)
    except Conflict as error:
        return redirect(HOME, error.detail, "warn")
    return redirect(HOME, "Taken back. It counts for nothing; its history is kept.")


@router.post("/hours/outside/providers/{provider_id}/ask")
async def ask_page(
    pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep, provider_id: Id
) -> Response:
    """Have a provider asked about all that waits for them."""
    try:
        async with doors.writing() as uow:
            asked = await ask_provider(AskProvider(provider_id=provider_id), actor, uow)
    except Conflict as error:
        async with doors.reading() as uow:
            return await _home(pages, viewer, actor, uow, error=error)
    sessions = say_count(asked.entries, "session")
    left = f" {asked.left} more wait: ask about them after this answer." if asked.left else ""
    return redirect(HOME, f"A mail about {sessions} is on its way, good for 30 days.{left}")


async def _home(
    pages: PagesDep,
    viewer: Viewer,
    actor: Actor,
    uow: LogbookUow,
    *,
    error: AlongsideError | None = None,
) -> Response:
    return pages.render(
        "outside.html",
        status=error.status if error else HTTPStatus.OK,
        found=await outside_view(actor, uow),
        registry=REGISTRY,
        given=len(await uow.outside.given(actor.person_id)),
        error=error.detail if error else None,
        counts=await counts(viewer, uow),
    )


async def _write(
    form: Form, sessions: Sequence[tuple[int, Any]], actor: Actor, uow: LogbookUow
) -> tuple[Written, str, bool]:
    provider_id = form.text("provider")
    name = (await Names.of(uow, [provider_id]))(provider_id).name
    if not provider_id:
        named = await name_provider(
            NameProvider(
                name=form.text("name")[:500],
                email=form.text("email")[:500],
                agency=form.text("agency")[:500],
                claims=claims_of(form),
            ),
            actor,
            uow,
        )
        provider_id, name = named.provider_id, named.name
    command = WriteDown(
        provider_id=provider_id,
        sessions=tuple(said for _, said in sessions),
        zone=form.text("zone") or None,
        anyway=form.is_on("anyway"),
    )
    try:
        written = await write_down(command, actor, uow)
    except AlongsideError as error:
        error.fields = renumbered(error.fields, [number for number, _ in sessions])
        raise
    return written, name, await uow.people.get(provider_id) is not None


async def _again(
    pages: PagesDep,
    doors: DoorsDep,
    actor: Actor,
    form: Form,
    rows: int,
    error: AlongsideError | None = None,
    entry_id: str | None = None,
) -> Response:
    values = {
        **{name: form.text(name) for name in ("provider", "name", "email", "agency", "version")},
        **typed_shared(form),
        "claims": typed_claims(form),
        "anyway": form.is_on("anyway"),
    }
    async with doors.reading() as uow:
        return await _form(
            pages,
            actor,
            uow,
            rows=typed_rows(form, rows),
            values=values,
            errors=FormErrors.of(error) if error else {},
            status=error.status if error else HTTPStatus.OK,
            twice=isinstance(error, LooksTwice),
            entry_id=entry_id,
        )


async def _form(
    pages: PagesDep,
    actor: Actor,
    uow: LogbookUow,
    *,
    rows: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
    twice: bool = False,
    entry_id: str | None = None,
    confirmed: bool = False,
) -> Response:
    known = providers_for(await providers_view(Actor(actor.person_id), uow))
    chosen = values.get("provider")
    if chosen and chosen not in {provider_id for provider_id, _ in known}:
        person = await uow.people.get(chosen)
        known += [(chosen, person.name)] if person else []
    return pages.render(
        "outside_form.html",
        status=status,
        providers=known,
        rows=rows,
        values={**BLANK, "claims": claims_before(()), **values},
        errors=errors or {},
        twice=twice,
        entry_id=entry_id,
        confirmed=confirmed,
        most=MOST_AT_ONCE,
        modes=list(MODES.items()),
        ages=list(AGES.items()),
        zones=all_zones(),
        **claim_words(),
    )
